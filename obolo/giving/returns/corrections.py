"""Corrections of what was booked wrongly: amount, person; and gifts that match another.

Owns which corrections there are. A gift's row keeps what was booked; the deed and the ledger's
entry say what was put right. The one column that follows is whose gift it is now.
(A wrong cause is a move of the gift's own cents: see `moves`.)
"""

from datetime import date
from uuid import UUID

from django.db import transaction

from obolo.giving.models import Gift
from obolo.giving.returns import deeds, queries, refunds
from obolo.giving.returns.errors import BadCorrection, NoSuchGift, NotEnoughLeft
from obolo.giving.returns.models import Deed, DeedKind
from obolo.kit.money import Money
from obolo.ledger import actions as ledger
from obolo.organisations import queries as organisations
from obolo.organisations.bell import ring
from obolo.people.models import Person


@transaction.atomic
def void(
    *, gift_id: UUID, gross: Money, fee: Money, reason: str, by: UUID | None, key: str
) -> Deed:
    """Take off what was booked too much: all of it for a duplicate, a part for a wrong amount.

    `fee` is the part of the booked fee that belongs to it. The gift's own free cents give way;
    for spent ones the reserve stands in. Raises NoSuchGift, NotEnoughLeft, BadCorrection,
    ReasonMissing, KeyReused, CurrencyMismatch.
    """
    reason = deeds.reason_of(reason)
    told = deeds.told_hash("void", gift_id, gross.minor, fee.minor, gross.currency, reason)
    gift = deeds.lock(gift_id)
    if known := deeds.done_before(key, told):
        return known
    standing = queries.standing(gift)
    if gross.minor > standing.left_minor or not standing.left_minor:
        raise NotEnoughLeft(standing.left_minor)
    if not 0 <= fee.minor <= standing.fee_minor or (gross - fee).minor <= 0:
        raise BadCorrection(
            "The fee of what is taken off is at most the booked fee, and less than the amount."
        )
    on = deeds.today()
    ledger.post_void(
        gift_id=gift.id, gross=gross, fee=fee, account=deeds.account_of(gift),
        key=f"void:{key}"[:200], value_date=on, reason="correction",
    )  # fmt: skip
    made = deeds.write(
        DeedKind.VOIDED, key, told, gift=gift, amount=gross, fee_minor=fee.minor, on=on, by=by,
        reason=reason,
    )  # fmt: skip
    refunds.close_if_all_gone(gift)
    ring(f"fund:{gift.cause.fund_id}")
    return made


@transaction.atomic
def add(*, gift_id: UUID, gross: Money, fee: Money, reason: str, by: UUID | None, key: str) -> Deed:
    """Add what was booked too little: more numbers for the same gift, at the end of its line.

    Raises NoSuchGift, BadCorrection, ReasonMissing, KeyReused, CurrencyMismatch, FundClosed.
    """
    reason = deeds.reason_of(reason)
    told = deeds.told_hash("add", gift_id, gross.minor, fee.minor, gross.currency, reason)
    gift = deeds.lock(gift_id)
    if known := deeds.done_before(key, told):
        return known
    if (gross - Money(0, gift.currency)).minor <= 0 or not 0 <= fee.minor < gross.minor:
        raise BadCorrection("What is added is more than nothing, and more than its fee.")
    on = deeds.today()
    ledger.post_additional_mint(
        gift_id=gift.id, fund_id=gift.cause.fund_id, gross=gross, fee=fee,
        overhead_bps=organisations.current().overhead_bps, account=deeds.account_of(gift),
        key=f"add:{key}"[:200], value_date=on,
    )  # fmt: skip
    made = deeds.write(
        DeedKind.RAISED, key, told, gift=gift, amount=gross, fee_minor=fee.minor, on=on, by=by,
        reason=reason,
    )  # fmt: skip
    ring(f"fund:{gift.cause.fund_id}")
    return made


@transaction.atomic
def change_owner(
    *, gift_id: UUID, person_id: UUID, reason: str, by: UUID | None, key: str
) -> tuple[Deed, bool]:
    """The gift is another person's than was thought: numbers stay, pages and lists follow.

    The deed, and whether this call did it. Raises NoSuchGift, BadCorrection (nobody, or theirs
    already), ReasonMissing, KeyReused.
    """
    reason = deeds.reason_of(reason)
    told = deeds.told_hash("owner", gift_id, person_id, reason)
    gift = deeds.lock(gift_id)
    if known := deeds.done_before(key, told):
        return known, False
    to = Person.objects.filter(id=person_id).first()
    if to is None or to.id == gift.person_id:
        raise BadCorrection("Choose another person, one that is known here.")
    ledger.change_owner(
        gift_id=gift.id, owner_id=to.id, key=f"owner:{key}"[:200], value_date=deeds.today()
    )
    Gift.objects.filter(id=gift.id).update(person=to)
    made = deeds.write(
        DeedKind.OWNER_CHANGED, key, told, gift=gift, person_from=gift.person, person_to=to, by=by,
        reason=reason,
    )  # fmt: skip
    return made, True


@transaction.atomic
def match(*, gift_id: UUID, matched_id: UUID, reason: str, by: UUID | None, key: str) -> Deed:
    """Note that a gift was given because of another one. No cent moves.

    Raises NoSuchGift, BadCorrection (itself, or linked already), ReasonMissing, KeyReused.
    """
    reason = deeds.reason_of(reason)
    told = deeds.told_hash("match", gift_id, matched_id, reason)
    gift = deeds.lock(gift_id)
    if known := deeds.done_before(key, told):
        return known
    other = Gift.objects.filter(id=matched_id).first()
    if other is None:
        raise NoSuchGift
    linked = Deed.objects.filter(kind=DeedKind.MATCHED, gift=gift).exists()
    turned = Deed.objects.filter(kind=DeedKind.MATCHED, gift=other, other_gift=gift).exists()
    if other.id == gift.id or linked or turned:
        raise BadCorrection("A gift matches one other gift, and not the one that matches it.")
    return deeds.write(
        DeedKind.MATCHED, key, told, gift=gift, other_gift=other, amount=gift.gross, by=by,
        reason=reason,
    )  # fmt: skip


@transaction.atomic
def convert(
    *,
    fund_id: UUID,
    sold: Money,
    bought: Money,
    fee: Money,
    rate: str,
    on: date,
    account: str,
    reason: str,
    by: UUID | None,
    key: str,
) -> Deed:
    """Note that a bank changed money of one fund into another currency.

    `fee` is the bank's, part of `sold`; `rate` is its rate as written. Raises BadCorrection,
    ReasonMissing, KeyReused, ledger.NotEnoughCents, NoSuchFund, FundClosed, NotPostable.
    """
    reason = deeds.reason_of(reason)
    amounts = [(m.minor, m.currency) for m in (sold, bought, fee)]
    told = deeds.told_hash("convert", fund_id, *amounts, rate, on, account, reason)
    if known := deeds.done_before(key, told):
        return known
    if not refunds.OLDEST_DAY <= on <= deeds.today() or not rate.strip():
        raise BadCorrection("Give the bank's rate and its day, which is not in the future.")
    made = deeds.write(
        DeedKind.CONVERTED, key, told, about=fund_id, amount=sold, fee_minor=fee.minor, on=on,
        by=by, reason=reason,
    )  # fmt: skip
    ledger.post_conversion(
        conversion_id=made.id, fund_id=fund_id, sold=sold, bought=bought, fee=fee,
        account_sold=account, account_bought=account, rate=rate.strip(),
        key=f"convert:{made.id}", value_date=on,
    )  # fmt: skip
    ring(f"fund:{fund_id}")
    return made
