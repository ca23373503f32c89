"""The payment providers in their own shapes: a pretend Stripe, Satispay and bank.

Owns their state (one journal file), their rules, their pages and their calls to the product.
Doors: `app.Providers`, an ASGI application with `startup()` and `shutdown()`.
Never: the product's code or tables; it speaks HTTP, as the real ones do.
"""
