"""Stripe's objects as plain facts of a payment.

Owns the reading of a Checkout Session with its PaymentIntent, charge and balance transaction
(Stripe API reference, version 2026-10-28.endive) and Stripe's units of a currency.
Never: the network, the clock.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from obolo.gateways.payments.rail import Kept, RailRefused, RailUnreachable, RemotePayment, State
from obolo.kit.money import Money, NotAnAmount
from obolo.kit.text import shown

METHOD_CHARS_MAX = 40
URL_CHARS_MAX = 2000  # Checkout's addresses carry a long fragment
ODD = "Stripe's answer has another shape."
# Stripe counts these three otherwise than ISO 4217 (docs: "Special cases" of currencies):
# (Stripe units, ISO minor units) that make the same amount.
_UNITS = {"ISK": (100, 1), "UGX": (100, 1), "MGA": (1, 100)}
_GIVEN_BACK = frozenset({"won", "warning_closed", "prevented"})  # disputes that took no money


def units(amount: Money) -> int:
    """`amount` in Stripe's units; raises RailRefused when Stripe cannot count it."""
    stripe, iso = _UNITS.get(amount.currency, (1, 1))
    whole, rest = divmod(amount.minor * stripe, iso)
    if rest:
        raise RailRefused(f"Stripe takes no fractions of {amount.currency}.")
    return whole


def money(count: Any, currency: str) -> Money:
    """Stripe's units as money; raises RailUnreachable for what is none (a text, a float)."""
    if type(count) is not int or not isinstance(currency, str):
        raise RailUnreachable(ODD)
    code = currency.upper()
    stripe, iso = _UNITS.get(code, (1, 1))
    whole, rest = divmod(count * iso, stripe)
    if rest or count < 0:
        raise RailUnreachable(ODD)
    try:
        return Money(whole, code)
    except NotAnAmount as odd:
        raise RailUnreachable(ODD) from odd


def checked(session: dict[str, Any]) -> dict[str, Any]:
    """The session, when it has what a session has; raises RailUnreachable."""
    texts = all(isinstance(session.get(n), str) for n in ("id", "status", "currency"))
    intent = session.get("payment_intent")
    shaped = intent is None or (isinstance(intent, Mapping) and isinstance(intent.get("id"), str))
    charge = charge_of(session)
    shaped = shaped and (
        charge is None or all(isinstance(charge.get(n), str) for n in ("id", "currency"))
    )
    if not texts or not shaped or session.get("object") != "checkout.session":
        raise RailUnreachable(ODD)
    return session


def remote_payment(
    session: Mapping[str, Any], now: datetime, disputed: Money | None = None
) -> RemotePayment:
    """The session as it stands at `now`; raises RailUnreachable for any other shape."""
    try:
        return _remote_payment(session, now, disputed)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as odd:
        raise RailUnreachable(ODD) from odd


def as_session(intent: dict[str, Any]) -> dict[str, Any]:
    """A payment taken from a kept method, told as if it had had a page.

    Raises RailRefused for an intent that is none of ours.
    """
    metadata = intent.get("metadata") or {}
    if intent.get("object") != "payment_intent" or metadata.get("off_session") != "yes":
        raise RailRefused("This payment was not made by one of our sessions.")
    return {
        "id": intent.get("id"),
        "object": "checkout.session",
        "status": "complete",
        "payment_status": "paid" if intent.get("status") == "succeeded" else "unpaid",
        "amount_total": intent.get("amount"),
        "currency": intent.get("currency"),
        "client_reference_id": metadata.get("reference"),
        "metadata": {},
        "payment_intent": intent,
        "url": None,
    }


def _failure(intent: Any) -> str:
    """Why a payment failed: the bank's code where there is one."""
    error = intent.get("last_payment_error") if isinstance(intent, Mapping) else None
    error = error if isinstance(error, Mapping) else {}
    return shown(str(error.get("decline_code") or error.get("code") or ""), METHOD_CHARS_MAX)


def _kept(session: Mapping[str, Any], method: str) -> Kept | None:
    """The method Stripe kept, when it was asked to and the donor paid."""
    intent = session.get("payment_intent")
    if not isinstance(intent, Mapping) or intent.get("setup_future_usage") != "off_session":
        return None
    customer, kept = session.get("customer"), intent.get("payment_method")
    if not isinstance(customer, str) or not isinstance(kept, str):
        return None
    return Kept(customer=customer[:100], method=kept[:100], shown=method)


def charge_of(session: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The expanded charge of a session, if there is one."""
    intent = session.get("payment_intent")
    charge = intent.get("latest_charge") if isinstance(intent, Mapping) else None
    return charge if isinstance(charge, Mapping) else None


def disputed_amount(disputes: list[dict[str, Any]], currency: str) -> Money | None:
    """What banks hold back or have taken back, of all disputes of one charge."""
    held = [
        money(d.get("amount"), currency) for d in disputes if d.get("status") not in _GIVEN_BACK
    ]
    return sum(held[1:], held[0]) if held else None


def _remote_payment(
    session: Mapping[str, Any], now: datetime, disputed: Money | None
) -> RemotePayment:
    asked = money(session["amount_total"], session["currency"])
    charge = charge_of(session)
    state, has_page = _state(session, charge, now)
    taken = charge if charge and charge["status"] == "succeeded" else None
    return RemotePayment(
        provider_ref=str(session["id"]),
        reference=str(session["client_reference_id"]),
        state=state,
        asked=asked,
        paid=money(taken["amount_captured"], taken["currency"]) if taken else None,
        fee=_fee(taken) if taken else None,
        method=shown(_method(taken), METHOD_CHARS_MAX) if taken else "",
        paid_at=datetime.fromtimestamp(taken["created"], UTC) if taken else None,
        url=_address(session["url"]) if has_page else "",
        refunded=_part(taken, "amount_refunded"),
        disputed=disputed,
        failure=_failure(session["payment_intent"]) if state == "failed" else "",
        saved=_kept(session, shown(_method(taken), METHOD_CHARS_MAX)) if taken else None,
    )


def _state(
    session: Mapping[str, Any], charge: Mapping[str, Any] | None, now: datetime
) -> tuple[State, bool]:
    """The state, and whether Stripe's page takes money now. `complete` alone is not paid."""
    status = session["status"]
    if status == "open":
        return "open", True
    if status == "expired":
        return _after_closing(session["metadata"], now), False
    if status != "complete":
        raise ValueError(status)
    if session["payment_status"] == "paid":
        if not charge or charge["status"] != "succeeded":
            raise ValueError("paid without a charge")
        gone = charge["amount_captured"] <= charge["amount_refunded"]
        return ("refunded" if gone else "paid"), False
    intent = session["payment_intent"]
    # A debit that needs days has failed when its intent asks for another method.
    has_failed = intent["status"] in ("requires_payment_method", "canceled")
    return ("failed" if has_failed else "open"), False


def _after_closing(metadata: Mapping[str, Any], now: datetime) -> State:
    """Sessions live a day at most: an expired one is open as long as our own link is."""
    if metadata.get("cancelled"):
        return "cancelled"
    until = metadata.get("until")
    return "open" if until and now < datetime.fromisoformat(until) else "expired"


def _fee(charge: Mapping[str, Any]) -> Money | None:
    """What Stripe kept; None while it is not known, or when it was kept in another currency."""
    settled = charge.get("balance_transaction")
    if not isinstance(settled, Mapping) or settled["currency"] != charge["currency"]:
        return None
    return money(settled["fee"], settled["currency"])


def _method(charge: Mapping[str, Any]) -> str:
    return str((charge.get("payment_method_details") or {}).get("type") or "")


def _part(charge: Mapping[str, Any] | None, name: str) -> Money | None:
    return money(charge[name], charge["currency"]) if charge and charge[name] else None


def _address(url: Any) -> str:
    """Where the donor pays: nothing but an address of the web may be forwarded to."""
    if not url.startswith(("https://", "http://")) or len(url) > URL_CHARS_MAX:
        raise ValueError(url[:80])
    return str(url)
