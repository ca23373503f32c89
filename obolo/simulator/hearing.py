"""A person writes: from what a program or a thumb asked for to the message WhatsApp would report.

Owns the checks and the completion of inbound messages (facts: WhatsApp 1.7). Pure: reads the
world, returns the body; the stage writes it down.
"""

from collections.abc import Callable
from typing import Any

from obolo.simulator import samples
from obolo.simulator.errors import Refused
from obolo.simulator.world import Person, World

TEXT_MAX = 65_536
MEDIA_KINDS = frozenset({"image", "audio", "video", "document", "sticker"})
_NOT_SAID = frozenset({"from", "from_user_id", "id", "timestamp", "reply_to", "tap", "type"})


def read(world: World, person: Person, asked: Any, display_phone: str) -> dict[str, Any]:
    """The message body (without sender, id and time) that `asked` describes. Raises Refused."""
    if not isinstance(asked, dict):
        raise Refused('A message is an object such as {"text": "Ciao"} or {"tap": "give_5"}.')
    if "tap" in asked:
        return _tapped(person, asked["tap"], display_phone)
    if "type" not in asked and isinstance(asked.get("text"), str):
        asked = asked | {"type": "text", "text": {"body": asked["text"]}}
    kind = asked.get("type")
    if not isinstance(kind, str) or not kind:
        raise Refused('A message needs "text", "tap" or "type".')
    if isinstance(asked.get("text"), str) and kind == "text":
        asked = asked | {"text": {"body": asked["text"]}}
    if kind == "unsupported":
        asked = samples.UNSUPPORTED | asked
    elif kind in MEDIA_KINDS:
        asked = asked | {kind: asked.get(kind, {})}
    if kind != "unsupported" and not isinstance(asked.get(kind), dict | list):
        raise Refused(f'A message of type {kind!r} needs an object under the key "{kind}".')
    _CHECKS.get(kind, _anything)(asked.get(kind))
    body = {"type": kind} | {k: v for k, v in asked.items() if k not in _NOT_SAID}
    return body | _context(world, asked.get("reply_to"), display_phone)


def _tapped(person: Person, choice: Any, display_phone: str) -> dict[str, Any]:
    offer = person.offers.get(choice) if isinstance(choice, str) else None
    if offer is None:
        known = ", ".join(list(person.offers)[-10:]) or "none yet"
        raise Refused(f"No message on this phone offers {choice!r}; offered are: {known}.")
    context = {"context": {"from": display_phone, "id": offer["message_id"]}}
    picked = {"id": offer["id"], "title": offer["title"]}
    if offer["kind"] == "template":
        return {"type": "button", "button": {"payload": picked["id"], "text": picked["title"]}} | (
            context
        )
    if offer["kind"] == "list":
        if offer.get("description"):
            picked["description"] = offer["description"]
        said = {"type": "list_reply", "list_reply": picked}
    else:
        said = {"type": "button_reply", "button_reply": picked}
    return {"type": "interactive", "interactive": said} | context


def _context(world: World, reply_to: Any, display_phone: str) -> dict[str, Any]:
    if reply_to is None:
        return {}
    message = world.messages.get(reply_to) if isinstance(reply_to, str) else None
    if message is None:
        raise Refused(f"There is no message {reply_to!r} to reply to.")
    person = world.people[message.person_id]
    author = display_phone if message.direction == "out" else person.phone or person.user_id
    return {"context": {"from": author, "id": message.id}}


def _anything(_content: Any) -> None:
    """Kinds we know nothing about pass: the product must bear what the future sends."""


def _text(content: Any) -> None:
    words = content.get("body") if isinstance(content, dict) else None
    if not isinstance(words, str) or not words or len(words) > TEXT_MAX:
        raise Refused(f"The text of a message has 1 to {TEXT_MAX} characters.")


def _media(content: Any) -> None:
    if not isinstance(content, dict) or not isinstance(content.get("caption", ""), str):
        raise Refused("Media is an object; its caption is a text.")


def _location(content: Any) -> None:
    place = content if isinstance(content, dict) else {}
    numbers = [place.get(name) for name in ("latitude", "longitude")]
    good = [n for n in numbers if isinstance(n, int | float) and not isinstance(n, bool)]
    if len(good) < 2 or abs(good[0]) > 90 or abs(good[1]) > 180:
        raise Refused("A location has a latitude within 90 and a longitude within 180 degrees.")


def _reaction(content: Any) -> None:
    if not isinstance(content, dict) or not isinstance(content.get("message_id"), str):
        raise Refused('A reaction names the message it is for: {"message_id": …, "emoji": …}.')


def _contacts(content: Any) -> None:
    if not isinstance(content, list) or not content:
        raise Refused("Contacts are a list with at least one contact.")


def _interactive(content: Any) -> None:
    kind = content.get("type") if isinstance(content, dict) else None
    if not isinstance(kind, str) or not isinstance(content.get(kind), dict):
        raise Refused('An interactive message has a "type" and an object under that name.')


_CHECKS: dict[str, Callable[[Any], None]] = {
    "text": _text,
    "location": _location,
    "reaction": _reaction,
    "contacts": _contacts,
    "interactive": _interactive,
    "unsupported": _anything,
    **dict.fromkeys(MEDIA_KINDS, _media),
}
