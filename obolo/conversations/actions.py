"""Verbs about conversations: hearing, speaking, handing off. Sending is `sending`."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from obolo.conversations.models import (
    Author,
    Conversation,
    Delivery,
    Direction,
    HandOff,
    Message,
)
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.text import shown
from obolo.organisations.bell import ring
from obolo.people.models import Person, Purpose


def of_person(person: Person) -> Conversation:
    """The person's conversation, begun when there is none."""
    return _of_people([person])[person.id]


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """An inbound message. Its text must already be free of payment card numbers."""

    person: Person
    provider_id: str
    kind: str
    text: str
    said_at: datetime | None
    time_doubt: str = ""
    tap_id: str = ""
    reply_to: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    notice_id: UUID | None = None
    calls_for_answer: bool = True


def receive(**message: Any) -> Message | None:
    """Record one inbound message (fields of `Heard`); None when it was known already."""
    return receive_all([Heard(**message)])[0]


def receive_all(heard: Sequence[Heard]) -> list[Message | None]:
    """Record inbound messages and mark their conversations due; None for those known already."""
    if not heard:
        return []
    at = now()
    conversations = _of_people([one.person for one in heard])
    messages = [_message(one, conversations[one.person.id], at) for one in heard]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    # The constraint decided, not a look before: told twice, heard once.
    rows = Message.objects.filter(id__in=[one.id for one in messages])
    new = set(rows.values_list("id", flat=True))
    _wake([(h, m) for h, m in zip(heard, messages, strict=True) if m.id in new], at)
    return [one if one.id in new else None for one in messages]


def _of_people(people: Sequence[Person]) -> dict[UUID, Conversation]:
    """By person, begun where there is none; locked in one order, since they will be changed."""
    wanted = {one.id for one in people}
    rows = Conversation.objects.filter(person__in=wanted).order_by("id").select_for_update()
    known = {one.person_id: one for one in rows}
    missing = sorted(wanted - known.keys())
    if missing:  # begun by two at the same moment, it is the one the constraint let in
        fresh = [Conversation(person_id=person_id) for person_id in missing]
        Conversation.objects.bulk_create(fresh, ignore_conflicts=True)
        known |= {c.person_id: c for c in Conversation.objects.filter(person__in=missing)}
    return known


def _message(heard: Heard, conversation: Conversation, at: datetime) -> Message:
    doubt = heard.time_doubt
    if heard.said_at and heard.said_at > at:
        doubt = doubt or "in the future"
    return Message(
        id=new_id(),
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        direction=Direction.IN,
        author=Author.PERSON,
        kind=shown(heard.kind, 40),
        text=shown(heard.text),
        tap_id=shown(heard.tap_id, 256),
        content=heard.content,
        provider_id=shown(heard.provider_id, 256),
        reply_to=shown(heard.reply_to, 256),
        said_at=min(heard.said_at or at, at),
        time_doubt=doubt[:40],
        answered_at=None if heard.calls_for_answer else at,
        notice_id=heard.notice_id,
    )


_WAKE = """
UPDATE conversations_conversation AS c
SET last_in_at = greatest(c.last_in_at, n.said_at),
    last_at = greatest(c.last_at, n.at),
    due_at = CASE WHEN n.calls THEN n.at ELSE c.due_at END,
    attempts = CASE WHEN n.calls THEN 0 ELSE c.attempts END
FROM (SELECT id, max(said_at) AS said_at, bool_or(calls) AS calls, %s::timestamptz AS at
      FROM unnest(%s::uuid[], %s::timestamptz[], %s::bool[]) AS h (id, said_at, calls)
      GROUP BY id) AS n
WHERE c.id = n.id
"""


def _wake(new: Sequence[tuple[Heard, Message]], at: datetime) -> None:
    if not new:
        return
    ids = [message.conversation_id for _, message in new]
    calls = [heard.calls_for_answer for heard, _ in new]
    with connection.cursor() as cursor:
        cursor.execute(_WAKE, [at, ids, [message.said_at for _, message in new], calls])
    ring(*(f"conversation:{one}" for one in ids), "inbox", *(["due"] if any(calls) else []))


def claim_due(*, limit: int) -> list[Conversation]:
    """Due conversations, locked for this transaction; other workers skip them."""
    return list(
        Conversation.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("person")
        .filter(due_at__lte=now())
        .order_by("due_at")[:limit]
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Rested:
    """A conversation whose waiting words were read, and where it stands now."""

    conversation: Conversation
    thread: dict[str, Any]
    answered: tuple[UUID, ...] = ()


def rest(*, conversation: Conversation, thread: dict[str, Any], answered: Iterable[UUID]) -> None:
    """The waiting words were read; the conversation sleeps until somebody speaks."""
    rest_all([Rested(conversation=conversation, thread=thread, answered=tuple(answered))])


_REST = """
UPDATE conversations_conversation AS c
SET thread = n.thread::jsonb, due_at = NULL, attempts = 0
FROM unnest(%s::uuid[], %s::text[]) AS n (id, thread)
WHERE c.id = n.id
"""


def rest_all(rested: Sequence[Rested]) -> None:
    """`rest` for conversations this transaction has claimed."""
    answered = [one for each in rested for one in each.answered]
    Message.objects.filter(id__in=answered, answered_at=None).update(answered_at=now())
    ids = [one.conversation.id for one in rested]
    with connection.cursor() as cursor:
        cursor.execute(_REST, [ids, [json.dumps(one.thread) for one in rested]])


def postpone(*, conversation_id: UUID, until: datetime) -> int:
    """A try failed: look again later. Returns how many tries there were."""
    Conversation.objects.filter(id=conversation_id).update(attempts=F("attempts") + 1, due_at=until)
    return Conversation.objects.values_list("attempts", flat=True).get(id=conversation_id)


def set_aside(*, conversation_id: UUID) -> None:
    """Stop trying to answer by ourselves; a person of the team must look."""
    Conversation.objects.filter(id=conversation_id).update(due_at=None)
    Message.objects.filter(
        conversation_id=conversation_id, direction=Direction.IN, answered_at=None
    ).update(answered_at=now())
    hand_off(conversation=Conversation.objects.get(id=conversation_id), reason="assistant_failed")


@dataclass(frozen=True, kw_only=True, slots=True)
class Saying:
    """One outbound message. `template` is what to send instead outside the provider's window."""

    conversation: Conversation
    body: dict[str, Any]
    text: str
    purpose: Purpose
    key: str
    author: Author = Author.ASSISTANT
    staff_id: UUID | None = None
    template: dict[str, Any] | None = None
    content: dict[str, Any] = field(default_factory=dict)


def say(**message: Any) -> Delivery:
    """Queue one outbound message (fields of `Saying`); the gate decides when it is claimed.

    The same `key` says it once: a second call returns the first delivery unchanged.
    """
    return say_all([Saying(**message)])[0]


def say_all(sayings: Sequence[Saying]) -> list[Delivery]:
    """`say` for many."""
    if not sayings:
        return []
    at = now()
    messages = [_spoken(one, at) for one in sayings]
    deliveries = [
        Delivery(message=m, purpose=s.purpose, body=s.body, template=s.template, key=s.key)
        for s, m in zip(sayings, messages, strict=True)
    ]
    try:
        with transaction.atomic():
            Message.objects.bulk_create(messages)
            Delivery.objects.bulk_create(deliveries)
    except IntegrityError:  # one was said before, or by another request at this moment
        if len(sayings) == 1:
            return [Delivery.objects.get(key=sayings[0].key)]
        return [say_all([one])[0] for one in sayings]
    ids = sorted({one.conversation.id for one in sayings})
    Conversation.objects.filter(id__in=ids).update(last_at=at)
    ring("send", "inbox", *(f"conversation:{one}" for one in ids))
    return deliveries


def _spoken(saying: Saying, at: datetime) -> Message:
    return Message(
        conversation=saying.conversation,
        direction=Direction.OUT,
        author=saying.author,
        staff_id=saying.staff_id,
        kind=str(saying.body.get("type", "text")),
        text=shown(saying.text),
        content=saying.content,
        said_at=at,
    )


def hand_off(*, conversation: Conversation, reason: str, staff_id: UUID | None = None) -> HandOff:
    """From now on a person of the team answers; already so: the open hand-off."""
    open_one = HandOff.objects.filter(conversation=conversation, ended_at=None).first()
    if open_one:
        return open_one
    fresh = HandOff(conversation=conversation, reason=reason[:40], started_by=staff_id)
    HandOff.objects.bulk_create([fresh], ignore_conflicts=True)
    ring("inbox")
    # Somebody else may have taken it over at the same moment: then theirs is found.
    return HandOff.objects.get(conversation=conversation, ended_at=None)


def hand_back(*, conversation: Conversation, staff_id: UUID) -> None:
    """The assistant may answer again."""
    HandOff.objects.filter(conversation=conversation, ended_at=None).update(
        ended_at=now(), ended_by=staff_id
    )
    ring("inbox")
