"""What the provider says of a gift after it was booked: refunds, disputes and fees we did not make.

Owns the comparison of the provider's word with the books, so that whatever happened there is posted
once, however often and in whatever order we look. Never asks the provider: the story does.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, Sum

from obolo.gateways.payments.rail import RemotePayment
from obolo.giving.models import Gift
from obolo.giving.rails import TELL_REFUNDS
from obolo.giving.returns import deeds, queries, refunds
from obolo.giving.returns.models import Deed, DeedKind, Refund, RefundState, Way
from obolo.kit.money import Money
from obolo.ledger import actions as ledger
from obolo.ledger.errors import FundClosed
from obolo.ledger.models import Purpose
from obolo.organisations import queries as organisations
from obolo.organisations.bell import ring

OF_REFUND: Final = "refund"
OF_DISPUTE: Final = "dispute"


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What a look found that was not in the books before."""

    refunded: tuple[Refund, ...] = ()
    charged_back: Money | None = None
    came_back: Money | None = None
    fee: Money | None = None

    @property
    def is_any(self) -> bool:
        """Was there anything?"""
        return bool(self.refunded or self.charged_back or self.came_back or self.fee)


@transaction.atomic
def compare(*, gift_id: UUID, remote: RemotePayment) -> News:
    """Post what the provider says happened to a gift since we looked last.

    Raises NoSuchGift, CurrencyMismatch, ledger.TooMuch (more went back than came).
    """
    gift = deeds.lock(gift_id)
    before = set(_done(gift).values_list("id", flat=True))
    fee = _true_fee(gift, remote)
    back = _refunds(gift, remote)
    taken, returned = _disputes(gift, remote)
    new = [one for one in _done(gift) if one.id not in before]
    return News(refunded=tuple(new), charged_back=taken, came_back=_sum(back, returned), fee=fee)


@transaction.atomic
def charge_back(
    *,
    gift_id: UUID,
    amount: Money,
    dispute_fee: Money,
    account: str,
    reason: str,
    by: UUID | None,
    key: str,
) -> Deed:
    """Post that a bank took a gift back (a debit returned, a dispute): all or part of it.

    The same key and inputs once. Raises NoSuchGift, ReasonMissing, KeyReused, ledger.TooMuch.
    """
    reason = deeds.reason_of(reason)
    amounts = [amount.minor, dispute_fee.minor, amount.currency]
    told = deeds.told_hash("chargeback", gift_id, *amounts, account, reason)
    gift = deeds.lock(gift_id)
    if known := deeds.done_before(key, told):
        return known
    return _charge_back(gift, amount, dispute_fee, account, key, told, reason=reason, by=by)


def _true_fee(gift: Gift, remote: RemotePayment) -> Money | None:
    """The true fee of a gift whose fee was estimated, once."""
    if remote.fee is None or not queries.standing(gift).fee_is_estimate:
        return None
    on = deeds.today()
    key = f"fee:{gift.id}"
    ledger.post_fee_true_up(
        gift_id=gift.id, fee=remote.fee, account=deeds.account_of(gift), key=key, value_date=on
    )
    told = deeds.told_hash("fee", remote.fee.minor)
    difference = remote.fee - gift.fee
    deeds.write(
        DeedKind.FEE_KNOWN, key, told, gift=gift, amount=difference, fee_minor=remote.fee.minor,
        on=on,
    )  # fmt: skip
    ring(f"fund:{gift.cause.fund_id}")
    return remote.fee


def _refunds(gift: Gift, remote: RemotePayment) -> Money | None:
    """Post refunds we did not know of; money of a failed refund that came back is the answer."""
    said = remote.refunded.minor if remote.refunded else 0
    through_rail = _done(gift).exclude(way=Way.HAND).aggregate(t=Sum("amount_minor"))["t"] or 0
    known = through_rail - _came_back_minor(gift, OF_REFUND)
    if said > known:
        rest = refunds.settle_under_way(gift, said - known)
        if rest:
            number = Refund.objects.filter(gift=gift).count()
            key = f"found:{gift.id}:{number}:{said}"
            refunds.found_at_provider(gift, Money(rest, gift.currency), key)
    elif said < known and gift.payment.rail in TELL_REFUNDS:
        return _came_back(gift, Money(known - said, gift.currency), OF_REFUND)
    return None


def _disputes(gift: Gift, remote: RemotePayment) -> tuple[Money | None, Money | None]:
    """Post what banks took since, or what they gave back when a dispute ended for us."""
    said = remote.disputed.minor if remote.disputed else 0
    rows = Deed.objects.filter(gift=gift, kind=DeedKind.CHARGED_BACK, reason="")
    taken = rows.aggregate(t=Sum("amount_minor"))["t"] or 0
    known = taken - _came_back_minor(gift, OF_DISPUTE)
    if said > known:
        amount = Money(min(said - known, _left(gift)), gift.currency)
        if amount.minor <= 0:
            return None, None  # it had gone back before: the bank cannot take it twice
        account = deeds.account_of(gift)
        key = f"dispute:{gift.id}:{rows.count()}:{said}"
        told = deeds.told_hash("dispute", amount.minor)
        _charge_back(gift, amount, Money(0, gift.currency), account, key, told)
        return amount, None
    if said < known and gift.payment.rail in TELL_REFUNDS:
        return None, _came_back(gift, Money(known - said, gift.currency), OF_DISPUTE)
    return None, None


def _left(gift: Gift) -> int:
    standing = queries.standing(gift)
    return standing.gross_minor - standing.refunded_minor


def _charge_back(
    gift: Gift,
    amount: Money,
    dispute_fee: Money,
    account: str,
    key: str,
    told: bytes,
    *,
    reason: str = "",
    by: UUID | None = None,
) -> Deed:
    on = deeds.today()
    ledger.post_chargeback(
        gift_id=gift.id, amount=amount, dispute_fee=dispute_fee, account=account,
        key=f"chargeback:{key}"[:200], value_date=on,
    )  # fmt: skip
    made = deeds.write(
        DeedKind.CHARGED_BACK, key, told, gift=gift, amount=amount, on=on, by=by, reason=reason,
        fee_minor=dispute_fee.minor,
    )  # fmt: skip
    refunds.close_if_all_gone(gift)
    ring(f"fund:{gift.cause.fund_id}")
    return made


def _came_back(gift: Gift, amount: Money, of: str) -> Money:
    """Money we had posted as gone is ours again: the same gift's, with new numbers."""
    on = deeds.today()
    number = Deed.objects.filter(gift=gift, kind=DeedKind.CAME_BACK).count()
    key = f"came_back:{gift.id}:{number}"
    organisation = organisations.current()
    post = partial(
        ledger.post_came_back, gift_id=gift.id, amount=amount, value_date=on, key=key,
        account=deeds.account_of(gift),
    )  # fmt: skip
    try:
        with transaction.atomic():
            post(fund_id=gift.cause.fund_id, overhead_bps=organisation.overhead_bps)
    except FundClosed:  # the cause ended meanwhile: the reserve had stood in, the reserve has it
        reserve = ledger.system_fund(Purpose.RESERVE, amount.currency)
        post(fund_id=reserve.id, overhead_bps=0)
    told = deeds.told_hash(of, amount.minor)
    deeds.write(DeedKind.CAME_BACK, key, told, gift=gift, amount=amount, on=on, reason=of)
    refunds.reopen(gift)
    ring(f"fund:{gift.cause.fund_id}")
    return amount


def _came_back_minor(gift: Gift, of: str) -> int:
    rows = Deed.objects.filter(gift=gift, kind=DeedKind.CAME_BACK, reason=of)
    return rows.aggregate(t=Sum("amount_minor"))["t"] or 0


def _done(gift: Gift) -> QuerySet[Refund]:
    return Refund.objects.filter(gift=gift, state=RefundState.DONE).order_by("asked_at", "id")


def _sum(first: Money | None, second: Money | None) -> Money | None:
    return first + second if first and second else first or second
