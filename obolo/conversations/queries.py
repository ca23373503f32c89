"""Questions about conversations."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from obolo.conversations.models import (
    Conversation,
    Delivery,
    DeliveryState,
    Direction,
    HandOff,
    Message,
)
from obolo.kit.clock import now


def inbox(limit: int = 100) -> QuerySet[Conversation]:
    """Conversations, those that wait for a person of the team first, then the newest."""
    waiting = HandOff.objects.filter(conversation=OuterRef("pk"), ended_at=None)
    newest = Message.objects.filter(conversation=OuterRef("pk")).order_by("-said_at", "-id")
    return (
        Conversation.objects.select_related("person")
        .annotate(
            handed_off=Exists(waiting),
            last_text=Subquery(newest.values("text")[:1]),
            last_direction=Subquery(newest.values("direction")[:1]),
        )
        .order_by("-handed_off", "-last_at")[:limit]
    )


def get(conversation_id: UUID) -> Conversation | None:
    """The conversation with this id."""
    return Conversation.objects.select_related("person").filter(id=conversation_id).first()


def of_person(person_id: UUID) -> Conversation | None:
    """The person's conversation, if there is one."""
    return Conversation.objects.select_related("person").filter(person_id=person_id).first()


def messages(conversation_id: UUID, limit: int = 200) -> list[Message]:
    """The newest messages in the order they were said, each with its deliveries."""
    newest = (
        Message.objects.filter(conversation_id=conversation_id)
        .prefetch_related(Prefetch("deliveries", queryset=Delivery.objects.defer("body")))
        .order_by("-said_at", "-id")[:limit]
    )
    return list(newest)[::-1]


def waiting_words(conversation_id: UUID) -> list[Message]:
    """Inbound messages nobody has read yet, in the order they were said."""
    return all_waiting_words([conversation_id])[conversation_id]


def all_waiting_words(conversation_ids: Iterable[UUID]) -> dict[UUID, list[Message]]:
    """The same for many, by conversation. One query."""
    rows = Message.objects.filter(
        conversation__in=list(conversation_ids), direction=Direction.IN, answered_at=None
    )
    found: dict[UUID, list[Message]] = defaultdict(list)
    for one in rows.order_by("said_at", "id"):
        found[one.conversation_id].append(one)
    return found


def open_hand_offs(conversation_ids: Iterable[UUID]) -> dict[UUID, HandOff]:
    """The hand-offs in force, by conversation."""
    rows = HandOff.objects.filter(conversation__in=list(conversation_ids), ended_at=None)
    return {one.conversation_id: one for one in rows}


def open_hand_off(conversation_id: UUID) -> HandOff | None:
    """The hand-off in force, if any."""
    return open_hand_offs([conversation_id]).get(conversation_id)


def was_said(key: str) -> bool:
    """Is there a delivery with this key?"""
    return Delivery.objects.filter(key=key).exists()


def stuck_count(older_than: timedelta) -> int:
    """How many deliveries have been due for longer than that: an alarm."""
    return Delivery.objects.filter(
        state=DeliveryState.QUEUED, due_at__lt=now() - older_than
    ).count()
