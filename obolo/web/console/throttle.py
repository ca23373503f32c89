"""Slowing down whoever guesses passwords.

Counts failures per e-mail and network address in this process. Owns nothing that outlives it: a
restart forgets, and a guesser still needs years.
"""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

FAILURES_MAX = 5
WITHIN = timedelta(minutes=15)
KEYS_MAX = 10_000  # the oldest are forgotten first, so that memory stays bounded

Key = tuple[str, ...]


class Throttle:
    """Failures by key; safe to use from several threads."""

    def __init__(self) -> None:
        self._failures: OrderedDict[Key, list[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def must_wait(self, key: Key, at: datetime) -> bool:
        """Were there too many failures lately?"""
        with self._lock:
            return len(self._recent(key, at)) >= FAILURES_MAX

    def failed(self, key: Key, at: datetime) -> None:
        """Note one failure."""
        with self._lock:
            self._failures[key] = [*self._recent(key, at), at]
            self._failures.move_to_end(key)
            while len(self._failures) > KEYS_MAX:
                self._failures.popitem(last=False)

    def succeeded(self, key: Key) -> None:
        """The right password: earlier slips are forgotten."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: Key, at: datetime) -> list[datetime]:
        return [one for one in self._failures.get(key, []) if at - one < WITHIN]
