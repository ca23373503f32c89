"""The pure parts, against slow and obvious versions of themselves."""

from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.kit.money import Money
from obolo.ledger.postings import cash_legs, split_gift
from obolo.ledger.replay import Movement, Told, replay
from obolo.ledger.spans import Span, gaps, lowest

LINE = UUID(int=1)
flags = st.lists(st.booleans(), max_size=40)


def _runs(used: list[bool]) -> list[tuple[int, int]]:
    """Stretches of True, some of them split in two."""
    numbers = [n for n, flag in enumerate(used) if flag]
    return [(n, n + 1) for n in numbers]


@given(flags, st.integers(0, 5))
def test_gaps_are_the_numbers_not_used(used, extra):
    head = len(used) + extra
    free = list(gaps(_runs(used), start=0, head=head))
    assert [n for lo, hi in free for n in range(lo, hi)] == [
        n for n in range(head) if n >= len(used) or not used[n]
    ]
    assert all(hi < lo for (_, hi), (lo, _) in pairwise(free))


@given(flags, st.integers(0, 50))
def test_the_lowest_free_numbers_are_taken(used, wanted):
    free = list(gaps(_runs(used), start=0, head=len(used)))
    taken, missing = lowest(free, wanted)
    all_free = [n for n, flag in enumerate(used) if not flag]
    assert [n for lo, hi in taken for n in range(lo, hi)] == all_free[:wanted]
    assert missing == max(0, wanted - len(all_free))


@given(st.lists(st.integers(-20, 20).filter(bool), max_size=30))
def test_a_replay_hands_out_every_cent_once_in_order(amounts):
    balance, movements = 0, []
    for amount in amounts:
        if amount <= balance:
            balance -= amount
            movements.append(Movement(LINE, uuid4(), amount))
    told = list(replay(movements))
    minted = [n for t in told if t.what == "minted" for n in range(t.lo, t.hi)]
    used = [n for t in told if t.what == "used" for n in range(t.lo, t.hi)]
    assert minted == list(range(len(minted)))
    assert used == list(range(len(minted) - balance))


def test_a_replay_joins_neighbours_and_keeps_lines_apart():
    a, b, c, other = uuid4(), uuid4(), uuid4(), UUID(int=2)
    journal = [(LINE, a, -5), (other, a, -2), (LINE, b, -5), (LINE, c, 7), (other, c, 1)]
    told = list(replay(Movement(*leg) for leg in journal))
    assert told[-2:] == [Told("used", LINE, c, 0, 7), Told("used", other, c, 0, 1)]


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(0, 600)), max_size=30),
    st.integers(0, 10_000),
)
def test_the_split_is_exact_and_the_legs_balance(gifts, bps):
    total_minor = overhead_minor = 0
    for gross_minor, fee_minor in gifts:
        gross, fee = Money(gross_minor, "EUR"), Money(fee_minor, "EUR")
        split = split_gift(gross=gross, fee=fee, overhead_bps=bps, gifted_minor=total_minor)
        assert sum(minor for _, minor in cash_legs(gross, fee)) == split.net_minor
        assert abs(split.overhead_minor * 10_000 - split.net_minor * bps) < 10_000
        assert split.restricted_minor >= 0
        total_minor += split.net_minor
        overhead_minor += split.overhead_minor
    assert overhead_minor == total_minor * bps // 10_000


def test_a_span_knows_its_length():
    assert Span(LINE, 3, 10).minor == 7


@pytest.mark.parametrize(("gross", "fee", "legs"), [(5, 0, 1), (5, 5, 2), (5, 1, 3), (5, 9, 3)])
def test_no_leg_is_zero(gross, fee, legs):
    told = cash_legs(Money(gross, "EUR"), Money(fee, "EUR"))
    assert len(told) == legs
    assert all(minor for _, minor in told)
