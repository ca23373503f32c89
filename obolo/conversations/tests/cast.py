"""Short ways to hear and to speak in the tests."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

from obolo.conversations import actions
from obolo.conversations.models import Conversation, Delivery, Message
from obolo.people.models import Person, Purpose

_NUMBERS: Iterator[int] = count(1)


def hear(person: Person, text: str = "Ciao", **more: Any) -> Message | None:
    """The person wrote this."""
    told: dict[str, Any] = {
        "provider_id": f"wamid.in.{next(_NUMBERS)}",
        "kind": "text",
        "said_at": None,
    } | more
    return actions.receive(person=person, text=text, **told)


def heard(person: Person, text: str = "Ciao", at: datetime | None = None) -> Conversation:
    """The same; the conversation as it stands afterwards."""
    assert hear(person, text, said_at=at)
    return Conversation.objects.get(person=person)


def say(conversation: Conversation, key: str = "", **more: Any) -> Delivery:
    """We say something; by default a service message without a template."""
    told: dict[str, Any] = {
        "body": {"type": "text", "text": {"body": "Eccomi"}},
        "text": "Eccomi",
        "purpose": Purpose.SERVICE,
    } | more
    return actions.say(conversation=conversation, key=key or f"key:{next(_NUMBERS)}", **told)
