"""Gifts of the cast, and what a provider may say of their payments."""

from datetime import datetime
from typing import Any

from obolo.causes.models import Cause
from obolo.causes.tests.cast import eur
from obolo.gateways.payments.rail import RemotePayment
from obolo.giving import actions
from obolo.giving.models import Gift, Payment
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.people.models import Person


def asked(person: Person, cause: Cause, minor: int = 500) -> Payment:
    """The person agreed to give; the provider does not know yet."""
    return actions.ask(
        person=person,
        cause=cause,
        amount=eur(minor),
        language=person.language,
        conversation_id=None,
    )


def opened(person: Person, cause: Cause, minor: int = 500) -> Payment:
    """The same, and the provider waits for the money."""
    payment = asked(person, cause, minor)
    assert actions.placed(payment=payment, rail="simulator", remote=told(payment, "open"))
    payment.refresh_from_db()
    return payment


def told(payment: Payment, state: Any = "paid", **other: Any) -> RemotePayment:
    """What the provider says of a payment: by default that all of it was paid, fee 33 cents."""
    is_paid = state == "paid"
    facts: dict[str, Any] = {
        "provider_ref": f"pp_{payment.id.hex}",
        "reference": payment.reference,
        "state": state,
        "asked": payment.asked,
        "paid": payment.asked if is_paid else None,
        "fee": Money(33, payment.currency) if is_paid else None,
        "method": "card" if is_paid else "",
        "paid_at": now() if is_paid else None,
        "url": "http://localhost/sim/pay/1",
    }
    return RemotePayment(**facts | other)


def paid(
    person: Person, cause: Cause, minor: int = 500, *, fee: int = 33, at: datetime | None = None
) -> Gift:
    """A gift that arrived."""
    payment = opened(person, cause, minor)
    remote = told(payment, fee=eur(fee), paid_at=at or now())
    gift, booked = actions.settle(payment_id=payment.id, remote=remote)
    assert booked
    assert gift is not None
    return gift
