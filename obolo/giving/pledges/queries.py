"""Questions about pledges."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from obolo.giving.pledges import plan, steps
from obolo.giving.pledges.models import (
    Attempt,
    DebitBatch,
    DebitWord,
    Instalment,
    InstalmentState,
    Pledge,
    PledgeChange,
    SavedMethod,
    Standing,
)


@dataclass(frozen=True, slots=True)
class PledgeView:
    """A pledge as pages show it: its terms, what comes next, what was given by it so far."""

    pledge: Pledge
    next_due: Instalment | None  # None when it has ended, or while its next day is not planned
    next_on: date | None  # the first day on which something is taken; None while paused without end
    collected_count: int
    collected_minor: int
    failing: bool


def pledges_of(person_id: UUID) -> list[PledgeView]:
    """A person's pledges, living ones first, then the newest."""
    return views(Pledge.objects.filter(person_id=person_id))


def living_of(person_ids: Iterable[UUID]) -> dict[UUID, list[Pledge]]:
    """The pledges that have not ended, by person, oldest first. One query for all."""
    found: dict[UUID, list[Pledge]] = defaultdict(list)
    rows = Pledge.objects.filter(person_id__in=set(person_ids)).exclude(standing=Standing.ENDED)
    for one in rows.select_related("cause", "saved", "mandate").order_by("begun_at", "id"):
        found[one.person_id].append(one)
    return found


def pledge_of_instalment(instalment_id: UUID, person_id: UUID) -> Pledge | None:
    """The living pledge of this person whose next due day this is."""
    found = Instalment.objects.select_related("pledge").filter(
        id=instalment_id, state__in=steps.COMING, pledge__person_id=person_id
    )
    return next((one.pledge for one in found), None)


def views(pledges: QuerySet[Pledge], limit: int = 500) -> list[PledgeView]:
    """The same picture for any pledges."""
    days = Prefetch("instalments", Instalment.objects.order_by("period"), to_attr="days")
    rows = pledges.select_related("cause", "person", "saved", "mandate").prefetch_related(days)
    ordered = sorted(rows.order_by("-begun_at")[:limit], key=lambda p: p.standing == Standing.ENDED)
    return [_view(one) for one in ordered]


def view(pledge_id: UUID) -> PledgeView | None:
    """One pledge."""
    found = views(Pledge.objects.filter(id=pledge_id))
    return found[0] if found else None


def listed(which: str) -> list[PledgeView]:
    """Pledges for staff: `all`, `due` (within a week), `failing`, `paused`, `ended`."""
    rows = Pledge.objects.all()
    if which in (Standing.PAUSED, Standing.ENDED):
        return views(rows.filter(standing=which))
    if which == "failing":
        failing = Instalment.objects.filter(state__in=steps.COMING).exclude(failure="")
        return views(rows.filter(id__in=failing.values("pledge_id")))
    found = views(rows.exclude(standing=Standing.ENDED) if which == "due" else rows)
    if which == "due":
        return sorted((v for v in found if v.next_on), key=lambda v: (v.next_on, v.pledge.id))
    return found


def changes(pledge_id: UUID) -> list[PledgeChange]:
    """What happened to a pledge, newest first."""
    return list(PledgeChange.objects.filter(pledge_id=pledge_id).order_by("-at", "-id"))


def instalments(pledge_id: UUID, limit: int = 60) -> list[Instalment]:
    """Its due days with their attempts, newest first."""
    tries = Prefetch("attempts", Attempt.objects.order_by("number").select_related("payment"))
    found = Instalment.objects.filter(pledge_id=pledge_id).prefetch_related(tries)
    return list(found.order_by("-period")[:limit])


def attempt_of(payment_id: UUID) -> Attempt | None:
    """The attempt a payment belongs to; None for a gift outside any pledge."""
    found = Attempt.objects.select_related("instalment__pledge", "saved")
    return found.filter(payment_id=payment_id).first()


def method_for(payment_id: UUID) -> tuple[bool, SavedMethod | None]:
    """(keep the method that pays this?, the saved method to take it from)."""
    attempt = attempt_of(payment_id)
    return (attempt.keeps_method, attempt.saved) if attempt else (False, None)


def batches(limit: int = 50) -> list[DebitBatch]:
    """Files for the bank, newest first."""
    return list(DebitBatch.objects.order_by("-made_at")[:limit])


def batch(batch_id: UUID) -> DebitBatch | None:
    """One file."""
    return DebitBatch.objects.filter(id=batch_id).first()


def batch_of(end_to_end: str) -> DebitBatch | None:
    """The file a debit is in."""
    return DebitBatch.objects.filter(debits__end_to_end=end_to_end).first()


def debits_of(batch_id: UUID) -> list[Attempt]:
    """The debits of a file."""
    found = Attempt.objects.filter(batch_id=batch_id).order_by("id")
    return list(found.select_related("instalment__pledge__cause", "mandate"))


def words_of(batch_id: UUID) -> list[DebitWord]:
    """What was said of a file and its debits, newest first."""
    return list(DebitWord.objects.filter(batch_id=batch_id).order_by("-at", "-id"))


def as_json(one: PledgeView) -> dict[str, Any]:
    """For programs: amounts in minor units, days ISO 8601."""
    pledge = one.pledge
    return {
        "id": str(pledge.id),
        "person": str(pledge.person_id),
        "cause": pledge.cause.slug,
        "amount_minor": pledge.amount_minor,
        "currency": pledge.currency,
        "rhythm": pledge.rhythm,
        "day_of_month": pledge.day,
        "collected_by": pledge.way,
        "state": pledge.standing,
        "paused_until": pledge.paused_until.isoformat() if pledge.paused_until else None,
        "next_on": one.next_on.isoformat() if one.next_on else None,
        "collected_count": one.collected_count,
        "collected_minor": one.collected_minor,
        "failing": one.failing,
        "begun_at": pledge.begun_at.isoformat(),
    }


def _view(pledge: Pledge) -> PledgeView:
    days: list[Instalment] = getattr(pledge, "days")  # noqa: B009 - from the prefetch
    coming = next((day for day in days if day.state in steps.COMING), None)
    collected = [day for day in days if day.state == InstalmentState.COLLECTED]
    return PledgeView(
        pledge=pledge,
        next_due=coming,
        next_on=_next_on(pledge, coming),
        collected_count=len(collected),
        collected_minor=sum(day.amount_minor for day in collected),
        failing=coming is not None and coming.failure != "",
    )


def _next_on(pledge: Pledge, coming: Instalment | None) -> date | None:
    if coming is None or pledge.standing == Standing.ENDED:
        return None
    due, paused = coming.take_on, pledge.standing == Standing.PAUSED
    if paused and pledge.paused_until is None:
        return None
    while plan.paused_on(due, paused, pledge.paused_until):
        due = plan.next_due(due, pledge.terms)
    return due
