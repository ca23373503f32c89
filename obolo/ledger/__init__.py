"""Ledger: the double-entry journal, and every net cent with a number.

Owns: funds, their lines of numbered cents, entries with their legs, what was minted and what was
used. Doors: `actions`, `queries`, `audit`. Never: a person, a name, a conversation; it knows gifts
and purchases only as ids it was handed.
"""
