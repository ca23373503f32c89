"""Spans of numbered cents, and the one rule of spending: the lowest free numbers first.

Pure. Owns the arithmetic of half-open spans on one line. Never asks the database.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Span:
    """The cents `lo` to `hi` - 1 of one line, in the line's own numbers."""

    line_id: UUID
    lo: int
    hi: int

    @property
    def minor(self) -> int:
        """How many cents these are."""
        return self.hi - self.lo


def gaps(used: Iterable[tuple[int, int]], *, start: int, head: int) -> Iterator[tuple[int, int]]:
    """The free stretches within [start, head), lowest first.

    `used` are disjoint and ascending; what lies below `start` is taken to be used.
    """
    at = start
    for lo, hi in used:
        if lo > at:
            yield at, lo
        at = max(at, hi)
    if head > at:
        yield at, head


def lowest(free: Iterable[tuple[int, int]], wanted: int) -> tuple[list[tuple[int, int]], int]:
    """The first `wanted` cents out of `free`, and how many are missing (0 when they suffice)."""
    taken: list[tuple[int, int]] = []
    for lo, hi in free:
        if wanted == 0:
            break
        taken.append((lo, min(hi, lo + wanted)))
        wanted -= taken[-1][1] - lo
    return taken, wanted
