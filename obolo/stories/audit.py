"""The audit of one organisation: books, numbers, what ties gifts to them, and the public log."""

from datetime import timedelta

from django.db import connection

from obolo.causes.audit import breaches as causes_breaches
from obolo.conversations import queries as talk
from obolo.ledger.audit import breaches as ledger_breaches
from obolo.trace import proofs

LATE = timedelta(minutes=15)  # promise: nothing stored waits longer once all parts run

_CHECKS = {
    "gift {} is booked in the giving room but not in the ledger": """
        SELECT g.id FROM giving_gift g WHERE NOT EXISTS (
            SELECT 1 FROM ledger_entry e JOIN giving_payment p ON p.id = g.payment_id
            WHERE e.key = 'gift:' || p.reference)""",
    "payment {} is paid without a gift": """
        SELECT p.id FROM giving_payment p
        WHERE p.state = 'paid'
          AND NOT EXISTS (SELECT 1 FROM giving_gift g WHERE g.payment_id = p.id)""",
    "receipt numbers of year {} have a gap": """
        SELECT year FROM giving_receipt GROUP BY year, organisation_id
        HAVING max(number) <> count(*) OR min(number) <> 1""",
    "gift {} has no receipt": """
        SELECT g.id FROM giving_gift g
        WHERE NOT EXISTS (SELECT 1 FROM giving_receipt r WHERE r.gift_id = g.id)""",
}


def breaches() -> list[str]:
    """Everything that does not hold in the current organisation, one sentence each."""
    found = [*ledger_breaches(), *causes_breaches()]
    with connection.cursor() as cursor:
        for sentence, query in _CHECKS.items():
            cursor.execute(query)
            found += [sentence.format(row[0]) for row in cursor.fetchall()]
    stuck = talk.stuck_count(LATE)
    if stuck:
        found.append(f"{stuck} messages have been waiting to be sent for more than 15 minutes")
    return found + proofs.breaches()
