"""The standing of lines: read under their lock, changed in memory, written with the entry.

Owns the order of locks: every posting locks all its lines at once, in ascending id, so that nobody
waits in a ring. Never writes a standing (that is `draft`), never chooses a number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from obolo.kit.money import Money
from obolo.ledger import prepared
from obolo.ledger.errors import FundClosed
from obolo.ledger.models import Line


@dataclass(slots=True)
class Standing:
    """A locked line. The numbers below `head` exist; those below `free_from` are all used."""

    id: UUID
    fund_id: UUID
    purpose: str
    currency: str
    base: int
    head: int
    free_from: int
    used_minor: int
    gifted_minor: int
    overhead_minor: int
    gifts_count: int
    gone_minor: int
    closed_by: UUID | None

    @property
    def free_minor(self) -> int:
        """How many cents can be used."""
        return self.head - self.used_minor


_LOCK = """
SELECT l.id, l.fund_id, f.purpose, l.currency, l.base, l.head, l.free_from, l.used_minor,
       l.gifted_minor, l.overhead_minor, l.gifts_count, l.gone_minor, l.closed_by_id
FROM ledger_line l JOIN ledger_fund f ON f.id = l.fund_id
WHERE l.currency = %s
  AND (l.fund_id = ANY (%s::uuid[]) OR l.id = ANY (%s::uuid[]) OR f.purpose = ANY (%s::text[]))
ORDER BY l.id FOR NO KEY UPDATE OF l
"""


def lock(
    currency: str,
    *,
    funds: Iterable[UUID] = (),
    lines: Iterable[UUID] = (),
    purposes: Iterable[str] = (),
) -> list[Standing]:
    """Lock all lines in `currency` that are of these funds or purposes or have these ids."""
    wanted: list[Any] = [currency, list(funds), list(lines), [str(p) for p in purposes]]
    return [Standing(*row) for row in prepared.rows(_LOCK, wanted)]


def ensure_line(fund_id: UUID, currency: str) -> None:
    """Make the fund's line in `currency` unless there is one; raises NotAnAmount, FundClosed."""
    Money(0, currency)  # refuses what is no currency
    if Line.objects.filter(fund_id=fund_id, currency=currency).exists():
        return
    if Line.objects.filter(fund_id=fund_id, closed_by__isnull=False).exists():
        raise FundClosed(str(fund_id))
    Line.objects.bulk_create([Line(fund_id=fund_id, currency=currency)], ignore_conflicts=True)
