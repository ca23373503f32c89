"""What the ledger has that the log has not yet.

Owns the reading of postings for the log. A line's cents are read from where the log stopped, other
postings by their absence from the log: a posting that committed late is not missed. Within a line
everything seen comes after everything logged, since a posting holds its lines until it commits.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from obolo.trace.log.batching import Minted
from obolo.trace.log.leaves import Balance, Posting, Stretch, Taken

# Postings that only bring cents of gifts: they are logged in batches.
BATCHED: Final = ("gift", "gifts", "addition")
# What a posting may say in public of its reasons. The reason of a refund is nobody's business.
PUBLIC_DETAILS: Final = {
    "rule": ("rule",),
    "conversion": ("rate", "fee_minor"),
    "transfer": ("reason", "legal_basis"),
    "close": ("legal_basis",),
}
GIFTS_AT_ONCE: Final = 20_000  # of one line; the rest comes with the next turn

_LINES = """
SELECT l.id, l.fund_id, f.purpose, l.currency, coalesce(g.head, 0), g.id IS NOT NULL,
       l.head > coalesce(g.head, 0)
FROM ledger_line l JOIN ledger_fund f ON f.id = l.fund_id
LEFT JOIN trace_logline g ON g.line_id = l.id ORDER BY l.base
"""

_GIFTS = """
SELECT m.lo, m.hi, m.id, m.source_id, e.posted_at
FROM ledger_mint m JOIN ledger_entry e ON e.id = m.entry_id
WHERE m.line_id = %s AND m.lo >= %s AND m.source_kind = 'gift' ORDER BY m.lo LIMIT %s
"""

_ENTRIES = """
SELECT e.id, e.turn, e.kind, e.line_id, e.value_date, e.posted_at, e.source_id, e.details
FROM ledger_entry e
"""
_NOT_LOGGED = """
WHERE e.kind <> ALL (%s) AND NOT EXISTS (SELECT 1 FROM trace_leaf l WHERE l.entry_id = e.id)
ORDER BY e.turn
"""

_MINTED = """
SELECT entry_id, line_id, lo, hi FROM ledger_mint
WHERE entry_id = ANY(%s) AND source_kind <> 'gift' ORDER BY line_id, lo
"""

# A gift booked on the wrong fund takes its own numbers along, all other transfers the lowest.
_TAKEN = """
SELECT u.entry_id,
       CASE WHEN u.kind = 'transfer' AND e.details ? 'gift' THEN 'transfer_own' ELSE u.kind END,
       r.line_id, r.lo, r.hi
FROM ledger_entry e JOIN ledger_use u ON u.entry_id = e.id
JOIN ledger_userange r ON r.use_id = u.id AND r.entry_id = e.id
WHERE e.id = ANY(%s) ORDER BY u.kind, r.line_id, r.lo
"""

# A range ends whole, and what stays used begins again in the same posting: the rest was freed.
_FREED = """
SELECT ended.entry_id, ended.line_id, lower(span), upper(span)
FROM (SELECT r.ended_by_id AS entry_id, r.line_id,
             range_agg(int8range(r.lo, r.hi)) - coalesce(
                 (SELECT range_agg(int8range(k.lo, k.hi)) FROM ledger_userange k
                  JOIN ledger_use u ON u.id = k.use_id
                  WHERE k.entry_id = r.ended_by_id AND k.line_id = r.line_id
                    AND u.entry_id <> k.entry_id), '{}') AS spans
      FROM ledger_userange r WHERE r.ended_by_id = ANY(%s) AND NOT r.live GROUP BY 1, 2) AS ended
CROSS JOIN LATERAL unnest(ended.spans) AS span ORDER BY 1, 2, 3
"""

_LATE_FILES = """
SELECT v.purchase_id, v.id, v.sha256 FROM causes_evidence v
WHERE EXISTS (SELECT 1 FROM trace_leaf l WHERE l.source_id = v.purchase_id)
  AND NOT EXISTS (SELECT 1 FROM trace_loggedfile f WHERE f.evidence_id = v.id)
ORDER BY v.purchase_id, v.id
"""

_UNSPENT = "SELECT coalesce(sum(head - used_minor), 0) FROM ledger_line WHERE currency = %s"

# Money that providers and the cash box hold for us: it is on no statement of a bank yet. What they
# took longer ago than `PAYOUT_DAYS` has reached the bank, or nobody should count on it.
PAYOUT_DAYS: Final = 7
_ELSEWHERE = """
SELECT g.account, sum(g.amount_minor) FROM ledger_leg g JOIN ledger_entry e ON e.id = g.entry_id
WHERE g.account LIKE 'cash:%%' AND g.account NOT LIKE 'cash:bank%%' AND g.currency = %s
  AND e.value_date > %s GROUP BY g.account HAVING sum(g.amount_minor) <> 0 ORDER BY g.account
"""


def lines() -> list[tuple[Any, ...]]:
    """All lines: id, fund, purpose, currency, head in the log, told in the log, has more."""
    return _rows(_LINES, [])


def gifts(line_id: UUID, head: int) -> list[Minted]:
    """The gifts of a line from the number `head` on, lowest first."""
    return [
        Minted(Stretch(line_id, lo, hi), mint_id, gift_id, posted_at)
        for lo, hi, mint_id, gift_id, posted_at in _rows(_GIFTS, [line_id, head, GIFTS_AT_ONCE])
    ]


def postings() -> list[tuple[Posting, UUID]]:
    """All other postings not in the log, in posting order, each with what it is about."""
    return _told(_rows(_ENTRIES + _NOT_LOGGED, [list(BATCHED)]))


def postings_of(entry_ids: Sequence[UUID]) -> dict[UUID, tuple[Posting, UUID]]:
    """These postings as the ledger has them now, by their id; what is gone is absent."""
    rows = _rows(_ENTRIES + "WHERE e.id = ANY(%s)", [list(entry_ids)])
    return {one.entry_id: (one, source_id) for one, source_id in _told(rows)}


def _told(found: Sequence[tuple[Any, ...]]) -> list[tuple[Posting, UUID]]:
    ids = [row[0] for row in found]
    minted = _by_entry(_rows(_MINTED, [ids]))
    freed = _by_entry(_rows(_FREED, [ids]))
    taken: dict[UUID, dict[str, list[Stretch]]] = {}
    for entry_id, why, *span in _rows(_TAKEN, [ids]):
        taken.setdefault(entry_id, {}).setdefault(why, []).append(Stretch(*span))
    return [
        (
            Posting(
                entry_id=entry_id,
                turn=turn,
                kind=kind,
                line_id=line_id,
                on=on,
                posted_at=posted_at,
                minted=tuple(minted.get(entry_id, ())),
                taken=tuple(Taken(w, tuple(s)) for w, s in taken.get(entry_id, {}).items()),
                freed=tuple(freed.get(entry_id, ())),
                details=_public(kind, details),
            ),
            source_id,
        )
        for entry_id, turn, kind, line_id, on, posted_at, source_id, details in found
    ]


class Numbers(NamedTuple):
    """Whose numbers a mint made: [lo, hi) of a line, and the gift."""

    line_id: UUID
    lo: int
    hi: int
    gift_id: UUID


def numbers_of(mint_ids: Sequence[UUID]) -> dict[UUID, Numbers]:
    """The numbers of these mints as the ledger has them now, by the mint's id."""
    query = "SELECT id, line_id, lo, hi, source_id FROM ledger_mint WHERE id = ANY(%s)"
    return {row[0]: Numbers(*row[1:]) for row in _rows(query, [list(mint_ids)])}


def late_files() -> dict[UUID, list[tuple[UUID, bytes]]]:
    """Evidence that came after its purchase was logged: by purchase, id and SHA-256."""
    found: dict[UUID, list[tuple[UUID, bytes]]] = {}
    for purchase_id, evidence_id, sha256 in _rows(_LATE_FILES, []):
        found.setdefault(purchase_id, []).append((evidence_id, bytes(sha256)))
    return found


def unspent_minor(currency: str) -> int:
    """The cents of all lines of a currency that are not used, as the ledger has them now."""
    return int(_rows(_UNSPENT, [currency])[0][0])


def held_elsewhere(currency: str, on: date) -> list[Balance]:
    """What is held for us outside the bank at the end of a day, by account, as far as known."""
    since = on - timedelta(days=PAYOUT_DAYS)
    return [Balance(name, int(minor)) for name, minor in _rows(_ELSEWHERE, [currency, since])]


def _public(kind: str, details: str | dict[str, Any]) -> dict[str, str | int]:
    told: dict[str, Any] = json.loads(details) if isinstance(details, str) else details
    wanted = PUBLIC_DETAILS.get(kind, ())
    found: dict[str, str | int] = {name: told[name] for name in wanted if name in told}
    if "approvers" in told:
        found["approvals"] = len(told["approvers"])
    return found


def _by_entry(rows: Sequence[tuple[Any, ...]]) -> dict[UUID, list[Stretch]]:
    found: dict[UUID, list[Stretch]] = {}
    for entry_id, *span in rows:
        found.setdefault(entry_id, []).append(Stretch(*span))
    return found


def _rows(query: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
