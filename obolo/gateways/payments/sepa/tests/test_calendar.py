"""The days on which banks work, and the days by which donors and banks must be told."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.gateways.payments.sepa import calendar

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)),
     (2027, date(2027, 3, 28)), (2038, date(2038, 4, 25)), (2285, date(2285, 3, 22))],
)  # fmt: skip
def test_easter(year, sunday):
    assert calendar.easter(year) == sunday


@pytest.mark.parametrize(
    "closed",
    ["2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25", "2027-12-26",
     "2026-11-21", "2026-11-22"],
)  # fmt: skip
def test_banks_are_closed(closed):
    assert not calendar.is_working_day(date.fromisoformat(closed))


@pytest.mark.parametrize("open_day", ["2026-04-02", "2026-04-07", "2026-06-02", "2026-12-24"])
def test_banks_work_even_on_national_holidays(open_day):
    assert calendar.is_working_day(date.fromisoformat(open_day))


@given(DAYS, st.integers(0, 10))
def test_working_days_are_counted_and_found(day, count):
    before = calendar.working_days_before(day, count)
    between = [before + timedelta(n) for n in range((day - before).days)]
    assert sum(calendar.is_working_day(one) for one in between) == count
    assert calendar.is_working_day(calendar.working_day_from(day))


@given(DAYS, DAYS, st.integers(1, 20), st.integers(1, 3))
def test_no_debit_before_the_donor_was_told_and_the_bank_had_the_file(wanted, told, agreed, days):
    due = calendar.first_due_day(wanted, told, agreed, days)
    assert calendar.is_working_day(due)
    assert due >= wanted
    assert calendar.announce_by(due, agreed) >= told
    assert calendar.hand_in_by(due, days) >= told


def test_fourteen_days_unless_agreed_otherwise():
    assert calendar.announce_by(date(2026, 12, 15)) == date(2026, 12, 1)
    assert calendar.announce_by(date(2026, 12, 15), 2) == date(2026, 12, 13)
    with pytest.raises(ValueError, match="at least one day"):
        calendar.announce_by(date(2026, 12, 15), 0)
