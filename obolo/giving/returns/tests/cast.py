"""Gifts that came through the pretend provider, and what it says of them later."""

from typing import Any
from uuid import UUID, uuid4

from obolo.causes.models import Cause
from obolo.causes.tests.cast import eur
from obolo.gateways.payments.rail import RemotePayment, RemoteRefund
from obolo.giving import actions as giving
from obolo.giving.models import Gift
from obolo.giving.rails import PRETEND
from obolo.giving.returns import queries
from obolo.giving.returns.models import Refund
from obolo.giving.tests.cast import asked, told
from obolo.people.models import Person

STAFF, OTHER = uuid4(), uuid4()


def gave(person: Person, cause: Cause, minor: int = 500, fee: int | None = 33) -> Gift:
    """A gift through the pretend provider."""
    payment = asked(person, cause, minor)
    assert giving.placed(payment=payment, rail=PRETEND, remote=told(payment, "open"))
    payment.refresh_from_db()
    remote = told(payment, fee=None if fee is None else eur(fee))
    gift, booked = giving.settle(payment_id=payment.id, remote=remote)
    assert booked
    assert gift is not None
    return gift


def says(gift: Gift, **other: Any) -> RemotePayment:
    """What the provider says of the gift's payment by now."""
    other = {k: eur(v) if k in ("refunded", "disputed", "fee") else v for k, v in other.items()}
    return told(gift.payment, paid=gift.gross, **{"fee": gift.fee} | other)


def taken(refund: Refund, state: Any = "done") -> RemoteRefund:
    """The provider's answer to a refund."""
    return RemoteRefund(
        refund_ref=f"re_{refund.id.hex}", provider_ref="pp", amount=refund.amount, state=state
    )


def left(gift: Gift) -> int:
    """What can still be given back, in cents."""
    return queries.standing(Gift.objects.get(id=gift.id)).left_minor


def kinds(gift_id: UUID) -> list[str]:
    """What was done, in order."""
    return [deed.kind for deed in queries.history(gift_id)]
