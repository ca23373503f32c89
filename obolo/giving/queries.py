"""Questions about giving."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet, Sum

from obolo.giving.models import Gift, Payment, PaymentState, Receipt
from obolo.giving.receipts import queries as receipts


def gifts_of(person_id: UUID, limit: int = 50) -> QuerySet[Gift]:
    """A person's gifts, newest first."""
    found = Gift.objects.filter(person_id=person_id).select_related("cause")
    return found.prefetch_related("receipts").order_by("-paid_at", "-id")[:limit]


def who_gave(person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these persons who have given at least once."""
    rows = Gift.objects.filter(person_id__in=list(person_ids)).order_by("person_id")
    return set(rows.distinct("person_id").values_list("person_id", flat=True))


def gifts(person_id: UUID | None, limit: int = 100) -> QuerySet[Gift]:
    """Gifts of one person or of all, newest first."""
    found = Gift.objects.select_related("cause", "person").prefetch_related("receipts")
    if person_id is not None:
        found = found.filter(person_id=person_id)
    return found.order_by("-paid_at", "-id")[:limit]


def gift(gift_id: UUID) -> Gift | None:
    """One gift."""
    found = Gift.objects.select_related("cause", "person", "payment")
    return found.filter(id=gift_id).first()


def gift_of_payment(payment_id: UUID) -> Gift | None:
    """The gift a payment brought."""
    found = Gift.objects.select_related("cause", "person", "payment")
    return found.filter(payment_id=payment_id).first()


def people_of(gift_ids: list[UUID]) -> dict[UUID, Gift]:
    """These gifts with their persons and causes, by id."""
    found = Gift.objects.select_related("cause", "person", "payment").filter(id__in=gift_ids)
    return {one.id: one for one in found}


def receipt_of(gift_id: UUID) -> Receipt | None:
    """The last receipt of a gift, living or void."""
    return receipts.newest_of(gift_id)


def payment_by_reference(reference: str) -> Payment | None:
    """The payment a link stands for."""
    found = Payment.objects.select_related("cause", "person").filter(reference=reference)
    return found.first()


def payment_by_provider_ref(provider_ref: str, rail: str) -> Payment | None:
    """The payment a notice of this rail's provider points to."""
    return Payment.objects.filter(provider_ref=provider_ref, rail=rail).first()


def open_payment(person_id: UUID) -> Payment | None:
    """The newest payment this person has not finished."""
    return (
        Payment.objects.select_related("cause")
        .filter(person_id=person_id, state__in=[PaymentState.OPEN, PaymentState.PLANNED])
        .order_by("-created_at")
        .first()
    )


def total_minor(currency: str) -> int:
    """All gifts of the organisation in one currency, gross."""
    found = Gift.objects.filter(currency=currency).aggregate(total=Sum("gross_minor"))
    return found["total"] or 0
