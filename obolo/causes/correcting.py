"""What happens to a booked purchase afterwards: it never happened, or the supplier pays back.

The purchase stays as it was recorded; a correction is a row of its own, and the ledger frees the
cents in the same transaction.
"""

from datetime import date
from uuid import UUID

from django.db import transaction

from obolo.causes.approving import locked
from obolo.causes.buying import BANK
from obolo.causes.errors import CorrectionKeyReused, NotBooked, NothingLeft, ReasonMissing
from obolo.causes.models import Purchase
from obolo.causes.purchase_models import Correction, CorrectionKind
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.kit.text import shown, without_invisible
from obolo.ledger import actions as ledger
from obolo.organisations.bell import ring


@transaction.atomic
def release_purchase(
    *, purchase_id: UUID, day: date, reason: str, key: str, by: UUID
) -> Correction:
    """A purchase never happened: all that is left of it is free again.

    Same key and inputs: the same correction. Raises NoSuchPurchase, NotBooked, NothingLeft,
    ReasonMissing, CorrectionKeyReused, and ledger.NotPostable (an advance that was paid back).
    """
    return _correct(CorrectionKind.RELEASED, purchase_id, None, day, reason, key, by)


@transaction.atomic
def supplier_paid_back(
    *, purchase_id: UUID, amount: Money, day: date, reason: str, key: str, by: UUID
) -> Correction:
    """A supplier paid back all or part, in the fund's currency.

    Raises what `release_purchase` raises, and CurrencyMismatch.
    """
    return _correct(CorrectionKind.RETURNED, purchase_id, amount, day, reason, key, by)


def _correct(
    kind: CorrectionKind,
    purchase_id: UUID,
    amount: Money | None,
    day: date,
    reason: str,
    key: str,
    by: UUID,
) -> Correction:
    why = " ".join(without_invisible(shown(reason, 300)).split())
    if not why:
        raise ReasonMissing
    purchase = locked(purchase_id)
    if known := Correction.objects.filter(key=key).first():
        return _same(known, kind, purchase, amount, day)
    if not purchase.booked_at:
        raise NotBooked
    left = purchase.left_minor
    back = Money(left, purchase.currency) if amount is None else amount
    _ = back - Money(0, purchase.currency)  # of the fund's currency, or CurrencyMismatch
    if not 0 < back.minor <= left:
        raise NothingLeft
    correction = Correction.objects.create(
        id=new_id(),
        purchase=purchase,
        kind=kind,
        amount_minor=back.minor,
        day=day,
        reason=why,
        key=key,
        made_by=by,
    )
    _post(correction, back)
    ring(f"fund:{purchase.cause.fund_id}")
    return correction


def _post(correction: Correction, back: Money) -> None:
    key, day = f"correction:{correction.id}", correction.day
    purchase_id = correction.purchase_id
    if correction.kind == CorrectionKind.RELEASED:
        ledger.post_release(purchase_id=purchase_id, account=BANK, key=key, value_date=day)
        return
    ledger.post_supplier_refund(
        purchase_id=purchase_id, amount=back, account=BANK, key=key, value_date=day
    )


def _same(
    known: Correction, kind: CorrectionKind, purchase: Purchase, amount: Money | None, day: date
) -> Correction:
    told = (known.kind, known.purchase_id, known.day)
    if told != (kind, purchase.id, day) or (amount and amount.minor != known.amount_minor):
        raise CorrectionKeyReused
    return known
