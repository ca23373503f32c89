"""Verbs about receipts: issuing, voiding, replacing; who issues and to which name.

A gift's receipts are a chain: the first, and each later one in place of the one before. The last
is living unless it is void. The row of the payment is the lock of the chain.
"""

import re
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from obolo.giving.models import Gift, Payment, Receipt
from obolo.giving.receipts import queries
from obolo.giving.receipts.errors import (
    AlreadyVoid,
    NoSuchReceipt,
    NothingToReceipt,
    ReasonMissing,
    ReissueKeyReused,
    TaxCodeOdd,
)
from obolo.giving.receipts.models import Issuer, ReceiptName, ReceiptVoid
from obolo.giving.receipts.printed import Printed, method_kind, spoken
from obolo.kit.ids import new_id
from obolo.kit.text import shown
from obolo.ledger.returns import gift_state
from obolo.organisations import queries as organisations
from obolo.organisations.models import Organisation
from obolo.people.models import Person

REASON_CHARS_MAX = 200
_TAX_CODE = re.compile(r"[A-Z0-9]{16}|[0-9]{11}")

# One statement: the row it leaves locked keeps the numbers of a year without gaps.
_NEXT = """
INSERT INTO giving_receiptcounter AS c (id, year, last) VALUES (%s, %s, 1)
ON CONFLICT (organisation_id, year) DO UPDATE SET last = c.last + 1 RETURNING last
"""


def issue(*, gift: Gift, paid_on: date, organisation: Organisation) -> Receipt:
    """The first receipt of a gift, in the transaction that books it. `paid_on` is local."""
    printed = _printed(
        gift,
        organisation,
        person=gift.person,
        gift_minor=gift.gross_minor,
        amount_minor=gift.gross_minor,
        paid_on=paid_on,
    )
    return _write(gift, printed)


@transaction.atomic
def void(*, receipt_id: UUID, reason: str, by: UUID | None) -> ReceiptVoid:
    """End one receipt; its number stays, its paper says so. The same reason again: no change.

    Raises NoSuchReceipt, ReasonMissing, AlreadyVoid.
    """
    receipt = Receipt.objects.select_related("gift").filter(id=receipt_id).first()
    if receipt is None:
        raise NoSuchReceipt
    why = _reason(reason)
    _lock(receipt.gift)
    known = ReceiptVoid.objects.filter(receipt=receipt).first()
    if known is None:
        return ReceiptVoid.objects.create(receipt=receipt, reason=why, by=by)
    if known.reason != why:
        raise AlreadyVoid(known.reason)
    return known


@transaction.atomic
def void_for(*, gift_id: UUID, reason: str, by: UUID | None) -> ReceiptVoid | None:
    """End the living receipt of a gift, as when all of it went back.

    None when the gift has no receipt; one that is void already stays as it is.
    """
    gift = _gift(gift_id)
    _lock(gift)
    newest = queries.newest_of(gift_id)
    if newest is None:
        return None
    known = ReceiptVoid.objects.filter(receipt=newest).first()
    return known or ReceiptVoid.objects.create(receipt=newest, reason=_reason(reason), by=by)


@transaction.atomic
def reissue(
    *,
    gift_id: UUID,
    reason: str,
    by: UUID | None,
    key: str,
    name: str = "",
    tax_code: str = "",
) -> Receipt:
    """Give a gift another receipt in place of its last one, which is voided.

    It says what holds now: what is left after refunds, the person whose gift it is (under `name`
    and `tax_code` from now on, when given), today's name of the organisation. The same `key` does
    it once. Raises NoSuchReceipt, ReasonMissing, NothingToReceipt when nothing is left,
    ReissueKeyReused, TaxCodeOdd.
    """
    gift, why = _gift(gift_id), _reason(reason)
    _lock(gift)
    known = Receipt.objects.filter(key=key).first()
    if known is not None:
        if (known.gift_id, known.reason) != (gift.id, why):
            raise ReissueKeyReused(known.shown)
        return known
    old = queries.newest_of(gift_id)
    if old is None:
        raise NoSuchReceipt
    if name.strip():
        owner = queries.owner_id(gift)
        keep_receipt_name(person_id=owner, name=name, tax_code=tax_code, by=by)
    printed = _printed_now(gift)
    if not ReceiptVoid.objects.filter(receipt=old).exists():
        ReceiptVoid.objects.create(receipt=old, reason=why, by=by)
    return _write(gift, printed, replaces=old, key=key, reason=why, by=by)


@transaction.atomic
def follow_return(*, gift_id: UUID, reason: str, by: UUID | None, key: str) -> Receipt | None:
    """Bring the receipt after money went back, all or part: void it, or replace it by the rest.

    Call it in the transaction that posted the return. The living receipt, or None.
    """
    state = gift_state(gift_id)
    if state.gross_minor - state.refunded_minor > 0:
        return reissue(gift_id=gift_id, reason=reason, by=by, key=key)
    void_for(gift_id=gift_id, reason=reason, by=by)
    return None


def keep_issuer(*, by: UUID | None, **details: str) -> Issuer:
    """From now on receipts name the organisation like this (fields of Issuer)."""
    clean = {name: _lines(value) for name, value in details.items()}
    clean["tax_code"] = re.sub(r"\s", "", clean.get("tax_code", "")).upper()
    known = queries.issuer()
    if known is not None and all(getattr(known, k) == v for k, v in clean.items()):
        return known
    return Issuer.objects.create(by=by, **clean)


def keep_receipt_name(*, person_id: UUID, name: str, tax_code: str, by: UUID | None) -> ReceiptName:
    """From now on this person's receipts carry this name and tax code. Raises TaxCodeOdd."""
    code = re.sub(r"\s", "", tax_code).upper()
    if code and not _TAX_CODE.fullmatch(code):
        raise TaxCodeOdd
    name = shown(" ".join(name.split()), 100)
    known = queries.receipt_name(person_id)
    if known is not None and (known.name, known.tax_code) == (name, code):
        return known
    return ReceiptName.objects.create(person_id=person_id, name=name, tax_code=code, by=by)


def _printed_now(gift: Gift) -> Printed:
    """What a receipt of this gift would say today. Raises NothingToReceipt."""
    state = gift_state(gift.id)
    left = state.gross_minor - state.refunded_minor
    if left <= 0:
        raise NothingToReceipt
    owner = queries.owner_id(gift)
    person = None if owner == gift.person_id else Person.objects.filter(id=owner).first()
    organisation = organisations.current()
    zone = ZoneInfo(organisation.time_zone)
    return _printed(
        gift,
        organisation,
        person=person or gift.person,
        gift_minor=state.gross_minor,
        amount_minor=left,
        paid_on=gift.paid_at.astimezone(zone).date(),
    )


def _printed(
    gift: Gift,
    organisation: Organisation,
    *,
    person: Person,
    gift_minor: int,
    amount_minor: int,
    paid_on: date,
) -> Printed:
    language = spoken(gift.payment.language, organisation.language)
    wished = queries.receipt_name(person.id)
    return Printed(
        language=language,
        body=queries.body(organisation),
        donor_name=wished.name if wished else person.name,
        donor_tax_code=wished.tax_code if wished else "",
        gift_minor=gift_minor,
        amount_minor=amount_minor,
        currency=gift.currency,
        method=method_kind(gift.method),
        paid_on=paid_on,
        cause=gift.cause.name(language),
    )


def _write(gift: Gift, printed: Printed, **more: Any) -> Receipt:
    """Take the next number of the year of the payment. Nothing may fail after it but all."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [new_id(), printed.paid_on.year])
        row = cursor.fetchone()
    assert row is not None
    return Receipt.objects.create(
        gift=gift, year=printed.paid_on.year, number=row[0], printed=printed.to_json(), **more
    )


def _gift(gift_id: UUID) -> Gift:
    found = Gift.objects.select_related("payment", "person", "cause").filter(id=gift_id).first()
    if found is None:
        raise NoSuchReceipt
    return found


def _lock(gift: Gift) -> None:
    # Receipts are never altered, so their own rows cannot be locked.
    Payment.objects.select_for_update().get(id=gift.payment_id)


def _reason(text: str) -> str:
    why = shown(" ".join(text.split()), REASON_CHARS_MAX)
    if not why:
        raise ReasonMissing
    return why


def _lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return shown("\n".join(line for line in lines if line), 300)
