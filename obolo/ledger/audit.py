"""The books audited from the rows: what the constraints hold, held against the rows once more.

Owns the checks I1 to I6 of traceability §6.1 in plain SQL, the standing of each line, and the
comparison with a replay of the journal. Reads whole lines: for `obolo check`, never for a page.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from obolo.ledger import backstop
from obolo.ledger.replay import BurstGift, Movement, Posting, Told, replay
from obolo.organisations.audit import findings, rows

# Each gives table, id, what, is, should be, in posting order where there is one.
_CHECKS: Final = {
    "I1: numbers have a gap or an overlap": """
        SELECT 'ledger_mint', id, 'lo', lo, ends FROM (
            SELECT id, line_id, lo, lag(hi, 1, 0::int8) OVER (PARTITION BY line_id ORDER BY lo)
                AS ends
            FROM ledger_mint) t WHERE lo <> ends ORDER BY line_id, lo""",
    "I1: the head is not where the numbers end": """
        SELECT 'ledger_line', l.id, 'head', l.head, coalesce(max(m.hi), 0)
        FROM ledger_line l LEFT JOIN ledger_mint m ON m.line_id = l.id
        GROUP BY l.id, l.head HAVING l.head <> coalesce(max(m.hi), 0) ORDER BY l.id""",
    "I2: a number is used twice": """
        SELECT 'ledger_userange', id, 'lo', lo, 'at least ' || ends FROM (
            SELECT id, line_id, lo, max(hi) OVER (PARTITION BY line_id ORDER BY lo, hi
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ends
            FROM ledger_userange WHERE live) t WHERE lo < ends ORDER BY line_id, lo""",
    "I3: a use is outside its line": """
        SELECT 'ledger_userange', r.id, 'its numbers', r.base + r.lo || ' to ' || r.base + r.hi,
               'within ' || l.base || ' to ' || l.base + l.head
        FROM ledger_userange r JOIN ledger_line l ON l.id = r.line_id
        WHERE r.lo < 0 OR r.hi <= r.lo OR r.hi > l.head OR r.base <> l.base ORDER BY r.id""",
    "I5: the journal and the numbers of a line differ": """
        SELECT 'ledger_line', l.id, 'the sum of its legs', coalesce(g.minor, 0),
               coalesce(u.minor, 0) - coalesce(m.minor, 0) FROM ledger_line l
        LEFT JOIN (SELECT line_id, sum(amount_minor) AS minor FROM ledger_leg GROUP BY 1) g
            ON g.line_id = l.id
        LEFT JOIN (SELECT line_id, sum(hi - lo) AS minor FROM ledger_mint GROUP BY 1) m
            ON m.line_id = l.id
        LEFT JOIN (SELECT line_id, sum(hi - lo) AS minor FROM ledger_userange WHERE live
                   GROUP BY 1) u ON u.line_id = l.id
        WHERE coalesce(g.minor, 0) <> coalesce(u.minor, 0) - coalesce(m.minor, 0) ORDER BY l.id""",
    "a leg names another fund than its line": """
        SELECT 'ledger_leg', g.id, 'account', g.account || ' in ' || g.currency,
               coalesce('fund:' || l.fund_id || ' in ' || l.currency, 'no fund')
        FROM ledger_leg g LEFT JOIN ledger_line l ON l.id = g.line_id
        WHERE (g.line_id IS NULL) = (g.account LIKE 'fund:%')
           OR g.account <> 'fund:' || l.fund_id OR g.currency <> l.currency ORDER BY g.id""",
    "an entry does not balance": """
        SELECT 'ledger_entry', e.id, 'the sum of its legs in ' || g.currency, sum(g.amount_minor), 0
        FROM ledger_leg g JOIN ledger_entry e ON e.id = g.entry_id
        GROUP BY e.id, e.turn, g.currency HAVING sum(g.amount_minor) <> 0 ORDER BY e.turn""",
    "an entry has fewer than two legs": """
        SELECT 'ledger_entry', e.id, 'its number of legs', count(g.id), 'two or more'
        FROM ledger_entry e LEFT JOIN ledger_leg g ON g.entry_id = e.id
        WHERE e.kind NOT IN ('rule', 'owner', 'close')
        GROUP BY e.id, e.turn HAVING count(g.id) < 2 ORDER BY e.turn""",
    "an entry that moves no money has legs": """
        SELECT 'ledger_entry', e.id, 'its number of legs', count(*), 0
        FROM ledger_entry e JOIN ledger_leg g ON g.entry_id = e.id
        WHERE e.kind IN ('rule', 'owner', 'close') GROUP BY e.id, e.turn ORDER BY e.turn""",
    "a use is not the sum of its ranges": """
        SELECT 'ledger_use', u.id, 'amount_minor', u.amount_minor, coalesce(sum(r.hi - r.lo), 0)
        FROM ledger_use u
        LEFT JOIN ledger_userange r ON r.use_id = u.id AND r.entry_id = u.entry_id
        GROUP BY u.id, u.amount_minor HAVING u.amount_minor <> coalesce(sum(r.hi - r.lo), 0)
        ORDER BY u.id""",
    "I6: numbers changed without an entry that says so": """
        SELECT 'ledger_entry', e.id, 'what its numbers are away from its legs on ' || t.line_id,
               sum(t.minor), 0 FROM ledger_entry e JOIN (
            SELECT entry_id, line_id, amount_minor AS minor FROM ledger_leg
                WHERE line_id IS NOT NULL
            UNION ALL SELECT entry_id, line_id, hi - lo FROM ledger_mint
            UNION ALL SELECT entry_id, line_id, lo - hi FROM ledger_userange
            UNION ALL SELECT ended_by_id, line_id, hi - lo FROM ledger_userange WHERE NOT live
        ) t ON t.entry_id = e.id GROUP BY e.id, e.turn, t.line_id HAVING sum(t.minor) <> 0
        ORDER BY e.turn""",
    "the cents that left a line unspent are counted wrongly": """
        SELECT 'ledger_line', l.id, 'gone_minor', l.gone_minor, coalesce(t.minor, 0)
        FROM ledger_line l LEFT JOIN (
            SELECT r.line_id, sum(r.hi - r.lo) AS minor FROM ledger_userange r
            JOIN ledger_use u ON u.id = r.use_id
            WHERE r.live AND u.kind NOT IN ('purchase', 'reimburse') GROUP BY 1
        ) t ON t.line_id = l.id WHERE l.gone_minor <> coalesce(t.minor, 0) ORDER BY l.id""",
    "a burst of gifts is not the sum of its gifts": """
        SELECT 'ledger_entry', e.id, 'what its gifts are, gross and fee',
               coalesce(b.gross, 0) || ' and ' || coalesce(b.fee, 0),
               coalesce(g.cash + g.fee, 0) || ' and ' || coalesce(g.fee, 0) FROM ledger_entry e
        LEFT JOIN (SELECT entry_id, sum(gross_minor) AS gross, sum(fee_minor) AS fee
                   FROM ledger_batchgift GROUP BY 1) b ON b.entry_id = e.id
        LEFT JOIN (SELECT entry_id, sum(amount_minor) FILTER (WHERE account LIKE 'cash:%') AS cash,
                          coalesce(sum(amount_minor) FILTER (WHERE account = 'fees'), 0) AS fee
                   FROM ledger_leg GROUP BY 1) g ON g.entry_id = e.id
        WHERE e.kind = 'gifts' AND (b.gross IS DISTINCT FROM g.cash + g.fee OR b.fee <> g.fee)
        ORDER BY e.turn""",
    # I4 (free + used = head) is the definition of free; what is kept on the line is checked here.
    "I4: the used cents of a line are counted wrongly": """
        SELECT 'ledger_line', l.id, 'used_minor', l.used_minor, coalesce(sum(r.hi - r.lo), 0)
        FROM ledger_line l LEFT JOIN ledger_userange r ON r.line_id = l.id AND r.live
        GROUP BY l.id, l.used_minor HAVING l.used_minor <> coalesce(sum(r.hi - r.lo), 0)
        ORDER BY l.id""",
    "the first free number of a line is wrong": """
        SELECT 'ledger_line', l.id, 'free_from', l.free_from, t.lowest
        FROM ledger_line l CROSS JOIN LATERAL (
            SELECT coalesce(min(at), l.head) AS lowest FROM (
                SELECT 0::int8 AS at
                UNION ALL SELECT hi FROM ledger_userange r WHERE r.line_id = l.id AND r.live
            ) c WHERE at < l.head AND NOT EXISTS (
                SELECT 1 FROM ledger_userange o
                WHERE o.line_id = l.id AND o.live AND o.lo = c.at)) t
        WHERE l.free_from <> t.lowest ORDER BY l.id""",
    "the gifts of a line are counted wrongly": """
        SELECT 'ledger_line', l.id, 'its gifts, gifted_minor and overhead_minor',
               concat_ws(', ', l.gifts_count, l.gifted_minor, l.overhead_minor),
               concat_ws(', ', coalesce(c.gifts, 0), coalesce(t.net, 0), coalesce(t.overhead, 0))
        FROM ledger_line l LEFT JOIN (
            SELECT e.line_id, sum(m.hi - m.lo) AS net,
                   sum(m.hi - m.lo) FILTER (WHERE m.line_id <> e.line_id) AS overhead
            FROM ledger_entry e LEFT JOIN ledger_mint m ON m.entry_id = e.id
            WHERE e.kind IN ('gift', 'gifts', 'addition') GROUP BY 1) t ON t.line_id = l.id
        LEFT JOIN (
            SELECT e.line_id, count(*) AS gifts FROM ledger_entry e
            LEFT JOIN ledger_batchgift b ON b.entry_id = e.id AND e.kind = 'gifts'
            WHERE e.kind IN ('gift', 'gifts') GROUP BY 1) c ON c.line_id = l.id
        WHERE l.gifts_count <> coalesce(c.gifts, 0) OR l.gifted_minor <> coalesce(t.net, 0)
           OR l.overhead_minor <> coalesce(t.overhead, 0) ORDER BY l.id""",
    "the overhead of a gift is not its cumulative share": """
        SELECT 'ledger_entry', entry_id, 'the overhead of gift ' || source_id, overhead,
               floor((before + net) * bps / 10000) - floor(before * bps / 10000) FROM (
            SELECT entry_id, turn, place, source_id, bps, net, overhead,
                   sum(net) OVER (PARTITION BY line_id ORDER BY turn, place) - net AS before
            FROM (SELECT e.id AS entry_id, m.source_id, e.line_id, e.turn,
                         coalesce(b.place, 0) AS place,
                         e.overhead_bps::numeric AS bps, sum(m.hi - m.lo)::numeric AS net,
                         coalesce(sum(m.hi - m.lo) FILTER (WHERE m.line_id <> e.line_id), 0)
                             AS overhead
                  FROM ledger_entry e JOIN ledger_mint m ON m.entry_id = e.id
                  LEFT JOIN ledger_batchgift b ON b.entry_id = e.id AND b.gift_id = m.source_id
                  WHERE e.kind IN ('gift', 'gifts', 'addition')
                  GROUP BY 1, 2, 3, 4, 5, 6) t) s
        WHERE overhead <> floor((before + net) * bps / 10000) - floor(before * bps / 10000)
        ORDER BY turn, place""",
}

_JOURNAL = """
SELECT e.id, e.kind, e.line_id, e.source_id, e.overhead_bps, e.details->>'gift',
       g.line_id, g.amount_minor, g.what
FROM ledger_entry e JOIN ledger_leg g ON g.entry_id = e.id
WHERE g.line_id IS NOT NULL ORDER BY e.turn, g.place"""

_BURSTS = """
SELECT entry_id, gift_id, gross_minor - fee_minor FROM ledger_batchgift ORDER BY entry_id, place"""

_NUMBERS = """
SELECT e.turn, 'minted', m.line_id, m.entry_id, m.lo, m.hi,
       CASE WHEN m.source_kind = 'gift' THEN m.source_id::text ELSE '' END
FROM ledger_mint m JOIN ledger_entry e ON e.id = m.entry_id
UNION ALL SELECT e.turn, 'used', r.line_id, r.entry_id, r.lo, r.hi,
       coalesce(r.ended_by_id::text, 'live')
FROM ledger_userange r JOIN ledger_entry e ON e.id = r.entry_id
UNION ALL SELECT e.turn, 'linked', k.from_line_id, k.entry_id, k.from_lo, k.from_hi,
       k.kind || ' to ' || k.to_lo || ' to ' || k.to_hi || ' on ' || k.to_line_id
FROM ledger_lineage k JOIN ledger_entry e ON e.id = k.entry_id"""

_OVERHEAD = """
SELECT l.id FROM ledger_line l JOIN ledger_fund f ON f.id = l.fund_id WHERE f.purpose = 'overhead'
"""


def breaches() -> list[str]:
    """All that is wrong with the books of the current organisation, a sentence for each kind.

    It names the first wrong row; where the numbers differ from the journal, in posting order.
    """
    return findings(_CHECKS, _rows) + _alarm() + _differences()


def _alarm() -> list[str]:
    [(count,)] = _rows(backstop.FIRED)
    return [f"a backstop fired {count} times: a line was changed without its lock"] if count else []


def _differences() -> list[str]:
    """Where the numbers are not what a replay of the journal makes them: the first of each side."""
    kept = {Told(*row): turn for turn, *row in _rows(_NUMBERS)}
    told = set(replay(_journal(), [line_id for (line_id,) in _rows(_OVERHEAD)]))
    turns = {span.entry_id: turn for span, turn in kept.items()}
    found = []
    for fault, wrong in (
        ("kept, but no replay tells it", kept.keys() - told),
        ("a replay tells it, but not kept", told - kept.keys()),
    ):
        if wrong:
            first = min(wrong, key=lambda span: (turns.get(span.entry_id, 0), span))
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            found.append(f"{fault}: {_sentence(first)}{more}")
    return found


def _journal() -> Iterator[Posting]:
    bursts: dict[UUID, list[BurstGift]] = {}
    for entry_id, *gift in _rows(_BURSTS):
        bursts.setdefault(entry_id, []).append(BurstGift(*gift))
    for head, legs in groupby(_rows(_JOURNAL), key=lambda row: row[:6]):
        entry_id, kind, line_id, source_id, bps, own = head
        yield Posting(
            entry_id,
            kind,
            line_id,
            source_id,
            tuple(Movement(*leg[6:]) for leg in legs),
            bps,
            UUID(own) if own else None,
            tuple(bursts.get(entry_id, [])),
        )


def _sentence(span: Told) -> str:
    where = f"{span.lo} to {span.hi} {span.what} on {span.line_id} by {span.entry_id}"
    return f"{where} ({span.about})" if span.about else where


def _rows(query: str) -> list[tuple[Any, ...]]:
    return rows(query)
