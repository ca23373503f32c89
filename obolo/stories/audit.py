"""The audit of one organisation: books, numbers, what ties gifts to them, and the public log."""

from datetime import timedelta

from django.db import connection

from obolo.conversations import queries as talk
from obolo.giving.receipts.audit import breaches as receipt_breaches
from obolo.ledger.audit import breaches as ledger_breaches
from obolo.trace import proofs

LATE = timedelta(minutes=15)  # promise: nothing stored waits longer once all parts run

_CHECKS = {
    "gift {} is booked in the giving room but not in the ledger": """
        SELECT g.id FROM giving_gift g WHERE NOT EXISTS (
            SELECT 1 FROM ledger_entry e JOIN giving_payment p ON p.id = g.payment_id
            WHERE e.key = 'gift:' || p.reference)""",
    "purchase {} took other cents than its amount": """
        SELECT p.id FROM causes_purchase p
        LEFT JOIN ledger_use u ON u.source_id = p.id
        LEFT JOIN ledger_userange r ON r.use_id = u.id AND r.live
        GROUP BY p.id, p.amount_minor
        HAVING coalesce(sum(r.hi - r.lo), 0) <> p.amount_minor""",
    "payment {} is paid without a gift": """
        SELECT p.id FROM giving_payment p
        WHERE p.state = 'paid'
          AND NOT EXISTS (SELECT 1 FROM giving_gift g WHERE g.payment_id = p.id)""",
}


def breaches() -> list[str]:
    """Everything that does not hold in the current organisation, one sentence each."""
    found = list(ledger_breaches())
    with connection.cursor() as cursor:
        for sentence, query in _CHECKS.items():
            cursor.execute(query)
            found += [sentence.format(row[0]) for row in cursor.fetchall()]
    stuck = talk.stuck_count(LATE)
    if stuck:
        found.append(f"{stuck} messages have been waiting to be sent for more than 15 minutes")
    return found + receipt_breaches() + proofs.breaches()
