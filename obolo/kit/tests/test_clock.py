"""The clock is right unless it follows a file, and it only goes forward."""

from datetime import UTC, datetime, timedelta

import pytest

from obolo.kit import clock as the_clock
from obolo.kit.clock import advance, follow, now

NEAR = timedelta(seconds=5)


def _real() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the machine's clock is what is compared with


def test_it_is_aware_and_right():
    assert now().tzinfo is UTC
    assert abs(now() - _real()) < NEAR


def test_it_is_turned_forward_and_turns_add_up(clock):
    assert clock(days=3) == timedelta(days=3)
    assert clock(hours=1) == timedelta(days=3, hours=1)
    assert abs(now() - _real() - timedelta(days=3, hours=1)) < NEAR


def test_other_processes_see_the_turned_clock(clock, monkeypatch):
    """Another process knows nothing but the file."""
    clock(days=2)
    monkeypatch.setattr(the_clock, "_seen", (0, timedelta()))
    assert now() - _real() > timedelta(days=1)


def test_it_does_not_go_back(clock):
    clock(days=1)
    with pytest.raises(ValueError, match="forward"):
        clock(seconds=-1)
    assert now() > _real() + timedelta(hours=23)
    assert clock(seconds=0) == timedelta(days=1)


def test_a_clock_that_follows_nothing_cannot_be_turned(tmp_path):
    follow(None)
    with pytest.raises(ValueError, match="no clock file"):
        advance(timedelta(seconds=1))


def test_a_missing_file_is_no_offset(tmp_path):
    follow(tmp_path / "nothing here")
    try:
        assert abs(now() - _real()) < NEAR
    finally:
        follow(None)
