"""Pledges of the cast, and their days going by."""

from itertools import count
from typing import Any

from obolo.causes.tests.cast import eur
from obolo.gateways.payments.rail import Kept
from obolo.giving import actions as giving
from obolo.giving.models import Payment
from obolo.giving.pledges import actions, collecting, queries
from obolo.giving.pledges.actions import By
from obolo.giving.pledges.collecting import Step
from obolo.giving.pledges.models import Attempt, Instalment, Outcome, Pledge, Way
from obolo.giving.rails import PRETEND
from obolo.giving.tests.cast import told

CHAT = By(source="chat")
_keys = count(1)


def key() -> str:
    return f"key {next(_keys)}"


def begun(person: Any, cause: Any, way: Way = Way.SAVED, **other: Any) -> Pledge:
    """Five euro every month, from today on the day of today."""
    terms: dict[str, Any] = {
        "key": key(),
        "amount": eur(500),
        "rhythm": "monthly",
        "day": actions.today().day,
    }
    return actions.begin(person=person, cause=cause, way=way, by=CHAT, **(terms | other))


def look() -> list[Step]:
    """Everything that is due today is done; what the person should hear."""
    found: list[Step] = []
    for _ in range(20):
        due = collecting.claim_due(limit=10)
        if not due and not collecting.wake_paused(limit=10):
            return found
        found += [step for one in due if (step := collecting.step(one))]
    raise AssertionError("the same day again and again")


def waiting() -> Payment:
    """The payment of the one open attempt."""
    attempt = Attempt.objects.get(outcome=Outcome.OPEN)
    assert attempt.payment_id is not None
    return Payment.objects.get(id=attempt.payment_id)


def opens(payment: Payment) -> None:
    """The provider takes it up."""
    remote = told(payment, "open")
    giving.placed(payment=payment, rail=payment.rail or PRETEND, remote=remote)
    payment.refresh_from_db()


def pays(payment: Payment, **more: Any) -> None:
    """The provider says that it was paid, by a card it keeps when asked to."""
    opens(payment)
    kept = Kept(customer="cus_1", method="pm_1", shown="card")
    giving.settle(payment_id=payment.id, remote=told(payment, saved=kept, **more))


def declines(payment: Payment, code: str) -> None:
    """The provider says no."""
    giving.settle(payment_id=payment.id, remote=told(payment, "failed", failure=code))


def days(pledge: Pledge) -> list[tuple[str, str]]:
    """Its due days and their states, in order."""
    rows = Instalment.objects.filter(pledge=pledge).order_by("period")
    return [(one.due_on.isoformat(), one.state) for one in rows]


def coming(pledge: Pledge) -> Instalment:
    """The due day to come."""
    found = shown(pledge)
    assert found.next_due is not None
    return found.next_due


def shown(pledge: Pledge) -> queries.PledgeView:
    """The pledge as pages show it."""
    found = queries.view(pledge.id)
    assert found is not None
    return found
