"""On which days a promise falls due.

Owns rhythms, the day of the month (29 to 31: the last day of a short one), and the one step from a
due day to the next. Pure: no clock, no database. A month holds one due day at most, and none is
left out: what is paused or skipped has its due day too, and nothing is taken on it.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, get_args

Rhythm = Literal["monthly", "quarterly", "yearly"]
RHYTHMS: Final[tuple[Rhythm, ...]] = get_args(Rhythm)
MONTHS: Final[dict[str, int]] = {"monthly": 1, "quarterly": 3, "yearly": 12}
DAY_MAX: Final = 31
LATE_DAYS: Final = 14  # what we could not take for so long is let go, not taken all at once


@dataclass(frozen=True, slots=True)
class Terms:
    """How often and on which day of the month (1 to 31)."""

    rhythm: str
    day: int

    def __post_init__(self) -> None:
        """Raises ValueError for a rhythm or a day there is not."""
        if self.rhythm not in MONTHS or not 1 <= self.day <= DAY_MAX:
            raise ValueError(f"{self.rhythm} on day {self.day}")


def day_in(year: int, month: int, day: int) -> date:
    """That day of a month, or its last one."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def first_due(start: date, day: int) -> date:
    """The first such day of a month on or after `start`."""
    here = day_in(start.year, start.month, day)
    return here if here >= start else _in_months(start, 1, day)


def next_due(previous: date, terms: Terms, not_before: date | None = None) -> date:
    """The due day after `previous`, never in the same month.

    `not_before` skips over what lies before it (a change made late, a promise taken up again), in
    whole steps of the rhythm, so that a quarter stays a quarter.
    """
    step = MONTHS[terms.rhythm]
    due, count = _in_months(previous, step, terms.day), step
    while not_before is not None and due < not_before:
        count += step
        due = _in_months(previous, count, terms.day)
    return due


def due_days(first: date, terms: Terms) -> Iterator[date]:
    """`first` and all due days after it, while nothing changes."""
    due = first
    while True:
        yield due
        due = next_due(due, terms)


def moved(due: date, day: int, not_before: date) -> date:
    """The same due day on another day of its month; not before a day that has passed.

    When the new day is over in that month, it stays in its month, on the first day still possible,
    so that no month is left out.
    """
    wished = day_in(due.year, due.month, day)
    last = day_in(due.year, due.month, DAY_MAX)
    return min(max(wished, not_before), max(last, not_before))


def paused_on(due: date, paused: bool, until: date | None) -> bool:
    """Is nothing taken on that day? `until` is the first day on which the promise goes on."""
    return paused and (until is None or due < until)


def too_late(due: date, today: date) -> bool:
    """Is the due day so long ago that taking the money now would surprise the donor?"""
    return today > due + timedelta(days=LATE_DAYS)


def _in_months(start: date, count: int, day: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    return day_in(year, month + 1, day)
