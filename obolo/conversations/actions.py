"""Verbs about conversations: hearing, speaking, handing off. Sending is `sending`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

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
    known = Conversation.objects.filter(person=person).first()
    if known is not None:
        return known
    # Begun by two at the same moment, it is the one the constraint let in.
    Conversation.objects.bulk_create([Conversation(person=person)], ignore_conflicts=True)
    return Conversation.objects.get(person=person)


def receive(
    *,
    person: Person,
    provider_id: str,
    kind: str,
    text: str,
    said_at: datetime | None,
    time_doubt: str = "",
    tap_id: str = "",
    reply_to: str = "",
    content: dict[str, Any] | None = None,
    notice_id: UUID | None = None,
    calls_for_answer: bool = True,
) -> Message | None:
    """Record an inbound message and mark the conversation due; None when it was known already.

    Text must already be free of payment card numbers.
    """
    conversation = of_person(person)
    at = now()
    said = min(said_at, at) if said_at else at
    if said_at and said_at > at:
        time_doubt = time_doubt or "in the future"
    message = Message(
        id=new_id(),
        organisation_id=conversation.organisation_id,
        conversation=conversation,
        direction=Direction.IN,
        author=Author.PERSON,
        kind=shown(kind, 40),
        text=shown(text),
        tap_id=shown(tap_id, 256),
        content=content or {},
        provider_id=shown(provider_id, 256),
        reply_to=shown(reply_to, 256),
        said_at=said,
        time_doubt=time_doubt[:40],
        answered_at=None if calls_for_answer else at,
        notice_id=notice_id,
    )
    Message.objects.bulk_create([message], ignore_conflicts=True)
    if not Message.objects.filter(id=message.id).exists():
        return None  # the constraint decided, not a look before: told twice, heard once
    changes: dict[str, Any] = {
        "last_in_at": Greatest(F("last_in_at"), said),
        "last_at": Greatest(F("last_at"), at),
    }
    if calls_for_answer:
        changes |= {"due_at": at, "attempts": 0}
    Conversation.objects.filter(id=conversation.id).update(**changes)
    ring(f"conversation:{conversation.id}", "inbox", *(["due"] if calls_for_answer else []))
    return message


def claim_due(*, limit: int) -> list[Conversation]:
    """Due conversations, locked for this transaction; other workers skip them."""
    return list(
        Conversation.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("person")
        .filter(due_at__lte=now())
        .order_by("due_at")[:limit]
    )


def rest(*, conversation: Conversation, thread: dict[str, Any], answered: Iterable[UUID]) -> None:
    """The waiting words were read; the conversation sleeps until somebody speaks."""
    at = now()
    Message.objects.filter(id__in=list(answered), answered_at=None).update(answered_at=at)
    Conversation.objects.filter(id=conversation.id).update(thread=thread, due_at=None, attempts=0)


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


def say(
    *,
    conversation: Conversation,
    body: dict[str, Any],
    text: str,
    purpose: Purpose,
    key: str,
    author: Author = Author.ASSISTANT,
    staff_id: UUID | None = None,
    template: dict[str, Any] | None = None,
    content: dict[str, Any] | None = None,
) -> Delivery:
    """Queue one outbound message; the gate decides when a sender claims it.

    The same `key` says it once: a second call returns the first delivery unchanged.
    """
    at = now()
    message = Message(
        conversation=conversation,
        direction=Direction.OUT,
        author=author,
        staff_id=staff_id,
        kind=str(body.get("type", "text")),
        text=shown(text),
        content=content or {},
        said_at=at,
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
            delivery = Delivery.objects.create(
                message=message, purpose=purpose, body=body, template=template, key=key
            )
    except IntegrityError:  # said before, or by another request at this moment
        return Delivery.objects.get(key=key)
    Conversation.objects.filter(id=conversation.id).update(last_at=at)
    ring("send", f"conversation:{conversation.id}", "inbox")
    return delivery


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
