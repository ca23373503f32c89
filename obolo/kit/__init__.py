"""Kit: the few plain things every room needs.

Owns: money, the clock, ids, the root of all errors, exact splitting, folding of text.
Doors: the modules themselves. Never: Django, the network, the database, any noun of a charity.
"""
