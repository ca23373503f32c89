"""The books that everybody may read: sums, purchases, months and moves; never a donor or a gift.

The sums are the ledger's own, as of now. Gifts are told by cause and month, once the month is over,
and only five or more together: a month with fewer joins its neighbours. What concerns one gift
alone (a refund, a correction) is in the sums and nowhere else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncMonth

from obolo.causes.models import Cause, Purchase
from obolo.giving.models import Gift
from obolo.kit.clock import now
from obolo.ledger import queries as ledger
from obolo.ledger.models import Entry, Leg, Line, Lineage, Purpose, UseRange

GIFTS_TOLD_MIN: Final = 5  # fewer gifts together could show the amount of one
PURCHASES_TOLD_MAX: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """A cause in one currency, minor units. given = fees + overhead + received + gone."""

    currency: str
    given_minor: int  # what people paid
    fee_minor: int  # what payment services kept of it
    overhead_minor: int  # the share for running costs
    received_minor: int  # what the fund has had for its purpose
    spent_minor: int
    free_minor: int
    gone_minor: int  # paid back to donors, or moved to other funds
    gifts_count: int

    @property
    def gifts_told(self) -> int | None:
        """How many gifts, or None when they are too few to be told."""
        return self.gifts_count if self.gifts_count >= GIFTS_TOLD_MIN else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """A cause with its money in each currency; its own currency first."""

    cause: Cause
    sums: tuple[Sums, ...]

    @property
    def main(self) -> Sums:
        """In the cause's own currency."""
        return self.sums[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Months:
    """The gifts to a cause in one currency from one month to another, both included."""

    cause_id: UUID
    currency: str
    first: date  # the first day of the first month
    last: date  # the first day of the last month
    gifts_count: int
    given_minor: int
    fee_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """What came back of a purchase: `supplier_refund`; `release` when it never happened."""

    kind: str
    minor: int
    currency: str
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """Money that changed its fund or its currency. `to_fund_id` is the same for a conversion."""

    kind: str  # transfer, conversion, returned
    from_fund_id: UUID
    to_fund_id: UUID
    from_minor: int
    from_currency: str
    to_minor: int
    to_currency: str
    on: date
    posted_at: datetime
    reason: str
    legal_basis: str
    rate: str


def books(cause: Cause) -> Books:
    """The books of one cause. Two queries."""
    return _books([cause])[0]


def all_books(causes: Sequence[Cause]) -> list[Books]:
    """The books of several causes, in their order."""
    return _books(causes)


def causes_told() -> tuple[list[Cause], list[Cause]]:
    """All causes of the organisation: those one can give to, and those that ended, newest first."""
    every = list(Cause.objects.order_by("position", "created_at"))
    ended = sorted((c for c in every if c.closed_at), key=lambda c: str(c.closed_at), reverse=True)
    return [c for c in every if c.closed_at is None], ended


def _books(causes: Sequence[Cause]) -> list[Books]:
    given = _given([cause.id for cause in causes])
    found = []
    for cause in causes:
        sums = [
            _sums(total, given.get((cause.id, total.currency), (0, 0)))
            for total in ledger.fund_totals(cause.fund_id)
        ]
        sums.sort(key=lambda one: (one.currency != cause.currency, one.currency))
        found.append(Books(cause=cause, sums=tuple(sums)))
    return found


def _given(cause_ids: list[UUID]) -> dict[tuple[UUID, str], tuple[int, int]]:
    """Gross and fee by cause and currency."""
    rows = (
        Gift.objects.filter(cause_id__in=cause_ids)
        .values_list("cause_id", "currency")
        .annotate(given=Sum("gross_minor"), kept=Sum("fee_minor"))
    )
    return {(cause_id, currency): (gross, fee) for cause_id, currency, gross, fee in rows}


def _sums(total: ledger.FundTotals, given: tuple[int, int]) -> Sums:
    return Sums(
        currency=total.currency,
        given_minor=given[0],
        fee_minor=given[1],
        overhead_minor=total.overhead_minor,
        received_minor=total.received_minor,
        spent_minor=total.spent_minor,
        free_minor=total.free_minor,
        gone_minor=total.gone_minor,
        gifts_count=total.gifts_count,
    )


def months(cause_ids: Iterable[UUID], time_zone: str) -> list[Months]:
    """Gifts by cause, currency and month, months that are over, few gifts joined to others.

    The month is that of booking: a bank file that comes late must not change what was told.
    """
    zone = ZoneInfo(time_zone)
    this_month = now().astimezone(zone).date().replace(day=1)
    rows: Any = (
        Gift.objects.filter(cause_id__in=list(cause_ids))
        .annotate(month=TruncMonth("booked_at", tzinfo=zone))
        .values("cause_id", "currency", "month")
        .annotate(count=Count("id"), given=Sum("gross_minor"), kept=Sum("fee_minor"))
        .order_by("cause_id", "currency", "month")
    )
    runs: dict[tuple[UUID, str], list[Months]] = {}
    for row in rows:
        month = row["month"].date()
        if month < this_month:
            one = _month(row, month)
            runs.setdefault((one.cause_id, one.currency), []).append(one)
    return [joined for run in runs.values() for joined in joined_months(run)]


def _month(row: dict[str, Any], month: date) -> Months:
    return Months(
        cause_id=row["cause_id"],
        currency=row["currency"],
        first=month,
        last=month,
        gifts_count=row["count"],
        given_minor=row["given"],
        fee_minor=row["kept"],
    )


def joined_months(run: Sequence[Months]) -> list[Months]:
    """Months of one cause and currency, joined forwards until each has gifts enough to be told.

    A rest that is too small stays untold until later months make it large enough: joining it to
    what was told before would let the difference show it.
    """
    told: list[Months] = []
    open_run: list[Months] = []
    for month in run:
        open_run.append(month)
        if sum(one.gifts_count for one in open_run) >= GIFTS_TOLD_MIN:
            told.append(_joined(open_run))
            open_run = []
    return told


def _joined(run: Sequence[Months]) -> Months:
    return Months(
        cause_id=run[0].cause_id,
        currency=run[0].currency,
        first=run[0].first,
        last=run[-1].last,
        gifts_count=sum(one.gifts_count for one in run),
        given_minor=sum(one.given_minor for one in run),
        fee_minor=sum(one.fee_minor for one in run),
    )


def purchases(causes: Iterable[Cause]) -> list[Purchase]:
    """Everything bought for these causes, oldest first, with evidence."""
    found = Purchase.objects.filter(cause__in=list(causes)).select_related("cause")
    return list(found.prefetch_related("evidence").order_by("recorded_at")[:PURCHASES_TOLD_MAX])


def ahead_minor(gift_id: UUID) -> int:
    """How many free cents of its fund are spent before the gift's own first free one.

    Minor units; 0 when the gift's are next, or when none of them is free. Two queries beside the
    gift's path.
    """
    booked = ledger.gift_path(gift_id)
    every = [p for p in (*booked.parts, *booked.onward) if p.purpose != Purpose.OVERHEAD]
    part = next((p for p in every if p.free()), None)
    line = Line.objects.filter(id=part.line_id).first() if part else None
    if part is None or line is None:
        return 0
    first = part.free()[0][0]
    between: Any = UseRange.objects.filter(
        line=line, live=True, lo__gte=line.free_from, lo__lt=first
    )
    used = between.aggregate(minor=Sum(F("hi") - F("lo")))["minor"] or 0
    return max(first - line.free_from - int(used), 0)


def overhead_lines() -> list[UUID]:
    """The lines of the organisation's running costs, by which a proof can be told apart."""
    found = Line.objects.filter(fund__purpose=Purpose.OVERHEAD).order_by("currency")
    return list(found.values_list("id", flat=True))


def purchases_count(cause: Cause) -> int:
    """How many purchases there are in all."""
    return Purchase.objects.filter(cause=cause).count()


def returns(purchase_ids: Iterable[UUID]) -> dict[UUID, list[Returned]]:
    """What came back of these purchases, in posting order."""
    rows: Any = Leg.objects.filter(
        entry__kind__in=("release", "supplier_refund"),
        entry__source_id__in=list(purchase_ids),
        account__startswith="cash:",
        amount_minor__gt=0,
    ).select_related("entry")
    found: dict[UUID, list[Returned]] = {}
    for leg in rows.order_by("entry__turn"):
        told = Returned(
            kind=leg.entry.kind,
            minor=leg.amount_minor,
            currency=leg.currency,
            on=leg.entry.value_date,
        )
        found.setdefault(leg.entry.source_id, []).append(told)
    return found


def moves(fund_ids: Iterable[UUID]) -> list[Move]:
    """Money that left one of these funds for another, or for another currency, in posting order.

    A move of one gift's own cents alone is left out.
    """
    kinds = ("transfer", "conversion")
    rows: Any = (
        Lineage.objects.filter(kind__in=kinds, from_line__fund_id__in=list(fund_ids))
        .exclude(entry__details__has_key="gift")
        .values("entry_id", "kind", "from_line_id", "to_line_id")
        .annotate(
            sold=Sum(F("from_hi") - F("from_lo")),
            bought=Sum(F("to_hi") - F("to_lo")),
            from_fund=F("from_line__fund_id"),
            to_fund=F("to_line__fund_id"),
            from_currency=F("from_line__currency"),
            to_currency=F("to_line__currency"),
            turn=F("entry__turn"),
        )
        .order_by("turn")
    )
    found = list(rows)
    entries = Entry.objects.in_bulk([row["entry_id"] for row in found])
    return [_move(row, entries[row["entry_id"]]) for row in found]


def _move(row: dict[str, Any], entry: Entry) -> Move:
    told: dict[str, Any] = dict(entry.details)
    return Move(
        kind=row["kind"],
        from_fund_id=row["from_fund"],
        to_fund_id=row["to_fund"],
        from_minor=row["sold"],
        from_currency=row["from_currency"],
        to_minor=row["bought"],
        to_currency=row["to_currency"],
        on=entry.value_date,
        posted_at=entry.posted_at,
        reason=str(told.get("reason", "")),
        legal_basis=str(told.get("legal_basis", "")),
        rate=str(told.get("rate", "")),
    )
