"""JSON as strict as it should have been.

Owns: turning bytes into plain values or one sentence why not. Never: a meaning of the values.
Refuses what Python's reader would let pass or crash on: two equal keys (the last would win),
NaN and Infinity, 1e400, numbers of thousands of digits, nesting without end, UTF-16.
Source: RFC 8259; RFC 7493 (I-JSON) for equal keys.
"""

import json
import math
from typing import Any, Final

from obolo.gateways.messaging.whatsapp.errors import Unreadable

DEPTH_MAX: Final = 64  # real notices have about 15 levels; readers after this one may recurse
DIGITS_MAX: Final = 128  # a whole number longer than this is an attack on the reader, not a number


def parse(body: bytes) -> Any:
    """The value in `body` (UTF-8, with or without byte order mark).

    Raises Unreadable, and nothing else, with the reason.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"It is not UTF-8 (byte {error.start}).") from None
    if not text.strip():
        raise Unreadable("It is empty.")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"It is not JSON ({error.msg}, character {error.pos}).") from None
    except RecursionError:
        raise Unreadable("It is nested too deeply.") from None
    _refuse_depth(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Unreadable("One object names the same key twice.")
    return made


def _no_constant(name: str) -> float:
    raise Unreadable(f"{name} is not a JSON number.")


def _whole(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise Unreadable(f"A number has {len(digits)} digits.")
    return int(digits)


def _finite(digits: str) -> float:
    # Only coordinates and Meta's own statistics come as fractions; no amount of ours passes here.
    number = float(digits)
    if not math.isfinite(number):
        raise Unreadable("A number is too large.")
    return number


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_constant=_no_constant,
    parse_int=_whole,
    parse_float=_finite,
)


def _refuse_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEPTH_MAX:
            raise Unreadable("It is nested too deeply.")
        level = [
            inner
            for part in level
            if isinstance(part, dict | list)
            for inner in (part.values() if isinstance(part, dict) else part)
            if isinstance(inner, dict | list)
        ]
