"""Pretend payments: what may be asked, paid, refused, refunded; what it costs.

Owns the rules and the fees of the pretend provider. Pure: reads a payment, answers the change to
write down. Amounts are whole minor units; fees are rounded half up.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from obolo.kit.money import AMOUNT_MINOR_MAX, Money, NotAnAmount, exponent
from obolo.simulator.errors import Conflict, Refused
from obolo.simulator.world import Payment

METHODS = ("card", "satispay")
LANGUAGES = ("it", "en", "ar")
LIFE_DAYS = 30
_WEB = re.compile(r"https?://[^\s]{1,2000}")
Change = dict[str, Any]


def opened(asked: dict[str, Any], payment_id: str, now: datetime) -> dict[str, Any]:
    """The fields of a new payment, JSON-safe. Raises Refused for anything that is not one."""
    amount, currency = asked.get("amount_minor"), asked.get("currency")
    _amount(amount, "amount_minor")
    try:
        Money(1, currency if isinstance(currency, str) else "")
    except NotAnAmount:
        raise Refused("The currency is an ISO 4217 code such as EUR.") from None
    reference, url = asked.get("reference"), asked.get("return_url", "")
    if not isinstance(reference, str) or not 1 <= len(reference) <= 200:
        raise Refused("The reference is a text of 1 to 200 characters.")
    if url and (not isinstance(url, str) or not _WEB.fullmatch(url)):
        raise Refused("The return_url is an http or https address.")
    lang = asked.get("lang", "en")
    return {
        "id": payment_id,
        "reference": reference,
        "amount_minor": amount,
        "currency": currency,
        "description": str(asked.get("description") or "")[:500],
        "return_url": url,
        "lang": lang if lang in LANGUAGES else "en",
        "created_at": now.isoformat(),
        "expires_at": _expiry(asked.get("expires_at"), now).isoformat(),
        **({"keeps": True} if asked.get("keep_method") is True else {}),
    }


def paid(payment: Payment, asked: dict[str, Any], now: datetime) -> Change:
    """The payment is paid, perhaps with another amount. Raises Conflict or Refused."""
    _must_be(payment, ("open", "failed"))
    amount, method = asked.get("amount_minor", payment.amount_minor), asked.get("method", "card")
    _amount(amount, "amount_minor")
    if method not in METHODS:
        raise Refused(f"The method is one of {', '.join(METHODS)}.")
    return {
        "status": "paid",
        "paid_amount_minor": amount,
        "fee_minor": fee_minor(amount, payment.currency, method),
        "paid_at": now.isoformat(),
        "method": method,
    } | _kept(payment)


def _kept(payment: Payment) -> Change:
    """The names of the method and its owner, when the merchant asked to keep it."""
    if not payment.keeps:
        return {}
    return {"method_id": f"pm_{payment.id}", "customer": f"cus_{payment.id}"}


def charged(payment: Payment, method_id: str, code: str | None, now: datetime) -> Change:
    """What comes of taking it from a kept method: paid, or failed with the code the hand set."""
    if code:
        return {"status": "failed", "failure": code, "method": "card", "method_id": method_id}
    return paid(payment, {"method": "card"}, now) | {"method_id": method_id}


def failed(payment: Payment) -> Change:
    """The attempt was declined; the person may try again."""
    _must_be(payment, ("open", "failed"))
    return {"status": "failed"}


def cancelled(payment: Payment) -> Change:
    """The merchant takes the request back."""
    _must_be(payment, ("open", "failed"))
    return {"status": "cancelled"}


def refunded(payment: Payment, asked: dict[str, Any]) -> Change:
    """Part or all of the money goes back; the fee does not."""
    _must_be(payment, ("paid",))
    left = (payment.paid_amount_minor or 0) - payment.refunded_amount_minor
    amount = asked.get("amount_minor", left)
    _amount(amount, "amount_minor")
    if amount > left:
        raise Conflict(f"Only {left} minor units of this payment are left to refund.")
    change: Change = {"refunded_amount_minor": payment.refunded_amount_minor + amount}
    return change | ({"status": "refunded"} if amount == left else {})


def expired(payment: Payment, now: datetime) -> Change | None:
    """The change when the time of an unpaid payment is over, else None."""
    if payment.status in ("open", "failed") and now >= payment.expires_at:
        return {"status": "expired"}
    return None


def fee_minor(amount_minor: int, currency: str, method: str) -> int:
    """What the provider keeps: card 1.5 % + 25; satispay nothing below 10.00, then 0.95 %."""
    if method == "card":
        return _rounded(amount_minor * 150) + 25
    free_below = 10 * 10 ** exponent(currency)
    return 0 if amount_minor < free_below else _rounded(amount_minor * 95)


def shown(payment: Payment, public_base: str) -> dict[str, Any]:
    """The payment as the provider's API gives it."""
    return {
        "id": payment.id,
        "url": f"{public_base}/sim/pay/{payment.id}",
        "status": payment.status,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "reference": payment.reference,
        "description": payment.description,
        "created_at": payment.created_at.isoformat(),
        "expires_at": payment.expires_at.isoformat(),
        "paid_amount_minor": payment.paid_amount_minor,
        "fee_minor": payment.fee_minor,
        "paid_at": payment.paid_at.isoformat() if payment.paid_at else None,
        "method": payment.method,
        "refunded_amount_minor": payment.refunded_amount_minor,
        "method_id": payment.method_id,
        "customer": payment.customer,
        "failure": payment.failure,
    }


def moment(text: Any) -> datetime:
    """An ISO 8601 moment; without an offset it is UTC. Raises Refused."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Refused(f"{json.dumps(text)} is not an ISO 8601 time.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _expiry(text: Any, now: datetime) -> datetime:
    if text is None:
        return now + timedelta(days=LIFE_DAYS)
    found = moment(text)
    if found <= now:
        raise Refused("The time of expires_at has passed.")
    return found


def _amount(amount: Any, name: str) -> None:
    if type(amount) is not int or not 0 < amount <= AMOUNT_MINOR_MAX:
        raise Refused(f"{name} is a whole number of minor units, 1 or more.")


def _must_be(payment: Payment, wanted: tuple[str, ...]) -> None:
    if payment.status not in wanted:
        raise Conflict(f"This payment is {payment.status}.")


def _rounded(ten_thousandths: int) -> int:
    return (ten_thousandths + 5_000) // 10_000
