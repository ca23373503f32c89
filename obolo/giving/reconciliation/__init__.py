"""Reconciliation: once a day each provider's own list is laid beside our books.

Owns: the runs and what they found. Doors: `actions`, `queries`; `compare` is pure. Never: the
network (`stories.reconcile` asks), a booking (what was missed goes the way of every payment).
"""
