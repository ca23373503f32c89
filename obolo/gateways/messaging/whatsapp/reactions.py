"""What to do about an error code.

Owns: the table in `error_codes.toml` and looking it up. Never: doing it.
Source: Cloud API error codes; a code that is not in the table goes to staff, it is never retried
blindly.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal, get_args

Reaction = Literal[
    "retry_later", "slow_down", "pause_number", "tell_staff", "opt_out", "give_up", "use_template"
]
REACTIONS: Final[tuple[Reaction, ...]] = get_args(Reaction)


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """The codes `first` to `last` mean the same and get the same reaction."""

    first: int
    last: int
    meaning: str
    reaction: Reaction


UNLISTED: Final = ErrorCode(0, 0, "A code WhatsApp has added since this was written.", "tell_staff")


def look_up(code: int | None) -> ErrorCode:
    """The narrowest line of the table that holds `code`; `UNLISTED` when none does."""
    if code is None:
        return UNLISTED
    holding = [line for line in table() if line.first <= code <= line.last]
    return min(holding, key=lambda line: line.last - line.first, default=UNLISTED)


def without_code(http_status: int) -> Reaction:
    """The reaction to a refusal that carries no code: something between us and WhatsApp spoke."""
    if http_status == 429:
        return "slow_down"
    if http_status in (401, 403):
        return "pause_number"
    return "retry_later" if http_status == 408 else "tell_staff"


@cache
def table() -> tuple[ErrorCode, ...]:
    """All lines of the table, in its order."""
    file = resources.files(__package__ or "").joinpath("error_codes.toml")
    lines = tomllib.loads(file.read_text(encoding="utf-8"))["codes"]
    return tuple(ErrorCode(**line) for line in lines)
