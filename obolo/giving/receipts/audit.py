"""The audit of receipts: numbers, one living receipt per gift, frozen words, the chain of voids.

Never alters anything. Each breach names the first wrong row.
"""

from typing import Final

from django.db import connection

_CHECKS: Final = {
    # The first number of a year that is not the one after its predecessor.
    "receipt {} does not follow the number before it": """
        SELECT year || '/' || lpad(number::text, 6, '0') FROM (
            SELECT year, number,
                   lag(number, 1, 0) OVER (PARTITION BY year ORDER BY number) AS before
            FROM giving_receipt) r
        WHERE number <> before + 1 ORDER BY year, number LIMIT 1""",
    "the counter of year {} is not at its last receipt": """
        SELECT coalesce(c.year, r.year) FROM giving_receiptcounter c
        FULL JOIN (SELECT year, max(number) AS last FROM giving_receipt GROUP BY year) r
            ON r.year = c.year
        WHERE c.last IS DISTINCT FROM r.last ORDER BY 1 LIMIT 1""",
    "gift {} has no receipt": """
        SELECT g.id FROM giving_gift g
        WHERE NOT EXISTS (SELECT 1 FROM giving_receipt r WHERE r.gift_id = g.id)
        ORDER BY g.booked_at, g.id LIMIT 1""",
    "gift {} has more than one living receipt": """
        SELECT r.gift_id FROM giving_receipt r
        WHERE NOT EXISTS (SELECT 1 FROM giving_receiptvoid v WHERE v.receipt_id = r.id)
        GROUP BY r.gift_id HAVING count(*) > 1 ORDER BY min(r.issued_at) LIMIT 1""",
    "receipt {} says something else than its gift": """
        SELECT r.year || '/' || lpad(r.number::text, 6, '0')
        FROM giving_receipt r JOIN giving_gift g ON g.id = r.gift_id
        WHERE r.printed <> '{}'::jsonb
          AND (r.printed->>'currency' <> g.currency
               OR (r.replaces_id IS NULL
                   AND (r.printed->>'amount_minor')::int8 <> g.gross_minor)
               OR (r.printed->>'amount_minor')::int8 NOT BETWEEN 1
                   AND (r.printed->>'gift_minor')::int8
               OR abs((r.printed->>'paid_on')::date - (g.paid_at AT TIME ZONE 'UTC')::date) > 1
               OR extract(year FROM (r.printed->>'paid_on')::date)::int <> r.year)
        ORDER BY r.year, r.number LIMIT 1""",
    "receipt {} was replaced without being void, or by one of another gift": """
        SELECT o.year || '/' || lpad(o.number::text, 6, '0')
        FROM giving_receipt n JOIN giving_receipt o ON o.id = n.replaces_id
        WHERE n.gift_id <> o.gift_id OR NOT EXISTS (
            SELECT 1 FROM giving_receiptvoid v WHERE v.receipt_id = o.id)
        ORDER BY o.year, o.number LIMIT 1""",
    "receipt {} confirms another amount than is left of its gift": """
        SELECT r.year || '/' || lpad(r.number::text, 6, '0')
        FROM giving_receipt r
        LEFT JOIN (SELECT source_id, sum((details->>'refunded_minor')::int8) AS back
                   FROM ledger_entry WHERE kind IN ('refund', 'chargeback') GROUP BY 1) e
            ON e.source_id = r.gift_id
        WHERE r.printed <> '{}'::jsonb
          AND NOT EXISTS (SELECT 1 FROM giving_receiptvoid v WHERE v.receipt_id = r.id)
          AND (r.printed->>'amount_minor')::int8 <> (r.printed->>'gift_minor')::int8
              - coalesce(e.back, 0)
        ORDER BY r.year, r.number LIMIT 1""",
}


def breaches() -> list[str]:
    """What does not hold of the current organisation's receipts, one sentence each."""
    found = []
    with connection.cursor() as cursor:
        for sentence, query in _CHECKS.items():
            cursor.execute(query)
            found += [sentence.format(row[0]) for row in cursor.fetchall()]
    return found
