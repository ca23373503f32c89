"""The money of a pledge: what falls due, how it is asked for, and what became of it.

Owns the way from a due day to its attempts and back. One attempt is open or has succeeded at a
time (the database holds it), and the payment it makes has one reference, its idempotency key at the
provider: a due day is collected once, whatever crashes. Never: the network, words to people.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal
from uuid import UUID

from obolo.gateways.payments import failures
from obolo.gateways.payments.rail import RemotePayment
from obolo.gateways.payments.sepa import calendar
from obolo.giving.models import Gift, Payment, PaymentState
from obolo.giving.pledges import actions, plan, steps
from obolo.giving.pledges.actions import By, today
from obolo.giving.pledges.models import (
    Attempt,
    Instalment,
    InstalmentState,
    Mandate,
    Outcome,
    Pledge,
    SavedMethod,
    Standing,
    Way,
)
from obolo.kit.clock import now
from obolo.kit.ids import new_token
from obolo.organisations.bell import ring

LINK_LIVES_DAYS: Final = 30
NOTICE_LEAST_DAYS: Final = 2  # a notice that comes late still comes this long before the money
UNPAID_MAX: Final = 2  # links in a row that nobody paid: then we stop asking
HAND_IN_DAYS: Final = 2  # working days a bank wants a file before its day
SYSTEM: Final = By(source="system")
Due = Literal["announce", "ask", "told_failure", "ended_unpaid"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something was done about a due day; `what` says which words the person should hear."""

    what: Due
    instalment: Instalment
    attempt: Attempt | None = None


def postpone(*, instalment_id: UUID) -> None:
    """There was trouble with this day: look again tomorrow."""
    later = today() + timedelta(days=1)
    Instalment.objects.filter(id=instalment_id).update(look_on=later)


def claim_due(*, limit: int) -> list[Instalment]:
    """Due days about which something is to be done today, locked; other workers skip them."""
    rows = Instalment.objects.select_for_update(skip_locked=True, of=("self", "pledge"))
    rows = rows.select_related(
        "pledge__person", "pledge__cause", "pledge__saved", "pledge__mandate"
    )
    due = rows.filter(state__in=steps.COMING, look_on__lte=today()).order_by("look_on", "id")
    return list(due[:limit])


def wake_paused(*, limit: int) -> int:
    """Pledges whose pause is over go on; how many."""
    over = Pledge.objects.filter(standing=Standing.PAUSED, paused_until__lte=today())
    found = list(over.values_list("id", "paused_until")[:limit])
    for pledge_id, until in found:
        actions.resume(pledge_id=pledge_id, by=SYSTEM, key=f"pause over:{pledge_id}:{until}")
    return len(found)


def step(instalment: Instalment) -> Step | None:
    """Do the one thing that is due about this day; what the person should hear, if anything."""
    pledge, day = instalment.pledge, today()
    if instalment.state == InstalmentState.ASKED:
        return _lapsed(instalment)
    paused = pledge.standing == Standing.PAUSED
    if plan.paused_on(instalment.due_on, paused, pledge.paused_until):
        return _held(instalment, day)
    way = way_now(instalment)
    if _is_missed(instalment, way, day):
        return _over(instalment, InstalmentState.MISSED)
    if way != Way.LINK and instalment.announced_at is None:
        return _announce(instalment, way, day)
    if instalment.take_on > day or way == Way.DEBIT:
        later = max(instalment.take_on, day + timedelta(days=1))
        Instalment.objects.filter(id=instalment.id).update(look_on=later)
        return None
    return _ask(instalment, way)


def way_now(instalment: Instalment) -> Way:
    """How this day is collected: a saved method that is not there (yet, any more) means a link."""
    pledge = instalment.pledge
    if instalment.by_link or pledge.way == Way.LINK:
        return Way.LINK
    if pledge.way == Way.DEBIT:  # one that waits for its mandate waits; an ended one is over
        return Way.LINK if pledge.mandate and pledge.mandate.ended_on else Way.DEBIT
    living = pledge.saved is not None and pledge.saved.ended_at is None
    return Way.SAVED if living else Way.LINK


def _is_missed(instalment: Instalment, way: Way, day: date) -> bool:
    """Days we slept through are let go; one that was tried, or waits for its mandate, is not."""
    if way == Way.DEBIT or instalment.failure or instalment.announced_at is not None:
        return False
    return plan.too_late(instalment.due_on, day)


def _held(instalment: Instalment, day: date) -> Step | None:
    if instalment.due_on <= day:
        return _over(instalment, InstalmentState.PAUSED)
    Instalment.objects.filter(id=instalment.id).update(look_on=instalment.due_on)
    return None


def _over(instalment: Instalment, state: InstalmentState) -> Step | None:
    steps.end(instalment, state)
    steps.plan_next(instalment.pledge)
    ring("pledge")
    return None


def _announce(instalment: Instalment, way: Way, day: date) -> Step | None:
    pledge = instalment.pledge
    if way == Way.DEBIT:
        if pledge.mandate is None:
            _look_tomorrow(instalment, day)
            return None
        wanted = max(instalment.take_on, day)
        take_on = calendar.first_due_day(wanted, day, pledge.notice_days, HAND_IN_DAYS)
    else:
        take_on = max(instalment.take_on, day + timedelta(days=NOTICE_LEAST_DAYS))
    Instalment.objects.filter(id=instalment.id).update(
        announced_at=now(), take_on=take_on, look_on=take_on
    )
    instalment.take_on = take_on
    return Step("announce", instalment)


def _look_tomorrow(instalment: Instalment, day: date) -> None:
    Instalment.objects.filter(id=instalment.id).update(look_on=day + timedelta(days=1))


def _ask(instalment: Instalment, way: Way) -> Step | None:
    pledge = instalment.pledge
    if way == Way.LINK and not instalment.failure and _nobody_pays(instalment):
        key = f"unpaid:{instalment.id}"
        actions.end(pledge_id=pledge.id, by=By(source="system", reason="unpaid"), key=key)
        return Step("ended_unpaid", instalment)
    saved = pledge.saved if way == Way.SAVED else None
    attempt = Attempt.objects.create(
        instalment=instalment,
        number=Attempt.objects.filter(instalment=instalment).count() + 1,
        way=way,
        payment=_payment(instalment, way),
        keeps_method=way == Way.LINK and pledge.way == Way.SAVED,
        saved=saved,
    )
    lapses_on = today() + timedelta(days=LINK_LIVES_DAYS)
    Instalment.objects.filter(id=instalment.id).update(
        state=InstalmentState.ASKED, look_on=lapses_on
    )
    ring("pay")
    if way == Way.SAVED:
        return None
    return Step("told_failure" if instalment.failure else "ask", instalment, attempt)


def _payment(instalment: Instalment, way: Way) -> Payment:
    """A planned payment of its own; without a conversation, for the words are ours to say."""
    pledge = instalment.pledge
    return Payment.objects.create(
        person=pledge.person,
        cause=pledge.cause,
        asked_minor=instalment.amount_minor,
        currency=instalment.currency,
        language=pledge.language,
        conversation_id=None,
        reference=new_token(),
        rail=pledge.saved.rail if way == Way.SAVED and pledge.saved else "",
        expires_at=now() + timedelta(days=LINK_LIVES_DAYS),
    )


def _nobody_pays(instalment: Instalment) -> bool:
    """Were the last links left unpaid, or already the very first?"""
    before = Instalment.objects.filter(pledge_id=instalment.pledge_id, period__lt=instalment.period)
    asked = before.filter(state__in=[InstalmentState.COLLECTED, InstalmentState.UNPAID])
    last = list(asked.order_by("-period").values_list("state", flat=True)[:UNPAID_MAX])
    unpaid = [state == InstalmentState.UNPAID for state in last]
    return bool(unpaid) and all(unpaid) and (len(unpaid) == UNPAID_MAX or asked.count() == 1)


def _lapsed(instalment: Instalment) -> Step | None:
    """The link waited long enough. What is at a bank or a provider is not ours to end."""
    steps.withdraw(instalment)
    if Attempt.objects.filter(instalment=instalment, outcome=Outcome.OPEN).exists():
        _look_tomorrow(instalment, today())
        return None
    return _over(instalment, InstalmentState.UNPAID)


# What came of it: called by `giving.settle`, in the transaction that books the gift.


def note_payment(payment: Payment, remote: RemotePayment, gift: Gift | None) -> None:
    """Note what the provider says of a payment that belongs to a due day; others are not ours."""
    found = Attempt.objects.select_related("instalment__pledge__cause", "saved")
    attempt = found.filter(payment=payment).first()
    if attempt is None or attempt.outcome == Outcome.COLLECTED:
        return
    if gift is not None:
        _collected(attempt, remote)
    elif attempt.way == Way.SAVED and remote.state in ("failed", "expired", "cancelled"):
        failure = failures.of_card(remote.failure or remote.state)
        note_failed(attempt, failure, today())


def _collected(attempt: Attempt, remote: RemotePayment) -> None:
    if not _stands_alone(attempt):
        return  # the day was collected by another attempt: this money is a gift beside it
    mark_collected(attempt)
    if attempt.keeps_method and remote.saved is not None:
        kept = SavedMethod.objects.create(
            person_id=attempt.instalment.pledge.person_id,
            rail=attempt.payment.rail if attempt.payment else "",
            customer=remote.saved.customer,
            method=remote.saved.method,
            shown=remote.saved.shown,
        )
        Pledge.objects.filter(id=attempt.instalment.pledge_id).update(saved=kept)


def _stands_alone(attempt: Attempt) -> bool:
    """A link paid after it was taken back: whatever else was asked meanwhile is taken back now."""
    others = Attempt.objects.filter(instalment_id=attempt.instalment_id).exclude(id=attempt.id)
    if others.filter(outcome=Outcome.OPEN, way=Way.LINK).exists():
        steps.withdraw(attempt.instalment, but=attempt.id)
    return not others.filter(outcome__in=[Outcome.OPEN, Outcome.COLLECTED]).exists()


def mark_collected(attempt: Attempt) -> None:
    """The money is here: the day is done, the next one is planned."""
    Attempt.objects.filter(id=attempt.id).update(outcome=Outcome.COLLECTED, ended_at=now())
    Instalment.objects.filter(id=attempt.instalment_id).update(
        state=InstalmentState.COLLECTED, failure="", ended_at=now()
    )
    steps.plan_next(attempt.instalment.pledge)
    ring("pledge")


def note_failed(attempt: Attempt, failure: failures.Failure, failed_on: date) -> None:
    """Soft: again on its day, some times. Otherwise this way is over and a link is offered."""
    ended = Attempt.objects.filter(id=attempt.id, outcome=Outcome.OPEN).update(
        outcome=Outcome.FAILED, code=failure.code[:60], ended_at=now()
    )
    if not ended:
        return
    made = Attempt.objects.filter(instalment_id=attempt.instalment_id, way=attempt.way).count()
    again_on = failure.retry_on(failed_on, made - 1)
    by_link = again_on is None
    if by_link and failure.kind in ("hard", "hidden"):
        give_up_method(attempt, failure.code)
    Instalment.objects.filter(id=attempt.instalment_id).update(
        state=InstalmentState.PLANNED,
        failure=failure.code[:60],
        by_link=by_link,
        take_on=again_on or today(),
        look_on=again_on or today(),
        announced_at=None if attempt.way == Way.DEBIT else now(),
    )
    ring("pledge")


def give_up_method(attempt: Attempt, code: str) -> None:
    """Never ask this method again."""
    if attempt.saved_id is not None:
        SavedMethod.objects.filter(id=attempt.saved_id, ended_at=None).update(
            ended_at=now(), ended_because=code[:60]
        )
    if attempt.mandate_id is not None:
        Mandate.objects.filter(id=attempt.mandate_id, ended_on=None).update(
            ended_on=today(), ended_because=code[:60]
        )


def forget_method(*, pledge_id: UUID) -> None:
    """The person has another card: the next day is asked for by a link, which keeps the new one."""
    pledge = Pledge.objects.select_related("saved").get(id=pledge_id)
    Pledge.objects.filter(id=pledge_id).update(saved=None, way=Way.SAVED)
    if pledge.saved_id is not None:
        SavedMethod.objects.filter(id=pledge.saved_id, ended_at=None).update(
            ended_at=now(), ended_because="replaced"
        )


def is_of_pledge(payment: Payment) -> bool:
    """Does this payment keep a pledge? Then its failure is told in the words of pledges."""
    return Attempt.objects.filter(payment=payment).exists()


def refused(payment: Payment) -> bool:
    """The provider refused to open a payment of a pledge; True when it was one of a saved method.

    Such a day is asked for by a link instead.
    """
    found = Attempt.objects.select_related("instalment__pledge", "saved").filter(payment=payment)
    attempt = found.filter(way=Way.SAVED, outcome=Outcome.OPEN).first()
    if attempt is None:
        return False
    Payment.objects.filter(id=payment.id).update(state=PaymentState.CANCELLED)
    hard = failures.Failure(code="refused", kind="hard", tries=0, days=0)
    note_failed(attempt, hard, today())
    return True
