"""What WhatsApp refuses, said before it does.

Owns: the limits of every kind of message, as named constants and plain sentences.
Never: reading or building bodies. Lengths are counted in Unicode characters.
Source: Cloud API messages reference (text, media, interactive, template), read in November 2026.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from obolo.gateways.messaging.whatsapp.facts import Json
from obolo.gateways.messaging.whatsapp.requests import (
    KINDS,
    Action,
    Interactive,
    MediaFile,
    ReadReceipt,
    Section,
    SendRequest,
    Template,
)

TEXT_CHARS_MAX: Final = 4096
CAPTION_CHARS_MAX: Final = 1024
INTERACTIVE_BODY_CHARS_MAX: Final = 1024
LIST_BODY_CHARS_MAX: Final = 4096
HEADER_CHARS_MAX: Final = 60
FOOTER_CHARS_MAX: Final = 60
BUTTONS_MAX: Final = 3
BUTTON_TITLE_CHARS_MAX: Final = 20
BUTTON_ID_CHARS_MAX: Final = 256
SECTIONS_MAX: Final = 10
SECTION_TITLE_CHARS_MAX: Final = 24
ROWS_MAX: Final = 10  # in all sections together
ROW_ID_CHARS_MAX: Final = 200
ROW_TITLE_CHARS_MAX: Final = 24
ROW_DESCRIPTION_CHARS_MAX: Final = 72
LINK_LABEL_CHARS_MAX: Final = 20
FLOW_LABEL_CHARS_MAX: Final = 30
URL_CHARS_MAX: Final = 2000
OPAQUE_CHARS_MAX: Final = 512
TEMPLATE_NAME_CHARS_MAX: Final = 512
PRODUCTS_MAX: Final = 30
MEDIA_KINDS: Final = ("image", "audio", "video", "document", "sticker")
INTERACTIVE_KINDS: Final = frozenset(
    {
        "address_message",
        "button",
        "call_permission_request",
        "carousel",
        "catalog_message",
        "cta_url",
        "flow",
        "list",
        "location_request_message",
        "order_details",
        "order_status",
        "product",
        "product_list",
        "request_contact_info",
    }
)


def problems(request: SendRequest | ReadReceipt) -> list[str]:
    """Why WhatsApp would refuse this request; empty when it would not."""
    if isinstance(request, ReadReceipt):
        return list(_read_receipt(request))
    return [*_recipient(request), *body_problems(request)]


def body_problems(request: SendRequest) -> list[str]:
    """The same without asking whether there is a recipient."""
    kind = request.kind
    if kind not in KINDS:
        return [f"The type {kind!r} is not known."]
    if getattr(request, kind) is None:
        return [f"The type is {kind} but there is no `{kind}`."]
    found = list(
        _length("biz_opaque_callback_data", request.biz_opaque_callback_data, OPAQUE_CHARS_MAX)
    )
    if request.context is not None and not request.context.message_id:
        found.append("The message to reply to has an empty id.")
    if kind in MEDIA_KINDS:
        return [*found, *_media(kind, getattr(request, kind))]
    return [*found, *_READERS[kind](request)]


def _recipient(request: SendRequest) -> Iterator[str]:
    if request.to in (None, "") and not request.recipient:
        yield "There is no recipient: neither `to` nor `recipient`."
    if request.recipient_type not in (None, "individual", "group"):
        yield f"The recipient type {request.recipient_type!r} is neither individual nor group."


def _read_receipt(request: ReadReceipt) -> Iterator[str]:
    if not request.message_id:
        yield "The message to mark as read has an empty id."
    if request.typing_indicator is not None and request.typing_indicator.get("type") != "text":
        yield "The typing indicator's type must be text."


def _length(name: str, text: str | None, limit: int, *, needed: bool = False) -> Iterator[str]:
    if needed and not (text or "").strip():
        yield f"The {name} is empty."
    if text is not None and len(text) > limit:
        yield f"The {name} has {len(text)} characters, {limit} are allowed."


def _text(request: SendRequest) -> Iterator[str]:
    assert request.text is not None
    yield from _length("text", request.text.body, TEXT_CHARS_MAX, needed=True)


def _media(name: str, media: MediaFile) -> Iterator[str]:
    if bool(media.id) == bool(media.link):
        yield f"The {name} needs either an id or a link."
    yield from _length("caption", media.caption, CAPTION_CHARS_MAX)
    if media.caption and name in ("audio", "sticker"):
        yield f"The {name} cannot have a caption."


def _location(request: SendRequest) -> Iterator[str]:
    assert request.location is not None
    for name, value, limit in (
        ("latitude", request.location.latitude, 90),
        ("longitude", request.location.longitude, 180),
    ):
        try:
            outside = not -limit <= float(value) <= limit
        except ValueError:
            outside = True
        if outside:
            yield f"The {name} is not between -{limit} and {limit} degrees."


def _contacts(request: SendRequest) -> Iterator[str]:
    if not request.contacts:
        yield "There is no contact card."


def _reaction(request: SendRequest) -> Iterator[str]:
    assert request.reaction is not None
    if not request.reaction.message_id:
        yield "The message to react to has an empty id."
    if request.context is not None:
        yield "A reaction cannot be a reply."


def _template(request: SendRequest) -> Iterator[str]:
    template = request.template
    assert template is not None
    yield from _length("template name", template.name, TEMPLATE_NAME_CHARS_MAX, needed=True)
    if not template.language.code:
        yield "The template has no language."
    yield from _template_values(template)


def _template_values(template: Template) -> Iterator[str]:
    for component in template.components or []:
        for value in component.parameters or []:
            if value.type == "text" and value.text in (None, ""):
                yield f"A text value of the template's {component.type} is empty."
        if component.type == "button" and component.index is None:
            yield "A button of the template has no index."


def _interactive(request: SendRequest) -> Iterator[str]:
    shown = request.interactive
    assert shown is not None
    if shown.type not in INTERACTIVE_KINDS:
        yield f"The interactive type {shown.type!r} is not known."
        return
    if shown.action is None:
        yield "The interactive message has no action."
        return
    limit = LIST_BODY_CHARS_MAX if shown.type == "list" else INTERACTIVE_BODY_CHARS_MAX
    if shown.type != "product" or shown.body is not None:
        body = shown.body.text if shown.body else None
        yield from _length("body", body, limit, needed=True)
    yield from _length("footer", shown.footer.text if shown.footer else None, FOOTER_CHARS_MAX)
    yield from _header(shown)
    check = _ACTIONS.get(shown.type)
    if check is not None:
        yield from check(shown.action)


def _header(shown: Interactive) -> Iterator[str]:
    header = shown.header
    if header is None:
        return
    if header.type == "text":
        yield from _length("header", header.text, HEADER_CHARS_MAX, needed=True)
    if shown.type == "list" and header.type != "text":
        yield "A list can only have a text header."


def _buttons(action: Action) -> Iterator[str]:
    buttons = action.buttons or []
    if not 1 <= len(buttons) <= BUTTONS_MAX:
        yield f"There are {len(buttons)} buttons, 1 to {BUTTONS_MAX} are allowed."
    replies = [button.reply for button in buttons if button.reply is not None]
    if len(replies) != len(buttons):
        yield "A button has no reply."
    for reply in replies:
        yield from _length("button title", reply.title, BUTTON_TITLE_CHARS_MAX, needed=True)
        yield from _length("button id", reply.id, BUTTON_ID_CHARS_MAX, needed=True)
    yield from _unique("buttons", "title", [reply.title for reply in replies])
    yield from _unique("buttons", "id", [reply.id for reply in replies])


def _list(action: Action) -> Iterator[str]:
    sections = action.sections or []
    yield from _length("list button", action.button, BUTTON_TITLE_CHARS_MAX, needed=True)
    yield from _sections(sections)
    rows = [row for section in sections for row in section.rows or []]
    if not 1 <= len(rows) <= ROWS_MAX:
        yield f"There are {len(rows)} rows, 1 to {ROWS_MAX} are allowed."
    for row in rows:
        yield from _length("row title", row.title, ROW_TITLE_CHARS_MAX, needed=True)
        yield from _length("row id", row.id, ROW_ID_CHARS_MAX, needed=True)
        yield from _length("row description", row.description, ROW_DESCRIPTION_CHARS_MAX)
    yield from _unique("rows", "title", [row.title for row in rows])
    yield from _unique("rows", "id", [row.id for row in rows])


def _sections(sections: Sequence[Section]) -> Iterator[str]:
    if len(sections) > SECTIONS_MAX:
        yield f"There are {len(sections)} sections, {SECTIONS_MAX} are allowed."
    for section in sections:
        # A single section may go without a title; several must be told apart.
        needed = len(sections) > 1
        yield from _length("section title", section.title, SECTION_TITLE_CHARS_MAX, needed=needed)


def _products(action: Action) -> Iterator[str]:
    sections = action.sections or []
    yield from _sections(sections)
    count = sum(len(section.product_items or []) for section in sections)
    if not 1 <= count <= PRODUCTS_MAX:
        yield f"There are {count} products, 1 to {PRODUCTS_MAX} are allowed."


def _link(action: Action) -> Iterator[str]:
    values: Json = action.parameters or {}
    yield from _length("label", _str(values, "display_text"), LINK_LABEL_CHARS_MAX, needed=True)
    url = _str(values, "url")
    yield from _length("address", url, URL_CHARS_MAX, needed=True)
    if url and not url.startswith(("https://", "http://")):
        yield "The address does not begin with http:// or https://."


def _flow(action: Action) -> Iterator[str]:
    values: Json = action.parameters or {}
    yield from _length("label", _str(values, "flow_cta"), FLOW_LABEL_CHARS_MAX, needed=True)
    if not (values.get("flow_id") or values.get("flow_name")):
        yield "The flow has neither an id nor a name."


def _str(values: Json, key: str) -> str | None:
    found: Any = values.get(key)
    return found if isinstance(found, str) else None


def _unique(things: str, name: str, values: Sequence[str]) -> Iterator[str]:
    if len(set(values)) != len(values):
        yield f"Two {things} have the same {name}."


_READERS: Final[dict[str, Callable[[SendRequest], Iterator[str]]]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "template": _template,
}
_ACTIONS: Final[dict[str, Callable[[Action], Iterator[str]]]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "flow": _flow,
    "product_list": _products,
}
