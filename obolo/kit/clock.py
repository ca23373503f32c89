"""The one clock of the house.

Everything that asks the time asks `now()`. In an installation with the simulator the clock can be
turned: the offset is a number of seconds in a small file that all processes look at. In production
no file is followed and `now()` is the time of the machine.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

_followed: Path | None = None
_seen: tuple[int, timedelta] = (0, timedelta())


def now() -> datetime:
    """The present moment, aware, in UTC."""
    real = datetime.now(UTC)  # noqa: TID251 - the only reading of the machine's clock
    return real + _offset() if _followed else real


def follow(path: Path | None) -> None:
    """From now on add the offset kept in `path` (seconds, as text); None follows nothing."""
    global _followed, _seen
    _followed, _seen = path, (0, timedelta())


def advance(by: timedelta) -> timedelta:
    """Turn the followed clock forward for every process that follows it; return the new offset.

    Raises ValueError when `by` is negative (time does not run backwards) or no file is followed.
    """
    if _followed is None:
        raise ValueError("This clock cannot be turned: no clock file is followed.")
    if by < timedelta():
        raise ValueError("The clock can only be turned forward.")
    offset = _offset() + by
    fresh = _followed.with_suffix(".new")
    fresh.write_text(str(offset.total_seconds()), encoding="ascii")
    fresh.replace(_followed)
    return offset


def _offset() -> timedelta:
    global _seen  # noqa: PLW0603 - a cache of one value
    assert _followed is not None
    try:
        changed_ns = os.stat(_followed).st_mtime_ns
    except FileNotFoundError:
        return timedelta()
    if changed_ns != _seen[0]:
        _seen = (changed_ns, timedelta(seconds=float(_followed.read_text(encoding="ascii"))))
    return _seen[1]
