"""The books audited from the rows: what the constraints hold, held against the rows once more.

Owns the checks I1 to I5 of traceability §6.1 in plain SQL, the standing of each line, and the
comparison with a replay of the journal. Reads whole lines: for `obolo check`, never for a page.
"""

from typing import Any, Final

from django.db import connection

from obolo.ledger.replay import Movement, Told, replay

_CHECKS: Final = {
    "I1: numbers have a gap or an overlap": """
        SELECT line_id, lo FROM (
            SELECT line_id, lo, lag(hi, 1, 0::int8) OVER (PARTITION BY line_id ORDER BY lo) AS ends
            FROM ledger_mint) t WHERE lo <> ends""",
    "I1: the head is not where the numbers end": """
        SELECT l.id, l.head FROM ledger_line l LEFT JOIN ledger_mint m ON m.line_id = l.id
        GROUP BY l.id, l.head HAVING l.head <> coalesce(max(m.hi), 0)""",
    "I2: a number is used twice": """
        SELECT line_id, lo FROM (
            SELECT line_id, lo, max(hi) OVER (PARTITION BY line_id ORDER BY lo, hi
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ends
            FROM ledger_userange WHERE live) t WHERE lo < ends""",
    "I3: a use is outside its line": """
        SELECT r.id, r.hi FROM ledger_userange r JOIN ledger_line l ON l.id = r.line_id
        WHERE r.lo < 0 OR r.hi <= r.lo OR r.hi > l.head OR r.base <> l.base""",
    "I5: the journal and the numbers of a line differ": """
        SELECT l.id, coalesce(g.minor, 0) FROM ledger_line l
        LEFT JOIN (SELECT line_id, sum(amount_minor) AS minor FROM ledger_leg GROUP BY 1) g
            ON g.line_id = l.id
        LEFT JOIN (SELECT line_id, sum(hi - lo) AS minor FROM ledger_mint GROUP BY 1) m
            ON m.line_id = l.id
        LEFT JOIN (SELECT line_id, sum(hi - lo) AS minor FROM ledger_userange WHERE live
                   GROUP BY 1) u ON u.line_id = l.id
        WHERE coalesce(g.minor, 0) <> coalesce(u.minor, 0) - coalesce(m.minor, 0)""",
    "a leg names another fund than its line": """
        SELECT g.id, g.account FROM ledger_leg g LEFT JOIN ledger_line l ON l.id = g.line_id
        WHERE (g.line_id IS NULL) = (g.account LIKE 'fund:%')
           OR g.account <> 'fund:' || l.fund_id OR g.currency <> l.currency""",
    "an entry does not balance": """
        SELECT entry_id, currency FROM ledger_leg GROUP BY 1, 2 HAVING sum(amount_minor) <> 0""",
    "an entry has fewer than two legs": """
        SELECT e.id, e.kind FROM ledger_entry e LEFT JOIN ledger_leg g ON g.entry_id = e.id
        GROUP BY e.id, e.kind HAVING count(g.id) < 2""",
    "a use is not the sum of its ranges": """
        SELECT u.id, u.amount_minor FROM ledger_use u
        LEFT JOIN ledger_userange r ON r.use_id = u.id
        GROUP BY u.id, u.amount_minor HAVING u.amount_minor <> coalesce(sum(r.hi - r.lo), 0)""",
    # I4 (free + used = head) is the definition of free; what is kept on the line is checked here.
    "I4: the used cents of a line are counted wrongly": """
        SELECT l.id, l.used_minor FROM ledger_line l
        LEFT JOIN ledger_userange r ON r.line_id = l.id AND r.live
        GROUP BY l.id, l.used_minor HAVING l.used_minor <> coalesce(sum(r.hi - r.lo), 0)""",
    "the first free number of a line is wrong": """
        SELECT l.id, l.free_from FROM ledger_line l CROSS JOIN LATERAL (
            SELECT coalesce(min(at), l.head) AS lowest FROM (
                SELECT 0::int8 AS at
                UNION ALL SELECT hi FROM ledger_userange r WHERE r.line_id = l.id AND r.live
            ) c WHERE at < l.head AND NOT EXISTS (
                SELECT 1 FROM ledger_userange o
                WHERE o.line_id = l.id AND o.live AND o.lo = c.at)) t
        WHERE l.free_from <> t.lowest""",
    "the gifts of a line are counted wrongly": """
        SELECT l.id, l.gifted_minor FROM ledger_line l LEFT JOIN (
            SELECT e.line_id, count(DISTINCT e.id) AS gifts, sum(m.hi - m.lo) AS net,
                   sum(m.hi - m.lo) FILTER (WHERE m.line_id <> e.line_id) AS overhead
            FROM ledger_entry e LEFT JOIN ledger_mint m ON m.entry_id = e.id
            WHERE e.kind = 'gift' GROUP BY 1) t ON t.line_id = l.id
        WHERE l.gifts_count <> coalesce(t.gifts, 0) OR l.gifted_minor <> coalesce(t.net, 0)
           OR l.overhead_minor <> coalesce(t.overhead, 0)""",
    "the overhead of a gift is not its cumulative share": """
        SELECT entry_id, overhead FROM (
            SELECT entry_id, bps, net, overhead,
                   sum(net) OVER (PARTITION BY line_id ORDER BY turn) - net AS before
            FROM (SELECT e.id AS entry_id, e.line_id, e.turn, e.overhead_bps::numeric AS bps,
                         sum(m.hi - m.lo)::numeric AS net,
                         coalesce(sum(m.hi - m.lo) FILTER (WHERE m.line_id <> e.line_id), 0)
                             AS overhead
                  FROM ledger_entry e JOIN ledger_mint m ON m.entry_id = e.id
                  WHERE e.kind = 'gift' GROUP BY 1, 2, 3, 4) t) s
        WHERE overhead <> floor((before + net) * bps / 10000) - floor(before * bps / 10000)""",
}

_JOURNAL = """
SELECT g.line_id, g.entry_id, g.amount_minor FROM ledger_leg g JOIN ledger_entry e
    ON e.id = g.entry_id WHERE g.line_id IS NOT NULL ORDER BY e.turn, g.id"""

_NUMBERS = """
SELECT 'minted', line_id, entry_id, lo, hi FROM ledger_mint
UNION ALL SELECT 'used', r.line_id, u.entry_id, r.lo, r.hi
FROM ledger_userange r JOIN ledger_use u ON u.id = r.use_id"""


def breaches() -> list[str]:
    """All that is wrong with the books of the current organisation, a sentence each."""
    found = [
        f"{fault}: {subject} ({detail})"
        for fault, query in _CHECKS.items()
        for subject, detail in _rows(query)
    ]
    return found + _differences()


def _differences() -> list[str]:
    """Where the numbers are not what a replay of the journal makes them."""
    kept = {Told(*row) for row in _rows(_NUMBERS)}
    told = set(replay(Movement(*row) for row in _rows(_JOURNAL)))
    only_kept = [f"kept, but no replay tells it: {_sentence(span)}" for span in sorted(kept - told)]
    only_told = [f"a replay tells it, but not kept: {_sentence(s)}" for s in sorted(told - kept)]
    return only_kept + only_told


def _sentence(span: Told) -> str:
    return f"{span.lo} to {span.hi} {span.what} on {span.line_id} by {span.entry_id}"


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
