"""A clock the tests may turn. Higher rooms import the fixture `clock` in their `conftest.py`."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from obolo.kit import clock as the_clock


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[Callable[..., timedelta]]:
    """`clock(hours=23)` turns the clock of the house forward; afterwards it is right again."""
    the_clock.follow(tmp_path / "clock")
    yield lambda **by: the_clock.advance(timedelta(**by))
    the_clock.follow(None)
