"""Questions to the ledger: where a gift's cents are, whose cents a purchase used, what a fund has.

Disjoint spans make overlap two short index scans: the one span that starts at or before the
beginning, then those that start inside (traceability §6.5). Nothing here reads a whole line. The
LATERAL steps fix the order of the joins: a guess from missing statistics cannot turn it round.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from obolo.ledger.models import Line


@dataclass(frozen=True, slots=True)
class PartUse:
    """Numbers `lo` to `hi` - 1 of a gift's part were used by `source_id` (a purchase)."""

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
    """One stretch of a gift's numbers on one line, its uses lowest first, and what is free."""

    line_id: UUID
    fund_id: UUID
    purpose: str
    currency: str
    lo: int
    hi: int
    uses: tuple[PartUse, ...]
    free_minor: int


@dataclass(frozen=True, slots=True)
class GiftPath:
    """All numbered cents of one gift, in minor units; no parts when nothing was numbered."""

    net_minor: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class FundTotals:
    """A fund in one currency, in minor units. Received = spent + free."""

    currency: str
    received_minor: int  # numbered on the fund's line: net of fees and overhead
    spent_minor: int
    free_minor: int
    overhead_minor: int  # what its gifts gave to the organisation's overhead
    gifts_count: int


_PARTS = """
SELECT m.line_id, l.fund_id, f.purpose, l.currency, m.lo, m.hi
FROM ledger_mint m JOIN ledger_line l ON l.id = m.line_id JOIN ledger_fund f ON f.id = l.fund_id
WHERE m.source_id = %s AND m.source_kind = 'gift'
ORDER BY f.purpose = 'overhead', m.line_id, m.lo
"""

_USES = """
SELECT p.line_id, p.lo, u.kind, u.source_id,
       greatest(r.lo, p.lo), least(r.hi, p.hi), e.posted_at
FROM unnest(%s::uuid[], %s::int8[], %s::int8[]) AS p (line_id, lo, hi)
CROSS JOIN LATERAL (
    (SELECT use_id, lo, hi FROM ledger_userange
     WHERE live AND line_id = p.line_id AND lo <= p.lo ORDER BY lo DESC LIMIT 1)
    UNION ALL
    (SELECT use_id, lo, hi FROM ledger_userange
     WHERE live AND line_id = p.line_id AND lo > p.lo AND lo < p.hi)
) AS r
CROSS JOIN LATERAL (SELECT kind, source_id, entry_id FROM ledger_use
                    WHERE id = r.use_id LIMIT 1) AS u
CROSS JOIN LATERAL (SELECT posted_at FROM ledger_entry WHERE id = u.entry_id LIMIT 1) AS e
WHERE r.hi > p.lo
ORDER BY p.line_id, r.lo
"""

_GIFTS = """
SELECT m.source_id, least(m.hi, r.hi) - greatest(m.lo, r.lo)
FROM ledger_use u
CROSS JOIN LATERAL (SELECT line_id, lo, hi FROM ledger_userange
                    WHERE use_id = u.id AND live OFFSET 0) AS r
CROSS JOIN LATERAL (
    (SELECT source_kind, source_id, lo, hi FROM ledger_mint
     WHERE line_id = r.line_id AND lo <= r.lo ORDER BY lo DESC LIMIT 1)
    UNION ALL
    (SELECT source_kind, source_id, lo, hi FROM ledger_mint
     WHERE line_id = r.line_id AND lo > r.lo AND lo < r.hi)
) AS m
WHERE u.source_id = %s AND m.source_kind = 'gift' AND m.hi > r.lo
ORDER BY r.line_id, m.lo
"""


def gift_path(gift_id: UUID) -> GiftPath:
    """Where the cents of a gift are now. Two queries, whatever the size of the line."""
    stretches = _rows(_PARTS, [gift_id])
    if not stretches:
        return GiftPath(net_minor=0, parts=())
    columns = [[row[at] for row in stretches] for at in (0, 4, 5)]
    uses: dict[tuple[UUID, int], list[PartUse]] = {}
    for line_id, part_lo, *told in _rows(_USES, columns):
        uses.setdefault((line_id, part_lo), []).append(PartUse(*told))
    parts = tuple(_part(row, uses.get((row[0], row[4]), [])) for row in stretches)
    return GiftPath(net_minor=sum(part.hi - part.lo for part in parts), parts=parts)


def gifts_of_use(source_id: UUID) -> list[tuple[UUID, int]]:
    """Whose cents a purchase used: gift and minor units, in the order of the numbers. One query."""
    minor_of: dict[UUID, int] = {}
    for gift_id, minor in _rows(_GIFTS, [source_id]):
        minor_of[gift_id] = minor_of.get(gift_id, 0) + minor
    return list(minor_of.items())


def fund_totals(fund_id: UUID) -> tuple[FundTotals, ...]:
    """A fund in each of its currencies, by code; empty for an unknown fund. One query."""
    return tuple(
        FundTotals(
            currency=line.currency,
            received_minor=line.head,
            spent_minor=line.used_minor,
            free_minor=line.head - line.used_minor,
            overhead_minor=line.overhead_minor,
            gifts_count=line.gifts_count,
        )
        for line in Line.objects.filter(fund_id=fund_id).order_by("currency")
    )


def free_minor(fund_id: UUID, currency: str) -> int:
    """What can still be spent from a fund in one currency; 0 for an unknown one. One query."""
    return next((t.free_minor for t in fund_totals(fund_id) if t.currency == currency), 0)


def _part(row: tuple[Any, ...], uses: list[PartUse]) -> Part:
    line_id, fund_id, purpose, currency, lo, hi = row
    free = hi - lo - sum(use.minor for use in uses)
    return Part(line_id, fund_id, purpose, currency, lo, hi, tuple(uses), free)


def _rows(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
