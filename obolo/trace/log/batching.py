"""What is logged next: gifts in batches, postings in clear, each line in its own order.

Pure. A batch is closed after an hour when it has company enough, after a day when it has some,
after a week in any case: the sum of a batch of one would be the amount of a gift. A posting in
clear waits until all cents it touches are in the log. Never reorders two things on one line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from obolo.trace.log.leaves import Posting, Stretch

BATCH_MAX: Final = 1_024  # more gifts are several batches; proofs read one batch whole
# How old the oldest gift must be, and how many gifts there must be.
CLOSES: Final = (
    (timedelta(hours=1), 8),
    (timedelta(days=1), 3),
    (timedelta(days=7), 1),
)


@dataclass(frozen=True, slots=True)
class Minted:
    """Cents of one gift on one line, not yet in the log."""

    stretch: Stretch
    mint_id: UUID
    gift_id: UUID
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Gifts that become one leaf; their stretches follow one another."""

    minted: tuple[Minted, ...]

    @property
    def stretch(self) -> Stretch:
        """The cents of all of them."""
        first, last = self.minted[0].stretch, self.minted[-1].stretch
        return Stretch(first.line_id, first.lo, last.hi)


def plan(
    heads: Mapping[UUID, int],
    waiting: Mapping[UUID, Sequence[Minted]],
    postings: Iterable[Posting],
    now: datetime,
    *,
    everything: bool = False,
) -> Iterator[Batch | Posting]:
    """What to log now, in this order. `heads`: how far each line is in the log.

    `waiting` are the gifts of each line by number; `postings` come in posting order. `everything`
    closes all batches at once.
    """
    queue = _Queue(dict(heads), {line: list(rest) for line, rest in waiting.items()})
    rest = list(postings)
    moved = True
    while moved:
        batches = list(queue.batches(now, everything=everything))
        yield from batches
        ready, rest = queue.ready(rest)
        yield from ready
        moved = bool(batches or ready)


@dataclass(slots=True)
class _Queue:
    heads: dict[UUID, int]
    waiting: dict[UUID, list[Minted]]

    def batches(self, now: datetime, *, everything: bool) -> Iterator[Batch]:
        for line_id in sorted(self.waiting):
            run = self._run(line_id)
            while run and (everything or _due(run, now)):
                batch = Batch(tuple(run[:BATCH_MAX]))
                self.heads[line_id] = batch.stretch.hi
                del self.waiting[line_id][: len(batch.minted)]
                run = run[BATCH_MAX:]
                yield batch

    def _run(self, line_id: UUID) -> list[Minted]:
        """The gifts that follow without a gap; a gap is a posting in clear that comes first."""
        at, run = self.heads.get(line_id, 0), []
        for one in self.waiting[line_id]:
            if one.stretch.lo != at:
                break
            run.append(one)
            at = one.stretch.hi
        return run

    def ready(self, postings: list[Posting]) -> tuple[list[Posting], list[Posting]]:
        """Those whose turn has come, and those that wait."""
        ready: list[Posting] = []
        rest: list[Posting] = []
        held: set[UUID] = set()
        for posting in postings:
            lines = {stretch.line_id for stretch in posting.stretches()}
            if lines & held or not self._fits(posting):
                held |= lines
                rest.append(posting)
            else:
                ready.append(posting)
        return ready, rest

    def _fits(self, posting: Posting) -> bool:
        heads = dict(self.heads)
        for stretch in posting.minted:
            if stretch.lo != heads.get(stretch.line_id, 0):
                return False
            heads[stretch.line_id] = stretch.hi
        used = [s for use in posting.taken for s in use.spans] + list(posting.freed)
        if any(s.hi > heads.get(s.line_id, 0) for s in used):
            return False
        self.heads = heads
        return True


def _due(run: Sequence[Minted], now: datetime) -> bool:
    age = now - min(one.posted_at for one in run)
    return any(age >= old and len(run) >= count for old, count in CLOSES)
