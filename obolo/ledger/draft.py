"""One entry being made: its numbers, its legs, the standing of its lines; then written at once.

Owns the only statement that writes the journal: entry, mints, uses, ranges, lineage, legs and
standings together, or nothing when the key is taken. The lines must be locked (`standing.lock`).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.ledger import backstop, postings, prepared
from obolo.ledger.errors import KeyReused, LineFull, NotEnoughCents
from obolo.ledger.models import BLOCK_MINOR, UseRange
from obolo.ledger.spans import Span, gaps, join, lowest, without
from obolo.ledger.standing import Standing

# Uses that bought something, themselves or by paying an advance back.
_BOUGHT: Final = ("purchase", "reimburse")
_TABLES: Final = ("mints", "uses", "ranges", "ended", "lineage", "legs", "gifts")
_STANDING: Final = (
    "head",
    "free_from",
    "used_minor",
    "gifted_minor",
    "overhead_minor",
    "gifts_count",
    "gone_minor",
    "closed_by",
)


@dataclass(slots=True)
class Draft:
    """What one entry will say. Numbers are chosen in the order of the calls."""

    kind: str
    line: Standing  # of the fund that the caller named
    source_id: UUID
    key: str
    told: bytes  # the hash of the inputs
    value_date: date
    overhead_bps: int = 0
    details: dict[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=new_id)
    _rows: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in _TABLES})
    _lines: dict[UUID, Standing] = field(default_factory=dict)
    _free: dict[UUID, list[tuple[int, int]]] = field(default_factory=dict)

    def touch(self, line: Standing) -> None:
        """Write the standing of `line` with the entry."""
        self._lines[line.id] = line

    def leg(self, account: str, currency: str, minor: int) -> None:
        """A side that is no fund's; nothing when it is zero."""
        if minor:
            self._add_leg(account, None, currency, minor, "")

    def mint(
        self, line: Standing, minor: int, kind: str, source_id: UUID, *, leg: bool = True
    ) -> Span:
        """The next `minor` numbers of the line come into being; raises LineFull."""
        lo, hi = line.head, line.head + minor
        if hi > BLOCK_MINOR:
            raise LineFull(str(line.id))
        line.head = hi
        self.touch(line)
        if line.id in self._free:
            self._free[line.id] = join([*self._free[line.id], (lo, hi)])
        told = {"line": line.id, "lo": lo, "hi": hi, "kind": kind, "source": source_id}
        self._rows["mints"].append(told)
        if leg:
            self.fund_leg(line, -minor, kind)
        return Span(line.id, lo, hi)

    def take_lowest(self, line: Standing, minor: int, kind: str, source_id: UUID) -> list[Span]:
        """Use the lowest free numbers of the line; raises NotEnoughCents."""
        if minor > line.free_minor:
            raise NotEnoughCents(minor - line.free_minor)
        taken, missing = lowest(self._free_of(line), minor)
        assert missing == 0, "the standing of the line is wrong"
        return self.take(line, [Span(line.id, lo, hi) for lo, hi in taken], kind, source_id)

    def take(
        self, line: Standing, spans: list[Span], kind: str, source_id: UUID, *, rule: str = ""
    ) -> list[Span]:
        """Use these free numbers of one line. `rule` says how they were chosen, if not lowest."""
        minor = sum(span.minor for span in spans)
        taken = [(span.lo, span.hi) for span in spans]
        free = without(self._free_of(line), sorted(taken))
        assert sum(hi - lo for lo, hi in free) == line.free_minor - minor, "not all free"
        self._free[line.id] = free
        line.used_minor += minor
        line.gone_minor += 0 if kind in _BOUGHT else minor
        self.touch(line)
        use = {"id": new_id(), "kind": kind, "source": source_id, "minor": minor}
        self._rows["uses"].append(use)
        for lo, hi in taken:
            self._add_range(use["id"], line, lo, hi)
        self.fund_leg(line, minor, rule or kind)
        return spans

    def free_highest(self, line: Standing, live: list[UseRange], minor: int, rule: str) -> None:
        """Free the highest `minor` numbers of a purchase's live ranges on one line."""
        missing, freed = minor, []
        for ranged in sorted(live, key=lambda r: -r.lo):
            if missing == 0:
                break
            lo = max(ranged.lo, ranged.hi - missing)
            missing -= ranged.hi - lo
            freed.append((lo, ranged.hi))
            self._rows["ended"].append(ranged.id)
            if lo > ranged.lo:
                self._add_range(ranged.use_id, line, ranged.lo, lo)
        assert missing == 0, "more was given back than was used"
        free = self._free_of(line)
        self._free[line.id] = join(sorted([*free, *freed]))
        line.used_minor -= minor
        self.touch(line)
        self.fund_leg(line, -minor, rule)

    def link(
        self, kind: str, of: Span, to: Span, *, before: int = 0, totals: tuple[int, int] | None
    ) -> None:
        """The owners' share of `of` is now `to`; `totals` when the length changes on the way."""
        from_total, to_total = totals or (of.minor, of.minor)
        told = {"kind": kind, "from_line": of.line_id, "from_lo": of.lo, "from_hi": of.hi}
        told |= {"to_line": to.line_id, "to_lo": to.lo, "to_hi": to.hi, "before": before}
        self._rows["lineage"].append(told | {"from_total": from_total, "to_total": to_total})

    def link_all(self, kind: str, of: Iterable[Span], to: Iterable[Span]) -> None:
        """Link two lists of spans of the same total length, in their order."""
        left, right = list(of), list(to)
        while left and right:
            a, b = left.pop(0), right.pop(0)
            minor = min(a.minor, b.minor)
            self.link(
                kind,
                Span(a.line_id, a.lo, a.lo + minor),
                Span(b.line_id, b.lo, b.lo + minor),
                totals=None,
            )
            if a.minor > minor:
                left.insert(0, Span(a.line_id, a.lo + minor, a.hi))
            if b.minor > minor:
                right.insert(0, Span(b.line_id, b.lo + minor, b.hi))
        assert left == right == [], "the two sides differ in length"

    def batch_gift(self, gift: dict[str, Any]) -> None:
        """One gift of a burst: key, hash, gift, gross, fee; its place is the order of the calls."""
        self._rows["gifts"].append(gift | {"place": len(self._rows["gifts"])})

    def fund_leg(self, line: Standing, minor: int, what: str) -> None:
        """A side of a fund; `what` names the rule that chose its numbers."""
        self._add_leg(postings.fund_account(line.fund_id), line.id, line.currency, minor, what)

    def write(self) -> bool:
        """Write everything in one statement; False, and nothing written, when the key is taken."""
        for line in self._lines.values():
            if line.id in self._free:
                free = self._free[line.id]
                line.free_from = free[0][0] if free else line.head
        entry = {
            "id": self.id,
            "kind": self.kind,
            "line": self.line.id,
            "source": self.source_id,
            "bps": self.overhead_bps,
            "key": self.key,
            "told": self.told.hex(),
            "value_date": self.value_date,
            "posted_at": now(),
            "details": self.details,
        }
        lines = [
            {name: getattr(line, name) for name in ("id", *_STANDING)}
            for line in self._lines.values()
        ]
        whole = self._rows | {"entry": entry, "lines": lines}
        with backstop.watched():
            [(written,)] = prepared.rows(_WRITE, [json.dumps(whole, default=str)])
        return bool(written)

    def _add_leg(
        self, account: str, line_id: UUID | None, currency: str, minor: int, what: str
    ) -> None:
        legs = self._rows["legs"]
        told = {"account": account, "line": line_id, "currency": currency, "minor": minor}
        legs.append(told | {"what": what, "place": len(legs)})

    def _add_range(self, use_id: Any, line: Standing, lo: int, hi: int) -> None:
        told = {"use": use_id, "line": line.id, "base": line.base, "lo": lo, "hi": hi}
        self._rows["ranges"].append(told)

    def _free_of(self, line: Standing) -> list[tuple[int, int]]:
        if line.id not in self._free:
            used = prepared.rows(_USED, [line.id, line.free_from])
            self._free[line.id] = list(gaps(used, start=line.free_from, head=line.head))
        return self._free[line.id]


def told_hash(*inputs: Any) -> bytes:
    """What a key was told: the SHA-256 of the inputs in order."""
    return hashlib.sha256(json.dumps(inputs, default=str).encode()).digest()


def known(key: str, told: bytes) -> UUID | None:
    """The entry this key posted, if any; raises KeyReused when it was told something else."""
    found = prepared.rows(_KNOWN, [key, key])
    if found and bytes(found[0][1]) != told:
        raise KeyReused(key)
    return found[0][0] if found else None


_KNOWN = """
SELECT id, inputs_hash FROM ledger_entry WHERE key = %s
UNION ALL SELECT entry_id, inputs_hash FROM ledger_batchgift WHERE key = %s
"""

_USED = """
SELECT lo, hi FROM ledger_userange WHERE live AND line_id = %s AND lo >= %s ORDER BY lo
"""

_WRITE = """
WITH t AS MATERIALIZED (SELECT %s::jsonb AS j),
e AS (
    INSERT INTO ledger_entry (id, kind, line_id, source_id, overhead_bps, key, inputs_hash,
                              value_date, posted_at, memo, details)
    SELECT id, kind, line, source, bps, key, decode(told, 'hex'), value_date, posted_at, '', details
    FROM t, jsonb_to_record(t.j->'entry') AS x (id uuid, kind text, line uuid, source uuid,
        bps int, key text, told text, value_date date, posted_at timestamptz, details jsonb)
    WHERE NOT EXISTS (SELECT 1 FROM ledger_batchgift b WHERE b.key = x.key)
    ON CONFLICT DO NOTHING RETURNING id
),
standing AS (
    UPDATE ledger_line l SET head = x.head, free_from = x.free_from, used_minor = x.used_minor,
        gifted_minor = x.gifted_minor, overhead_minor = x.overhead_minor,
        gifts_count = x.gifts_count, gone_minor = x.gone_minor, closed_by_id = x.closed_by
    FROM e, t, jsonb_to_recordset(t.j->'lines') AS x (id uuid, head int8, free_from int8,
        used_minor int8, gifted_minor int8, overhead_minor int8, gifts_count int8, gone_minor int8,
        closed_by uuid)
    WHERE l.id = x.id
),
mints AS (
    INSERT INTO ledger_mint (id, line_id, lo, hi, source_kind, source_id, entry_id)
    SELECT gen_random_uuid(), x.line, x.lo, x.hi, x.kind, x.source, e.id
    FROM e, t, jsonb_to_recordset(t.j->'mints')
        AS x (line uuid, lo int8, hi int8, kind text, source uuid)
),
ended AS (
    UPDATE ledger_userange r SET live = false, ended_by_id = e.id
    FROM e, t, jsonb_array_elements_text(t.j->'ended') AS x (id) WHERE r.id = x.id::uuid
    RETURNING 1
),
uses AS (
    INSERT INTO ledger_use (id, kind, source_id, entry_id, amount_minor)
    SELECT x.id, x.kind, x.source, e.id, x.minor
    FROM e, t, jsonb_to_recordset(t.j->'uses') AS x (id uuid, kind text, source uuid, minor int8)
),
ranges AS (
    INSERT INTO ledger_userange (id, use_id, line_id, base, lo, hi, live, entry_id)
    SELECT gen_random_uuid(), x.use, x.line, x.base, x.lo, x.hi, true, e.id
    FROM e, t, jsonb_to_recordset(t.j->'ranges')
        AS x (use uuid, line uuid, base int8, lo int8, hi int8)
    -- What ends makes room for what stays: it must be gone first.
    WHERE (SELECT count(*) FROM ended) >= 0
),
lineage AS (
    INSERT INTO ledger_lineage (id, entry_id, kind, from_line_id, from_lo, from_hi, to_line_id,
                                to_lo, to_hi, before, from_total, to_total)
    SELECT gen_random_uuid(), e.id, x.kind, x.from_line, x.from_lo, x.from_hi, x.to_line,
           x.to_lo, x.to_hi, x.before, x.from_total, x.to_total
    FROM e, t, jsonb_to_recordset(t.j->'lineage') AS x (kind text, from_line uuid, from_lo int8,
        from_hi int8, to_line uuid, to_lo int8, to_hi int8, before int8, from_total int8,
        to_total int8)
),
gifts AS (
    INSERT INTO ledger_batchgift (id, entry_id, place, key, inputs_hash, gift_id, gross_minor,
                                  fee_minor)
    SELECT gen_random_uuid(), e.id, x.place, x.key, decode(x.told, 'hex'), x.gift, x.gross, x.fee
    FROM e, t, jsonb_to_recordset(t.j->'gifts')
        AS x (place int, key text, told text, gift uuid, gross int8, fee int8)
),
legs AS (
    INSERT INTO ledger_leg (id, entry_id, account, line_id, currency, amount_minor, what, place)
    SELECT gen_random_uuid(), e.id, x.account, x.line, x.currency, x.minor, x.what, x.place
    FROM e, t, jsonb_to_recordset(t.j->'legs') AS x (account text, line uuid, currency text,
        minor int8, what text, place int)
)
SELECT count(*) FROM e
"""
