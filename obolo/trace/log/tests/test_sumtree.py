"""The sums inside a batch: every donor finds their own numbers, nobody can be shown another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.trace.log import sumtree
from obolo.trace.log.errors import BadProof, SumTooLarge
from obolo.trace.log.sumtree import Sealed, Sum

AMOUNTS = st.lists(st.integers(1, 10_000), min_size=1, max_size=40)


def _batch(amounts: list[int]) -> tuple[list[Sum], list[Sealed]]:
    nodes = [sumtree.zero() for _ in range(sumtree.width_for(len(amounts)))]
    gifts = []
    for number, (at, minor) in enumerate(zip(sumtree.places(len(amounts)), amounts, strict=True)):
        gift = Sealed(at, minor, bytes([number]) * 32, f"payment {number}")
        committed = sumtree.commitment(gift.salt, gift.reference)
        nodes[at] = sumtree.leaf(minor, gift.salt, committed)
        gifts.append(gift)
    return nodes, gifts


@given(AMOUNTS, st.integers(0, 10**9))
def test_the_numbers_of_all_gifts_tile_the_batch_in_order(amounts, lo):
    nodes, gifts = _batch(amounts)
    root = sumtree.rows(nodes)[-1][0]
    hi = lo + sum(amounts)
    assert root.minor == sum(amounts)
    at = lo
    for gift in gifts:
        path = sumtree.path(nodes, gift.position)
        assert sumtree.check(gift, path, root=root.hashed, lo=lo, hi=hi) == (at, at + gift.minor)
        at += gift.minor
    assert at == hi


@given(AMOUNTS, st.data())
def test_nothing_about_a_gift_can_be_told_otherwise(amounts, data):
    nodes, gifts = _batch(amounts)
    root = sumtree.rows(nodes)[-1][0]
    gift = data.draw(st.sampled_from(gifts))
    path = sumtree.path(nodes, gift.position)
    at = data.draw(st.integers(0, len(path) - 1))
    # What is taken from a neighbour and given to the gift leaves the total as it was.
    moved = [*path]
    moved[at] = Sum(path[at].hashed, path[at].minor + 1)
    wrong = [
        (Sealed(gift.position, gift.minor + 1, gift.salt, gift.reference), path),
        (Sealed(gift.position, gift.minor - 1, gift.salt, gift.reference), moved),
        (Sealed(gift.position ^ 1, gift.minor, gift.salt, gift.reference), path),
        (Sealed(gift.position + len(nodes), gift.minor, gift.salt, gift.reference), path),
        (Sealed(gift.position, gift.minor, bytes(32)[:-1] + b"\xff", gift.reference), path),
        (Sealed(gift.position, gift.minor, gift.salt, "payment of another"), path),
        (gift, moved),
        (gift, path[:-1]),
        (gift, [*path, sumtree.zero()]),
    ]
    for told, siblings in wrong:
        with pytest.raises(BadProof):
            sumtree.check(told, siblings, root=root.hashed, lo=0, hi=sum(amounts))


def test_a_root_that_sums_to_another_batch_is_refused():
    nodes, gifts = _batch([5, 7])
    root = sumtree.rows(nodes)[-1][0]
    path = sumtree.path(nodes, gifts[0].position)
    with pytest.raises(BadProof, match="numbers 13 cents and holds 12"):
        sumtree.check(gifts[0], path, root=root.hashed, lo=0, hi=13)


def test_both_sums_are_hashed_apart():
    """Hashing only the total would let cents move from one side to the other."""
    left, right = Sum(b"l" * 32, 3), Sum(b"r" * 32, 4)
    other = sumtree.node(Sum(b"l" * 32, 4), Sum(b"r" * 32, 3))
    assert sumtree.node(left, right).minor == other.minor
    assert sumtree.node(left, right).hashed != other.hashed


def test_sums_beyond_63_bits_are_refused():
    most = Sum(b"l" * 32, sumtree.SUM_MAX)
    assert sumtree.node(most, Sum(b"r" * 32, 0)).minor == sumtree.SUM_MAX
    with pytest.raises(SumTooLarge):
        sumtree.node(most, Sum(b"r" * 32, 1))
    with pytest.raises(SumTooLarge):
        sumtree.node(Sum(b"l" * 32, -1), Sum(b"r" * 32, 1))
    with pytest.raises(SumTooLarge):
        sumtree.leaf(-1, bytes(32), bytes(32))
    with pytest.raises(SumTooLarge):
        sumtree.leaf(1, bytes(31), bytes(32))


@pytest.mark.parametrize(
    ("count", "width"), [(1, 8), (6, 8), (7, 8), (8, 16), (100, 128), (1_024, 2_048)]
)
def test_there_is_room_for_zeros(count, width):
    assert sumtree.width_for(count) == width
    assert len(set(sumtree.places(count))) == count
    assert width > count


@given(AMOUNTS)
def test_leaves_come_back_as_they_were_kept(amounts):
    nodes, _ = _batch(amounts)
    assert sumtree.unpacked(sumtree.packed(nodes)) == nodes
