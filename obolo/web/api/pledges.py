"""Regular gifts in version 1 of the API: list them, begin one, change one. Same keys, once.

Amounts are minor units, days ISO 8601. Changes ask for the role of those who may move money.
"""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.errors import HttpError

from obolo.assistant.decision import Proposal
from obolo.causes import queries as causes
from obolo.causes.errors import CauseUnknown
from obolo.giving.pledges import actions, queries
from obolo.giving.pledges.actions import By
from obolo.giving.pledges.models import Way
from obolo.kit.money import Money
from obolo.people import queries as people
from obolo.stories import begin_a_pledge
from obolo.web.api.allowed import need

router = Router()


class NewPledge(Schema):
    """A regular gift of a person. Without `way` the best one is chosen."""

    person: UUID
    cause: str
    amount_minor: int
    rhythm: Literal["monthly", "quarterly", "yearly"] = "monthly"
    day_of_month: int | None = None
    start: date | None = None
    way: Literal["link", "saved", "debit"] | None = None
    key: str
    reason: str = ""


class Change(Schema):
    """What to do with a regular gift. `until` is the first day after a pause."""

    verb: Literal["change", "pause", "resume", "skip", "end", "method"]
    amount_minor: int | None = None
    rhythm: Literal["monthly", "quarterly", "yearly"] | None = None
    day_of_month: int | None = None
    until: date | None = None
    key: str
    reason: str = ""


@router.get("")
def list_pledges(
    request: HttpRequest, person: UUID | None = None, which: str = "all"
) -> list[dict[str, Any]]:
    """Regular gifts of one person, or by `which`: all, due, failing, paused, ended."""
    if which not in ("all", "due", "failing", "paused", "ended"):
        raise HttpError(400, "which is one of all, due, failing, paused, ended.")
    found = queries.pledges_of(person) if person else queries.listed(which)
    return [queries.as_json(one) for one in found]


@router.post("", response={201: dict})
def begin(request: HttpRequest, told: NewPledge) -> Any:
    """Begin one; the same key begins it once."""
    need(request, "money")
    person, cause = people.get(told.person), causes.by_slug(told.cause)
    if person is None:
        raise HttpError(404, "There is no such person.")
    if cause is None:
        raise CauseUnknown
    if told.start is not None and told.start < actions.today():
        raise HttpError(400, "start lies in the past.")
    pledge = begin_a_pledge.begin(
        person=person,
        cause=cause,
        amount=Money(told.amount_minor, cause.currency),
        rhythm=told.rhythm,
        day=told.day_of_month,
        start=told.start,
        way=Way(told.way) if told.way else None,
        by=By(source="api", reason=told.reason),
        key=f"api:{told.key}",
    )
    return Status(201, _shown(pledge.id))


@router.post("{uuid:pledge_id}/changes")
def change(request: HttpRequest, pledge_id: UUID, told: Change) -> dict[str, Any]:
    """Change, pause, resume, skip or end one; `method` asks for another card by the next link."""
    need(request, "money")
    if queries.view(pledge_id) is None:
        raise HttpError(404, "There is no such regular gift.")
    by, key = By(source="api", reason=told.reason), f"api:{told.key}"
    if told.verb == "pause":
        actions.pause(pledge_id=pledge_id, by=by, key=key, until=told.until)
    else:
        proposal = Proposal(
            nonce="",
            verb=told.verb,
            pledge=str(pledge_id),
            amount_minor=told.amount_minor,
            rhythm=told.rhythm,
            day=told.day_of_month,
        )
        begin_a_pledge.carry_out(proposal=proposal, by=by, key=key)
    return _shown(pledge_id)


def _shown(pledge_id: UUID) -> dict[str, Any]:
    found = queries.view(pledge_id)
    assert found is not None
    return queries.as_json(found)
