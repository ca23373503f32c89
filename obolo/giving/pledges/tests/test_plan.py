"""Due days: no month left out, none twice, whatever is changed in between."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.giving.pledges import plan
from obolo.giving.pledges.plan import Terms

DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))
TERMS = st.builds(Terms, st.sampled_from(plan.RHYTHMS), st.integers(1, 31))


def months(due: date) -> int:
    return due.year * 12 + due.month


def take(count: int, first: date, terms: Terms) -> list[date]:
    days = plan.due_days(first, terms)
    return [next(days) for _ in range(count)]


def test_the_last_day_of_short_months():
    found = take(4, date(2027, 12, 31), Terms("monthly", 31))
    assert found == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31)]


@pytest.mark.parametrize(
    ("start", "day", "first"),
    [
        (date(2026, 11, 24), 24, date(2026, 11, 24)),
        (date(2026, 11, 24), 1, date(2026, 12, 1)),
        (date(2026, 11, 24), 30, date(2026, 11, 30)),
        (date(2027, 2, 28), 31, date(2027, 2, 28)),
        (date(2026, 12, 31), 30, date(2027, 1, 30)),
    ],
)
def test_the_first_due_day(start, day, first):
    assert plan.first_due(start, day) == first


@given(DAYS, TERMS)
def test_every_step_of_the_rhythm_has_one_due_day(first, terms):
    found = take(40, first, terms)
    step = plan.MONTHS[terms.rhythm]
    assert [months(d) - months(first) for d in found] == [step * n for n in range(40)]
    assert all(d == plan.day_in(d.year, d.month, terms.day) for d in found[1:])


@given(DAYS, st.lists(TERMS, min_size=1, max_size=12))
def test_changed_in_between_no_month_comes_twice_and_steps_are_those_of_the_new_terms(
    first, changes
):
    due = first
    for terms in changes:
        after = plan.next_due(due, terms)
        assert months(after) - months(due) == plan.MONTHS[terms.rhythm]
        due = after


@given(DAYS, TERMS, st.integers(0, 2_000))
def test_taken_up_late_it_goes_on_in_its_rhythm(previous, terms, days_later):
    not_before = previous + timedelta(days=days_later)
    due = plan.next_due(previous, terms, not_before)
    step = plan.MONTHS[terms.rhythm]
    assert due >= not_before
    assert (months(due) - months(previous)) % step == 0
    assert months(due) > months(previous)
    before = plan._in_months(due, -step, terms.day)
    assert before < not_before or months(before) <= months(previous)


@given(DAYS, st.integers(1, 31), DAYS)
def test_another_day_stays_in_its_month_and_never_lies_behind(due, day, today):
    found = plan.moved(due, day, today)
    assert found >= min(today, found)
    if today <= plan.day_in(due.year, due.month, 31):
        assert (found.year, found.month) == (due.year, due.month) or found == today
        assert found >= today or found == plan.day_in(due.year, due.month, day)


@pytest.mark.parametrize(
    ("paused", "until", "held"),
    [
        (False, None, False),
        (True, None, True),
        (True, date(2026, 12, 1), False),
        (True, date(2026, 12, 2), True),
    ],
)
def test_a_pause_ends_on_its_day(paused, until, held):
    assert plan.paused_on(date(2026, 12, 1), paused, until) is held


def test_what_is_long_past_is_let_go():
    assert not plan.too_late(date(2026, 12, 1), date(2026, 12, 15))
    assert plan.too_late(date(2026, 12, 1), date(2026, 12, 16))


@pytest.mark.parametrize(("rhythm", "day"), [("weekly", 1), ("monthly", 0), ("monthly", 32)])
def test_other_terms_there_are_not(rhythm, day):
    with pytest.raises(ValueError, match="day"):
        Terms(rhythm, day)
