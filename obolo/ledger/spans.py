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


def join(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ascending disjoint spans with neighbours joined."""
    joined: list[tuple[int, int]] = []
    for lo, hi in spans:
        if joined and joined[-1][1] == lo:
            joined[-1] = (joined[-1][0], hi)
        else:
            joined.append((lo, hi))
    return joined


def without(
    spans: Iterable[tuple[int, int]], holes: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """What is left of ascending disjoint spans outside `holes`, which ascend and are disjoint."""
    left: list[tuple[int, int]] = []
    cut = list(holes)
    for lo, hi in spans:
        inside = [(max(lo, a), min(hi, b)) for a, b in cut if a < hi and b > lo]
        left += gaps(inside, start=lo, head=hi)
    return left


def clipped(
    spans: Iterable[tuple[int, int]], within: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The common part of two lists of spans, each ascending and disjoint."""
    others = list(within)
    return [
        (max(lo, a), min(hi, b)) for lo, hi in spans for a, b in others if max(lo, a) < min(hi, b)
    ]


def highest(free: Iterable[tuple[int, int]], wanted: int) -> tuple[list[tuple[int, int]], int]:
    """The last `wanted` cents out of `free`, highest first, and how many are missing."""
    taken: list[tuple[int, int]] = []
    for lo, hi in sorted(free, reverse=True):
        if wanted == 0:
            break
        taken.append((max(lo, hi - wanted), hi))
        wanted -= hi - taken[-1][0]
    return taken, wanted
