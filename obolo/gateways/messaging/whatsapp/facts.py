"""What a notice says, as plain frozen facts.

Owns: the shapes the rest of the house reads instead of Meta's JSON, and their JSON form.
Never: reading JSON (see `inbound`), storing. Text is as it came: NUL and lone surrogates included;
rooms that store or show it use `obolo.kit.text.shown`. Ids are 1 to 512 visible characters.
Source: Cloud API webhook reference (messages, statuses, account and template fields).
"""

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, TypedDict

Json: TypeAlias = dict[str, Any]


class Common(TypedDict):
    """What every fact carries from its envelope."""

    field: str | None
    number_id: str | None
    waba_id: str | None
    entry_time: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """The addresses of one person in this channel; each may be missing.

    `user_id` and `parent_user_id` are business-scoped ids, `phone` is digits without `+`.
    """

    user_id: str | None = None
    parent_user_id: str | None = None
    phone: str | None = None
    username: str | None = None
    profile_name: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is any address to answer to."""
        return bool(self.user_id or self.parent_user_id or self.phone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """A file that came with a message; `url` lives minutes, the id seven days."""

    media_id: str
    mime_type: str | None = None
    sha256: str | None = None
    filename: str | None = None
    url: str | None = None
    voice: bool = False
    animated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One error object of Meta's; `code` is looked up in `reactions`."""

    code: int | None = None
    title: str | None = None
    details: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing a notice says; `field` is Meta's name of the change it came in."""

    field: str | None
    number_id: str | None
    waba_id: str | None
    entry_time: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Message(Fact):
    """Somebody wrote. `text` is the words meant, whatever the kind; `tap_id` the button tapped.

    `about_id` is the message this one reacts to, edits or revokes; `reply_to` the one it quotes.
    `sent_at` is None when `time_flag` says what is wrong with the time. `unknown_kind` marks a kind
    Meta added after this was written: kept whole in `content`.
    """

    message_id: str
    display_phone: str | None = None
    sender: Identity
    sent_at: datetime | None
    time_flag: str | None = None
    kind: str
    text: str | None = None
    tap_id: str | None = None
    reply_to: str | None = None
    about_id: str | None = None
    media: Media | None = None
    forwarded: bool = False
    referral: Json | None = None
    product: Json | None = None
    group_id: str | None = None
    errors: tuple[Fault, ...] = ()
    unknown_kind: bool = False
    content: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Echo(Fact):
    """The organisation wrote from its own phone app: not a message from a person."""

    message_id: str
    recipient: Identity
    sent_at: datetime | None
    time_flag: str | None = None
    kind: str
    text: str | None = None
    about_id: str | None = None
    media: Media | None = None
    content: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Status(Fact):
    """What became of a message we sent: sent, delivered, read, failed, played, deleted, warning…

    `opaque` is our own `biz_opaque_callback_data`. In a group `group_id` is set and the recipient
    is the participant.
    """

    message_id: str
    state: str
    at: datetime | None
    time_flag: str | None = None
    recipient: Identity
    errors: tuple[Fault, ...] = ()
    pricing: Json | None = None
    conversation: Json | None = None
    opaque: str | None = None
    group_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberChanged(Fact):
    """A person moved to another phone number."""

    message_id: str
    old: Identity
    new: Identity
    at: datetime | None
    time_flag: str | None = None
    text: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UserIdChanged(Fact):
    """A person's business-scoped id is another one now; `message_id` may be missing."""

    message_id: str | None = None
    old: Identity
    new: Identity
    at: datetime | None
    time_flag: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Preference(Fact):
    """A person told WhatsApp itself: `value` is stop, resume or signup."""

    person: Identity
    category: str | None
    value: str
    at: datetime | None
    time_flag: str | None = None
    detail: str | None = None
    signup_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TemplateChanged(Fact):
    """A template's `change` (status, quality, category, components) is now `state`."""

    template_id: str | None
    name: str | None
    language: str | None
    change: str
    state: str | None
    previous: str | None = None
    reason: str | None = None
    content: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountNotice(Fact):
    """Something about the account, the number or the business; `field` names it."""

    content: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupChanged(Fact):
    """A group was made, changed or lost people; `group_id` is missing when making it failed."""

    group_id: str | None
    change: str
    at: datetime | None
    time_flag: str | None = None
    request_id: str | None = None
    errors: tuple[Fault, ...] = ()
    content: Json = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelFault(Fact):
    """WhatsApp reports an error of the channel itself, not of one message."""

    fault: Fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown(Fact):
    """A piece we could not read: `reason` for staff, `where` in the body, `raw` as it came."""

    reason: str
    where: str
    raw: Any


_NAMES: dict[type[Fact], str] = {
    Message: "message",
    Echo: "echo",
    Status: "status",
    NumberChanged: "number_changed",
    UserIdChanged: "user_id_changed",
    Preference: "preference",
    TemplateChanged: "template_changed",
    AccountNotice: "account_notice",
    GroupChanged: "group_changed",
    ChannelFault: "channel_fault",
    Unknown: "unknown",
}


def as_json(fact: Fact) -> Json:
    """The fact as a plain dict: first `fact` (its name), ISO 8601 times, nothing empty of ours.

    What Meta sent (`content`, `raw`, `pricing`…) is kept as it is, nulls included.
    """
    return {"fact": _NAMES[type(fact)], **_plain(fact)}


def _plain(thing: Any) -> Any:
    if dataclasses.is_dataclass(thing):
        named = ((f.name, getattr(thing, f.name)) for f in dataclasses.fields(thing))
        return {name: _plain(value) for name, value in named if value not in (None, (), {})}
    if isinstance(thing, datetime):
        return thing.isoformat()
    if isinstance(thing, tuple):
        return [_plain(part) for part in thing]
    return thing
