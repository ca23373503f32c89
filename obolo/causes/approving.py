"""The second person's word on a purchase above the limit.

The purchase's row is locked first: of two who decide at once one wins, and the other learns who.
"""

from uuid import UUID

from django.db import transaction

from obolo.causes.buying import book
from obolo.causes.errors import (
    AlreadyDecided,
    NoSuchPurchase,
    NotWaiting,
    OwnPurchase,
    ReasonMissing,
)
from obolo.causes.models import Purchase
from obolo.causes.purchase_models import Decision, Verdict
from obolo.kit.clock import now
from obolo.kit.text import shown, without_invisible


@transaction.atomic
def approve_purchase(*, purchase_id: UUID, by: UUID) -> Purchase:
    """Another person says yes: now the ledger takes the cents, in this transaction.

    The same person again: the same purchase. Raises NoSuchPurchase, NotWaiting, OwnPurchase,
    AlreadyDecided, ledger.NotEnoughCents and FundClosed (then it goes on waiting).
    """
    purchase = locked(purchase_id)
    if _decided(purchase, Verdict.APPROVED, by):
        return purchase
    Decision.objects.create(purchase=purchase, verdict=Verdict.APPROVED, decided_by=by)
    purchase.booked_at = now()
    purchase.save(update_fields=["booked_at"])
    book(purchase)
    return purchase


@transaction.atomic
def refuse_purchase(*, purchase_id: UUID, by: UUID, reason: str) -> Purchase:
    """Another person says no, and why; the purchase never counts.

    Raises what `approve_purchase` raises, and ReasonMissing.
    """
    why = " ".join(without_invisible(shown(reason, 300)).split())
    if not why:
        raise ReasonMissing
    purchase = locked(purchase_id)
    if not _decided(purchase, Verdict.REFUSED, by):
        told = {"verdict": Verdict.REFUSED, "decided_by": by, "reason": why}
        Decision.objects.create(purchase=purchase, **told)
    return purchase


def locked(purchase_id: UUID) -> Purchase:
    """The purchase, locked for this transaction; raises NoSuchPurchase."""
    found: Purchase | None = (
        Purchase.recorded.select_for_update(of=("self",))
        .select_related("cause")
        .filter(id=purchase_id)
        .first()
    )
    if found is None:
        raise NoSuchPurchase
    return found


def _decided(purchase: Purchase, verdict: Verdict, by: UUID) -> bool:
    """Has this person said so already? Raises when anything forbids to say it now."""
    decision = Decision.objects.filter(purchase=purchase).first()
    if decision:
        if (decision.verdict, decision.decided_by) != (verdict, by):
            raise AlreadyDecided
        return True
    if purchase.booked_at:
        raise NotWaiting
    if purchase.recorded_by == by:
        raise OwnPurchase
    return False
