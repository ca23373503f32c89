"""Conversations: what was said, both ways, and the one gate through which we speak.

Owns: conversations, messages, deliveries and their statuses, hand-offs. Doors: `actions`,
`queries`, `gate`. Never: what the words meant, what money moved.
"""
