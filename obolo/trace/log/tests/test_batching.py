"""What is logged next: company for gifts, order on every line."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.trace.log.batching import BATCH_MAX, Batch, Minted, plan
from obolo.trace.log.leaves import Posting, Stretch, Taken

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
A, B = UUID(int=1), UUID(int=2)
FRESH, HOUR, DAY, WEEK = (timedelta(minutes=1), timedelta(hours=1), timedelta(1), timedelta(7))


def _gifts(line: UUID, count: int, *, lo: int = 0, age: timedelta = FRESH) -> list[Minted]:
    return [
        Minted(Stretch(line, at, at + 10), UUID(int=at + 9), UUID(int=at + 9), NOW - age)
        for at in range(lo, lo + count * 10, 10)
    ]


def _use(turn: int, line: UUID, lo: int, hi: int, minted: tuple[Stretch, ...] = ()) -> Posting:
    return Posting(
        entry_id=UUID(int=turn),
        turn=turn,
        kind="purchase",
        line_id=line,
        on=date(2026, 11, 24),
        posted_at=NOW,
        minted=minted,
        taken=(Taken("purchase", (Stretch(line, lo, hi),)),),
    )


def _planned(heads, waiting, postings, *, everything=False):
    return [
        (step.stretch.line_id, step.stretch.lo, step.stretch.hi)
        if isinstance(step, Batch)
        else step.turn
        for step in plan(heads, waiting, postings, NOW, everything=everything)
    ]


@pytest.mark.parametrize(
    ("count", "age", "closed"),
    [
        (7, HOUR, False),
        (8, HOUR, True),
        (8, HOUR - timedelta(seconds=1), False),
        (2, DAY, False),
        (3, DAY, True),
        (1, WEEK - timedelta(seconds=1), False),
        (1, WEEK, True),
    ],
)
def test_a_batch_waits_for_company(count, age, closed):
    found = _planned({}, {A: _gifts(A, count, age=age)}, [])
    assert found == ([(A, 0, count * 10)] if closed else [])


def test_everything_can_go_out_at_once():
    assert _planned({}, {A: _gifts(A, 1)}, [], everything=True) == [(A, 0, 10)]


def test_many_gifts_are_several_batches():
    found = _planned({}, {A: _gifts(A, BATCH_MAX + 1)}, [], everything=True)
    assert found == [(A, 0, BATCH_MAX * 10), (A, BATCH_MAX * 10, BATCH_MAX * 10 + 10)]


def test_a_purchase_of_logged_cents_goes_out_at_once():
    assert _planned({A: 100}, {A: _gifts(A, 2, lo=100)}, [_use(1, A, 0, 100)]) == [1]


def test_a_purchase_waits_for_the_gifts_it_used_and_holds_its_line():
    postings = [_use(1, A, 0, 15), _use(2, B, 0, 5), _use(3, A, 0, 5)]
    waiting = {A: _gifts(A, 2)}
    assert _planned({A: 10, B: 10}, waiting, postings[:2]) == [2]
    # The third uses logged cents only, yet comes after the first on the same line.
    assert _planned({A: 10, B: 10}, {A: _gifts(A, 2, lo=10)}, postings) == [2]
    found = _planned({A: 10, B: 10}, {A: _gifts(A, 2, lo=10)}, postings, everything=True)
    assert found == [(A, 10, 30), 1, 2, 3]


def test_cents_that_are_no_gift_are_logged_in_their_place():
    transfer = _use(1, A, 0, 10, minted=(Stretch(B, 20, 30),))
    waiting = {A: _gifts(A, 1), B: _gifts(B, 2) + _gifts(B, 1, lo=30)}
    found = _planned({}, waiting, [transfer], everything=True)
    assert found == [(A, 0, 10), (B, 0, 20), 1, (B, 30, 40)]


def test_cents_of_one_posting_follow_one_another():
    twice = _use(1, A, 0, 10, minted=(Stretch(B, 0, 5), Stretch(B, 5, 9)))
    assert _planned({A: 10}, {}, [twice]) == [1]
    gap = _use(1, A, 0, 10, minted=(Stretch(B, 0, 5), Stretch(B, 6, 9)))
    assert _planned({A: 10}, {}, [gap]) == []


@given(st.lists(st.tuples(st.sampled_from([A, B]), st.booleans(), st.integers(1, 30)), max_size=30))
def test_everything_that_was_posted_is_logged_once_and_in_order(steps):
    heads, used = {A: 0, B: 0}, {A: 0, B: 0}
    waiting: dict[UUID, list[Minted]] = {A: [], B: []}
    postings: list[Posting] = []
    for turn, (line, gift, minor) in enumerate(steps, 1):
        if gift:
            span = Stretch(line, heads[line], heads[line] + minor)
            waiting[line].append(Minted(span, UUID(int=turn), UUID(int=turn), NOW))
            heads[line] += minor
        elif heads[line] > used[line]:
            until = min(heads[line], used[line] + minor)
            postings.append(_use(turn, line, used[line], until))
            used[line] = until
    found = _planned({}, waiting, postings, everything=True)
    for line in (A, B):
        ends = [step[2] for step in found if isinstance(step, tuple) and step[0] == line]
        assert ends[-1:] == ([heads[line]] if waiting[line] else [])
        turns = [p.turn for p in postings if p.line_id == line]
        assert [step for step in found if step in turns] == turns
