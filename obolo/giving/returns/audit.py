"""The audit of what was done after booking: deeds beside the books, and refunds beside the gift.

Never alters anything. Each breach names the first wrong row (see `organisations.audit`).
"""

from typing import Final

from obolo.organisations.audit import findings

_CHECKS: Final = {
    "more went back of a gift than came": """
        SELECT 'giving_gift', g.id, 'what went back', e.back, e.gross FROM giving_gift g
        JOIN (SELECT l.source_id,
                     coalesce(sum((l.details->>'refunded_minor')::int8), 0)
                     - coalesce(sum((l.details->>'came_back_minor')::int8), 0) AS back,
                     coalesce(sum(b.gross) FILTER (
                         WHERE l.kind IN ('gift', 'addition', 'void')
                           AND NOT l.details ? 'came_back_minor'), 0) AS gross
              FROM ledger_entry l
              JOIN LATERAL (SELECT sum(amount_minor) FILTER (
                       WHERE account LIKE 'cash:%' OR account = 'fees') AS gross
                   FROM ledger_leg WHERE entry_id = l.id) b ON true
              WHERE l.kind IN ('gift', 'addition', 'void', 'refund', 'chargeback')
              GROUP BY l.source_id) e ON e.source_id = g.id
        WHERE e.back > e.gross AND e.back > 0 ORDER BY g.id""",
    "a refund is done but not in the books as it says": """
        SELECT 'giving_refund', r.id, 'what was posted', e.details->>'refunded_minor',
               r.amount_minor FROM giving_refund r
        LEFT JOIN ledger_entry e ON e.key = 'refund:' || r.id AND e.source_id = r.gift_id
        WHERE r.state = 'done'
          AND (e.details->>'refunded_minor')::int8 IS DISTINCT FROM r.amount_minor
        ORDER BY r.id""",
    "a refund is in the books but not done": """
        SELECT 'giving_refund', r.id, 'state', r.state, 'done' FROM giving_refund r
        JOIN ledger_entry e ON e.key = 'refund:' || r.id
        WHERE r.state <> 'done' ORDER BY r.id""",
    "the books give a gift back without a deed": """
        SELECT 'ledger_entry', e.id, 'its deed', 'missing', e.kind FROM ledger_entry e
        JOIN giving_gift g ON g.id = e.source_id
        WHERE e.kind IN ('refund', 'chargeback') AND NOT EXISTS (
            SELECT 1 FROM giving_deed d WHERE d.gift_id = g.id
              AND d.kind = CASE e.kind WHEN 'refund' THEN 'refunded' ELSE 'charged_back' END
              AND d.amount_minor = (e.details->>'refunded_minor')::int8)
        ORDER BY e.turn""",
    "a move is done but not in the books": """
        SELECT 'giving_move', m.id, 'its entry', 'missing', 'there' FROM giving_move m
        WHERE m.state = 'done' AND NOT EXISTS (
            SELECT 1 FROM ledger_entry e
            WHERE e.key = 'move:' || m.id OR e.key LIKE 'close:' || m.id || ':%')
        ORDER BY m.id""",
    "a move was approved by whoever asked for it": """
        SELECT 'giving_move', m.id, 'approved by', d.by, 'another' FROM giving_move m
        JOIN giving_deed d ON d.about = m.id AND d.kind = 'moved'
        WHERE d.by IS NULL OR d.by = m.asked_by ORDER BY m.id""",
    "a gift is not whose it was given to last": """
        SELECT 'giving_gift', g.id, 'whose it is', g.person_id, d.person_to_id FROM giving_gift g
        JOIN LATERAL (SELECT person_to_id FROM giving_deed
                      WHERE gift_id = g.id AND kind = 'owner_changed'
                      ORDER BY at DESC, id DESC LIMIT 1) d ON true
        WHERE d.person_to_id <> g.person_id ORDER BY g.id""",
    "a gift without a correction is not whose payment brought it": """
        SELECT 'giving_gift', g.id, 'whose it is', g.person_id, p.person_id FROM giving_gift g
        JOIN giving_payment p ON p.id = g.payment_id
        WHERE g.person_id <> p.person_id AND NOT EXISTS (
            SELECT 1 FROM giving_deed d WHERE d.gift_id = g.id AND d.kind = 'owner_changed')
        ORDER BY g.id""",
}


def breaches() -> list[str]:
    """What does not hold of the current organisation's refunds, corrections and moves."""
    return findings(_CHECKS)
