"""The rows that `descent` needs, read one hop at a time: all stretches of a hop in one query.

Disjoint spans make overlap two short index scans: the one span that starts at or before the
beginning, then those that start inside (traceability §6.5). Nothing here reads a whole line. The
LATERAL steps fix the order of the joins: a guess from missing statistics cannot turn it round.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from obolo.ledger import prepared
from obolo.ledger.descent import (
    HOPS_MAX,
    Around,
    Hop,
    Piece,
    Stretch,
    Used,
    onward,
    owners_before,
)
from obolo.ledger.spans import Span

Fund = tuple[UUID, str, str]  # id, purpose, currency

_PARTS = """
SELECT m.line_id, l.fund_id, f.purpose, l.currency, m.lo, m.hi
FROM ledger_mint m JOIN ledger_line l ON l.id = m.line_id JOIN ledger_fund f ON f.id = l.fund_id
WHERE m.source_id = %s AND m.source_kind = 'gift'
ORDER BY f.purpose = 'overhead', m.line_id, m.lo
"""

_STRETCHES = """
SELECT n, line_id, lo, hi
FROM unnest(%s::int4[], %s::uuid[], %s::int8[], %s::int8[]) AS p (n, line_id, lo, hi)
"""

_HOP = """h.kind, e.source_id, e.posted_at, h.from_line_id, h.from_lo, h.from_hi, h.to_line_id,
       h.to_lo, h.before, h.from_total, h.to_total"""


def _overlapping(table: str, columns: str, line: str, lo: str, hi: str, also: str) -> str:
    """Rows of disjoint spans [lo, hi) on `line` that overlap the stretch p: two index scans."""
    return f"""((SELECT {columns} FROM {table} WHERE {also} AND {line} = p.line_id
          AND {lo} <= p.lo AND {hi} > {lo} ORDER BY {lo} DESC LIMIT 1)
         UNION ALL
         (SELECT {columns} FROM {table} WHERE {also} AND {line} = p.line_id
          AND {lo} > p.lo AND {lo} < p.hi AND {hi} > {lo}))"""  # noqa: S608 - only our own fragments


_ALL = "id, entry_id, kind, from_line_id, from_lo, from_hi, to_line_id, to_lo, to_hi, before,"
_ALL += " from_total, to_total"
_NOBODY = "NULL::uuid, NULL::text, NULL::text"
_ENTRY_OF_HOP = """CROSS JOIN LATERAL (SELECT source_id, posted_at FROM ledger_entry
                        WHERE id = h.entry_id LIMIT 1) AS e"""

_USES = f"""
SELECT p.n, u.kind, u.source_id, greatest(r.lo, p.lo), least(r.hi, p.hi), e.posted_at
FROM ({_STRETCHES}) AS p
CROSS JOIN LATERAL {
    _overlapping("ledger_userange", "use_id, lo, hi", "line_id", "lo", "hi", "live")
} AS r
CROSS JOIN LATERAL (SELECT kind, source_id, entry_id FROM ledger_use
                    WHERE id = r.use_id LIMIT 1) AS u
CROSS JOIN LATERAL (SELECT posted_at FROM ledger_entry WHERE id = u.entry_id LIMIT 1) AS e
WHERE r.hi > p.lo ORDER BY p.n, r.lo
"""  # noqa: S608 - only our own fragments

_HOPS = f"""
SELECT p.n, 'leaving', f.id, f.purpose, l.currency, {_HOP}
FROM ({_STRETCHES}) AS p
CROSS JOIN LATERAL {
    _overlapping("ledger_lineage", _ALL, "from_line_id", "from_lo", "from_hi", "true")
} AS h {_ENTRY_OF_HOP}
JOIN ledger_line l ON l.id = h.to_line_id JOIN ledger_fund f ON f.id = l.fund_id
WHERE h.from_hi > p.lo
UNION ALL
SELECT p.n, 'standing in', {_NOBODY}, {_HOP}
FROM ({_STRETCHES}) AS p
CROSS JOIN LATERAL {
    _overlapping(
        "ledger_lineage", _ALL, "to_line_id", "to_lo", "to_hi", "kind IN ('cover', 'reimburse')"
    )
} AS h {_ENTRY_OF_HOP}
WHERE h.to_hi > p.lo
ORDER BY 1, 2, 9, 10
"""  # noqa: S608 - only our own fragments

_RANGES = """
SELECT r.line_id, r.lo, r.hi FROM ledger_use u
CROSS JOIN LATERAL (SELECT line_id, lo, hi FROM ledger_userange
                    WHERE use_id = u.id AND live OFFSET 0) AS r
WHERE u.source_id = %s AND u.kind = 'purchase' ORDER BY r.line_id, r.lo
"""

_OWNERS = f"""
WITH p AS MATERIALIZED ({_STRETCHES})
SELECT p.n, 'gift', m.source_id, greatest(m.lo, p.lo), least(m.hi, p.hi),
       NULL::timestamptz, NULL::uuid, NULL::int8, NULL::int8, NULL::uuid, NULL::int8, NULL::int8,
       NULL::int8, NULL::int8
FROM p CROSS JOIN LATERAL {
    _overlapping("ledger_mint", "source_kind, source_id, lo, hi", "line_id", "lo", "hi", "true")
} AS m
WHERE m.source_kind = 'gift' AND m.hi > p.lo
UNION ALL
SELECT p.n, h.kind, e.source_id, h.to_lo, h.to_hi, e.posted_at, h.from_line_id, h.from_lo,
       h.from_hi, h.to_line_id, h.to_lo, h.before, h.from_total, h.to_total
FROM p CROSS JOIN LATERAL {
    _overlapping(
        "ledger_lineage", _ALL, "to_line_id", "to_lo", "to_hi", "kind IN ('cover', 'reimburse')"
    )
} AS h {_ENTRY_OF_HOP}
WHERE h.to_hi > p.lo
UNION ALL
SELECT p.n, h.kind, e.source_id, h.to_lo, h.to_hi, e.posted_at, h.from_line_id, h.from_lo,
       h.from_hi, h.to_line_id, h.to_lo, h.before, h.from_total, h.to_total
FROM p CROSS JOIN LATERAL {
    _overlapping(
        "ledger_lineage",
        _ALL,
        "to_line_id",
        "to_lo",
        "to_hi",
        "kind IN ('transfer', 'conversion', 'returned')",
    )
} AS h {_ENTRY_OF_HOP}
WHERE h.to_hi > p.lo
ORDER BY 1, 4
"""  # noqa: S608 - only our own fragments


def forward(gift_id: UUID) -> Iterator[tuple[Stretch, Around]]:
    """All stretches of a gift's cents with what is around them, hop by hop."""
    level = [Stretch(*row) for row in prepared.rows(_PARTS, [gift_id])]
    while level:
        following: list[Stretch] = []
        for stretch, around, funds in _read(level):
            yield stretch, around
            if stretch.depth < HOPS_MAX:
                for hop, fund in zip(around.leaving, funds, strict=True):
                    following += onward(stretch, hop, fund, around)
        level = following


def _read(level: list[Stretch]) -> Iterator[tuple[Stretch, Around, list[Fund]]]:
    columns = _columns([(s.line_id, s.lo, s.hi) for s in level])
    used: dict[int, list[Used]] = {}
    leaving: dict[int, list[tuple[Hop, Fund]]] = {}
    standing_in: dict[int, list[Hop]] = {}
    for n, *told in prepared.rows(_USES, columns):
        used.setdefault(n, []).append(Used(*told))
    for n, side, fund_id, purpose, currency, *told in prepared.rows(_HOPS, [*columns, *columns]):
        if side == "leaving":
            leaving.setdefault(n, []).append((Hop(*told), (fund_id, purpose, currency)))
        else:
            standing_in.setdefault(n, []).append(Hop(*told))
    for n, stretch in enumerate(level):
        left = leaving.get(n, [])
        around = Around(
            tuple(used.get(n, [])),
            tuple(hop for hop, _ in left),
            tuple(standing_in.get(n, [])),
        )
        yield stretch, around, [fund for _, fund in left]


def backward(source_id: UUID) -> list[tuple[UUID, int]]:
    """Gift and minor units behind the live numbers of a purchase, in the order of the numbers.

    A gift comes once for each stretch. Cents that nobody gave (an IOU of the reserve) are left out.
    """
    found: list[tuple[int, int, UUID, int]] = []  # which range, where in it, whose, how much
    level = [(n, Piece(*row)) for n, row in enumerate(prepared.rows(_RANGES, [source_id]))]
    for _ in range(HOPS_MAX):
        if not level:
            break
        level = _one_back(level, found)
    return [(gift_id, minor) for _, _, gift_id, minor in sorted(found)]


def _one_back(
    level: list[tuple[int, Piece]], found: list[tuple[int, int, UUID, int]]
) -> list[tuple[int, Piece]]:
    """Read one hop: note the gifts, return the pieces that lead further back."""
    gifts, hops = _owners([piece for _, piece in level])
    further: list[tuple[int, Piece]] = []
    for n, (root, piece) in enumerate(level):
        of_piece = hops.get(n, [])
        standing = [hop for hop in of_piece if hop.kind in ("cover", "reimburse")]
        flowing = [hop for hop in of_piece if hop.kind not in ("cover", "reimburse")]
        own, pieces = owners_before(piece, standing, flowing)
        further += [(root, p) for p in pieces]
        for gift_id, gift_lo, gift_hi in gifts.get(n, []):
            for a, b in own:
                lo, hi = piece.at_first(max(a, gift_lo), min(b, gift_hi))
                if hi > lo and max(a, gift_lo) < min(b, gift_hi):
                    found.append((root, lo, gift_id, hi - lo))
    return further


def _owners(
    pieces: list[Piece],
) -> tuple[dict[int, list[tuple[UUID, int, int]]], dict[int, list[Hop]]]:
    columns = _columns([(p.line_id, p.lo, p.hi) for p in pieces])
    gifts: dict[int, list[tuple[UUID, int, int]]] = {}
    hops: dict[int, list[Hop]] = {}
    for n, kind, source_id, lo, hi, posted_at, *hop in prepared.rows(_OWNERS, columns):
        if kind == "gift":
            gifts.setdefault(n, []).append((source_id, lo, hi))
        else:
            hops.setdefault(n, []).append(Hop(kind, source_id, posted_at, *hop))
    return gifts, hops


def _columns(stretches: list[tuple[UUID, int, int]]) -> list[list[Any]]:
    return [list(range(len(stretches))), *([s[at] for s in stretches] for at in range(3))]


_STANDING_IN = f"""
SELECT h.kind, h.from_line_id, h.from_lo, h.from_hi, h.to_lo
FROM ({_STRETCHES}) AS p
CROSS JOIN LATERAL {
    _overlapping(
        "ledger_lineage", _ALL, "to_line_id", "to_lo", "to_hi", "kind IN ('cover', 'reimburse')"
    )
} AS h
WHERE h.to_hi > p.lo ORDER BY h.to_lo
"""  # noqa: S608 - only our own fragments


def bearing(span: Span) -> list[Span]:
    """The numbers that bear a used stretch now and that no fund has paid back, in its order.

    What a cover stands in for leads to the cover's own numbers; what is reimbursed falls away.
    """
    found: list[Span] = []
    at = span.lo
    for kind, line_id, from_lo, from_hi, to_lo in _stand_ins([span]):
        lo, hi = max(span.lo, to_lo), min(span.hi, to_lo + from_hi - from_lo)
        if lo > at:
            found.append(Span(span.line_id, at, lo))
        if kind == "cover":
            found += bearing(Span(line_id, from_lo + lo - to_lo, from_lo + hi - to_lo))
        at = hi
    return [*found, Span(span.line_id, at, span.hi)] if at < span.hi else found


def is_reimbursed(spans: list[Span]) -> bool:
    """Whether a fund has paid back any of these numbers, or of those that stand in for them."""
    return sum(s.minor for s in spans) != sum(b.minor for s in spans for b in bearing(s))


def _stand_ins(spans: list[Span]) -> list[tuple[Any, ...]]:
    return prepared.rows(_STANDING_IN, _columns([(s.line_id, s.lo, s.hi) for s in spans]))
