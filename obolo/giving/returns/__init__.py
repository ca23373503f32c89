"""Returns: what people did about money after it was booked.

Owns: refunds, money banks took back, corrections, moves between funds; each with who, when and why.
Doors: `actions`, `queries`, `audit`. Never: the network; a word to a person; a number of a cent,
which only the ledger chooses.
"""
