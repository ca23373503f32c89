"""Where cents went and whence they came, one hop after the other: pure, over rows already read.

Owns the arithmetic of lineage. A hop either *flows* (the cents became new numbers) or *stands in*
(they took the place of others that were already used). A stretch that somebody else stands in for
is no longer its owner's. Never asks the database: `paths` reads one hop at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from obolo.ledger.models import STANDING_IN
from obolo.ledger.spans import clipped, without

HOPS_MAX = 64  # far above any real chain; a ring would be a fault that `audit` names


class Stretch(NamedTuple):
    """Numbers `lo` to `hi` - 1 of a line, as reached by `via`; `own`: by flowing only."""

    line_id: UUID
    fund_id: UUID
    purpose: str
    currency: str
    lo: int
    hi: int
    depth: int = 0
    via: str = ""
    own: bool = True


class Used(NamedTuple):
    """A use that overlaps a stretch, clipped to it."""

    kind: str
    source_id: UUID
    lo: int
    hi: int
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Hop:
    """A row of lineage: see `models.Lineage`."""

    kind: str
    source_id: UUID
    posted_at: datetime
    from_line: UUID
    from_lo: int
    from_hi: int
    to_line: UUID
    to_lo: int
    before: int
    from_total: int
    to_total: int

    def onward(self, at: int) -> int:
        """Where the number `at` of the line it comes from begins on the line it goes to."""
        start = self.before * self.to_total // self.from_total
        done = (self.before + at - self.from_lo) * self.to_total // self.from_total
        return self.to_lo + done - start

    def back(self, lo: int, hi: int) -> tuple[int, int]:
        """The numbers it comes from that may reach into [lo, hi)."""
        start = self.before * self.to_total // self.from_total
        first, last = lo - self.to_lo + start, hi - self.to_lo + start
        a = first * self.from_total // self.to_total
        b = -(-last * self.from_total // self.to_total)
        shift = self.from_lo - self.before
        return max(self.from_lo, a + shift), min(self.from_hi, b + shift)


@dataclass(frozen=True, slots=True)
class Around:
    """What was read around a stretch: its uses, hops that leave it, hops that stand in for it."""

    used: tuple[Used, ...]
    leaving: tuple[Hop, ...]
    standing_in: tuple[Hop, ...]


def uses_of(stretch: Stretch, around: Around) -> list[Used]:
    """What became of the stretch for its owner: uses, less what somebody else stands in for."""
    if stretch.via in STANDING_IN:
        return sorted(around.used, key=lambda use: use.lo)
    told = [
        Used(
            "covered" if hop.kind == "cover" else "reimbursed",
            hop.source_id,
            max(stretch.lo, lo),
            min(stretch.hi, hi),
            hop.posted_at,
        )
        for hop in around.standing_in
        for lo, hi in [_target(hop)]
    ]
    taken = sorted((use.lo, use.hi) for use in told)
    for use in around.used:
        told += [use._replace(lo=lo, hi=hi) for lo, hi in without([(use.lo, use.hi)], taken)]
    return sorted(told, key=lambda use: use.lo)


def onward(
    stretch: Stretch, hop: Hop, fund: tuple[UUID, str, str], around: Around
) -> list[Stretch]:
    """Where a hop takes the owner's part of the stretch; empty when it takes nothing along.

    `fund` is id, purpose and currency of the line it goes to.
    """
    lo, hi = max(stretch.lo, hop.from_lo), min(stretch.hi, hop.from_hi)
    standing = stretch.via in STANDING_IN
    if standing and hop.kind == "returned":
        return []  # what comes back belongs to those whose place was taken
    others = [] if standing else around.standing_in
    # Of a reimbursed stretch the owners have the new numbers; what else leaves it is not theirs.
    if hop.kind == "returned":
        others = [other for other in others if other.kind == "cover"]
    parts = without([(lo, hi)], sorted(_target(other) for other in others))
    own = stretch.own and hop.kind in ("transfer", "returned")
    reached = [(hop.onward(a), hop.onward(b)) for a, b in parts]
    return [
        Stretch(hop.to_line, *fund, a, b, stretch.depth + 1, hop.kind, own)
        for a, b in reached
        if b > a
    ]


def _target(hop: Hop) -> tuple[int, int]:
    return hop.to_lo, hop.onward(hop.from_hi)


class Piece(NamedTuple):
    """Numbers whose owners are sought; `trail` leads back to the numbers first asked about.

    Each step of the trail is a hop and the window of its target that was asked about.
    """

    line_id: UUID
    lo: int
    hi: int
    trail: tuple[tuple[Hop, int, int], ...] = ()

    def at_first(self, lo: int, hi: int) -> tuple[int, int]:
        """The numbers [lo, hi) of this line, as numbers of the first: clipped at each step."""
        for hop, window_lo, window_hi in reversed(self.trail):
            lo = max(hop.onward(max(lo, hop.from_lo)), window_lo)
            hi = min(hop.onward(min(hi, hop.from_hi)), window_hi)
        return lo, max(lo, hi)


def owners_before(
    piece: Piece, standing_in: Iterable[Hop], flowing: Iterable[Hop]
) -> tuple[list[tuple[int, int]], list[Piece]]:
    """What of a piece was minted for its owners, and the pieces that lead further back."""
    further: list[Piece] = []
    open_parts = [(piece.lo, piece.hi)]
    # Before it was reimbursed the stretch was its owners'; only they are behind what came back.
    came_back = bool(piece.trail) and piece.trail[-1][0].kind == "returned"
    for hop in [*(() if came_back else standing_in), *flowing]:
        for lo, hi in clipped(open_parts, [_target(hop)]):
            a, b = hop.back(lo, hi)
            further.append(Piece(hop.from_line, a, b, (*piece.trail, (hop, lo, hi))))
        open_parts = without(open_parts, [_target(hop)])
    return open_parts, further
