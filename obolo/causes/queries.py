"""Questions about causes."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from obolo.causes.models import Cause, Evidence, Purchase


def open_causes() -> list[Cause]:
    """Causes one can give to, in the organisation's order."""
    return list(Cause.objects.filter(closed_at=None).order_by("position", "created_at"))


def all_causes() -> list[Cause]:
    """Causes of all times, in the organisation's order."""
    return list(Cause.objects.order_by("position", "created_at"))


def get(cause_id: UUID) -> Cause | None:
    """The cause with this id."""
    return Cause.objects.filter(id=cause_id).first()


def by_slug(slug: str) -> Cause | None:
    """The cause with this short name."""
    return Cause.objects.filter(slug=slug).first()


def by_fund(fund_id: UUID) -> Cause | None:
    """The cause whose money lies in this fund."""
    return Cause.objects.filter(fund_id=fund_id).first()


def purchases(ids: Iterable[UUID]) -> dict[UUID, Purchase]:
    """These purchases with their evidence, by id."""
    found = (
        Purchase.objects.filter(id__in=list(ids))
        .select_related("cause")
        .prefetch_related("evidence")
    )
    return {one.id: one for one in found}


def purchases_of(cause_id: UUID, limit: int = 50) -> QuerySet[Purchase]:
    """What was bought for a cause, newest first, with evidence."""
    found = Purchase.objects.filter(cause_id=cause_id).prefetch_related("evidence")
    return found.order_by("-recorded_at")[:limit]


def evidence(evidence_id: UUID) -> Evidence | None:
    """One file of evidence with its purchase."""
    return Evidence.objects.select_related("purchase__cause").filter(id=evidence_id).first()
