"""The numbers told again from the journal alone.

Pure. Owns the published rule a second time, written apart from the verbs, so that each can prove
the other wrong: new cents on top, lowest free cents spent first, a gift's own cents given back
highest first, what was spent covered by the reserve. Where `descent` looks lineage up when asked,
this keeps the owners as it goes.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from obolo.ledger.spans import clipped, highest, join, lowest, without

Pairs = list[tuple[int, int]]


class Movement(NamedTuple):
    """A leg of a line: negative minor units put cents in, positive take them out."""

    line_id: UUID
    amount_minor: int
    what: str = ""


class BurstGift(NamedTuple):
    """A gift of a burst, in its place: what is left after the fee, in minor units."""

    gift_id: UUID
    net_minor: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One entry of the journal with its legs on lines, in their order."""

    entry_id: UUID
    kind: str
    line_id: UUID
    source_id: UUID
    movements: tuple[Movement, ...]
    overhead_bps: int = 0
    own_gift_id: UUID | None = None  # of a transfer of one gift's cents
    burst: tuple[BurstGift, ...] = ()


class Told(NamedTuple):
    """A row that must be: a mint, a range of a use, or a link. `about` tells the rest of it."""

    what: str  # minted, used, linked
    line_id: UUID
    entry_id: UUID
    lo: int
    hi: int
    about: str


@dataclass(slots=True)
class _Range:
    line_id: UUID
    lo: int
    hi: int
    entry_id: UUID
    ended_by: UUID | None = None


@dataclass(slots=True)
class _Line:
    head: int = 0
    gifted_minor: int = 0
    free: Pairs = field(default_factory=list)
    starts: list[int] = field(default_factory=list)  # of what was minted, with its first owner
    minted: list[tuple[int, int, UUID | None]] = field(default_factory=list)
    # What stands in for used numbers: lo, hi, kind, by which line, from which number on.
    stands: list[tuple[int, int, str, UUID, int]] = field(default_factory=list)


Spans = list[tuple[UUID, int, int]]


class Books:
    """The state of all lines after the postings so far."""

    def __init__(self, overhead_lines: Iterable[UUID] = ()) -> None:
        """Empty books. The overhead lines are named because they give way last."""
        self._overhead = set(overhead_lines)
        self._lines: dict[UUID, _Line] = {}
        self._own: dict[UUID, Spans] = {}  # of each gift: free or spent, but still its own
        self._uses: dict[UUID, list[_Range]] = {}  # of each purchase
        self._ranges: list[_Range] = []
        self.mints: list[Told] = []
        self.links: list[Told] = []

    def post(self, posting: Posting) -> None:
        """Apply one entry."""
        if posting.kind == "gifts":
            self._burst(posting)
            return
        taken: Spans = []
        paid: Spans = []
        for move in posting.movements:
            if move.amount_minor > 0:
                taken = self._take(posting, move)
                if move.what == "cover":
                    spent = self._spent(posting.source_id, move.amount_minor)
                    self._link_all(posting, "cover", taken, spent)
                    self._disown(posting.source_id, spent)
                elif move.what == "reimburse":
                    paid = self._owed(posting.source_id, move.amount_minor)
                    self._link_all(posting, "reimburse", taken, paid)
            elif move.what in ("release", "supplier_refund"):
                self._free_highest(posting, -move.amount_minor)
            else:
                self._mint(posting, move, paid if move.what == "returned" else taken)

    def told(self) -> Iterator[Told]:
        """All rows that must be there, after all postings."""
        yield from self.mints
        for r in self._ranges:
            yield Told("used", r.line_id, r.entry_id, r.lo, r.hi, str(r.ended_by or "live"))
        yield from self.links

    def _line(self, line_id: UUID) -> _Line:
        return self._lines.setdefault(line_id, _Line())

    def _burst(self, posting: Posting) -> None:
        own = self._line(posting.line_id)
        other = [m.line_id for m in posting.movements if m.line_id != posting.line_id]
        bps = posting.overhead_bps
        for gift in posting.burst:
            after = own.gifted_minor + gift.net_minor
            part = after * bps // 10_000 - own.gifted_minor * bps // 10_000
            own.gifted_minor = after
            if gift.net_minor - part:
                self._new(posting, posting.line_id, gift.net_minor - part, gift.gift_id)
            if part and other:
                self._new(posting, other[0], part, gift.gift_id)

    def _mint(self, posting: Posting, move: Movement, of: Spans) -> None:
        minor = -move.amount_minor
        if move.what in ("", "gift"):
            if posting.kind in ("gift", "addition"):
                self._line(posting.line_id).gifted_minor += minor
            self._new(posting, move.line_id, minor, posting.source_id)
            return
        at = self._line(move.line_id).head
        self._new(posting, move.line_id, minor, None)
        if move.what in ("transfer", "returned"):
            self._link_all(posting, move.what, of, [(move.line_id, at, at + minor)])
            self._hand_on(of, move.line_id, at)
        elif move.what == "conversion":
            self._link_scaled(posting, of, move.line_id, at, minor)

    def _new(self, posting: Posting, line_id: UUID, minor: int, gift_id: UUID | None) -> None:
        line = self._line(line_id)
        lo, line.head = line.head, line.head + minor
        line.free = join([*line.free, (lo, line.head)])
        line.starts.append(lo)
        line.minted.append((lo, line.head, gift_id))
        source = "" if gift_id is None else str(gift_id)
        self.mints.append(Told("minted", line_id, posting.entry_id, lo, line.head, source))
        if gift_id is not None:
            self._own.setdefault(gift_id, []).append((line_id, lo, line.head))

    def _hand_on(self, of: Spans, to_line: UUID, at: int) -> None:
        """The owners of `of` own the new numbers from `at` on, in order; not the old ones."""
        line = self._line(to_line)
        line.starts.pop()
        line.minted.pop()
        for line_id, lo, hi in of:
            for a, b, gift_id in self._owners(line_id, lo, hi):
                start = at + a - lo
                line.starts.append(start)
                line.minted.append((start, start + b - a, gift_id))
                if gift_id is not None:
                    self._disown(gift_id, [(line_id, a, b)])
                    self._own[gift_id].append((to_line, start, start + b - a))
            at += hi - lo

    def _owners(self, line_id: UUID, lo: int, hi: int) -> list[tuple[int, int, UUID | None]]:
        """Pieces of a span with the gift whose own they still are."""
        line = self._line(line_id)
        at = max(bisect_right(line.starts, lo) - 1, 0)
        found: list[tuple[int, int, UUID | None]] = []
        while at < len(line.minted) and line.minted[at][0] < hi:
            a, b, gift_id = line.minted[at]
            a, b = max(a, lo), min(b, hi)
            mine = [] if gift_id is None else self._own_on(gift_id, line_id)
            still = clipped([(a, b)], mine)
            found += [(x, y, gift_id) for x, y in still]
            found += [(x, y, None) for x, y in without([(a, b)], still)]
            at += 1
        return sorted(found, key=lambda piece: piece[0])

    def _own_on(self, gift_id: UUID, line_id: UUID) -> Pairs:
        return sorted((lo, hi) for at, lo, hi in self._own.get(gift_id, []) if at == line_id)

    def _disown(self, gift_id: UUID, spans: Spans) -> None:
        for line_id, lo, hi in spans:
            own = self._own.get(gift_id, [])
            self._own[gift_id] = [
                (at, a, b)
                for at, start, end in own
                for a, b in (
                    without([(start, end)], [(lo, hi)]) if at == line_id else [(start, end)]
                )
            ]

    def _take(self, posting: Posting, move: Movement) -> Spans:
        line = self._line(move.line_id)
        if move.what in ("refund_own", "void_own"):
            mine = clipped(line.free, self._own_on(posting.source_id, move.line_id))
            pairs, _ = highest(mine, move.amount_minor)
            self._disown(posting.source_id, [(move.line_id, lo, hi) for lo, hi in pairs])
        elif move.what == "transfer_own" and posting.own_gift_id:
            mine = clipped(line.free, self._own_on(posting.own_gift_id, move.line_id))
            pairs = sorted(highest(mine, move.amount_minor)[0])
        else:
            pairs, _ = lowest(line.free, move.amount_minor)
        line.free = without(line.free, sorted(pairs))
        for lo, hi in pairs:
            self._use(move.line_id, lo, hi, posting, bought=move.what in ("", "purchase"))
        return [(move.line_id, lo, hi) for lo, hi in pairs]

    def _use(self, line_id: UUID, lo: int, hi: int, posting: Posting, *, bought: bool) -> None:
        ranged = _Range(line_id, lo, hi, posting.entry_id)
        self._ranges.append(ranged)
        if bought:
            self._uses.setdefault(posting.source_id, []).append(ranged)

    def _free_highest(self, posting: Posting, minor: int) -> None:
        live = [r for r in self._uses.get(posting.source_id, []) if not r.ended_by]
        for ranged in sorted(live, key=lambda r: -r.lo):
            if minor == 0:
                break
            lo = max(ranged.lo, ranged.hi - minor)
            minor -= ranged.hi - lo
            ranged.ended_by = posting.entry_id
            line = self._line(ranged.line_id)
            line.free = join(sorted([*line.free, (lo, ranged.hi)]))
            if lo > ranged.lo:
                self._use(ranged.line_id, ranged.lo, lo, posting, bought=True)

    def _spent(self, gift_id: UUID, minor: int) -> Spans:
        """The gift's own cents that were spent: fund's lines before overhead, highest first."""
        own = self._own.get(gift_id, [])
        found: Spans = []
        lines = sorted({at for at, _, _ in own}, key=lambda at: (at in self._overhead, at))
        for line_id in lines:
            spent = without(join(self._own_on(gift_id, line_id)), self._line(line_id).free)
            pairs, minor = highest(spent, minor)
            found += [(line_id, lo, hi) for lo, hi in pairs]
        return found

    def _owed(self, purchase_id: UUID, minor: int) -> Spans:
        """The first `minor` of what bears an advance and was not paid back."""
        live = sorted(
            (r.line_id, r.lo, r.hi) for r in self._uses.get(purchase_id, []) if not r.ended_by
        )
        found: Spans = []
        for line_id, lo, hi in (b for span in live for b in self._bearing(*span)):
            if minor:
                found.append((line_id, lo, min(hi, lo + minor)))
                minor -= found[-1][2] - lo
        return found

    def _bearing(self, line_id: UUID, lo: int, hi: int) -> Spans:
        found: Spans = []
        for a, b, kind, by_line, start in self._line(line_id).stands:
            x, y = max(a, lo), min(b, hi)
            if x >= y:
                continue
            if x > lo:
                found.append((line_id, lo, x))
            if kind == "cover":
                found += self._bearing(by_line, start + x - a, start + y - a)
            lo = y
        return [*found, (line_id, lo, hi)] if lo < hi else found

    def _link_all(self, posting: Posting, kind: str, of: Spans, to: Spans) -> None:
        left, right = list(of), list(to)
        while left and right:
            (a, a_lo, a_hi), (b, b_lo, b_hi) = left.pop(0), right.pop(0)
            minor = min(a_hi - a_lo, b_hi - b_lo)
            about = f"{kind} to {b_lo} to {b_lo + minor} on {b}"
            self.links.append(Told("linked", a, posting.entry_id, a_lo, a_lo + minor, about))
            if kind in ("cover", "reimburse"):
                insort(self._line(b).stands, (b_lo, b_lo + minor, kind, a, a_lo))
            left[:0] = [(a, a_lo + minor, a_hi)] if a_lo + minor < a_hi else []
            right[:0] = [(b, b_lo + minor, b_hi)] if b_lo + minor < b_hi else []

    def _link_scaled(self, posting: Posting, of: Spans, to: UUID, at: int, m: int) -> None:
        n, before = sum(hi - lo for _, lo, hi in of), 0
        for line_id, lo, hi in of:
            start, before = before, before + hi - lo
            about = f"conversion to {at + start * m // n} to {at + before * m // n} on {to}"
            self.links.append(Told("linked", line_id, posting.entry_id, lo, hi, about))


def replay(postings: Iterable[Posting], overhead_lines: Iterable[UUID] = ()) -> list[Told]:
    """The rows that follow from the journal, which comes in posting order."""
    books = Books(overhead_lines)
    for posting in postings:
        books.post(posting)
    return list(books.told())
