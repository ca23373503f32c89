"""The bodies of `POST /{version}/{phone-number-id}/messages`, as models.

Owns: reading any published request body and giving the same JSON back. Never: limits and sense
(see `limits`), building bodies (see `outbound`). Keys we do not know are kept: Meta adds some often
and its own schemas are incomplete.
Source: Cloud API messages reference and its published examples.
"""

from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from obolo.gateways.messaging.whatsapp.errors import NotARequest
from obolo.gateways.messaging.whatsapp.facts import Json

Number: TypeAlias = int | float | str  # Meta takes coordinates and indexes in both forms


class _Shape(BaseModel):
    # strict: "true" is not true and 5 is not "5", so that what comes out is what went in.
    model_config = ConfigDict(extra="allow", strict=True, frozen=True)


class Text(_Shape):
    """`text`: up to 4,096 characters; the first link is previewed when asked."""

    body: str
    preview_url: bool | None = None


class MediaFile(_Shape):
    """`image`, `audio`, `video`, `document`, `sticker`: an uploaded id or a public link."""

    id: str | None = None
    link: str | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool | None = None


class Location(_Shape):
    """`location`: decimal degrees."""

    latitude: Number
    longitude: Number
    name: str | None = None
    address: str | None = None


class ContactName(_Shape):
    """The one obligatory part of a contact card."""

    formatted_name: str


class Contact(_Shape):
    """One card of `contacts`; phones, addresses and the rest are passed on as they are."""

    name: ContactName
    phones: list[Json] | None = None
    birthday: str | None = None


class Reaction(_Shape):
    """`reaction`: an empty emoji takes the reaction back."""

    message_id: str
    emoji: str


class Words(_Shape):
    """A body or a footer."""

    text: str


class Header(_Shape):
    """A header: text or one media file."""

    type: str
    text: str | None = None
    image: MediaFile | None = None
    video: MediaFile | None = None
    document: MediaFile | None = None


class Reply(_Shape):
    """What a reply button says and what comes back when it is tapped."""

    id: str
    title: str


class Button(_Shape):
    """A reply button."""

    type: str
    reply: Reply | None = None


class Row(_Shape):
    """One choice of a list."""

    id: str
    title: str
    description: str | None = None


class Section(_Shape):
    """A part of a list: rows, or products."""

    title: str | None = None
    rows: list[Row] | None = None
    product_items: list[Json] | None = None


class Action(_Shape):
    """What can be tapped; which keys are there depends on the kind of interactive message."""

    name: str | None = None
    button: str | None = None
    buttons: list[Button] | None = None
    sections: list[Section] | None = None
    catalog_id: str | None = None
    product_retailer_id: str | None = None
    parameters: Json | None = None


class Interactive(_Shape):
    """`interactive`: button, list, cta_url, flow, location_request_message, product…"""

    type: str
    header: Header | None = None
    body: Words | None = None
    footer: Words | None = None
    action: Action | None = None


class Language(_Shape):
    """The language a template is sent in."""

    code: str
    policy: str | None = None


class Parameter(_Shape):
    """One value put into a template; Meta's samples even put true and false into `text`."""

    type: str
    text: str | bool | int | float | None = None
    parameter_name: str | None = None
    payload: str | None = None
    currency: Json | None = None
    date_time: Json | None = None
    image: MediaFile | None = None
    video: MediaFile | None = None
    document: MediaFile | None = None
    action: Json | None = None


class Component(_Shape):
    """A header, body or button of a template with its values."""

    type: str
    sub_type: str | None = None
    index: int | str | None = None
    parameters: list[Parameter] | None = None


class Template(_Shape):
    """`template`: an approved text by name, filled in."""

    name: str
    language: Language
    components: list[Component] | None = None


class Context(_Shape):
    """The message this one quotes."""

    message_id: str


class SendRequest(_Shape):
    """A message to send. `to` is a phone or a group, `recipient` a business-scoped user id."""

    messaging_product: Literal["whatsapp"]
    recipient_type: str | None = None
    to: str | int | None = None
    recipient: str | None = None
    type: str | None = None
    context: Context | None = None
    biz_opaque_callback_data: str | None = None
    text: Text | None = None
    image: MediaFile | None = None
    audio: MediaFile | None = None
    video: MediaFile | None = None
    document: MediaFile | None = None
    sticker: MediaFile | None = None
    location: Location | None = None
    contacts: list[Contact] | None = None
    reaction: Reaction | None = None
    interactive: Interactive | None = None
    template: Template | None = None

    @property
    def kind(self) -> str:
        """The type; when it is left out, the body that is there, or text."""
        if self.type is not None:
            return self.type
        return next((kind for kind in KINDS if getattr(self, kind) is not None), "text")


class ReadReceipt(_Shape):
    """Marks a message, and those before it, as read; may show "typing" for up to 25 seconds."""

    messaging_product: Literal["whatsapp"]
    status: Literal["read"]
    message_id: str
    typing_indicator: Json | None = None


KINDS: Final = (
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "template",
)


def read_request(data: Json) -> SendRequest | ReadReceipt:
    """The request in `data`; `as_body` gives the same JSON back.

    Raises NotARequest with one plain sentence for each wrong place. Whether WhatsApp would take it
    is another question: `limits.problems`.
    """
    shape = ReadReceipt if "status" in data else SendRequest
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise NotARequest(sorted({_sentence(dict(one)) for one in error.errors()})) from None


def as_body(request: SendRequest | ReadReceipt) -> Json:
    """The JSON of a request, equal in meaning to what was read."""
    return request.model_dump(exclude_unset=True)


def _sentence(error: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"]) or "the body"
    return f"{place}: {error['msg']}."
