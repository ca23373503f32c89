"""Public: the pages anyone may open who holds their address.

Owns: the donor's page, evidence photos and proofs, the forwarding of payment links, the files of
the public log, the witness's address, the front page and the guided tour of the demo. Doors: the
views. Never: a cookie, a name of a person. Looking changes nothing; a donor may press for a new
address or a new payment page, another log may ask our witness.
"""
