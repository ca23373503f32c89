"""Gateways: talking to the outside, and nothing but that.

Owns: WhatsApp and payment providers in their own shapes, and the raw notices they send us, kept
byte for byte. Doors: `messaging.whatsapp`, `payments`, `inbox`, `actions`, `queries`.
Never: a gift, a donor, a cause; only this room opens a connection to another machine.
"""
