"""People: who somebody is to us, how they are reached, and what they agreed to.

Owns: persons, their addresses (many, any may be missing), consent by purpose. Doors: `actions`,
`queries`. Never: what was said, what was given.
"""
