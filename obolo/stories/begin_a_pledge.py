"""From "5 euro every month" to a promise that keeps itself, and every change of it.

1. The assistant, staff in the console, or a program proposes terms; the person or staff confirms.
2. `begin` chooses how it is collected: the rail that takes gifts now keeps the method, if it can;
   else a link comes each time. The first due day follows from `keep_a_pledge` at once.
3. `carry_out` does what was confirmed about a promise: end, pause, resume, skip, change, another
   card. What is done is one dated row, under the key of what asked for it.
"""

from datetime import date
from uuid import UUID

from django.db import transaction

from obolo.assistant.decision import Proposal
from obolo.causes.models import Cause
from obolo.giving.errors import NoRail
from obolo.giving.pledges import actions, collecting, plan
from obolo.giving.pledges.actions import By
from obolo.giving.pledges.models import Pledge, PledgeChange, Way
from obolo.giving.rails import keeps_methods, rail
from obolo.kit.money import Money
from obolo.people.models import Person


def begin(
    *,
    person: Person,
    cause: Cause,
    amount: Money,
    rhythm: str,
    by: By,
    key: str,
    day: int | None = None,
    start: date | None = None,
    language: str = "",
    way: Way | None = None,
) -> Pledge:
    """Begin a promise, from today on unless said otherwise. Raises BadTerms, PledgeKeyReused."""
    return actions.begin(
        person=person,
        cause=cause,
        amount=amount,
        rhythm=rhythm,
        day=actions.today().day if day is None else day,
        way=way or best_way(),
        by=by,
        key=key,
        start=start,
        language=language,
    )


def best_way() -> Way:
    """The method saved at the first payment where the rail can keep one, else a link each time."""
    try:
        name, _ = rail()
    except NoRail:
        return Way.LINK
    return Way.SAVED if keeps_methods(name) else Way.LINK


@transaction.atomic
def carry_out(*, proposal: Proposal, by: By, key: str) -> PledgeChange | None:
    """Do what was confirmed. None for another card: the next link keeps it.

    Raises NoSuchPledge, PledgeEnded, BadTerms, NothingToSkip, PledgeKeyReused.
    """
    pledge_id = UUID(proposal.pledge)
    if proposal.verb == "end":
        return actions.end(pledge_id=pledge_id, by=by, key=key)
    if proposal.verb == "pause":
        until = pause_until(actions.today(), proposal.months)
        return actions.pause(pledge_id=pledge_id, by=by, key=key, until=until)
    if proposal.verb == "resume":
        return actions.resume(pledge_id=pledge_id, by=by, key=key)
    if proposal.verb == "skip":
        return actions.skip(pledge_id=pledge_id, by=by, key=key)
    if proposal.verb == "method":
        collecting.forget_method(pledge_id=pledge_id)
        return None
    return actions.change(
        pledge_id=pledge_id,
        by=by,
        key=key,
        amount_minor=proposal.amount_minor,
        rhythm=proposal.rhythm,
        day=proposal.day,
    )


def pause_until(today: date, months: int | None) -> date | None:
    """The day on which a pause of so many months is over; None: when the person says so."""
    if not months:
        return None
    until = today
    for _ in range(min(months, 36)):
        until = plan.next_due(until, plan.Terms("monthly", today.day))
    return until
