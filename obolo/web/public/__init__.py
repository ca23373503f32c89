"""Public: the pages anyone may open who holds their address.

Owns: the donor's page, evidence photos, the forwarding of payment links, the front page and the
guided tour of the demo. Doors: the views. Never: a cookie, a name of a person, a change of a row
(every request here is a GET).
"""
