"""Verbs about notices after they were stored. (Storing them is `inbox`.)"""

from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from obolo.gateways.models import REASON_CHARS, Notice
from obolo.kit.clock import now
from obolo.kit.text import shown

TRIES_MAX = 3
RETRY_AFTER = timedelta(seconds=10)
RETRY_TIMES_MAX = 60  # at last every ten minutes


def claim_notices(*, source: str, limit: int) -> list[Notice]:
    """The oldest open notices of a source, locked for this transaction; others skip them."""
    return list(_due().filter(source=source).order_by("received_at")[:limit])


def claim_alone(*, apart_from: str) -> Notice | None:
    """The oldest open notice of any other source, its try begun: others leave it alone a while."""
    found = _due().exclude(source=apart_from).order_by("received_at").first()
    if found is not None:
        found.attempts = begin_try(notice_id=found.id)
    return found


def _due() -> QuerySet[Notice]:
    is_due = Q(retry_at=None) | Q(retry_at__lte=now())
    open_ones = Notice.objects.filter(is_due, done_at=None, quarantined_at=None)
    return open_ones.select_for_update(skip_locked=True)


def finish(*, ids: list[UUID]) -> None:
    """These notices had their effect."""
    Notice.objects.filter(id__in=ids, done_at=None).update(done_at=now())


def finish_with_unknown(*, notice: Notice, count: int) -> None:
    """Done, though `count` pieces of it were of a kind we do not know; they stay in its bytes."""
    Notice.objects.filter(id=notice.id).update(done_at=now(), unknown_count=count)


def quarantine(*, notice: Notice, reason: str) -> None:
    """Set aside with one sentence that staff can see; its bytes stay."""
    Notice.objects.filter(id=notice.id).update(
        quarantined_at=now(), quarantine_reason=shown(reason, REASON_CHARS)
    )


def begin_try(*, notice_id: UUID) -> int:
    """Count a try before it runs, so that one that kills the worker is counted too.

    The next one comes a little later each time: a notice that keeps failing leaves others a turn.
    """
    Notice.objects.filter(id=notice_id).update(attempts=F("attempts") + 1)
    attempts: int = Notice.objects.values_list("attempts", flat=True).get(id=notice_id)
    wait = RETRY_AFTER * min(attempts, RETRY_TIMES_MAX)
    Notice.objects.filter(id=notice_id).update(retry_at=now() + wait)
    return attempts


def put_off(*, source: str) -> None:
    """Look at the open ones of this source later without counting a try: it is away."""
    due = _due().filter(source=source).values_list("id", flat=True)
    Notice.objects.filter(id__in=list(due)).update(retry_at=now() + RETRY_AFTER)
