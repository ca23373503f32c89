"""Bodies of messages, without a recipient, and the envelope that gives them one.

Owns: the JSON of everything we send. Never: the network, consent, the window of 24 hours.
Labels that are too long are cut (a clipped button is better than no message); words that are too
long raise, because nobody should be sent half a sentence.
Source: Cloud API messages reference; business-scoped ids go into `recipient`, phones into `to`.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from obolo.gateways.messaging.whatsapp import limits
from obolo.gateways.messaging.whatsapp.errors import NotARequest, NotSendable
from obolo.gateways.messaging.whatsapp.facts import Json
from obolo.gateways.messaging.whatsapp.requests import SendRequest, read_request
from obolo.gateways.messaging.whatsapp.shapes import phone_of
from obolo.kit.text import shown

ELLIPSIS: Final = "…"
_JOINERS: Final = "\u200c\u200d\ufe0e\ufe0f"  # these belong to the sign before them


@dataclass(frozen=True, slots=True)
class Row:
    """One choice of a list; `id` comes back when it is tapped."""

    id: str
    title: str
    description: str | None = None


def text(body: str, preview_url: bool = False) -> Json:
    """Plain words, up to 4,096 characters. Raises NotSendable."""
    return _checked({"type": "text", "text": {"body": body, "preview_url": preview_url}})


def reply_buttons(
    body: str,
    buttons: Sequence[tuple[str, str]],
    header: str | None = None,
    footer: str | None = None,
) -> Json:
    """Words with up to three buttons, given as (id, title). Raises NotSendable."""
    replies = [
        {
            "type": "reply",
            "reply": {"id": key, "title": cut(title, limits.BUTTON_TITLE_CHARS_MAX)},
        }
        for key, title in buttons
    ]
    return _interactive("button", body, {"buttons": replies}, header=header, footer=footer)


def choice_list(body: str, button: str, rows: Sequence[Row], section_title: str = "") -> Json:
    """Words with a button that opens up to ten rows. Raises NotSendable."""
    section: Json = {"rows": [_row(row) for row in rows]}
    if section_title:
        section["title"] = cut(section_title, limits.SECTION_TITLE_CHARS_MAX)
    label = cut(button, limits.BUTTON_TITLE_CHARS_MAX)
    return _interactive("list", body, {"button": label, "sections": [section]})


def link_button(body: str, label: str, url: str, header_image_link: str | None = None) -> Json:
    """Words with one button that opens `url`. Raises NotSendable."""
    parameters = {"display_text": cut(label, limits.LINK_LABEL_CHARS_MAX), "url": url}
    made = _interactive("cta_url", body, {"name": "cta_url", "parameters": parameters})
    if header_image_link:
        image = {"type": "image", "image": {"link": header_image_link}}
        made["interactive"] = {"header": image, **made["interactive"]}
    return made


def image(
    *, link: str | None = None, media_id: str | None = None, caption: str | None = None
) -> Json:
    """A picture by public link or uploaded id. Raises NotSendable."""
    return _media("image", link=link, media_id=media_id, caption=caption)


def document(
    *,
    link: str | None = None,
    media_id: str | None = None,
    filename: str | None = None,
    caption: str | None = None,
) -> Json:
    """A file by public link or uploaded id. Raises NotSendable."""
    return _media("document", link=link, media_id=media_id, filename=filename, caption=caption)


def template(
    name: str,
    language: str,
    body_params: Sequence[str] | Mapping[str, str] = (),
    *,
    header_image_link: str | None = None,
    button_url_suffix: str | None = None,
    quick_reply_payloads: Sequence[str] = (),
    url_button_index: int | None = None,
) -> Json:
    """An approved text, filled in; a mapping fills named places, a sequence numbered ones.

    Quick replies are buttons 0, 1, …; the link button follows them unless `url_button_index` says
    where it stands. Raises NotSendable.
    """
    components: list[Json] = []
    if header_image_link:
        picture = {"type": "image", "image": {"link": header_image_link}}
        components.append({"type": "header", "parameters": [picture]})
    if body_params:
        components.append({"type": "body", "parameters": _values(body_params)})
    url_index = len(quick_reply_payloads) if url_button_index is None else url_button_index
    free = [
        i for i in range(len(quick_reply_payloads) + 1) if i != url_index or not button_url_suffix
    ]
    for index, payload in zip(free, quick_reply_payloads, strict=False):
        components.append(_button("quick_reply", index, {"type": "payload", "payload": payload}))
    if button_url_suffix:
        suffix = {"type": "text", "text": button_url_suffix}
        components.append(_button("url", url_index, suffix))
    made: Json = {"name": name, "language": {"code": language}}
    if components:
        made["components"] = components
    return _checked({"type": "template", "template": made})


def reaction(message_id: str, emoji: str) -> Json:
    """An emoji on a message; an empty one takes it back. Raises NotSendable."""
    return _checked({"type": "reaction", "reaction": {"message_id": message_id, "emoji": emoji}})


def mark_read(message_id: str, typing: bool = True) -> Json:
    """The body that marks a message as read and shows "typing" until we answer or 25 s passed."""
    made: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    return made | ({"typing_indicator": {"type": "text"}} if typing else {})


def addressed(
    body: Json,
    *,
    phone: str | None = None,
    user_id: str | None = None,
    reply_to: str | None = None,
    opaque: str | None = None,
) -> Json:
    """The whole request: `body` for a person, optionally quoting `reply_to`.

    The business-scoped id is preferred (a phone number may be handed on), never both: Meta lets
    the phone win. `opaque` (512 characters at most) comes back on every status of this message.
    Raises NotSendable.
    """
    digits = phone_of(phone) if phone else None
    if not user_id and not digits:
        raise NotSendable(["There is no recipient: neither a phone number nor a user id."])
    address = {"recipient": user_id} if user_id else {"to": digits}
    made: Json = {"messaging_product": "whatsapp", "recipient_type": "individual", **address}
    made |= body
    if reply_to:
        made["context"] = {"message_id": reply_to}
    if opaque:
        made["biz_opaque_callback_data"] = opaque
    return _checked(_clean(made))


def cut(label: str, limit: int) -> str:
    """`label`, or its beginning with an ellipsis, in at most `limit` characters.

    Never parts a sign from its marks (Arabic vowels, accents) or an emoji from its joiners.
    """
    label = " ".join(label.split())
    if len(label) <= limit:
        return label
    end = limit - len(ELLIPSIS)
    while end > 0 and _belongs_together(label[end - 1], label[end]):
        end -= 1
    return label[:end].rstrip() + ELLIPSIS


def _belongs_together(left: str, right: str) -> bool:
    return left == "\u200d" or right in _JOINERS or unicodedata.category(right)[0] == "M"


def _row(row: Row) -> Json:
    made = {"id": row.id, "title": cut(row.title, limits.ROW_TITLE_CHARS_MAX)}
    if row.description:
        made["description"] = cut(row.description, limits.ROW_DESCRIPTION_CHARS_MAX)
    return made


def _interactive(
    kind: str, body: str, action: Json, *, header: str | None = None, footer: str | None = None
) -> Json:
    shown: Json = {"type": kind}
    if header:
        shown["header"] = {"type": "text", "text": cut(header, limits.HEADER_CHARS_MAX)}
    shown["body"] = {"text": body}
    if footer:
        shown["footer"] = {"text": cut(footer, limits.FOOTER_CHARS_MAX)}
    shown["action"] = action
    return _checked({"type": "interactive", "interactive": shown})


def _media(kind: str, *, media_id: str | None, **rest: str | None) -> Json:
    given = {"id": media_id, **rest}
    return _checked({"type": kind, kind: {key: part for key, part in given.items() if part}})


def _values(params: Sequence[str] | Mapping[str, str]) -> list[Json]:
    # Meta refuses line breaks, tabs and runs of spaces inside a template's values.
    if isinstance(params, Mapping):
        return [
            {"type": "text", "parameter_name": name, "text": " ".join(value.split())}
            for name, value in params.items()
        ]
    return [{"type": "text", "text": " ".join(value.split())} for value in params]


def _button(sub_type: str, index: int, parameter: Json) -> Json:
    return {
        "type": "button",
        "sub_type": sub_type,
        "index": str(index),
        "parameters": [parameter],
    }


def _clean(piece: Any) -> Any:
    # One NUL or lone surrogate, echoed from somebody's words, and Meta refuses the whole message.
    if isinstance(piece, str):
        return shown(piece)
    if isinstance(piece, dict):
        return {key: _clean(part) for key, part in piece.items()}
    return [_clean(part) for part in piece] if isinstance(piece, list) else piece


def _checked(body: Json) -> Json:
    try:
        request = read_request({"messaging_product": "whatsapp", **body})
    except NotARequest as error:
        raise NotSendable(error.problems) from None
    assert isinstance(request, SendRequest)
    found = limits.body_problems(request)
    if found:
        raise NotSendable(found)
    return body
