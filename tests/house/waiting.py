"""Waiting for what another process does. Owns the patience of these tests, and its end."""

import time
from collections.abc import Callable
from typing import TypeVar

ANSWER_SECONDS = 5.0
LOOK_SECONDS = 0.05
T = TypeVar("T")


def until(look: Callable[[], T | None], what: str, seconds: float = ANSWER_SECONDS) -> T:
    """The first true thing `look` finds; fails naming `what` when the time is over."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(LOOK_SECONDS)
