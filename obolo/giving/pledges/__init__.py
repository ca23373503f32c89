"""Pledges: promises to give regularly, and the instalments that keep them.

Owns: pledges with their dated changes, saved methods, mandates, instalments, the batches of direct
debits. Doors: `actions` (the promise), `collecting` (its money), `mandates` and `debits` (SEPA),
`queries`. Pure: `plan`. Never: a card number; money taken twice for one due day.
"""
