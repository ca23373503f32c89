"""One element of `messages[]` (or `message_echoes[]`) to one fact.

Owns: what each kind of message says. Never: the envelope around it (see `inbound`).
Source: Cloud API webhooks, messages; kinds `edit` and `revoke` come from numbers shared with the
phone app. A kind that did not exist when this was written is kept whole, not refused.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from obolo.gateways.messaging.whatsapp import strict_json
from obolo.gateways.messaging.whatsapp.errors import Unreadable
from obolo.gateways.messaging.whatsapp.facts import (
    Common,
    Echo,
    Fact,
    Identity,
    Json,
    Media,
    Message,
    NumberChanged,
    UserIdChanged,
)
from obolo.gateways.messaging.whatsapp.senders import Contacts, identity
from obolo.gateways.messaging.whatsapp.shapes import (
    Odd,
    dict_of,
    dict_or_none,
    dicts_in,
    faults_in,
    id_of,
    moment,
    needed_dict,
    needed_id,
    needed_text,
    text_of,
)

_ENVELOPE: Final = frozenset({"from", "from_user_id", "id", "timestamp", "type", "context"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Said:
    """What a message says, apart from who, when and where."""

    text: str | None = None
    tap_id: str | None = None
    about_id: str | None = None
    media: Media | None = None
    content: Json = field(default_factory=dict)
    known: bool = True


def read_message(
    raw: Json, *, common: Common, contacts: Contacts, display_phone: str | None
) -> Fact:
    """A message, or the change of a number or id it announces; raises Odd."""
    message_id = needed_id(raw, "id")
    if raw.get("type") == "system":
        change = _change_of_address(raw, common, message_id)
        if change is not None:
            return change
    sender = contacts.person(
        raw.get("from"), raw.get("from_user_id"), raw.get("from_parent_user_id")
    )
    if not sender.is_known:
        raise Odd("Nobody is named as the sender.")
    kind, (sent_at, time_flag) = _kind(raw), moment(raw.get("timestamp"))
    said, context = _said(kind, raw), dict_of(raw.get("context"))
    return Message(
        **common,
        message_id=message_id,
        display_phone=display_phone,
        sender=sender,
        sent_at=sent_at,
        time_flag=time_flag,
        kind=kind,
        text=said.text,
        tap_id=said.tap_id,
        reply_to=id_of(context.get("id")),
        about_id=said.about_id,
        media=said.media,
        forwarded=True in (context.get("forwarded"), context.get("frequently_forwarded")),
        referral=dict_or_none(raw.get("referral")),
        product=dict_or_none(context.get("referred_product")),
        group_id=id_of(raw.get("group_id")),
        errors=faults_in(raw.get("errors")),
        unknown_kind=not said.known,
        content=said.content,
    )


def read_echo(raw: Json, *, common: Common) -> Echo:
    """What the organisation itself wrote from the phone app; raises Odd."""
    kind, (sent_at, time_flag) = _kind(raw), moment(raw.get("timestamp"))
    said = _said(kind, raw)
    return Echo(
        **common,
        message_id=needed_id(raw, "id"),
        recipient=identity(raw.get("to"), raw.get("to_user_id")),
        sent_at=sent_at,
        time_flag=time_flag,
        kind=kind,
        text=said.text,
        about_id=said.about_id,
        media=said.media,
        content=said.content,
    )


def _kind(raw: Json) -> str:
    kind = raw.get("type")
    if isinstance(kind, str) and kind:
        return kind
    # Without a type the shape tells: Meta itself leaves it out in one published example.
    return next((known for known in _READERS if known in raw), "unknown")


def _said(kind: str, raw: Json) -> _Said:
    read = _READERS.get(kind)
    if read is not None:
        return read(raw)
    rest = {key: value for key, value in raw.items() if key not in _ENVELOPE}
    return _Said(content=rest, known=False)


def _change_of_address(raw: Json, common: Common, message_id: str) -> Fact | None:
    system = needed_dict(raw, "system")
    at, time_flag = moment(raw.get("timestamp"))
    old = identity(
        raw.get("from"),
        system.get("previous_user_id") or raw.get("from_user_id"),
        system.get("previous_parent_user_id"),
    )
    new = identity(
        system.get("wa_id") or system.get("new_wa_id"),
        system.get("user_id"),
        system.get("parent_user_id"),
    )
    kind = system.get("type")
    if kind in ("user_changed_number", "customer_changed_number"):
        _need_both(old, new)
        return NumberChanged(
            **common,
            message_id=message_id,
            old=old,
            new=new,
            at=at,
            time_flag=time_flag,
            text=text_of(system.get("body")),
        )
    if kind == "user_changed_user_id":
        _need_both(old, new)
        return UserIdChanged(
            **common, message_id=message_id, old=old, new=new, at=at, time_flag=time_flag
        )
    return None


def _need_both(old: Identity, new: Identity) -> None:
    if not (old.is_known and new.is_known):
        raise Odd("A change of address without an old and a new one.")


def _text(raw: Json) -> _Said:
    text = needed_dict(raw, "text")
    return _Said(text=needed_text(text, "body"), content=text)


def _media(kind: str) -> Callable[[Json], _Said]:
    def read(raw: Json) -> _Said:
        node = needed_dict(raw, kind)
        media = Media(
            media_id=needed_id(node, "id"),
            mime_type=text_of(node.get("mime_type")),
            sha256=text_of(node.get("sha256")),
            filename=text_of(node.get("filename")),
            url=text_of(node.get("url")),
            voice=node.get("voice") is True,
            animated=node.get("animated") is True,
        )
        return _Said(text=text_of(node.get("caption")), media=media, content=node)

    return read


def _location(raw: Json) -> _Said:
    return _Said(content=needed_dict(raw, "location"))


def _contacts(raw: Json) -> _Said:
    cards = raw.get("contacts")
    if not isinstance(cards, list):
        raise Odd("`contacts` is not a list.")
    origins = [raw.get("origin"), *(card.get("origin") for card in dicts_in(cards))]
    # `contact_request`: the person pressed "share my number", which is not any friend's card.
    origin = next((text for text in origins if isinstance(text, str)), None)
    return _Said(content={"contacts": cards} | ({"origin": origin} if origin else {}))


def _reaction(raw: Json) -> _Said:
    reaction = needed_dict(raw, "reaction")
    return _Said(about_id=needed_id(reaction, "message_id"), content=reaction)


def _template_button(raw: Json) -> _Said:
    button = needed_dict(raw, "button")
    text, payload = text_of(button.get("text")), text_of(button.get("payload"))
    if text is None and payload is None:
        raise Odd("A button without text and payload.")
    return _Said(text=text if text is not None else payload, tap_id=payload, content=button)


def _interactive(raw: Json) -> _Said:
    node = needed_dict(raw, "interactive")
    kind = text_of(node.get("type")) or ""
    if kind in ("button_reply", "list_reply"):
        reply = needed_dict(node, kind)
        return _Said(
            text=text_of(reply.get("title")), tap_id=needed_text(reply, "id"), content=node
        )
    if kind == "nfm_reply":
        reply = needed_dict(node, kind)
        answers = _form_answers(reply.get("response_json"))
        return _Said(text=text_of(reply.get("body")), content=node | {"response": answers})
    return _Said(content=node, known=False)


def _form_answers(response_json: Any) -> Any:
    """The answers of a form: JSON inside a string; kept as it is when it is not an object."""
    if not isinstance(response_json, str):
        return response_json
    try:
        answers = strict_json.parse(response_json.encode("utf-8", "surrogatepass"))
    except Unreadable:
        return response_json
    return answers if isinstance(answers, dict) else response_json


def _order(raw: Json) -> _Said:
    order = needed_dict(raw, "order")
    return _Said(text=text_of(order.get("text")) or None, content=order)


def _edit(raw: Json) -> _Said:
    edit = needed_dict(raw, "edit")
    inner = needed_dict(edit, "message")
    said = _said(_kind(inner), inner)
    about_id = needed_id(edit, "original_message_id")
    return _Said(text=said.text, about_id=about_id, media=said.media, content=edit)


def _revoke(raw: Json) -> _Said:
    revoke = needed_dict(raw, "revoke")
    return _Said(about_id=needed_id(revoke, "original_message_id"), content=revoke)


def _unsupported(raw: Json) -> _Said:
    return _Said(content=dict_of(raw.get("unsupported")))


def _system(raw: Json) -> _Said:
    system = needed_dict(raw, "system")
    seal = dict_or_none(raw.get("identity"))
    return _Said(
        text=text_of(system.get("body")), content=system | ({"identity": seal} if seal else {})
    )


_READERS: Final[dict[str, Callable[[Json], _Said]]] = {
    "text": _text,
    **{kind: _media(kind) for kind in ("image", "audio", "video", "document", "sticker")},
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "button": _template_button,
    "interactive": _interactive,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
    "unsupported": _unsupported,
    "system": _system,
}
