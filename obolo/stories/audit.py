"""The audit of one organisation, part by part; each room keeps its own checks.

1. Each part reads its rows and answers with sentences: the first wrong row of each kind.
2. `breaches` asks all parts in turn; `check` keeps the answer, nightly and on demand.
A new part is one line in PARTS: a name, and a function without arguments that gives sentences.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from obolo.causes.audit import breaches as purchase_breaches
from obolo.conversations import queries as talk
from obolo.giving.bank.audit import breaches as bank_breaches
from obolo.giving.pledges.audit import breaches as pledge_breaches
from obolo.giving.receipts.audit import breaches as receipt_breaches
from obolo.giving.returns.audit import breaches as return_breaches
from obolo.ledger.audit import breaches as ledger_breaches
from obolo.organisations.audit import findings
from obolo.trace.log_audit import breaches as log_breaches

LATE = timedelta(minutes=15)  # promise: nothing stored waits longer once all parts run

_TIES: Final = {
    "a gift is booked in the giving room but not in the ledger": """
        SELECT 'giving_gift', g.id, 'its entry', 'missing', 'gift:' || p.reference
        FROM giving_gift g JOIN giving_payment p ON p.id = g.payment_id
        WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.key = 'gift:' || p.reference)
        ORDER BY g.id""",
    "a payment is paid without a gift": """
        SELECT 'giving_payment', p.id, 'its gift', 'missing', 'there' FROM giving_payment p
        WHERE p.state = 'paid'
          AND NOT EXISTS (SELECT 1 FROM giving_gift g WHERE g.payment_id = p.id) ORDER BY p.id""",
}


def _ties() -> list[str]:
    return findings(_TIES)


def _waiting() -> list[str]:
    stuck = talk.stuck_count(LATE)
    return (
        [f"{stuck} messages have been waiting to be sent for more than 15 minutes"] if stuck else []
    )


PARTS: Final[tuple[tuple[str, Callable[[], list[str]]], ...]] = (
    ("books and replay", ledger_breaches),
    ("gifts", _ties),
    ("purchases and their files", purchase_breaches),
    ("receipts", receipt_breaches),
    ("refunds, corrections, moves", return_breaches),
    ("bank and desk", bank_breaches),
    ("pledges", pledge_breaches),
    ("messages", _waiting),
    ("public log", log_breaches),
)


def breaches() -> list[str]:
    """Everything that does not hold in the current organisation, one sentence each."""
    return [sentence for _, sentence in by_part()]


def by_part(tell: Callable[[str], None] = lambda part: None) -> list[tuple[str, str]]:
    """The same, each with the name of its part.

    `tell` hears the name of each part before it is read: for a line of progress.
    """
    found = []
    for name, part in PARTS:
        tell(name)
        found += [(name, sentence) for sentence in part()]
    return found
