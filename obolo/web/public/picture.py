"""The path of a gift as a picture: a band of money that narrows, drawn to scale.

Pure. Owns the geometry: the band enters with the width of the gross gift; at each station the share
that ends there leaves towards the words, and what is left goes on. Widths are true: `WIDE` units
are the whole gift, shares by cumulative floor, so that they add up. Never a word, never a query.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from obolo.causes.models import Purchase
from obolo.trace.open_books import Sums
from obolo.trace.queries import Path

CANVAS: Final = 1000  # units across; the browser decides how wide that is
EDGE: Final = 40  # free on both sides
WIDE: Final = CANVAS - 2 * EDGE
TALL: Final = 56  # units down of the part where a share leaves
_ROW: Final = 16  # where the first line of words stands
_ASIDE: Final = 34  # how far a share steps away from the band
PURCHASES_MAX: Final = 10  # more are one station


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A part of the gift that ends at a station; `minor` of the gift's own currency.

    Kinds: fee, overhead; purchase, more (several of them), returned, converted, gone, other; free.
    """

    kind: str
    minor: int
    purchase_id: UUID | None = None
    count: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Station:
    """A share with its drawing: the band that goes on, and the share that leaves."""

    share: Share
    stays_to: int  # the band goes on from EDGE to here
    leaves_from: int
    leaves_to: int

    @property
    def stays(self) -> int:
        """How wide the band that goes on is."""
        return self.stays_to - EDGE

    @property
    def leaf(self) -> str:
        """The outline of the share that leaves, as the `d` of an SVG path."""
        a, b = self.leaves_from, self.leaves_to
        return (
            f"M{a} 0C{a} 14 {a + _ASIDE} 8 {a + _ASIDE} 26V{TALL - 10}"
            f"H{b + _ASIDE}V26C{b + _ASIDE} 8 {b} 14 {b} 0Z"
        )

    @property
    def thread(self) -> str:
        """The thread from the share to its words."""
        return f"M{self.leaves_to + _ASIDE - 6} {_ROW}H{CANVAS}"


def stations(gross_minor: int, shares: Iterable[Share]) -> list[Station]:
    """Where each share leaves the band, in order. Shares beyond the gift itself have no width."""
    drawn, told = [], 0
    before = EDGE + WIDE
    for share in shares:
        told = min(told + share.minor, gross_minor)
        left = EDGE + WIDE - told * WIDE // gross_minor
        drawn.append(Station(share=share, stays_to=left, leaves_from=left, leaves_to=before))
        before = left
    return drawn


def width_of(path: Path) -> int:
    """What the whole band stands for: all that was ever booked for this gift."""
    return path.gross_minor + sum(t.minor or 0 for t in path.turns if t.kind == "voided")


def before_the_fund(path: Path) -> list[Share]:
    """What never reached the fund: the fee, then the share for running costs.

    The fee is what was taken off when the cents were numbered: one that was an estimate is put
    right with the reserve, and the cents stay as they are.
    """
    fee = max(width_of(path) - path.overhead_minor - path.restricted_minor, 0)
    told = [("fee", fee), ("overhead", path.overhead_minor)]
    return [Share(kind=kind, minor=minor) for kind, minor in told if minor]


def of_a_fund(
    sums: Sums, bought: Sequence[Purchase], count: int
) -> tuple[list[Share], list[Share]]:
    """A whole fund in one currency: what came off first, and what became of the rest.

    `bought` are its newest purchases, newest first; they are drawn oldest first. `count` purchases
    there are in all.
    """
    before = [
        Share(kind="fee", minor=sums.fee_minor),
        Share(kind="overhead", minor=sums.overhead_minor),
    ]
    shown = list(reversed(bought[: PURCHASES_MAX - 1]))
    rest = sums.spent_minor - sum(one.amount_minor for one in shown)
    after = [Share(kind="gone", minor=sums.gone_minor)]
    if rest > 0:
        after.append(Share(kind="more", minor=rest, count=max(count - len(shown), 1)))
    after += [Share(kind="purchase", minor=one.amount_minor, purchase_id=one.id) for one in shown]
    after.append(Share(kind="free", minor=sums.free_minor))
    return [s for s in before if s.minor], [s for s in after if s.minor]


def from_the_fund(path: Path) -> list[Share]:
    """What became of the numbered cents: purchases, oldest first, what else, and what is free."""
    counted = [one for one in path.counted if one.currency in ("", path.gift.currency)]
    shown = counted if len(counted) <= PURCHASES_MAX else counted[: PURCHASES_MAX - 1]
    rest = counted[len(shown) :]
    found = [
        Share(kind="purchase", minor=one.counted_minor, purchase_id=one.purchase_id)
        for one in shown
    ]
    if rest:
        minor = sum(one.counted_minor for one in rest)
        found.append(Share(kind="more", minor=minor, count=len(rest)))
    told = path.spent_minor + path.free_minor + path.returned_minor + path.converted_minor
    ways = {
        "returned": path.returned_minor,
        "converted": path.converted_minor,
        "other": path.restricted_minor - told,
        "free": path.free_minor,
    }
    return found + [Share(kind=kind, minor=minor) for kind, minor in ways.items() if minor > 0]
