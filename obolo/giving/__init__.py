"""Giving: gifts, and the payments that bring them.

Owns: payments asked for, gifts received, receipts. Doors: `actions`, `queries`, `rails`. Never: a
card number; an amount from anywhere but the provider's own answer.
"""
