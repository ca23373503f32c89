"""Verbs about a promise: begin, change, pause, take up again, skip, end, undo.

Each is one dated row with who and why, safe to repeat by its key (other inputs under the same key
are refused). The money of a promise is `collecting`'s.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from obolo.causes.models import Cause
from obolo.giving.pledges import plan, steps
from obolo.giving.pledges.errors import (
    BadTerms,
    NoSuchPledge,
    NotUndoable,
    PledgeEnded,
    PledgeKeyReused,
)
from obolo.giving.pledges.models import (
    ChangeKind,
    Mandate,
    Pledge,
    PledgeChange,
    Rhythm,
    Standing,
    Way,
)
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.kit.text import shown
from obolo.organisations import queries as organisations
from obolo.organisations.bell import ring
from obolo.people.models import Person

AMOUNT_MINOR_MAX = 100_000_00  # each time; more is a talk with a person
NOTICE_DAYS = {Way.LINK: 0, Way.SAVED: 3, Way.DEBIT: 14}


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """Who changes a pledge, where and why. Without `staff_id` it is the person, or a program."""

    source: str
    staff_id: UUID | None = None
    reason: str = ""


def today() -> date:
    """The current day where the organisation is."""
    return now().astimezone(ZoneInfo(organisations.current().time_zone)).date()


@transaction.atomic
def begin(
    *,
    person: Person,
    cause: Cause,
    amount: Money,
    rhythm: str,
    day: int,
    way: Way,
    by: By,
    key: str,
    start: date | None = None,
    language: str = "",
    mandate: Mandate | None = None,
) -> Pledge:
    """A person promises `amount` regularly; the first due day is the first `day` from `start` on.

    Raises BadTerms, PledgeKeyReused. A debit without a mandate waits for one (`mandates.keep`).
    """
    first = plan.first_due(start or today(), _checked(amount, rhythm, day, cause))
    told = told_hash("begin", person.id, cause.id, amount.minor, rhythm, day, way, start)
    if known := _before(key, told):
        return Pledge.objects.select_related("cause").get(id=known.pledge_id)
    pledge = Pledge.objects.create(
        person=person,
        cause=cause,
        amount_minor=amount.minor,
        currency=amount.currency,
        rhythm=rhythm,
        day=day,
        way=way,
        mandate=mandate,
        notice_days=NOTICE_DAYS[way],
        language=language or person.language or organisations.current().language,
    )
    _note(pledge, ChangeKind.BEGUN, by, key, told)
    steps.plan_on(pledge, first)
    ring("pledge")
    return pledge


@transaction.atomic
def change(
    *,
    pledge_id: UUID,
    by: By,
    key: str,
    amount_minor: int | None = None,
    rhythm: str | None = None,
    day: int | None = None,
    way: Way | None = None,
) -> PledgeChange:
    """Another amount, rhythm, day or way from the next due day on; what is not named stays.

    Raises NoSuchPledge, PledgeEnded, BadTerms, PledgeKeyReused.
    """
    told = told_hash("change", pledge_id, amount_minor, rhythm, day, way)
    if known := _before(key, told):
        return known
    pledge = _locked(pledge_id)
    pledge.amount_minor = amount_minor if amount_minor is not None else pledge.amount_minor
    pledge.rhythm, pledge.day = rhythm or pledge.rhythm, day if day is not None else pledge.day
    if way is not None and way != pledge.way:
        pledge.way, pledge.notice_days = way, NOTICE_DAYS[way]
    _checked(pledge.amount, pledge.rhythm, pledge.day, pledge.cause)
    pledge.save()
    steps.follow_terms(pledge, today(), day_moved=day is not None)
    return _note(pledge, ChangeKind.CHANGED, by, key, told)


@transaction.atomic
def pause(*, pledge_id: UUID, by: By, key: str, until: date | None = None) -> PledgeChange:
    """Take nothing before `until`, or until the person says so. Raises as `change`."""
    told = told_hash("pause", pledge_id, until)
    if known := _before(key, told):
        return known
    pledge = _locked(pledge_id)
    if until is not None and until <= today():
        raise BadTerms("A pause ends on a day to come.")
    pledge.standing, pledge.paused_until = Standing.PAUSED, until
    pledge.save()
    steps.withdraw_links(pledge)
    return _note(pledge, ChangeKind.PAUSED, by, key, told)


@transaction.atomic
def resume(*, pledge_id: UUID, by: By, key: str) -> PledgeChange:
    """Go on after a pause. Raises as `change`."""
    told = told_hash("resume", pledge_id)
    if known := _before(key, told):
        return known
    pledge = _locked(pledge_id)
    pledge.standing, pledge.paused_until = Standing.BEGUN, None
    pledge.save()
    steps.follow_terms(pledge, today())
    return _note(pledge, ChangeKind.RESUMED, by, key, told)


@transaction.atomic
def skip(*, pledge_id: UUID, by: By, key: str) -> PledgeChange:
    """Leave out the next due day. Raises NothingToSkip, and as `change`."""
    told = told_hash("skip", pledge_id)
    if known := _before(key, told):
        return known
    pledge = _locked(pledge_id)
    skipped = steps.skip_next(pledge)
    return _note(pledge, ChangeKind.SKIPPED, by, key, told, instalment_id=skipped.id)


@transaction.atomic
def end(*, pledge_id: UUID, by: By, key: str) -> PledgeChange:
    """The promise is over; nothing more is asked for. Ending an ended one changes nothing more."""
    told = told_hash("end", pledge_id)
    if known := _before(key, told):
        return known
    pledge = _locked(pledge_id, ended_too=True)
    if pledge.standing == Standing.ENDED:
        return PledgeChange.objects.filter(pledge=pledge).order_by("-at", "-id")[0]
    pledge.standing, pledge.paused_until = Standing.ENDED, None
    pledge.save()
    steps.cancel_all(pledge)
    return _note(pledge, ChangeKind.ENDED, by, key, told)


@transaction.atomic
def undo(*, change_id: UUID, by: By, key: str) -> PledgeChange:
    """Put a pledge back to where it stood before its newest change.

    Raises NotUndoable for older changes, for the beginning, and for a skipped day that is over.
    """
    told = told_hash("undo", change_id)
    if known := _before(key, told):
        return known
    undone = PledgeChange.objects.filter(id=change_id).first()
    if undone is None:
        raise NoSuchPledge
    pledge = _locked(undone.pledge_id, ended_too=True)
    newest = list(PledgeChange.objects.filter(pledge=pledge).order_by("-at", "-id")[:2])
    if newest[0].id != change_id or len(newest) < 2 or undone.kind == ChangeKind.UNDONE:
        raise NotUndoable
    _put_back(pledge, newest[1])
    if undone.instalment_id:
        steps.bring_back(undone.instalment_id, today())
    steps.uncancel(pledge, today())
    steps.follow_terms(pledge, today(), day_moved=undone.day != newest[1].day)
    return _note(pledge, ChangeKind.UNDONE, by, key, told, undoes_id=change_id)


def _put_back(pledge: Pledge, before: PledgeChange) -> None:
    pledge.amount_minor, pledge.rhythm, pledge.day = before.amount_minor, before.rhythm, before.day
    pledge.standing, pledge.paused_until = before.standing, before.paused_until
    if pledge.way != before.way:
        pledge.way, pledge.notice_days = before.way, NOTICE_DAYS[Way(before.way)]
    pledge.save()


def _locked(pledge_id: UUID, *, ended_too: bool = False) -> Pledge:
    found = (
        Pledge.objects.select_for_update(of=("self",))
        .select_related("cause")
        .filter(id=pledge_id)
        .first()
    )
    if found is None:
        raise NoSuchPledge
    if found.standing == Standing.ENDED and not ended_too:
        raise PledgeEnded
    return found


def _checked(amount: Money, rhythm: str, day: int, cause: Cause) -> int:
    if not 0 < amount.minor <= AMOUNT_MINOR_MAX or amount.currency != cause.currency:
        raise BadTerms(f"{amount.decimal_text()} {amount.currency}")
    if rhythm not in Rhythm.values or type(day) is not int or not 1 <= day <= plan.DAY_MAX:
        raise BadTerms(f"{shown(str(rhythm), 20)}, day {shown(str(day), 10)}")
    return day


def _before(key: str, told: bytes) -> PledgeChange | None:
    known = PledgeChange.objects.filter(key=key[:120]).first()
    if known is not None and bytes(known.told) != told:
        raise PledgeKeyReused
    return known


def _note(
    pledge: Pledge, kind: ChangeKind, by: By, key: str, told: bytes, **more: Any
) -> PledgeChange:
    ring("pledge")
    return PledgeChange.objects.create(
        pledge=pledge,
        kind=kind,
        staff_id=by.staff_id,
        source=by.source,
        reason=shown(by.reason, 300),
        amount_minor=pledge.amount_minor,
        rhythm=pledge.rhythm,
        day=pledge.day,
        way=pledge.way,
        standing=pledge.standing,
        paused_until=pledge.paused_until,
        key=key[:120],
        told=told,
        **more,
    )


def told_hash(*inputs: object) -> bytes:
    """What was asked under a key, as 32 bytes."""
    return hashlib.sha256("\x1f".join(str(one) for one in inputs).encode()).digest()
