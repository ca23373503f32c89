"""Simulator: a pretend WhatsApp, phone, payment provider and a clock that can be turned.

Owns: what pretend people said and heard, pretend payments, faults; kept in one journal file.
Doors: `app.create_app(settings)`, an ASGI application with `startup()` and `shutdown()`.
Never: the product's database or rooms. It speaks HTTP like the real services do; production
refuses to run it.
"""
