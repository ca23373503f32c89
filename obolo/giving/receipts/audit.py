"""The audit of receipts: numbers, one living receipt per gift, frozen words, the chain of voids.

Never alters anything. Each breach names the first wrong row (see `organisations.audit`).
"""

from typing import Final

from obolo.organisations.audit import findings

_CHECKS: Final = {
    "receipt numbers of a year have a gap": """
        SELECT 'giving_receipt', id, 'number of ' || year, number, due FROM (
            SELECT id, year, number, row_number() OVER (PARTITION BY year ORDER BY number) AS due
            FROM giving_receipt) t WHERE number <> due ORDER BY year, number""",
    "the counter of a year is not at its last receipt": """
        SELECT 'giving_receiptcounter', c.id, coalesce(c.year, r.year), c.last, r.last
        FROM giving_receiptcounter c
        FULL JOIN (SELECT year, max(number) AS last FROM giving_receipt GROUP BY year) r
            ON r.year = c.year
        WHERE c.last IS DISTINCT FROM r.last ORDER BY 3""",
    "a gift has no receipt": """
        SELECT 'giving_gift', g.id, 'its receipt', 'missing', 'there' FROM giving_gift g
        WHERE NOT EXISTS (SELECT 1 FROM giving_receipt r WHERE r.gift_id = g.id) ORDER BY g.id""",
    "a gift has more than one living receipt": """
        SELECT 'giving_gift', r.gift_id, 'living receipts', count(*), 1 FROM giving_receipt r
        WHERE NOT EXISTS (SELECT 1 FROM giving_receiptvoid v WHERE v.receipt_id = r.id)
        GROUP BY r.gift_id HAVING count(*) > 1 ORDER BY r.gift_id""",
    "a receipt says another currency than its gift": """
        SELECT 'giving_receipt', r.id, 'currency', r.printed->>'currency', g.currency
        FROM giving_receipt r JOIN giving_gift g ON g.id = r.gift_id
        WHERE r.printed->>'currency' <> g.currency ORDER BY r.year, r.number""",
    "a receipt says another day than its gift": """
        SELECT 'giving_receipt', r.id, 'day', r.printed->>'paid_on', g.paid_at
        FROM giving_receipt r JOIN giving_gift g ON g.id = r.gift_id
        JOIN organisations_organisation o ON o.id = r.organisation_id
        WHERE (r.printed->>'paid_on')::date <> (g.paid_at AT TIME ZONE o.time_zone)::date
           OR extract(year FROM (r.printed->>'paid_on')::date) <> r.year
        ORDER BY r.year, r.number""",
    "a first receipt says another amount than its gift": """
        SELECT 'giving_receipt', r.id, 'amount', r.printed->>'amount_minor', g.gross_minor
        FROM giving_receipt r JOIN giving_gift g ON g.id = r.gift_id
        WHERE r.replaces_id IS NULL AND (r.printed->>'amount_minor')::int8 <> g.gross_minor
        ORDER BY r.year, r.number""",
    "a living receipt says another amount than is left of its gift": """
        SELECT 'giving_receipt', r.id, 'amount', r.printed->>'amount_minor',
               (r.printed->>'gift_minor')::int8 - coalesce(e.back, 0)
        FROM giving_receipt r
        LEFT JOIN (SELECT source_id, sum(coalesce((details->>'refunded_minor')::int8, 0)
                                         - coalesce((details->>'came_back_minor')::int8, 0)) AS back
                   FROM ledger_entry WHERE kind IN ('refund', 'chargeback', 'addition')
                   GROUP BY 1) e
            ON e.source_id = r.gift_id
        WHERE NOT EXISTS (SELECT 1 FROM giving_receiptvoid v WHERE v.receipt_id = r.id)
          AND (r.printed->>'amount_minor')::int8
            <> (r.printed->>'gift_minor')::int8 - coalesce(e.back, 0)
        ORDER BY r.year, r.number""",
    "a receipt was replaced without being void, or by one of another gift": """
        SELECT 'giving_receipt', o.id, 'its successor', n.id, 'none' FROM giving_receipt n
        JOIN giving_receipt o ON o.id = n.replaces_id
        WHERE n.gift_id <> o.gift_id OR NOT EXISTS (
            SELECT 1 FROM giving_receiptvoid v WHERE v.receipt_id = o.id)
        ORDER BY o.year, o.number""",
}


def breaches() -> list[str]:
    """What does not hold of the current organisation's receipts, one sentence for each kind."""
    return findings(_CHECKS)
