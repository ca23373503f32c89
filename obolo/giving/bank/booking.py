"""A line of a statement becomes a gift: settled with what the bank says, in one transaction.

Owns the step from line to gift and what is learnt by it (whose account that was). Never: the
decision itself; callers hold the line's lock.
"""

from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from obolo.gateways.payments.rail import RemotePayment
from obolo.giving import actions as giving
from obolo.giving.bank.errors import NotAGift
from obolo.giving.bank.models import (
    DecisionKind,
    LineDecision,
    LineState,
    PayerAccount,
    StatementLine,
)
from obolo.giving.models import Gift, Payment
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.ledger import errors as ledger
from obolo.organisations import queries as organisations

# What the books may refuse about one line; the rest of a file goes on.
REFUSALS: Final = (NotAGift, ledger.FundClosed, ledger.NoSuchFund, ledger.NotPostable)
NOON: Final = time(12)  # a statement knows days: noon keeps the day in every zone of Europe


@transaction.atomic
def book(
    *,
    line: StatementLine,
    payment: Payment,
    by: UUID | None,
    kind: DecisionKind = DecisionKind.MATCHED,
    reason: str = "",
) -> Gift:
    """Settle the payment with this line and note who said so. Raises NotAGift and REFUSALS."""
    if line.gross.minor <= 0:
        raise NotAGift("Nothing came in with it.")
    gift, booked = giving.settle(payment_id=payment.id, remote=told(line, payment))
    if gift is None or not booked:
        raise NotAGift("Its payment has been paid by something else.")
    StatementLine.objects.filter(id=line.id).update(
        state=LineState.BOOKED, gift_id=gift.id, reasons=[], candidates=[]
    )
    LineDecision.objects.create(
        line=line, kind=kind, payment=payment, gift_id=gift.id, by=by, reason=reason
    )
    _learn(line, payment)
    return gift


def told(line: StatementLine, payment: Payment) -> RemotePayment:
    """The line as a rail would tell it. A bank's charge is known: none told is none."""
    return RemotePayment(
        provider_ref=payment.provider_ref or line.identity,
        reference=payment.reference,
        state="paid",
        asked=payment.asked,
        paid=line.gross,
        fee=Money(line.charge_minor, line.currency),
        method="transfer",
        paid_at=_moment(line.value_on or line.booked_on),
        url="",
    )


def local_day(at: datetime) -> date:
    """The day where the organisation is."""
    return at.astimezone(ZoneInfo(organisations.current().time_zone)).date()


def _moment(day: date) -> datetime:
    return min(datetime.combine(day, NOON, UTC), now())


def _learn(line: StatementLine, payment: Payment) -> None:
    """Next time this account proposes the same person."""
    if line.payer_hash is None:
        return
    known = PayerAccount(
        payer_hash=bytes(line.payer_hash), payer_end=line.payer_end, person_id=payment.person_id
    )
    PayerAccount.objects.bulk_create([known], ignore_conflicts=True)
