"""The cast of the public pages: Anna, who gives, and the little that happens to her gifts."""

import io
from datetime import date
from typing import Any

from PIL import Image

from obolo.causes import actions as causes
from obolo.causes.actions import NewEvidence
from obolo.causes.models import Cause, EvidenceKind, Purchase
from obolo.gateways.payments.rail import RemotePayment
from obolo.giving import actions as giving
from obolo.giving.models import Gift, Payment
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.people import actions as people
from obolo.stories import spend_and_trace
from obolo.trace import actions as trace

NAME = "Anna Quattrociocche"  # must be on no page
PHONE = "393331234567"
WELL = {"it": "Il pozzo di Moroto", "en": "The well of Moroto", "ar": "بئر موروتو"}


def well(slug: str = "pozzo") -> Cause:
    """A cause kept in euro."""
    return causes.open_cause(slug=slug, names=WELL, currency="EUR")


def asked(cause: Cause, *, minor: int = 500, lang: str = "it") -> Payment:
    """Anna agreed to give; the provider does not know yet."""
    anna = people.recognise(addresses=[("phone", PHONE)], name=NAME, language=lang)
    amount = Money(minor, "EUR")
    return giving.ask(person=anna, cause=cause, amount=amount, language=lang, conversation_id=None)


def opened(cause: Cause, **more: Any) -> Payment:
    """The same, and the provider waits for the money."""
    payment = asked(cause, **more)
    giving.placed(payment=payment, rail="pretend", remote=_remote(payment, "open"))
    payment.refresh_from_db()
    return payment


def ended(payment: Payment, state: str) -> None:
    """The provider says how it ended without money."""
    giving.settle(payment_id=payment.id, remote=_remote(payment, state))


def paid(payment: Payment, *, minor: int | None = None, fee: int | None = 30) -> Gift:
    """The money arrived, `minor` of it, and the provider kept `fee`."""
    arrived = Money(minor or payment.asked_minor, "EUR")
    remote = _remote(payment, "paid", arrived, None if fee is None else Money(fee, "EUR"))
    gift, _ = giving.settle(payment_id=payment.id, remote=remote)
    assert gift is not None
    return gift


def page_of(gift: Gift) -> str:
    """The path of the page's address."""
    address = trace.url(trace.link_for(gift_id=gift.id).id)
    return "/t/" + address.partition("/t/")[2]


def bought(
    cause: Cause, minor: int, *, what: str = "Tubi per il pozzo", files: str = "photo invoice"
) -> Purchase:
    """Staff record a purchase; `files` names the kinds of evidence."""
    return spend_and_trace.record(
        cause_id=cause.id,
        amount=Money(minor, "EUR"),
        description=what,
        bought_on=date(2026, 11, 20),
        key=f"{what}:{minor}",
        evidence=[_evidence(kind) for kind in files.split()],
    )


def picture() -> bytes:
    """A small photo."""
    file = io.BytesIO()
    Image.new("RGB", (320, 200), "teal").save(file, "JPEG")
    return file.getvalue()


def _evidence(kind: str) -> NewEvidence:
    content = picture() if kind == "photo" else b"%PDF-1.7 an invoice"
    return NewEvidence(EvidenceKind(kind), content, f"{kind} of {NAME}")


def _remote(
    payment: Payment, state: Any, arrived: Money | None = None, fee: Money | None = None
) -> RemotePayment:
    return RemotePayment(
        provider_ref=f"pp_{payment.id.hex}",
        reference=payment.reference,
        state=state,
        asked=payment.asked,
        paid=arrived,
        fee=fee,
        method="card",
        paid_at=now() if arrived else None,
        url="http://localhost/sim/pay/abc",
    )
