"""Pretend Stripe: payments from a kept method, confirmed at once while the donor is away.

Owns what such a call takes and how it is declined (Stripe API reference, PaymentIntents,
`off_session`). Pure: objects in, objects and notices out.
"""

from typing import Any

from obolo.simulator.providers import stripe_params, stripe_rules
from obolo.simulator.providers.stripe_params import StripeError
from obolo.simulator.providers.stripe_rules import NewId, Step, Thing

_NAMES = (
    "amount", "currency", "customer", "payment_method", "off_session", "confirm", "description",
    "metadata",
)  # fmt: skip


def charged(asked: dict[str, Any], kept: Thing, now: int, new_id: NewId) -> Step:
    """The intent with its charge, or the intent alone when the method was declined.

    Raises StripeError for what Stripe refuses before any bank is asked.
    """
    stripe_params.known(asked, _NAMES)
    if kept["customer"] != asked.get("customer"):
        text = "The payment method does not belong to this customer."
        raise StripeError(text, param="payment_method")
    if asked.get("off_session") != "true" or asked.get("confirm") != "true":
        raise StripeError("Only confirmed payments off session are played here.", param="confirm")
    amount = stripe_params.whole(asked.get("amount"), "amount")
    if amount < stripe_params.AMOUNT_MIN:
        raise StripeError("Amount too small.", code="amount_too_small", param="amount")
    intent: Thing = {
        "id": new_id("pi_"), "object": "payment_intent", "amount": amount, "amount_received": 0,
        "currency": str(asked.get("currency", "")).lower(), "status": "requires_payment_method",
        "created": now, "latest_charge": None, "livemode": False, "customer": kept["customer"],
        "metadata": stripe_params.metadata(asked.get("metadata", {})), "last_payment_error": None,
        "payment_method": kept["id"],
    }  # fmt: skip
    if kept["_declines"]:
        intent |= {"payment_method": None, "last_payment_error": _error(kept["_declines"])}
        return [intent], [("payment_intent.payment_failed", intent)]
    taken = stripe_rules.taken_from(intent, kept["type"], amount, now, new_id)
    return list(taken), [("payment_intent.succeeded", intent), ("charge.succeeded", taken[1])]


def declined(intent: Thing) -> StripeError | None:
    """The answer of a declined payment: 402, with the intent that says why."""
    error = intent["last_payment_error"]
    if error is None:
        return None
    found = StripeError("Your card was declined.", status=402, kind="card_error", **error)
    found.envelope["error"]["payment_intent"] = intent  # type: ignore[assignment]
    return found


def _error(code: str) -> dict[str, str]:
    if code == "authentication_required":
        return {"code": code, "decline_code": code}
    return {"code": "card_declined", "decline_code": code}
