"""Somebody hands over cash or a cheque, and is thanked where they can be reached.

1. Staff find the person, or write down a new one.
2. `record` books what was handed over (`giving.desk`), once for each form.
3. Thanks with the receipt are queued in the same transaction, if they have a chat with us.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from obolo.causes.models import Cause
from obolo.giving.desk import actions as desk
from obolo.giving.desk import queries
from obolo.giving.desk.errors import DraftReused
from obolo.giving.models import Gift
from obolo.kit.money import Money
from obolo.organisations import queries as organisations
from obolo.people import actions as people
from obolo.people import queries as people_queries
from obolo.people.models import AddressKind, Person
from obolo.stories.receive_a_gift import thank


@dataclass(frozen=True, kw_only=True, slots=True)
class NewGiver:
    """Somebody whom staff did not find among those we know."""

    name: str
    email: str = ""


@transaction.atomic
def record(
    *,
    key: str,
    giver: Person | NewGiver,
    cause: Cause,
    amount: Money,
    method: str,
    received_on: date,
    note: str,
    by: UUID | None,
) -> Gift:
    """Book and thank, once. Raises what `giving.desk.actions.record` raises."""
    person = _who(key, giver) if isinstance(giver, NewGiver) else giver
    gift, booked = desk.record(
        key=key,
        person=person,
        cause=cause,
        amount=amount,
        method=method,
        received_on=received_on,
        note=note,
        by=by,
    )
    if booked and any(people_queries.whatsapp_address(person.id)):
        thank(gift)
    return gift


def _who(key: str, giver: NewGiver) -> Person:
    """The person this form wrote down before, the one with this address, or a new one."""
    written = queries.by_key(key)
    known = people_queries.get(written.person_id) if written else None
    if known is not None:
        if known.name != people.clean_name(giver.name):
            raise DraftReused
        return known
    language = organisations.current().language
    if giver.email:
        return people.recognise(
            addresses=[(AddressKind.EMAIL, giver.email)], name=giver.name, language=language
        )
    return people.add(name=giver.name, language=language)
