"""Questions to the ledger: where a gift's cents are, whose cents a purchase used, what a fund has.

Paths follow moves, conversions and covers one hop per round of queries, whatever the size of the
lines. See `descent` for what a hop does to ownership.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum

from obolo.ledger import paths, rules
from obolo.ledger.descent import uses_of
from obolo.ledger.models import Entry, Leg, Line, Mint
from obolo.ledger.postings import OWED
from obolo.ledger.spans import without
from obolo.ledger.spending import owed_of_advance


@dataclass(frozen=True, slots=True)
class PartUse:
    """Numbers `lo` to `hi` - 1 of a part were used by `source_id`.

    Kinds: purchase; refund, void, fee; transfer, conversion (go on in a deeper part); cover,
    reimburse (the cents now stand for others: go on in a deeper part); covered, reimbursed
    (somebody else's cents now stand here: `source_id` is the refund or the purchase).
    """

    kind: str
    source_id: UUID
    lo: int
    hi: int
    posted_at: datetime

    @property
    def minor(self) -> int:
        """How many cents these are."""
        return self.hi - self.lo


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of a gift's numbers on one line, its uses lowest first, and what is free.

    `depth` 0 is where the gift was numbered; a deeper part was reached by `via` (transfer,
    conversion, returned, cover, reimburse) from a part above. `own`: same currency, still the
    gift's own cents (they can be refunded); else they stand in for others or were converted.
    """

    line_id: UUID
    fund_id: UUID
    purpose: str
    currency: str
    lo: int
    hi: int
    uses: tuple[PartUse, ...]
    free_minor: int
    depth: int = 0
    via: str = ""
    own: bool = True

    def free(self) -> list[tuple[int, int]]:
        """The numbers of the part that are free, lowest first."""
        return without([(self.lo, self.hi)], [(use.lo, use.hi) for use in self.uses])


@dataclass(frozen=True, slots=True)
class GiftPath:
    """All numbered cents of one gift, in minor units; no parts when nothing was numbered."""

    net_minor: int
    parts: tuple[Part, ...]  # where they were numbered
    onward: tuple[Part, ...] = ()  # where they went from there, hop by hop


@dataclass(frozen=True, slots=True)
class FundTotals:
    """A fund in one currency, in minor units. Received = spent + free."""

    currency: str
    received_minor: int  # numbered on the fund's line, less what left it again unspent
    spent_minor: int
    free_minor: int
    overhead_minor: int  # what its gifts gave to the organisation's overhead
    gifts_count: int
    gone_minor: int = 0  # refunded, moved or converted away, or taken by fees
    closed: bool = False


def gift_path(gift_id: UUID) -> GiftPath:
    """Where the cents of a gift are now. Three queries, and two for each hop of a move."""
    found = [
        Part(
            stretch.line_id,
            stretch.fund_id,
            stretch.purpose,
            stretch.currency,
            stretch.lo,
            stretch.hi,
            uses,
            stretch.hi - stretch.lo - sum(use.minor for use in uses),
            stretch.depth,
            stretch.via,
            stretch.own,
        )
        for stretch, around in paths.forward(gift_id)
        for uses in [tuple(PartUse(*use) for use in uses_of(stretch, around))]
    ]
    parts = tuple(part for part in found if part.depth == 0)
    return GiftPath(
        net_minor=sum(part.hi - part.lo for part in parts),
        parts=parts,
        onward=tuple(part for part in found if part.depth),
    )


def gifts_of_use(source_id: UUID) -> list[tuple[UUID, int]]:
    """Whose cents count towards a purchase now: gift and minor units, in the order of the numbers.

    Where the reserve stands in, these are the gifts to the reserve. Minor units are those of the
    purchase, whatever currency the gift came in. Two queries, one more for each hop.
    """
    minor_of: dict[UUID, int] = {}
    for gift_id, minor in paths.backward(source_id):
        minor_of[gift_id] = minor_of.get(gift_id, 0) + minor
    return list(minor_of.items())


def fund_totals(fund_id: UUID) -> tuple[FundTotals, ...]:
    """A fund in each of its currencies, by code; empty for an unknown fund. One query."""
    return tuple(
        FundTotals(
            currency=line.currency,
            received_minor=line.head - line.gone_minor,
            spent_minor=line.used_minor - line.gone_minor,
            free_minor=line.head - line.used_minor,
            overhead_minor=line.overhead_minor,
            gifts_count=line.gifts_count,
            gone_minor=line.gone_minor,
            closed=line.closed_by_id is not None,
        )
        for line in Line.objects.filter(fund_id=fund_id).order_by("currency")
    )


def free_minor(fund_id: UUID, currency: str) -> int:
    """What can still be spent from a fund in one currency; 0 for an unknown one. One query."""
    return next((t.free_minor for t in fund_totals(fund_id) if t.currency == currency), 0)


def owner_of(gift_id: UUID) -> UUID | None:
    """The owner last named by `change_owner`; None while it is whoever gave."""
    told = Entry.objects.filter(kind="owner", source_id=gift_id).order_by("-turn").first()
    return UUID(told.details["owner"]) if told else None


@dataclass(frozen=True, slots=True)
class Landing:
    """New numbers that a transfer or a conversion made, with what its entry tells."""

    source_id: UUID
    fund_id: UUID
    line_id: UUID
    currency: str
    lo: int
    hi: int
    details: dict[str, Any]


def landings(source_ids: list[UUID]) -> list[Landing]:
    """Where these transfers and conversions led. One query."""
    made = Mint.objects.filter(
        source_id__in=source_ids, source_kind__in=("transfer", "conversion")
    ).select_related("line", "entry")
    return [
        Landing(
            one.source_id,
            one.line.fund_id,
            one.line_id,
            one.line.currency,
            one.lo,
            one.hi,
            one.entry.details,
        )
        for one in made.order_by("line", "lo")
    ]


def matched_by(gift_id: UUID) -> list[UUID]:
    """Gifts that others gave because of this one, in the order of posting."""
    found: Any = Entry.objects.filter(kind="gift", details__matches=str(gift_id)).order_by("turn")
    return list(found.values_list("source_id", flat=True))


def outstanding_advances(fund_id: UUID, currency: str) -> list[tuple[UUID, int]]:
    """Purchases that the reserve paid for the fund and is still owed: oldest first, minor units."""
    advances = Entry.objects.filter(
        kind="advance", line__fund_id=fund_id, line__currency=currency
    ).order_by("turn")
    owed = [
        (entry.source_id, sum(span.minor for span in owed_of_advance(entry.source_id)))
        for entry in advances
    ]
    return [(purchase_id, minor) for purchase_id, minor in owed if minor]


def owed_minor(currency: str) -> int:
    """What the organisation owes its reserve (IOUs not yet repaid), in minor units."""
    total = Leg.objects.filter(account=OWED, currency=currency).aggregate(t=Sum("amount_minor"))
    return int(total["t"] or 0)


def rule_of(fund_id: UUID) -> str:
    """The name of the rule that a fund published as its first entry; see `rules.words`."""
    told = Entry.objects.filter(kind="rule", source_id=fund_id).order_by("turn").first()
    return str(told.details["rule"]) if told else rules.CURRENT


def rule_in_words(fund_id: UUID, language: str) -> tuple[str, ...]:
    """The sentences of a fund's published rule; in English for a language that has none."""
    return rules.words(rule_of(fund_id), language)


def details_of(source_id: UUID) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and details of the entries about a source: reason, legal basis, approvals, rate."""
    rows: Any = Entry.objects.filter(source_id=source_id).order_by("turn")
    yield from rows.values_list("kind", "details")
