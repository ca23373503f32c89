"""The gate as a table, and what it never lets through."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.conversations.gate import Facts, Go, Refused, decide, window_open
from obolo.people.models import Purpose

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OPEN_FOR = timedelta(hours=23, minutes=55)
FACTS = Facts(
    purpose=Purpose.SERVICE,
    agreed=True,
    last_in_at=NOW - timedelta(hours=1),
    has_address=True,
    has_template=True,
    now=NOW,
)


def _ago(**by: int) -> datetime:
    return NOW - timedelta(**by)


TABLE = [
    ("in the window", {}, Go()),
    ("in the window without a template", {"has_template": False}, Go()),
    ("just now", {"last_in_at": NOW}, Go()),
    ("the provider's clock is ahead", {"last_in_at": _ago(minutes=-3)}, Go()),
    ("a second before the margin", {"last_in_at": NOW - OPEN_FOR + timedelta(seconds=1)}, Go()),
    ("at the margin", {"last_in_at": NOW - OPEN_FOR}, Go(as_template=True)),
    ("at 24 hours", {"last_in_at": _ago(hours=24)}, Go(as_template=True)),
    ("never wrote", {"last_in_at": None}, Go(as_template=True)),
    ("window closed, no template", {"last_in_at": _ago(days=2), "has_template": False}, "24 hours"),
    ("never wrote, no template", {"last_in_at": None, "has_template": False}, "24 hours"),
    ("did not agree", {"agreed": False}, "did not agree"),
    ("did not agree to appeals", {"agreed": False, "purpose": Purpose.APPEAL}, "asks or promotes"),
    ("no address", {"has_address": False}, "no WhatsApp address"),
    ("neither", {"has_address": False, "agreed": False}, "no WhatsApp address"),
]


@pytest.mark.parametrize(("case", "other", "verdict"), TABLE, ids=lambda x: str(x)[:40])
def test_the_table(case, other, verdict):
    found = decide(replace(FACTS, **other))
    if isinstance(verdict, Go):
        assert found == verdict
    else:
        assert isinstance(found, Refused)
        assert verdict in found.because


ANY_FACTS = st.builds(
    Facts,
    purpose=st.sampled_from(Purpose),
    agreed=st.booleans(),
    last_in_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    has_address=st.booleans(),
    has_template=st.booleans(),
    now=st.datetimes(timezones=st.just(UTC)),
)


@given(ANY_FACTS)
def test_nothing_goes_without_agreement_address_or_an_open_way(facts):
    found = decide(facts)
    may = facts.agreed and facts.has_address
    is_open = window_open(facts.last_in_at, facts.now)
    assert isinstance(found, Go) == (may and (is_open or facts.has_template))
    if isinstance(found, Go):
        assert found.as_template == (not is_open)
    else:
        assert found.because
