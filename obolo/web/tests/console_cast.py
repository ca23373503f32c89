"""The cast of the console: staff of Acqua Viva, one of each role, and what they do in a browser."""

from typing import Any

from django.test import Client

from obolo.conversations import actions as conversations
from obolo.conversations.models import Conversation
from obolo.kit.clock import now
from obolo.organisations.actions import add_staff
from obolo.organisations.models import Role, User
from obolo.people import actions as people
from obolo.people.models import Person

PASSWORD = "a well with clear water"
HOME = "/console/acqua-viva/"


def member(role: Role = Role.ADMIN, *, language: str = "en") -> User:
    """A member of staff with this role."""
    return add_staff(
        email=f"{role.value}@acqua-viva.example",
        name=f"Sara {role.value}",
        password=PASSWORD,
        role=role,
        language=language,
    )


def browser(user: User, **options: Any) -> Client:
    """A browser in which this member of staff is logged in, by the form."""
    client = Client(**options)
    answer = client.post(f"{HOME}login", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def logged_in(role: Role = Role.ADMIN, *, language: str = "en") -> Client:
    """The same for a fresh member of staff."""
    return browser(member(role, language=language))


def bruno() -> Person:
    """Bruno, who writes."""
    return people.recognise(addresses=[("phone", "393339876543")], name="Bruno", language="it")


def wrote(
    text: str = "Ciao!", *, said_at: Any = None, provider_id: str = "wamid.1"
) -> Conversation:
    """Bruno wrote this; the conversation it belongs to."""
    message = conversations.receive(
        person=bruno(),
        provider_id=provider_id,
        kind="text",
        text=text,
        said_at=said_at or now(),
    )
    assert message is not None
    return Conversation.objects.get(id=message.conversation_id)


def hidden(page: bytes, name: str) -> str:
    """The value of a hidden field in a page."""
    return page.decode().split(f'name="{name}" value="')[1].split('"')[0]
