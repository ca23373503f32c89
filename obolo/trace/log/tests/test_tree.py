"""The tree against the vectors everybody uses, and against its definition."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.trace.log import tree
from obolo.trace.log.errors import BadProof, NoSuchLeaf

INPUTS = [
    bytes.fromhex(told)
    for told in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def _hashes(count: int) -> list[bytes]:
    return [tree.leaf_hash(b"%d" % n) for n in range(count)]


def _defined(hashes: list[bytes]) -> bytes:
    """The root as RFC 9162 §2.1.1 defines it."""
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + _defined(hashes[:k]) + _defined(hashes[k:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_known_roots(size):
    hashes = [tree.leaf_hash(one) for one in INPUTS[:size]]
    assert tree.root(hashes).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("old", "size", "proof"),
    [
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_the_known_proofs_of_consistency(old, size, proof):
    hashes = [tree.leaf_hash(one) for one in INPUTS[:size]]
    made = tree.consistency(old, size, tree.nodes_of(hashes))
    assert [one.hex() for one in made] == proof


@given(st.integers(0, 300))
def test_the_growing_edge_is_the_definition(size):
    edge = tree.Frontier.of(_hashes(size))
    assert edge.root() == _defined(_hashes(size))
    assert tree.Frontier.restored(size, edge.packed()) == edge


def test_an_edge_of_another_size_is_refused():
    with pytest.raises(BadProof):
        tree.Frontier.restored(3, tree.Frontier.of(_hashes(4)).packed())


def test_every_leaf_of_every_small_tree_is_proven():
    for size in range(1, 40):
        hashes = _hashes(size)
        root = tree.root(hashes)
        for index in range(size):
            path = tree.inclusion(index, size, tree.nodes_of(hashes))
            tree.check_inclusion(hashes[index], index, size, path, root)


def test_every_small_tree_is_the_beginning_of_the_later_ones():
    for size in range(1, 40):
        hashes = _hashes(size)
        for old in range(size + 1):
            path = tree.consistency(old, size, tree.nodes_of(hashes))
            tree.check_consistency(old, size, path, tree.root(hashes[:old]), tree.root(hashes))


@given(st.integers(2, 200), st.data())
def test_a_wrong_proof_of_inclusion_fails(size, data):
    hashes = _hashes(size)
    root = tree.root(hashes)
    index = data.draw(st.integers(0, size - 1))
    path = tree.inclusion(index, size, tree.nodes_of(hashes))
    at = data.draw(st.integers(0, len(path) - 1))
    bent = [*path[:at], tree.leaf_hash(path[at]), *path[at + 1 :]]
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
    cases: list[tuple[Any, ...]] = [
        (hashes[index], index, size, bent, root),
        (hashes[index], index, size, path[:-1], root),
        (hashes[index], index, size, [*path, root], root),
        (hashes[other], index, size, path, root),
        (hashes[index], other, size, path, root),
        (hashes[index], size, size, path, root),
        (hashes[index], index, size, path, tree.leaf_hash(root)),
    ]
    for wrong in cases:
        with pytest.raises(BadProof):
            tree.check_inclusion(*wrong)


@given(st.integers(3, 200), st.data())
def test_a_wrong_proof_of_consistency_fails(size, data):
    hashes = _hashes(size)
    old = data.draw(st.integers(1, size - 1))
    path = tree.consistency(old, size, tree.nodes_of(hashes))
    roots = tree.root(hashes[:old]), tree.root(hashes)
    at = data.draw(st.integers(0, len(path) - 1))
    bent = [*path[:at], tree.leaf_hash(path[at]), *path[at + 1 :]]
    forked = tree.root([*hashes[: old - 1], tree.leaf_hash(b"another"), *hashes[old:]])
    cases: list[tuple[Any, ...]] = [
        (old, size, bent, *roots),
        (old, size, path[:-1], *roots),
        (old, size, [*path, roots[0]], *roots),
        (old, size, [], *roots),
        (old, size, path, roots[0], forked),
        (old, size, path, tree.leaf_hash(roots[0]), roots[1]),
        (size + 1, size, path, *roots),
        (size, size, path, roots[1], roots[1]),
        (size, size, [], roots[0], roots[1]),
        (0, size, [], roots[0], roots[1]),
    ]
    for wrong in cases:
        with pytest.raises(BadProof):
            tree.check_consistency(*wrong)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_there_has_no_proof(index, size):
    with pytest.raises(NoSuchLeaf):
        tree.inclusion(index, size, tree.nodes_of(_hashes(size)))


def test_a_longer_log_is_no_beginning():
    with pytest.raises(NoSuchLeaf):
        tree.consistency(4, 3, tree.nodes_of(_hashes(3)))
