"""The due days of a pledge as rows: planned one ahead, moved, skipped, cancelled, brought back.

Owns every change of a due day that moves no money. Called by the verbs, within their transaction
and with the pledge's row locked.
"""

from datetime import date, timedelta
from uuid import UUID

from obolo.giving.models import Payment, PaymentState
from obolo.giving.pledges import plan
from obolo.giving.pledges.errors import NothingToSkip, NotUndoable
from obolo.giving.pledges.models import (
    Attempt,
    Instalment,
    InstalmentState,
    Outcome,
    Pledge,
    Standing,
    Way,
)
from obolo.kit.clock import now

COMING = (InstalmentState.PLANNED, InstalmentState.ASKED)  # not over yet


def plan_on(pledge: Pledge, due_on: date) -> Instalment:
    """Plan one due day; there already in that month, it is that one."""
    made, _ = Instalment.objects.get_or_create(
        pledge=pledge,
        period=due_on.replace(day=1),
        defaults={
            "due_on": due_on,
            "amount_minor": pledge.amount_minor,
            "currency": pledge.currency,
            "take_on": due_on,
            "look_on": due_on - timedelta(days=pledge.notice_days),
        },
    )
    return made


def plan_next(pledge: Pledge, *, not_before: date | None = None) -> Instalment | None:
    """One due day ahead, unless one is still to come or the promise is over."""
    if pledge.standing == Standing.ENDED:
        return None
    newest = Instalment.objects.filter(pledge=pledge).order_by("-period").first()
    if newest is None or newest.state in COMING or _coming(pledge) is not None:
        return None
    return plan_on(pledge, plan.next_due(newest.period, pledge.terms, not_before))


def follow_terms(pledge: Pledge, today: date, *, day_moved: bool = False) -> None:
    """The due day to come takes the pledge's present amount and day, and is announced anew."""
    coming = _coming(pledge)
    if coming is None:
        plan_next(pledge, not_before=today)
        return
    if coming.state != InstalmentState.PLANNED or _has_living_attempt(coming):
        return  # it is on its way: the new terms hold from the next one on
    due_on = plan.moved(coming.due_on, pledge.day, today) if day_moved else coming.due_on
    told_other = coming.amount_minor != pledge.amount_minor or due_on != coming.due_on
    Instalment.objects.filter(id=coming.id).update(
        amount_minor=pledge.amount_minor,
        due_on=due_on,
        take_on=due_on if told_other else coming.take_on,
        announced_at=None if told_other else coming.announced_at,
        look_on=due_on - timedelta(days=pledge.notice_days) if told_other else coming.look_on,
    )


def skip_next(pledge: Pledge) -> Instalment:
    """The next due day is left out, and the one after it planned. Raises NothingToSkip."""
    coming = _coming(pledge)
    if coming is None:
        raise NothingToSkip
    withdraw(coming)
    if _has_living_attempt(coming):
        raise NothingToSkip
    end(coming, InstalmentState.SKIPPED)
    plan_next(pledge)
    return coming


def cancel_all(pledge: Pledge) -> None:
    """Nothing more is asked for; what is already at a bank comes back with its result."""
    for coming in Instalment.objects.filter(pledge=pledge, state__in=COMING):
        withdraw(coming)
        if not _has_living_attempt(coming):
            end(coming, InstalmentState.CANCELLED)


def withdraw_links(pledge: Pledge) -> None:
    """A pause begins: a link that waits to be paid is taken back, its day counts as paused."""
    for coming in Instalment.objects.filter(pledge=pledge, state=InstalmentState.ASKED):
        withdraw(coming)
        if not _has_living_attempt(coming):
            end(coming, InstalmentState.PAUSED)
    plan_next(pledge)


def withdraw(instalment: Instalment, *, but: UUID | None = None) -> None:
    """Close the link of this due day, if one waits to be paid; `but`: not that attempt's."""
    waiting = Attempt.objects.filter(instalment=instalment, outcome=Outcome.OPEN, way=Way.LINK)
    attempt = next((one for one in waiting if one.id != but), None)
    if attempt is None or attempt.payment_id is None:
        return
    Payment.objects.filter(
        id=attempt.payment_id, state__in=[PaymentState.PLANNED, PaymentState.OPEN]
    ).update(state=PaymentState.CANCELLED)
    Attempt.objects.filter(id=attempt.id).update(outcome=Outcome.WITHDRAWN, ended_at=now())


def bring_back(instalment_id: UUID, today: date) -> None:
    """A skipped due day counts again. Raises NotUndoable when it is over."""
    found = Instalment.objects.get(id=instalment_id)
    if found.due_on < today:
        raise NotUndoable
    again(found)


def uncancel(pledge: Pledge, today: date) -> None:
    """The end of a pledge was undone: what it cancelled and is still to come counts again."""
    cancelled = Instalment.objects.filter(pledge=pledge, state=InstalmentState.CANCELLED)
    for one in cancelled.filter(due_on__gte=today).order_by("-period")[:1]:
        again(one)


def again(instalment: Instalment) -> None:
    """Plan a due day that was set aside, with its notice if there was none."""
    look_on = instalment.due_on - timedelta(days=instalment.pledge.notice_days)
    Instalment.objects.filter(id=instalment.id).update(
        state=InstalmentState.PLANNED, ended_at=None, look_on=look_on
    )


def end(instalment: Instalment, state: InstalmentState) -> None:
    """This due day is over, in this way."""
    Instalment.objects.filter(id=instalment.id).update(state=state, ended_at=now())


def _coming(pledge: Pledge) -> Instalment | None:
    found = Instalment.objects.filter(pledge=pledge, state__in=COMING)
    return found.order_by("period").first()


def _has_living_attempt(instalment: Instalment) -> bool:
    living = (Outcome.OPEN, Outcome.COLLECTED)
    return Attempt.objects.filter(instalment=instalment, outcome__in=living).exists()
