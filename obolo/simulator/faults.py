"""Faults on request: what goes wrong, and how often.

Owns the names and limits of the faults and the sequence of the dice. Never: carrying them out.
"""

import random
from dataclasses import asdict, dataclass, field
from typing import Any

from obolo.simulator.errors import Refused

REORDER_WINDOW = 4
_LIMITS = {
    "duplicate": 20,
    "reorder": 1000,
    "batch": 1000,
    "delay": 3600,
    "drop_answers": 1_000_000,
    "payment_duplicate": 20,
}
# Failures that the real service reports by a status webhook after having accepted the message.
_BY_STATUS = frozenset({130472, 131026, 131047, 131049, 131050, 131053})
_TITLES = {
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    131000: "Something went wrong",
    131016: "Service unavailable",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131049: "This message was not delivered to maintain healthy ecosystem engagement.",
    131050: "User stopped marketing messages",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132001: "Template name does not exist in the translation",
    132015: "Template is paused",
    132016: "Template is disabled",
}
_HTTP = {190: 401, 4: 429, 80007: 429, 130429: 429, 131056: 429, 1: 500, 2: 500, 131000: 500}


@dataclass(slots=True)
class Faults:
    """The faults that are switched on. Zero, False and None mean: off."""

    duplicate: int = 0  # extra copies of each webhook
    reorder: int = 0  # webhooks are shuffled within a window of so many
    batch: int = 0  # so many updates merged in one POST
    delay: float = 0  # seconds before a webhook is posted
    error: dict[str, Any] | None = None  # {"code", "times", "mode"}
    drop_answers: int = 0  # Graph answers to be lost after the message was accepted
    payment_duplicate: int = 0
    payment_silent: bool = False
    dice: random.Random = field(default_factory=lambda: random.Random(0), repr=False)

    def set(self, wanted: dict[str, Any]) -> None:
        """Switch faults as asked; `{}` and `{"clear": true}` switch all off. Raises Refused."""
        if not wanted or wanted.get("clear") is True:
            self._clear()
        known = [*_LIMITS, "error", "payment_silent", "clear"]
        for name in wanted:
            if name not in known:
                raise Refused(f"There is no fault {name!r}; known are: {', '.join(known)}.")
        checked = {name: _checked(name, value) for name, value in wanted.items()}
        for name, value in checked.items():
            if name != "clear":
                setattr(self, name, value)

    def _clear(self) -> None:
        fresh = Faults()
        for name in (*self.shown(), "dice"):
            setattr(self, name, getattr(fresh, name))

    def shown(self) -> dict[str, Any]:
        """All faults with their values, for the control API."""
        return {name: value for name, value in asdict(self).items() if name != "dice"}

    def next_error(self, mode: str) -> dict[str, Any] | None:
        """The error to inject now by `mode` ("sync" or "status"), counted down; or None."""
        if self.error is None or self.error["mode"] != mode:
            return None
        error, left = self.error, self.error["times"] - 1
        self.error = error | {"times": left} if left > 0 else None
        return described(error["code"], "This failure was asked for in the simulator.")

    def drops_answer(self) -> bool:
        """Whether the answer to be given now is lost on its way; counted down."""
        if self.drop_answers <= 0:
            return False
        self.drop_answers -= 1
        return True


def described(code: int, details: str) -> dict[str, Any]:
    """An error object with the title of `code`."""
    return {"code": code, "title": _TITLES.get(code, "Simulated error"), "details": details}


def http_status(code: int) -> int:
    """The HTTP status that goes with a synchronous error."""
    return _HTTP.get(code, 400)


def _checked(name: str, value: Any) -> Any:
    if name in ("clear", "payment_silent"):
        if type(value) is not bool:
            raise Refused(f"The fault {name!r} is true or false.")
        return value
    if name == "error":
        return _checked_error(value)
    if name == "reorder" and type(value) is bool:
        return REORDER_WINDOW if value else 0
    number = type(value) is int or (name == "delay" and type(value) is float)
    if not number or not 0 <= value <= _LIMITS[name]:
        raise Refused(f"The fault {name!r} is a number from 0 to {_LIMITS[name]}.")
    return value


def _checked_error(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or type(value.get("code")) is not int:
        raise Refused('The fault "error" is an object such as {"code": 131026, "times": 1}.')
    times = value.get("times", 1)
    mode = value.get("mode", "status" if value["code"] in _BY_STATUS else "sync")
    if type(times) is not int or times < 1 or mode not in ("sync", "status"):
        raise Refused('In the fault "error", times is 1 or more and mode is "sync" or "status".')
    return {"code": value["code"], "times": times, "mode": mode}
