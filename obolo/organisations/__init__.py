"""Organisations: the nonprofits that share an installation, and the wall between them.

Owns: organisations, their staff and roles, accounts with outsiders and sealed secrets, API tokens,
the row-level security under every other room's tables. Doors: `actions`, `queries`, `wall`.
Never: a word of a donor, a cent of a gift.
"""
