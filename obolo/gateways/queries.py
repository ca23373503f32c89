"""Questions about notices."""

from django.db.models import QuerySet, Sum

from obolo.gateways.models import Notice


def quarantined(limit: int = 100) -> QuerySet[Notice]:
    """What was set aside, newest first."""
    found = Notice.objects.filter(quarantined_at__isnull=False).defer("body")
    return found.order_by("-quarantined_at")[:limit]


def open_count() -> int:
    """How many notices wait for their effect."""
    return Notice.objects.filter(done_at=None, quarantined_at=None).count()


def unknown_count() -> int:
    """How many pieces of notices were of a kind we do not know."""
    return Notice.objects.aggregate(total=Sum("unknown_count"))["total"] or 0
