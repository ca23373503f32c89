"""Bank transfers: what the donor needs to send one, and what the bank says has arrived.

Owns: creditor references, the QR of a transfer, reading of statement files, matching of their lines
with payments that are awaited. All of it is pure: bytes and facts in, facts out.
Never: the network, the database, a donor's record.
"""
