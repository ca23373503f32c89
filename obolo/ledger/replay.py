"""The numbers told again from the journal alone.

Pure. Owns the rule "posting order, new cents on top, lowest free cents spent first" a second time,
written apart from `actions`, so that each can prove the other wrong.
"""

import heapq
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID


class Movement(NamedTuple):
    """A leg of a line: negative minor units put cents in, positive take them out."""

    line_id: UUID
    entry_id: UUID
    amount_minor: int


class Told(NamedTuple):
    """A minted or used span of a line and the entry that did it."""

    what: str  # minted, used
    line_id: UUID
    entry_id: UUID
    lo: int
    hi: int


def replay(movements: Iterable[Movement]) -> Iterable[Told]:
    """The spans that follow from the movements, which come in posting order within each line."""
    head: dict[UUID, int] = {}
    free: dict[UUID, list[tuple[int, int]]] = {}  # a heap: the lowest on top
    for line_id, entry_id, amount_minor in movements:
        heap = free.setdefault(line_id, [])
        if amount_minor < 0:
            lo = head.get(line_id, 0)
            head[line_id] = lo - amount_minor
            heapq.heappush(heap, (lo, head[line_id]))
            yield Told("minted", line_id, entry_id, lo, head[line_id])
            continue
        for lo, hi in _spend(heap, amount_minor):
            yield Told("used", line_id, entry_id, lo, hi)


def _spend(heap: list[tuple[int, int]], wanted: int) -> list[tuple[int, int]]:
    """Take `wanted` cents off the heap, neighbours joined; less when there are no more."""
    taken: list[tuple[int, int]] = []
    while wanted and heap:
        lo, hi = heapq.heappop(heap)
        until = min(hi, lo + wanted)
        wanted -= until - lo
        if until < hi:
            heapq.heappush(heap, (until, hi))
        if taken and taken[-1][1] == lo:
            lo, _ = taken.pop()
        taken.append((lo, until))
    return taken
