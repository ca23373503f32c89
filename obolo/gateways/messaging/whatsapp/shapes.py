"""Small questions about pieces of somebody else's JSON, none of which can raise by surprise.

Owns: text, ids, times, phone numbers and errors out of values of any type.
Never: the envelope or what a message means. Source: Cloud API webhook reference; business-scoped
user ids are `CC.xxx` or `CC.ENT.xxx`.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

from obolo.gateways.messaging.whatsapp.facts import Fault, Json

EARLIEST: Final = datetime(2009, 1, 1, tzinfo=UTC)  # WhatsApp began in 2009
LATEST: Final = datetime(2101, 1, 1, tzinfo=UTC)
_EARLIEST_S: Final = int(EARLIEST.timestamp())
_LATEST_S: Final = int(LATEST.timestamp())
_ID: Final = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,512}")
_SECONDS: Final = re.compile(r"-?[0-9]{1,40}")
_USER_ID: Final = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE: Final = re.compile(r"[0-9]{1,20}")
_PHONE_DRESSING: Final = str.maketrans("", "", "+ -().")


class Odd(Exception):
    """A piece cannot be read; the message is the reason. Never leaves this package."""


def text_of(value: Any) -> str | None:
    """The string, or None for anything else."""
    return value if isinstance(value, str) else None


def dict_of(value: Any) -> Json:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def dict_or_none(value: Any) -> Json | None:
    """The object, or None."""
    return value if isinstance(value, dict) else None


def dicts_in(value: Any) -> list[Json]:
    """The objects of a list; other things in it are passed over."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def id_of(value: Any) -> str | None:
    """An id any table can hold: 1 to 512 visible characters; whole numbers become text."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def needed_id(piece: Json, key: str) -> str:
    """The id under `key`; raises Odd when there is none."""
    found = id_of(piece.get(key))
    if found is None:
        raise Odd(f"`{key}` is missing or not an id.")
    return found


def needed_dict(piece: Json, key: str) -> Json:
    """The object under `key`; raises Odd when there is none."""
    found = piece.get(key)
    if not isinstance(found, dict):
        raise Odd(f"`{key}` is missing or not an object.")
    return found


def needed_text(piece: Json, key: str) -> str:
    """The string under `key`; raises Odd when there is none."""
    found = piece.get(key)
    if not isinstance(found, str):
        raise Odd(f"`{key}` is missing or not text.")
    return found


def moment(value: Any) -> tuple[datetime | None, str | None]:
    """The time of a Unix timestamp in seconds (text or number), or None and what is wrong.

    Only 2009 to 2100 is believed: the arrival time is better than a wrong year.
    """
    if value is None or value == "":
        return None, "missing"
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _SECONDS.fullmatch(text):
        return None, "not a number of seconds"
    seconds = int(text)
    if seconds < _EARLIEST_S:
        return None, "before 2009"
    if seconds < _LATEST_S:
        return datetime.fromtimestamp(seconds, UTC), None
    if _EARLIEST_S <= seconds // 1000 < _LATEST_S:
        return None, "looks like milliseconds"
    return None, "after 2100"


def user_id_of(value: Any) -> str | None:
    """The value when it has the form of a business-scoped user id."""
    return value if isinstance(value, str) and _USER_ID.fullmatch(value) else None


def is_parent_id(user_id: str) -> bool:
    """Whether a business-scoped id is the one shared by a group of businesses."""
    return user_id[2:7] == ".ENT."


def phone_of(value: Any) -> str | None:
    """Digits of a phone number, without `+` and separators; None when it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    bare = value.translate(_PHONE_DRESSING)
    return bare if _PHONE.fullmatch(bare) else None


def faults_in(value: Any) -> tuple[Fault, ...]:
    """Meta's error objects in a list, in order."""
    return tuple(fault_of(part) for part in dicts_in(value))


def fault_of(piece: Json) -> Fault:
    """One error object; the details are the useful text, the message repeats the title."""
    code = piece.get("code")
    if isinstance(code, str) and re.fullmatch(r"[0-9]{1,9}", code):
        code = int(code)
    return Fault(
        code=code if isinstance(code, int) and not isinstance(code, bool) else None,
        title=text_of(piece.get("title")) or text_of(piece.get("message")),
        details=text_of(dict_of(piece.get("error_data")).get("details")),
    )
