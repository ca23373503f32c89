"""Verbs about causes: opening one, recording what was bought, adding evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from obolo.causes import files
from obolo.causes.errors import BadPurchase, CauseUnknown, PurchaseKeyReused
from obolo.causes.models import Cause, Evidence, EvidenceKind, Purchase
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.kit.text import shown, without_invisible
from obolo.ledger import actions as ledger
from obolo.organisations.bell import ring
from obolo.organisations.wall import current_id

FUTURE = timedelta(days=1)  # a purchase "tomorrow" may be a time zone, not a mistake


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """A file handed in with a purchase."""

    kind: EvidenceKind
    content: bytes
    name: str = ""


@transaction.atomic
def open_cause(
    *,
    slug: str,
    names: dict[str, str],
    currency: str,
    summaries: dict[str, str] | None = None,
    aliases: Sequence[str] = (),
    goal_minor: int | None = None,
) -> Cause:
    """Open a cause and its fund."""
    fund = ledger.open_fund(name=names.get("en") or slug, currency=currency)
    return Cause.objects.create(
        slug=slug,
        names=names,
        summaries=summaries or {},
        aliases=list(aliases),
        fund_id=fund.id,
        currency=currency,
        goal_minor=goal_minor,
        position=Cause.objects.count(),
    )


def record_purchase(
    *,
    cause_id: UUID,
    amount: Money,
    description: str,
    bought_on: date,
    key: str,
    evidence: Sequence[NewEvidence] = (),
    recorded_by: UUID | None = None,
) -> Purchase:
    """Record what was bought, with its evidence; the ledger consumes the lowest free cents.

    All or nothing. The same key again returns the same purchase. Raises BadPurchase,
    PurchaseKeyReused, CauseUnknown, NotAPicture, NotAPaper, FileTooLarge, ledger.NotEnoughCents.
    """
    cause = Cause.objects.filter(id=cause_id).first()
    if cause is None:
        raise CauseUnknown
    description = " ".join(shown(description, 300).split())
    _check(cause, amount, description, bought_on)
    known = Purchase.objects.filter(key=key).first()
    if known:
        return _same(known, cause, amount, description, bought_on)
    # Files first: they lie outside the transaction, and a file without a row harms nobody.
    stored = [(one, _keep(one)) for one in evidence]
    purchase = Purchase(
        id=new_id(),
        cause=cause,
        amount_minor=amount.minor,
        currency=amount.currency,
        description=description,
        bought_on=bought_on,
        key=key,
        recorded_by=recorded_by,
    )
    try:
        with transaction.atomic():
            purchase.save(force_insert=True)
            for one, file in stored:
                _attach(purchase, one, file, recorded_by)
            ledger.post_purchase(
                purchase_id=purchase.id,
                fund_id=cause.fund_id,
                amount=amount,
                account="cash:bank",
                key=f"purchase:{purchase.id}",
                value_date=bought_on,
            )
            ring(f"fund:{cause.fund_id}")
    except IntegrityError:  # a double click: the other request recorded it while we looked
        known = Purchase.objects.filter(key=key).first()
        if known is None:
            raise
        return _same(known, cause, amount, description, bought_on)
    return purchase


def add_evidence(
    *, purchase: Purchase, evidence: NewEvidence, added_by: UUID | None = None
) -> Evidence:
    """Add a file to a purchase."""
    file = _keep(evidence)
    added = _attach(purchase, evidence, file, added_by)
    ring(f"fund:{purchase.cause.fund_id}")
    return added


def _check(cause: Cause, amount: Money, description: str, bought_on: date) -> None:
    if amount.minor <= 0:
        raise BadPurchase("The amount must be more than zero.")
    if amount.currency != cause.currency:
        raise BadPurchase(f"This cause is kept in {cause.currency}.")
    if not without_invisible(description).strip():
        raise BadPurchase("Say in a few words what was bought.")
    if bought_on > (now() + FUTURE).date():
        raise BadPurchase("The date lies in the future.")


def _same(known: Purchase, cause: Cause, amount: Money, what: str, day: date) -> Purchase:
    told = (known.cause_id, known.amount_minor, known.currency, known.description, known.bought_on)
    if told != (cause.id, amount.minor, amount.currency, what, day):
        raise PurchaseKeyReused
    return known


def _keep(evidence: NewEvidence) -> files.Stored:
    if evidence.kind == EvidenceKind.PHOTO:
        return files.keep_photo(current_id(), evidence.content)
    return files.keep_paper(current_id(), evidence.content)


def _attach(
    purchase: Purchase, evidence: NewEvidence, file: files.Stored, added_by: UUID | None
) -> Evidence:
    return Evidence.objects.create(
        purchase=purchase,
        kind=evidence.kind,
        file_name=file.file_name,
        shown_name=shown(evidence.name, 200),
        media_type=file.media_type,
        sha256=file.sha256,
        width=file.width,
        height=file.height,
        added_by=added_by,
    )
