"""Audits kept: the door to what the last ones found. What is audited is in `stories/audit.py`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from obolo.kit.clock import now
from obolo.organisations.bell import ring
from obolo.trace.check_models import CheckRun, CheckWish


def keep(
    *, began_at: datetime, findings: Sequence[tuple[str, str]], asked_by: UUID | None = None
) -> CheckRun:
    """Keep what an audit found, a (part, sentence) each; it ended now."""
    ring("inbox")  # open pages of the console show the red mark, or no longer
    run: CheckRun = CheckRun.objects.create(
        began_at=began_at, ended_at=now(), findings=list(findings), asked_by_id=asked_by
    )
    return run


def ask(*, asked_by: UUID) -> None:
    """Wish for an audit now; while one is awaited, another wish changes nothing."""
    if wish() is None:
        CheckWish.objects.create(asked_by_id=asked_by)
    ring("check")


def wish() -> CheckWish | None:
    """The wish that no audit has answered yet."""
    newest = CheckWish.objects.select_related("asked_by").order_by("-asked_at").first()
    run = last()
    return newest if newest and (run is None or newest.asked_at > run.began_at) else None


def last() -> CheckRun | None:
    """The newest audit of the current organisation, if there was one."""
    return CheckRun.objects.select_related("asked_by").order_by("-began_at").first()


def recent(count: int = 10) -> list[CheckRun]:
    """The newest audits, newest first."""
    return list(CheckRun.objects.select_related("asked_by").order_by("-began_at")[:count])


def is_wrong() -> bool:
    """Did the newest audit find anything? For a mark on every page: one short query."""
    found = CheckRun.objects.order_by("-began_at").values_list("findings", flat=True).first()
    return bool(found)
