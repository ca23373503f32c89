"""The verb of the desk: writing down what was handed over.

Source of the limit: art. 49 of D.Lgs. 231/2007 (cash of 5,000 euro or more between different
persons, also when split; parts of one operation are looked for within seven days).
"""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum

from obolo.causes.models import Cause
from obolo.gateways.payments.rail import RemotePayment
from obolo.giving import actions as giving
from obolo.giving.desk.errors import BadDeskGift, DraftReused, TooMuchCash
from obolo.giving.desk.models import NOTE_CHARS_MAX, DeskGift, Method
from obolo.giving.models import Gift
from obolo.kit.clock import now
from obolo.kit.ids import new_token
from obolo.kit.money import Money
from obolo.organisations import queries as organisations
from obolo.people.models import Person

RAIL: Final = "desk"
CASH_MINOR_LIMIT: Final = 5_000_00  # euro cents; this much is already too much
CASH_WITHIN: Final = timedelta(days=7)
OLDEST: Final = timedelta(days=366 * 2)  # older: a slip of the finger in the year


@transaction.atomic
def record(
    *,
    key: str,
    person: Person,
    cause: Cause,
    amount: Money,
    method: str,
    received_on: date,
    note: str = "",
    by: UUID | None = None,
) -> tuple[Gift, bool]:
    """Book what was handed over: (its gift, whether this call booked it).

    The same `key` and words record once. Raises TooMuchCash, DraftReused, BadDeskGift (no such
    method, another currency than the cause's, a day to come or long gone) and what the ledger does.
    """
    _one_at_a_time(person.id)
    told = _told(person, cause, amount, method, received_on, note)
    known = DeskGift.objects.filter(key=key).first()
    if known is not None:
        if bytes(known.told) != told:
            raise DraftReused
        return Gift.objects.select_related("cause", "person").get(id=known.gift_id), False
    _check(cause, amount, method, received_on)
    _check_cash(person, amount, method, received_on)
    gift = _settle(person, cause, amount, method, received_on)
    DeskGift.objects.create(
        key=key,
        told=told,
        method=method,
        received_on=received_on,
        amount_minor=amount.minor,
        currency=amount.currency,
        person_id=person.id,
        payment_id=gift.payment_id,
        gift_id=gift.id,
        note=note.strip()[:NOTE_CHARS_MAX],
        by=by,
    )
    return gift, True


def _settle(person: Person, cause: Cause, amount: Money, method: str, received_on: date) -> Gift:
    reference = new_token()
    payment = giving.await_transfer(
        person=person,
        cause=cause,
        amount=amount,
        language=person.language or organisations.current().language,
        conversation_id=None,
        reference=reference,
        creditor_reference=f"desk {reference}",
        rail=RAIL,
    )
    remote = RemotePayment(
        provider_ref=f"desk {reference}",
        reference=reference,
        state="paid",
        asked=amount,
        paid=amount,
        fee=Money(0, amount.currency),
        method=method,
        paid_at=min(datetime.combine(received_on, time(12), UTC), now()),
        url="",
    )
    gift, _ = giving.settle(payment_id=payment.id, remote=remote)
    assert gift is not None  # paid, in full, a moment ago
    return gift


def _check(cause: Cause, amount: Money, method: str, received_on: date) -> None:
    today = now().date()
    if method not in Method.values or amount.currency != cause.currency or amount.minor <= 0:
        raise BadDeskGift("Cash or a cheque, in the currency of the cause.")
    if not today - OLDEST <= received_on <= today + timedelta(days=1):  # it is tomorrow somewhere
        raise BadDeskGift("The day is to come, or long gone.")


def _check_cash(person: Person, amount: Money, method: str, received_on: date) -> None:
    if method != Method.CASH or amount.currency != "EUR":
        return
    week = DeskGift.objects.filter(
        person_id=person.id,
        method=Method.CASH,
        currency="EUR",
        received_on__gt=received_on - CASH_WITHIN,
        received_on__lt=received_on + CASH_WITHIN,
    ).aggregate(minor=Sum("amount_minor"))
    if (week["minor"] or 0) + amount.minor >= CASH_MINOR_LIMIT:
        raise TooMuchCash


def _one_at_a_time(person_id: UUID) -> None:
    """Two desks cannot both take what would be too much together, nor the same form twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"desk {person_id}"]
        )


def _told(
    person: Person, cause: Cause, amount: Money, method: str, received_on: date, note: str
) -> bytes:
    parts = [person.id, cause.id, amount.minor, amount.currency, method, received_on, note.strip()]
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
