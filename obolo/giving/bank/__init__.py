"""What the bank says: transfers offered, statements read, and what each of their lines became.

Owns: the organisation's own accounts, statement files and lines, the word of staff on a doubtful
line. Doors: `actions`, `queries`, `transfer`. Never: a payer's account number in clear.
"""
