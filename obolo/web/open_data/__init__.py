"""Open data: what the public pages say, for programs.

Owns the data sets as JSON and CSV with their published schemas, the IATI activity file, and the
page that describes them. Doors: the views. Never: a donor, a single gift, a cookie; a number that
the public pages do not show.
"""
