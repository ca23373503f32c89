"""Messaging: the chat channels people write to us on, one folder each.

Owns: what a channel's bytes mean and how to send on it.
Doors: the modules of `whatsapp`. Never: who a person is, what to answer, whether to send.
"""
