"""Recording what was bought: at once, or once a second person has said yes.

Owns the order: files, then the purchase with its evidence, then the ledger's choice of cents in the
same transaction. A purchase above the limit takes no cents before it is approved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from obolo.causes import drafts, exchange, handed_in, limits
from obolo.causes.errors import BadPurchase, BadRate, CauseUnknown, PurchaseKeyReused
from obolo.causes.exchange import Exchange
from obolo.causes.handed_in import ConsentTold, NewEvidence
from obolo.causes.models import Cause, Evidence, Purchase
from obolo.causes.placing import NewPlace, put_place
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.kit.text import shown, without_invisible
from obolo.ledger import actions as ledger
from obolo.organisations.bell import ring

FUTURE = timedelta(days=1)  # a purchase "tomorrow" may be a time zone, not a mistake
BANK = "cash:bank"


@dataclass(frozen=True, slots=True)
class _Told:
    """A purchase as it was told, checked, with what it counts in the fund's currency."""

    cause: Cause
    paid: Money
    counted: Money
    exchange: Exchange | None
    description: str
    bought_on: date
    from_reserve: bool

    def fields(self) -> dict[str, Any]:
        """As the row holds it."""
        told: dict[str, Any] = {
            "cause_id": self.cause.id,
            "amount_minor": self.counted.minor,
            "currency": self.counted.currency,
            "description": self.description,
            "bought_on": self.bought_on,
            "from_reserve": self.from_reserve,
        }
        if self.exchange is None:
            return told
        return told | {
            "paid_minor": self.paid.minor,
            "paid_currency": self.paid.currency,
            "rate": self.exchange.rate,
            "rate_on": self.exchange.on,
            "rate_source": self.exchange.source,
        }


def record_purchase(
    *,
    cause_id: UUID,
    amount: Money,
    description: str,
    bought_on: date,
    key: str,
    evidence: Sequence[NewEvidence] = (),
    recorded_by: UUID | None = None,
    exchange: Exchange | None = None,
    place: NewPlace | None = None,
    from_reserve: bool = False,
    draft_consent: ConsentTold | None = None,
) -> Purchase:
    """Record what was bought, with its evidence; the ledger consumes the lowest free cents.

    `amount` is what was paid; in another currency than the cause's with `exchange`. Above the limit
    (`limits`) the purchase waits for a second person and consumes nothing. `from_reserve`: the
    reserve pays, the fund pays back later. Files that came before under the same key belong to it
    (`drafts`); `draft_consent` is what is said about those in their photos.

    All or nothing. The same key again returns the same purchase. Raises BadPurchase, BadRate,
    PurchaseKeyReused, CauseUnknown, BadPlace, what `handed_in.keep` raises, and
    ledger.NotEnoughCents.
    """
    cause = Cause.objects.filter(id=cause_id).first()
    if cause is None:
        raise CauseUnknown
    told = _told(cause, amount, exchange, description, bought_on, from_reserve)
    known = Purchase.recorded.filter(key=key).first()
    if known:
        return _same(known, told)
    # Files first: they lie outside the transaction, and a file without a row harms nobody.
    kept = [(one.kind, handed_in.keep(one, added_by=recorded_by)) for one in evidence]
    waits = limits.exceeds(told.counted)
    purchase = Purchase(
        id=new_id(),
        key=key,
        recorded_by=recorded_by,
        booked_at=None if waits else now(),
        **told.fields(),
    )
    try:
        with transaction.atomic():
            _write(purchase, kept, place, draft_consent)
            if not waits:
                book(purchase)
    except IntegrityError:  # a double click: the other request recorded it while we looked
        known = Purchase.recorded.filter(key=key).first()
        if known is None:
            raise
        return _same(known, told)
    return purchase


def book(purchase: Purchase) -> None:
    """Let the ledger choose the cents; raises ledger.NotEnoughCents, FundClosed.

    Called once, in the transaction that makes the purchase count.
    """
    post = ledger.post_advance if purchase.from_reserve else ledger.post_purchase
    post(
        purchase_id=purchase.id,
        fund_id=purchase.cause.fund_id,
        amount=Money(purchase.amount_minor, purchase.currency),
        account=BANK,
        key=f"purchase:{purchase.id}",
        value_date=purchase.bought_on,
    )
    ring(f"fund:{purchase.cause.fund_id}")


def _write(
    purchase: Purchase,
    kept: Sequence[tuple[str, dict[str, Any]]],
    place: NewPlace | None,
    consent: ConsentTold | None,
) -> None:
    purchase.save(force_insert=True)
    for kind, fields in kept:
        Evidence.objects.create(purchase=purchase, kind=kind, **fields)
    drafts.into_purchase(purchase, consent)
    if place:
        put_place(purchase=purchase, place=place, by=purchase.recorded_by)


def _told(
    cause: Cause,
    amount: Money,
    rate: Exchange | None,
    description: str,
    bought_on: date,
    from_reserve: bool,
) -> _Told:
    """Check what was told; raises BadPurchase, BadRate."""
    if amount.minor <= 0:
        raise BadPurchase("The amount must be more than zero.")
    if amount.currency == cause.currency:
        counted, rate = amount, None
    elif rate is None:
        raise BadPurchase(f"This cause is kept in {cause.currency}.")
    else:
        rate = _checked(rate)
        counted = exchange.counted(amount, rate.rate, cause.currency)
    description = " ".join(shown(description, 300).split())
    if not without_invisible(description).strip():
        raise BadPurchase("Say in a few words what was bought.")
    if bought_on > (now() + FUTURE).date():
        raise BadPurchase("The date lies in the future.")
    return _Told(cause, amount, counted, rate, description, bought_on, from_reserve)


def _checked(rate: Exchange) -> Exchange:
    source = " ".join(shown(rate.source, 100).split())
    if not without_invisible(source).strip():
        raise BadRate("Say where the rate was read.")
    if rate.on > (now() + FUTURE).date():
        raise BadRate("The day of the rate lies in the future.")
    return Exchange(exchange.checked_rate(rate.rate), rate.on, source)


def _same(known: Purchase, told: _Told) -> Purchase:
    if any(getattr(known, name) != value for name, value in told.fields().items()):
        raise PurchaseKeyReused
    if told.exchange is None and known.paid_minor is not None:
        raise PurchaseKeyReused
    return known
