"""Receipts: one living receipt per gift, numbered per organisation and year.

Owns: numbers, what each receipt says (frozen when issued), voids, names for receipts. Doors:
`actions`, `queries`. Never: another wording for a number that was given out; a number used again.
"""
