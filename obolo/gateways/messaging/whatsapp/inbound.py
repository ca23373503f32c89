"""A notice's bytes to facts.

Owns: the envelope: every entry, every change, every list in it; one odd piece hides no other.
Never: signatures, storing, meaning of a single piece (see `messages` and `accounts`).
Source: Cloud API webhooks: a POST may carry up to 1,000 updates, in any order, more than once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from obolo.gateways.messaging.whatsapp import accounts, messages, strict_json
from obolo.gateways.messaging.whatsapp.errors import Unreadable
from obolo.gateways.messaging.whatsapp.facts import (
    AccountNotice,
    Common,
    Fact,
    Json,
    Message,
    Unknown,
)
from obolo.gateways.messaging.whatsapp.senders import Contacts
from obolo.gateways.messaging.whatsapp.shapes import Odd, dict_of, id_of, moment, text_of

OBJECT: Final = "whatsapp_business_account"
ACCOUNT_FIELDS: Final = frozenset(
    {
        "account_alerts",
        "account_review_update",
        "account_update",
        "business_capability_update",
        "calls",
        "flows",
        "history",
        "partner_solutions",
        "payment_configuration_update",
        "phone_number_name_update",
        "phone_number_quality_update",
        "phone_number_username_update",
        "security",
        "smb_app_state_sync",
        "user_id_update",
    }
)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one notice says, in its order; `unknown` counts what was kept but not understood."""

    facts: tuple[Fact, ...]
    unknown: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where we are in the body, and what the envelope says about everything in it."""

    common: Common
    path: str
    contacts: Contacts
    display_phone: str | None

    def unknown(self, reason: str, raw: Any, inside: str = "") -> Unknown:
        return Unknown(**self.common, reason=reason, where=self.path + inside, raw=raw)


def read_notice(body: bytes) -> Reading:
    """The facts in the raw `body` of an authentic notice.

    Raises Unreadable (and nothing else) when the whole is not a WhatsApp notice; an odd piece
    inside one becomes an `Unknown` fact.
    """
    facts = tuple(
        fact
        for number, entry in enumerate(_entries(strict_json.parse(body)))
        for fact in _entry_facts(entry, f"entry[{number}]")
    )
    return Reading(facts=facts, unknown=sum(map(_is_unknown, facts)))


def _entries(notice: Any) -> list[Any]:
    if not isinstance(notice, dict):
        raise Unreadable(f"It is {_name_of(notice)}, not an object.")
    about = notice.get("object")
    if about != OBJECT:
        named = repr(about[:60]) if isinstance(about, str) else _name_of(about)
        raise Unreadable(f"Its object is {named}, not {OBJECT}.")
    entries = notice.get("entry")
    if not isinstance(entries, list) or not entries:
        raise Unreadable("It has no list of entries.")
    return entries


def _entry_facts(entry: Any, path: str) -> Iterator[Fact]:
    waba_id = id_of(dict_of(entry).get("id"))
    entry_time, _ = moment(dict_of(entry).get("time"))
    common = Common(field=None, number_id=None, waba_id=waba_id, entry_time=entry_time)
    nowhere = Contacts([], one_writer=False)
    changes = dict_of(entry).get("changes")
    if not isinstance(changes, list) or not changes:
        place = _Place(common, path, nowhere, None)
        yield place.unknown("The entry has no list of changes.", entry)
        return
    for number, change in enumerate(changes):
        yield from _change_facts(change, common, f"{path}.changes[{number}]")


def _change_facts(change: Any, common: Common, path: str) -> Iterator[Fact]:
    value = dict_of(change).get("value")
    metadata = dict_of(dict_of(value).get("metadata"))
    here = Common(
        field=id_of(dict_of(change).get("field")),
        number_id=id_of(metadata.get("phone_number_id")),
        waba_id=common["waba_id"],
        entry_time=common["entry_time"],
    )
    contacts = Contacts.of(dict_of(value))
    place = _Place(here, path, contacts, text_of(metadata.get("display_phone_number")))
    if not isinstance(value, dict):
        yield place.unknown("The change has no value.", change)
        return
    facts = [fact for name in _lists_in(here["field"], value) for fact in _each(value, name, place)]
    yield from facts or [_single(value, place)]


def _lists_in(field: str | None, value: Json) -> list[str]:
    # `calls` and `flows` have their own `statuses` and `errors`, which are not ours to read.
    skipped = {"statuses", "errors"} if field in ACCOUNT_FIELDS else set()
    return [name for name in _LISTS if name in value and name not in skipped]


def _each(value: Json, name: str, place: _Place) -> Iterator[Fact]:
    pieces = value[name]
    if not isinstance(pieces, list):
        yield place.unknown(f"`{name}` is not a list.", pieces, f".value.{name}")
        return
    for number, piece in enumerate(pieces):
        inside = f".value.{name}[{number}]"
        if not isinstance(piece, dict):
            yield place.unknown(f"It is {_name_of(piece)}, not an object.", piece, inside)
            continue
        try:
            yield _LISTS[name](piece, place)
        except Odd as odd:
            yield place.unknown(str(odd), piece, inside)


def _single(value: Json, place: _Place) -> Fact:
    """A value without lists: a template, or something about the account."""
    field = place.common["field"]
    try:
        if accounts.is_template(value):
            return accounts.read_template(value, common=place.common)
    except Odd as odd:
        return place.unknown(str(odd), value)
    if field in ACCOUNT_FIELDS and value:
        return AccountNotice(**place.common, content=value)
    if field is None:
        return place.unknown("The change does not name its field.", value)
    if field == "messages":
        return place.unknown("There is nothing we know in it.", value)
    return place.unknown(f"The field {field!r} is not known.", value)


def _message(piece: Json, place: _Place) -> Fact:
    return messages.read_message(
        piece, common=place.common, contacts=place.contacts, display_phone=place.display_phone
    )


_LISTS: Final[dict[str, Callable[[Json, _Place], Fact]]] = {
    "messages": _message,
    "message_echoes": lambda piece, place: messages.read_echo(piece, common=place.common),
    "statuses": lambda piece, place: accounts.read_status(
        piece, common=place.common, contacts=place.contacts
    ),
    "user_preferences": lambda piece, place: accounts.read_preference(
        piece, common=place.common, contacts=place.contacts
    ),
    "groups": lambda piece, place: accounts.read_group(piece, common=place.common),
    "user_id_update": lambda piece, place: accounts.read_user_id_update(piece, common=place.common),
    "errors": lambda piece, place: accounts.read_fault(piece, common=place.common),
}


def _is_unknown(fact: Fact) -> bool:
    return isinstance(fact, Unknown) or (isinstance(fact, Message) and fact.unknown_kind)


def _name_of(value: Any) -> str:
    if value is None:
        return "null"
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return names.get(type(value), "a number")
