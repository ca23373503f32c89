"""Verbs of the reconciliation: asking for a run, taking it up, writing down what it found."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from obolo.giving.reconciliation.models import Finding, Run
from obolo.kit.clock import now
from obolo.kit.text import shown
from obolo.organisations import queries as organisations
from obolo.organisations.bell import ring

FIRST_LOOKS_BACK: Final = timedelta(days=30)
OVERLAP: Final = timedelta(days=3)  # a provider may list late what was paid before the last run
DAY_BEGINS: Final = timedelta(hours=3)  # of the organisation's clock: the night's run
AGAIN_AFTER: Final = timedelta(minutes=30)  # a run that was taken up and never ended
TRIES_MAX: Final = 3


def ask(*, rails: Iterable[str], by: UUID | None) -> list[Run]:
    """Somebody wants to know now; one that still waits for its turn is answered instead."""
    asked = []
    for rail in rails:
        waiting = Run.objects.filter(rail=rail, ended_at=None).order_by("-asked_at").first()
        asked.append(
            waiting or Run.objects.create(rail=rail, day=_today(), since=_since(rail), by=by)
        )
    ring("reconcile")
    return asked


def plan_today(*, rails: Iterable[str]) -> None:
    """The day's own run of each rail, once."""
    day = _today()
    done = set(Run.objects.filter(day=day, by=None).values_list("rail", flat=True))
    fresh = [Run(rail=rail, day=day, since=_since(rail)) for rail in rails if rail not in done]
    Run.objects.bulk_create(fresh, ignore_conflicts=True)


def claim() -> Run | None:
    """The oldest run to be done; it is ours for half an hour."""
    waiting = Run.objects.select_for_update(skip_locked=True).filter(ended_at=None)
    found = waiting.exclude(begun_at__gt=now() - AGAIN_AFTER).order_by("asked_at", "id").first()
    if found is not None:
        found.begun_at = now()
        found.save(update_fields=["begun_at"])
    return found


def end(
    *,
    run: Run,
    told_count: int = 0,
    waiting_count: int = 0,
    findings: Iterable[Finding] = (),
    trouble: str = "",
) -> bool:
    """Write down what a run found; False when somebody else ended it meanwhile."""
    done = Run.objects.filter(id=run.id, ended_at=None).update(
        ended_at=now(),
        told_count=told_count,
        waiting_count=waiting_count,
        trouble=shown(trouble, 300),
    )
    if done:
        Finding.objects.bulk_create(findings)
    return bool(done)


def _since(rail: str) -> datetime:
    """From some days before the last run that worked."""
    last = Run.objects.filter(rail=rail, trouble="").exclude(ended_at=None)
    newest = last.order_by("-begun_at").values_list("begun_at", flat=True).first()
    return newest - OVERLAP if newest else now() - FIRST_LOOKS_BACK


def _today() -> date:
    local = now().astimezone(ZoneInfo(organisations.current().time_zone))
    return (local - DAY_BEGINS).date()
