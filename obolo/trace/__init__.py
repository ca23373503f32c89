"""Trace: the path of each cent, read back from the records.

Owns: the links that open a donor's page. Doors: `queries` (the path of a gift, the whole of a
fund), `actions` (issuing and revoking links). Never: a name, a phone number; it changes no money.
"""
