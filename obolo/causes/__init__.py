"""Causes: what money is for, and what it bought.

Owns: causes, purchases with their evidence. Doors: `actions`, `queries`, `files`. Never: who gave.
Books a purchase through the ledger, which decides whose cents it takes.
"""
