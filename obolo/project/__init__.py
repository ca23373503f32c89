"""Project: how the rooms become one running installation.

Owns: settings, the address and preparation of the database, URL roots, server entry points.
Doors: `config.read`, `database.prepare`, `asgi.application`. Never: a rule of the product.
"""
