"""The pure parts, against slow and obvious versions of themselves."""

from dataclasses import replace
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.ledger.descent import Hop
from obolo.ledger.postings import cash_legs, split_gift
from obolo.ledger.replay import Movement, Posting, Told, replay
from obolo.ledger.spans import Span, clipped, gaps, highest, join, lowest, without

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


def _posting(line_id: UUID, amount: int, what: str = "", source: UUID | None = None) -> Posting:
    kind = "gift" if amount < 0 else "purchase"
    movements = (Movement(line_id, amount, what),)
    return Posting(uuid4(), kind, line_id, source or uuid4(), movements)


@given(st.lists(st.integers(-20, 20).filter(bool), max_size=30))
def test_a_replay_hands_out_every_cent_once_in_order(amounts):
    balance, postings = 0, []
    for amount in amounts:
        if amount <= balance:
            balance -= amount
            postings.append(_posting(LINE, amount))
    told = replay(postings)
    minted = [n for t in told if t.what == "minted" for n in range(t.lo, t.hi)]
    used = [n for t in told if t.what == "used" for n in range(t.lo, t.hi)]
    assert minted == list(range(len(minted)))
    assert used == list(range(len(minted) - balance))


def test_a_replay_joins_neighbours_and_keeps_lines_apart():
    other = UUID(int=2)
    journal = [_posting(at, n) for at, n in [(LINE, -5), (other, -2), (LINE, -5), (LINE, 7)]]
    journal.append(_posting(other, 1))
    told = replay(journal)
    assert told[-2:] == [
        Told("used", LINE, journal[3].entry_id, 0, 7, "live"),
        Told("used", other, journal[4].entry_id, 0, 1, "live"),
    ]


def test_a_replay_frees_the_highest_numbers_and_spends_them_again():
    bought = uuid4()
    back = Posting(
        uuid4(), "supplier_refund", LINE, bought, (Movement(LINE, -2, "supplier_refund"),)
    )
    journal = [_posting(LINE, -9), _posting(LINE, 5, "purchase", bought), back, _posting(LINE, 3)]
    used = [(t.lo, t.hi, t.about) for t in replay(journal) if t.what == "used"]
    assert used == [(0, 5, str(back.entry_id)), (0, 3, "live"), (3, 6, "live")]


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=8).map(
    lambda told: join(sorted({(lo, lo + 1) for at, size in told for lo in range(at, at + size)}))
)


def _numbers(pairs: list[tuple[int, int]]) -> set[int]:
    return {n for lo, hi in pairs for n in range(lo, hi)}


@given(spans, spans, st.integers(0, 80))
def test_spans_are_sets_of_numbers(some, others, wanted):
    assert _numbers(without(some, others)) == _numbers(some) - _numbers(others)
    assert _numbers(clipped(some, others)) == _numbers(some) & _numbers(others)
    taken, missing = highest(some, wanted)
    assert _numbers(taken) == set(sorted(_numbers(some), reverse=True)[:wanted])
    assert missing == max(0, wanted - len(_numbers(some)))
    assert taken == sorted(taken, reverse=True)


def _hop(n: int, m: int, before: int = 0, size: int | None = None, to_lo: int = 100) -> Hop:
    size = n - before if size is None else size
    return Hop("conversion", uuid4(), now(), LINE, 10, 10 + size, LINE, to_lo, before, n, m)


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_a_conversion_maps_parts_without_gap_or_overlap(n, m, data):
    """Every part of n cents has its place among m; all parts together are exactly m (§6.4)."""
    cuts = sorted(data.draw(st.sets(st.integers(10, 9 + n), max_size=6)) | {10, 10 + n})
    hop = _hop(n, m)
    ends = [hop.onward(at) for at in cuts]
    assert (ends[0], ends[-1]) == (100, 100 + m)
    assert ends == sorted(ends)
    for (a, b), (lo, hi) in zip(pairwise(cuts), pairwise(ends), strict=True):
        assert abs((hi - lo) * n - (b - a) * m) < n


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_a_conversion_split_over_rows_is_the_same_map(n, m, data):
    """A use of several ranges has a row for each: together they map as one."""
    cut = data.draw(st.integers(0, n - 1))
    whole = _hop(n, m)
    at = 100 + cut * m // n
    rest = replace(whole, from_lo=10 + cut, to_lo=at, before=cut)
    for x in range(10 + cut, 11 + n):
        assert rest.onward(x) == whole.onward(x)


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_the_way_back_finds_every_cent_that_reaches_in(n, m, data):
    hop = _hop(n, m)
    lo = data.draw(st.integers(100, 99 + m))
    hi = data.draw(st.integers(lo + 1, 100 + m))
    a, b = hop.back(lo, hi)
    for x in range(10, 10 + n):
        reaches = (
            hop.onward(x) < hi and hop.onward(x + 1) > lo and hop.onward(x + 1) > hop.onward(x)
        )
        assert not reaches or a <= x < b


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
