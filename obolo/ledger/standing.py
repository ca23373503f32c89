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


# Each way to a line is a search by key: nobody's lines are read but those that are wanted.
_LOCK = """
SELECT l.id, l.fund_id, (SELECT f.purpose FROM ledger_fund f WHERE f.id = l.fund_id), l.currency,
       l.base, l.head, l.free_from, l.used_minor, l.gifted_minor, l.overhead_minor, l.gifts_count,
       l.gone_minor, l.closed_by_id
FROM ledger_line l
WHERE l.currency = %(currency)s AND l.id = ANY (ARRAY(
    SELECT id FROM ledger_line
    WHERE fund_id = ANY (%(funds)s::uuid[]) AND currency = %(currency)s
    UNION ALL SELECT unnest(%(lines)s::uuid[])
    UNION ALL SELECT o.id FROM ledger_fund s
        JOIN ledger_line o ON o.fund_id = s.id AND o.currency = %(currency)s
        WHERE s.purpose IN ('overhead', 'reserve') AND s.purpose = ANY (%(purposes)s::text[])))
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
    wanted: dict[str, Any] = {
        "currency": currency,
        "funds": list(funds),
        "lines": list(lines),
        "purposes": [str(purpose) for purpose in purposes],
    }
    return [Standing(*row) for row in prepared.rows(_LOCK, wanted)]


def ensure_line(fund_id: UUID, currency: str) -> None:
    """Make the fund's line in `currency` unless there is one; raises NotAnAmount, FundClosed."""
    Money(0, currency)  # refuses what is no currency
    if Line.objects.filter(fund_id=fund_id, currency=currency).exists():
        return
    if Line.objects.filter(fund_id=fund_id, closed_by__isnull=False).exists():
        raise FundClosed(str(fund_id))
    Line.objects.bulk_create([Line(fund_id=fund_id, currency=currency)], ignore_conflicts=True)
