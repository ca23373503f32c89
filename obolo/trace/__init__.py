"""Trace: the path of each cent, read back from the records, and the public log that proves it.

Owns: the links that open a donor's page; the log, its keys, files and witnesses. Doors: `queries`
(the path of a gift, the whole of a fund), `actions` (issuing and revoking links), `publishing` and
`witnessing` (writing the log, vouching), `proofs` (asking it). Never: a name, a phone number; it
changes no money.
"""
