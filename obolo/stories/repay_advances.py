"""The reserve paid for a purchase before gifts came; now they come, and the fund pays it back.

1. Purchases that the reserve paid are looked through, oldest first within their fund.
2. As much as the fund holds free goes back to the reserve, in one posting each; the fund's cents
   now stand for that purchase.
3. Open pages of the fund are rung. What is still owed waits for the next gift.
"""

from uuid import UUID

from obolo.causes import queries as causes
from obolo.causes.models import Cause
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.ledger import actions as posting
from obolo.ledger import queries as ledger
from obolo.organisations.bell import ring
from obolo.organisations.wall import within


def run(organisation_id: UUID) -> int:
    """Pay back what can be; how many postings were made."""
    with within(organisation_id):
        return sum(_repay(cause) for cause in causes.with_advances())


def _repay(cause: Cause) -> int:
    free = ledger.free_minor(cause.fund_id, cause.currency)
    made = 0
    for purchase_id, owed in ledger.outstanding_advances(cause.fund_id, cause.currency):
        minor = min(owed, free)
        if not minor:
            break
        # What was owed names the instalment: who comes at the same moment meets the same posting.
        posting.post_reimbursement(
            purchase_id=purchase_id,
            amount=Money(minor, cause.currency),
            key=f"reimburse:{purchase_id}:{owed}",
            value_date=now().date(),
        )
        free -= minor
        made += 1
    if made:
        ring(f"fund:{cause.fund_id}")
    return made
