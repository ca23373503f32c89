"""Payment rails: one protocol, one module per provider.

A notice only says "look"; the truth of a payment is what `fetch` answers.
"""
