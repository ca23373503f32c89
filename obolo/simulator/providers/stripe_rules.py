"""What happens to pretend Stripe objects: opened, paid, declined, pending, refunded, disputed.

Pure: objects in, the changed objects and the notices out. Fees: card 1.5 % + 25, SEPA debit 35,
rounded half up, in the currency's smallest unit. The fee of a payment is not given back.
"""

from collections.abc import Callable
from typing import Any

from obolo.simulator.errors import Conflict, Refused
from obolo.simulator.providers.stripe_params import StripeError

Thing = dict[str, Any]
NewId = Callable[[str], str]
Step = tuple[list[Thing], list[tuple[str, Thing]]]  # objects to keep, (type of notice, object)
METHODS = ("card", "sepa_debit", "satispay")
OPEN = ("open",)


def fee(amount: int, method: str) -> int:
    """What Stripe keeps."""
    return 35 if method == "sepa_debit" else (amount * 150 + 5_000) // 10_000 + 25


def paid(
    session: Thing, intent: Thing | None, method: str, amount: int, now: int, new_id: NewId
) -> Step:
    """The donor paid at once. Raises Conflict when the page no longer takes money."""
    _takes_money(session, method)
    intent, charge, settled = _taken(session, intent, method, amount, now, new_id)
    session |= {
        "status": "complete", "payment_status": "paid", "payment_intent": intent["id"], "url": None,
    }  # fmt: skip
    kept = _kept_method(session, intent, method, now, new_id)
    notices = [
        ("payment_intent.succeeded", intent),
        ("charge.succeeded", charge),
        ("checkout.session.completed", session),
    ]
    return [session, intent, charge, settled, *kept], notices


def _kept_method(
    session: Thing, intent: Thing, method: str, now: int, new_id: NewId
) -> list[Thing]:
    """The method stays with a customer, when the session was opened so."""
    if not session.get("_keeps"):
        return []
    session["customer"] = intent["customer"] = new_id("cus_")
    intent |= {"payment_method": new_id("pm_"), "setup_future_usage": "off_session"}
    return [
        {
            "id": intent["payment_method"], "object": "payment_method", "type": method,
            "customer": session["customer"], "created": now, "livemode": False, "_declines": None,
        }
    ]  # fmt: skip


def taken_from(
    intent: Thing, method: str, amount: int, now: int, new_id: NewId
) -> tuple[Thing, Thing, Thing]:
    """The intent, its charge and its balance transaction once the money was taken."""
    session = {"currency": intent["currency"]}
    return _taken(session, intent, method, amount, now, new_id)


def begun(session: Thing, intent: Thing | None, now: int, new_id: NewId) -> Step:
    """The donor chose a debit that takes days: the session is complete and nothing is paid."""
    _takes_money(session, "sepa_debit")
    intent = intent or _intent(session, now, new_id)
    intent |= {"status": "processing", "last_payment_error": None}
    session |= {"status": "complete", "payment_intent": intent["id"], "url": None}
    notices = [("payment_intent.processing", intent), ("checkout.session.completed", session)]
    return [session, intent], notices


def settled(session: Thing, intent: Thing, now: int, new_id: NewId) -> Step:
    """The debit arrived."""
    _must_wait(intent)
    fresh, charge, balance = _taken(
        session, intent, "sepa_debit", session["amount_total"], now, new_id
    )
    session["payment_status"] = "paid"
    notices = [
        ("payment_intent.succeeded", fresh),
        ("checkout.session.async_payment_succeeded", session),
    ]
    return [session, fresh, charge, balance], notices


def bounced(session: Thing, intent: Thing) -> Step:
    """The debit did not arrive."""
    _must_wait(intent)
    intent["status"] = "requires_payment_method"
    intent["last_payment_error"] = {
        "type": "card_error",
        "code": "payment_intent_payment_attempt_failed",
    }
    notices = [
        ("payment_intent.payment_failed", intent),
        ("checkout.session.async_payment_failed", session),
    ]
    return [intent], notices


def declined(session: Thing, intent: Thing | None, code: str, now: int, new_id: NewId) -> Step:
    """The card was declined; the page stays open and the donor may try again."""
    _takes_money(session, "card")
    intent = intent or _intent(session, now, new_id)
    session["payment_intent"] = intent["id"]
    intent["last_payment_error"] = {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": code,
    }
    return [session, intent], [("payment_intent.payment_failed", intent)]


def closed(session: Thing) -> Step:
    """Nobody paid in time, or the merchant closed the page. Raises StripeError."""
    if session["status"] != "open":
        raise StripeError(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This one is '
            f"{session['status']}."
        )
    session |= {"status": "expired", "url": None}
    return [session], [("checkout.session.expired", session)]


def refunded(charge: Thing, asked: int | None, more: Thing, now: int, new_id: NewId) -> Step:
    """Money goes back. Raises StripeError beyond what is left."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = left if asked is None else asked
    if left == 0:
        code = "charge_already_refunded"
        raise StripeError(f"Charge {charge['id']} has already been refunded.", code=code)
    if not 0 < amount <= left:
        raise StripeError(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    refund = {
        "id": new_id("re_"), "object": "refund", "amount": amount, "currency": charge["currency"],
        "charge": charge["id"], "payment_intent": charge["payment_intent"], "status": "succeeded",
        "created": now, "metadata": more, "reason": None,
    }  # fmt: skip
    return [refund, charge], [("charge.refunded", charge), ("refund.created", refund)]


def disputed(charge: Thing, now: int, new_id: NewId) -> Step:
    """The donor's bank takes the money back until it is decided."""
    if charge["disputed"]:
        raise Conflict("This charge is disputed already.")
    charge["disputed"] = True
    dispute = {
        "id": new_id("dp_"), "object": "dispute", "amount": charge["amount_captured"],
        "currency": charge["currency"], "charge": charge["id"], "reason": "fraudulent",
        "payment_intent": charge["payment_intent"], "status": "needs_response", "created": now,
    }  # fmt: skip
    return [charge, dispute], [("charge.dispute.created", dispute)]


def _taken(
    session: Thing, intent: Thing | None, method: str, amount: int, now: int, new_id: NewId
) -> tuple[Thing, Thing, Thing]:
    intent = intent or _intent(session, now, new_id)
    charge_id, settled_id, kept = new_id("ch_"), new_id("txn_"), fee(amount, method)
    intent |= {
        "status": "succeeded", "amount_received": amount, "latest_charge": charge_id,
        "last_payment_error": None,
    }  # fmt: skip
    charge = {
        "id": charge_id, "object": "charge", "amount": amount, "amount_captured": amount,
        "amount_refunded": 0, "refunded": False, "disputed": False, "captured": True, "paid": True,
        "currency": session["currency"], "created": now, "status": "succeeded",
        "payment_intent": intent["id"], "balance_transaction": settled_id,
        "metadata": intent["metadata"], "livemode": False,
        "payment_method_details": {"type": method, method: {}},
    }  # fmt: skip
    balance = {
        "id": settled_id, "object": "balance_transaction", "amount": amount, "fee": kept,
        "net": amount - kept, "currency": session["currency"], "created": now, "source": charge_id,
        "status": "pending", "type": "charge", "exchange_rate": None,
    }  # fmt: skip
    return intent, charge, balance


def _intent(session: Thing, now: int, new_id: NewId) -> Thing:
    return {
        "id": new_id("pi_"), "object": "payment_intent", "amount": session["amount_total"],
        "amount_received": 0, "currency": session["currency"], "status": "requires_payment_method",
        "created": now, "latest_charge": None, "metadata": session["_intent_metadata"],
        "last_payment_error": None, "livemode": False,
    }  # fmt: skip


def _takes_money(session: Thing, method: str) -> None:
    if session["status"] not in OPEN:
        raise Conflict(f"This session is {session['status']}.")
    if method not in METHODS:
        raise Refused(f"The method is one of {', '.join(METHODS)}.")


def _must_wait(intent: Thing) -> None:
    if intent["status"] != "processing":
        raise Conflict(f"This payment is {intent['status']}.")
