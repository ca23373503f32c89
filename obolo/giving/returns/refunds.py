"""Refunds: planned as a row, carried out by a story, posted in the transaction that notes it.

Owns how much of a gift can go back, and that it goes back once. Talks to no provider: the story
asks the rail outside any transaction, then calls `sent` or `refused`.
"""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from obolo.gateways.payments.rail import RemoteRefund
from obolo.giving.models import Gift, Payment, PaymentState
from obolo.giving.rails import can_refund
from obolo.giving.returns import deeds, queries
from obolo.giving.returns.errors import (
    AllGivenBack,
    BadCorrection,
    NoSuchRefund,
    NotEnoughLeft,
    NoWayBack,
    TooLate,
)
from obolo.giving.returns.models import DeedKind, Refund, RefundState, Way
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.ledger import actions as ledger
from obolo.organisations.bell import ring

TRY_AGAIN: Final = timedelta(seconds=30)  # the provider is away; then ever more slowly
TRY_AGAIN_MAX: Final = timedelta(hours=6)
OLDEST_DAY: Final = date(2000, 1, 1)


@transaction.atomic
def ask_refund(
    *, gift_id: UUID, amount: Money, reason: str, by: UUID | None, key: str
) -> tuple[Refund, bool]:
    """Plan a refund through the rail the gift came by; the row, and whether it is new.

    `amount` is of what the donor paid: the provider's fee is the organisation's loss. The same key
    and inputs: the same refund. Raises NoSuchGift, NoWayBack, NotEnoughLeft, AllGivenBack,
    ReasonMissing, KeyReused, CurrencyMismatch.
    """
    reason = deeds.reason_of(reason)
    told = deeds.told_hash("refund", gift_id, amount.minor, amount.currency, reason)
    gift = deeds.lock(gift_id)
    if known := _before(key, told):
        return known, False
    if not gift.payment.provider_ref or not can_refund(gift.payment.rail):
        raise NoWayBack
    _check_left(gift, amount)
    refund = _plan(gift, amount, Way.RAIL, deeds.account_of(gift), reason, by, key, told)
    ring("refund")
    return refund, True


@transaction.atomic
def pay_back_by_hand(
    *,
    gift_id: UUID,
    amount: Money,
    account: str,
    on: date,
    reason: str,
    by: UUID | None,
    key: str,
) -> tuple[Refund, bool]:
    """Note that money was paid back by hand on that day, and post it at once.

    `account` is the ledger's cash account it left (`cash:bank`). Raises what `ask_refund` does
    but NoWayBack, and BadCorrection for a day that cannot be.
    """
    reason = deeds.reason_of(reason)
    told = deeds.told_hash("hand", gift_id, amount.minor, amount.currency, account, on, reason)
    gift = deeds.lock(gift_id)
    if known := _before(key, told):
        return known, False
    if not OLDEST_DAY <= on <= deeds.today():
        raise BadCorrection("The day lies in the future, or too far back.")
    _check_left(gift, amount)
    refund = _plan(gift, amount, Way.HAND, account, reason, by, key, told)
    _post(gift, refund, ref="", on=on, by=by)
    return refund, True


@transaction.atomic
def withdraw_refund(*, refund_id: UUID, by: UUID | None) -> None:
    """Undo a refund that nobody has begun to carry out; raises NoSuchRefund, TooLate."""
    refund = _locked(refund_id)
    if refund.state == RefundState.WITHDRAWN:
        return
    if refund.state != RefundState.PLANNED or refund.attempts:
        raise TooLate
    Refund.objects.filter(id=refund_id).update(state=RefundState.WITHDRAWN)
    key = f"refund:{refund_id}:withdrawn"
    deeds.write(
        DeedKind.REFUND_WITHDRAWN, key, b"", gift=refund.gift, about=refund_id, by=by,
        amount=refund.amount,
    )  # fmt: skip


def claim_refunds(*, limit: int) -> list[Refund]:
    """Planned refunds to carry out now; each is ours for some seconds.

    One that is more than what is left by now (somebody gave it back at the provider meanwhile) is
    refused here: it must not reach the provider.
    """
    due = list(
        Refund.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("gift__payment", "gift__cause", "gift__person")
        .filter(state=RefundState.PLANNED, look_at__lte=now())
        .order_by("look_at")[:limit]
    )
    ready: list[Refund] = []
    for refund in due:
        refund.attempts += 1
        wait = min(TRY_AGAIN * 2 ** min(refund.attempts - 1, 10), TRY_AGAIN_MAX)
        rows = Refund.objects.filter(id=refund.id)
        rows.update(attempts=min(refund.attempts, 1000), look_at=now() + wait)
        if refund.attempts == 1 and queries.standing(refund.gift).left_minor < 0:
            refused(refund_id=refund.id, why="It was given back meanwhile.")
        else:
            ready.append(refund)
    return ready


@transaction.atomic
def sent(*, refund_id: UUID, remote: RemoteRefund) -> bool:
    """The provider took the refund: post it. True for the one call that posted it.

    `pending` counts as gone: it has left our balance. Should it fail later, `found.compare` sees
    that less was refunded than we posted.
    """
    refund = _locked(refund_id)
    if refund.state != RefundState.PLANNED:
        return False  # a look at the payment has found and posted it already
    if remote.state == "failed":
        _refuse(refund, "The provider could not give it back.")
        return False
    _post(refund.gift, refund, ref=remote.refund_ref, on=deeds.today(), by=None)
    return True


@transaction.atomic
def refused(*, refund_id: UUID, why: str) -> bool:
    """The provider refused for good; True for the one call that noted it."""
    refund = _locked(refund_id)
    if refund.state != RefundState.PLANNED:
        return False
    _refuse(refund, why)
    return True


def found_at_provider(gift: Gift, amount: Money, key: str) -> Refund:
    """Book a refund that somebody made at the provider itself; the gift must be locked."""
    told = deeds.told_hash("found", gift.id, amount.minor)
    refund = _plan(gift, amount, Way.FOUND, deeds.account_of(gift), "", None, key, told)
    _post(gift, refund, ref="", on=deeds.today(), by=None)
    return refund


def settle_under_way(gift: Gift, minor: int) -> int:
    """Of `minor` that the provider says it gave back, post those refunds whose answer got lost.

    The gift must be locked. Answers what none of them explains.
    """
    begun = Refund.objects.filter(gift=gift, state=RefundState.PLANNED, attempts__gt=0)
    for refund in begun.order_by("asked_at", "id"):
        if refund.amount_minor <= minor:
            _post(gift, refund, ref="", on=deeds.today(), by=None)
            minor -= refund.amount_minor
    return minor


def _before(key: str, told: bytes) -> Refund | None:
    known = Refund.objects.filter(key=deeds.checked_key(key)).first()
    if known is not None:
        deeds.same(known.told, told)
    return known


def _check_left(gift: Gift, amount: Money) -> None:
    left = queries.standing(gift).left
    if left.minor <= 0:
        raise AllGivenBack
    if left < amount:  # raises CurrencyMismatch too
        raise NotEnoughLeft(left.minor)
    if amount.minor <= 0:
        raise BadCorrection("The amount must be more than zero.")


def _plan(
    gift: Gift,
    amount: Money,
    way: Way,
    account: str,
    reason: str,
    by: UUID | None,
    key: str,
    told: bytes,
) -> Refund:
    refund = Refund.objects.create(
        id=new_id(),
        gift=gift,
        amount_minor=amount.minor,
        currency=amount.currency,
        way=way,
        account=account,
        reason=reason,
        asked_by=by,
        key=key,
        told=told,
    )
    if way != Way.FOUND:
        asked = f"refund:{refund.id}:asked"
        deeds.write(
            DeedKind.REFUND_ASKED, asked, told, gift=gift, about=refund.id, by=by, amount=amount,
            reason=reason,
        )  # fmt: skip
    return refund


def _post(gift: Gift, refund: Refund, *, ref: str, on: date, by: UUID | None) -> None:
    """Post it and say so, in one transaction."""
    ledger.post_refund(
        gift_id=gift.id,
        amount=refund.amount,
        account=refund.account,
        key=f"refund:{refund.id}",
        value_date=on,
        reason=refund.way,
    )
    Refund.objects.filter(id=refund.id).update(
        state=RefundState.DONE, refund_ref=ref[:200], returned_on=on
    )
    key = f"refund:{refund.id}:done"
    deeds.write(
        DeedKind.REFUNDED, key, b"", gift=gift, about=refund.id, by=by, amount=refund.amount, on=on
    )
    close_if_all_gone(gift)
    ring(f"fund:{gift.cause.fund_id}")


def close_if_all_gone(gift: Gift) -> None:
    """A payment all of which went back says so at its link."""
    standing = queries.standing(gift)
    if standing.refunded_minor >= standing.gross_minor:
        Payment.objects.filter(id=gift.payment_id).update(state=PaymentState.REFUNDED)


def reopen(gift: Gift) -> None:
    """Money of a payment that had gone back came back to us: it is a paid one again."""
    rows = Payment.objects.filter(id=gift.payment_id, state=PaymentState.REFUNDED)
    rows.update(state=PaymentState.PAID)


def _refuse(refund: Refund, why: str) -> None:
    Refund.objects.filter(id=refund.id).update(state=RefundState.REFUSED)
    key = f"refund:{refund.id}:refused"
    deeds.write(
        DeedKind.REFUND_REFUSED, key, b"", gift=refund.gift, about=refund.id,
        amount=refund.amount, reason=why[:300],
    )  # fmt: skip


def _locked(refund_id: UUID) -> Refund:
    gift_id = Refund.objects.filter(id=refund_id).values_list("gift_id", flat=True).first()
    if gift_id is None:
        raise NoSuchRefund
    deeds.lock(gift_id)  # always the payment first: one order of locks
    return (
        Refund.objects.select_for_update(of=("self",))
        .select_related("gift__payment", "gift__cause", "gift__person")
        .get(id=refund_id)
    )
