"""Questions about the desk."""

from uuid import UUID

from django.db.models import QuerySet

from obolo.giving.desk.models import DeskGift


def by_key(key: str) -> DeskGift | None:
    """What this form recorded."""
    return DeskGift.objects.filter(key=key).first()


def of_gift(gift_id: UUID) -> DeskGift | None:
    """How a gift was handed over."""
    return DeskGift.objects.filter(gift_id=gift_id).first()


def newest(limit: int = 20) -> QuerySet[DeskGift]:
    """What was handed over last."""
    return DeskGift.objects.select_related("payment__person", "payment__cause").order_by("-at")[
        :limit
    ]
