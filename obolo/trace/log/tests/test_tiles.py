"""Tiles: paths and widths of the standard, files whole or absent, hashes read back."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obolo.trace.log import tiles, tree
from obolo.trace.log.errors import BadProof, LeafTooLong, NoSuchLeaf
from obolo.trace.log.tiles import Folder, Reader, Tile


@pytest.mark.parametrize(
    ("index", "path"),
    [(0, "000"), (273, "273"), (1_000, "x001/000"), (1_234_067, "x001/x234/067")],
)
def test_paths_of_the_standard(index, path):
    assert tiles.index_path(index) == path


def test_the_tiles_of_seventy_thousand_entries():
    found = list(tiles.tiles_of(70_000))
    assert sum(t.level == 0 and t.width == 256 for t in found) == 273
    assert [t.path() for t in found if t.width != 256] == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert [t.path() for t in found if t.level == 1] == ["tile/1/000", "tile/1/001.p/17"]


@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_growing_writes_what_is_new_and_nothing_else(one, other):
    old, new = sorted((one, other))
    before, after = set(tiles.tiles_of(old)), set(tiles.tiles_of(new))
    grown = list(tiles.tiles_of(new, after=old))
    assert len(grown) == len(set(grown))
    assert set(grown) == after - before


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_come_back(entries):
    assert tiles.unbundled(tiles.bundle(entries)) == entries


def test_bundles_refuse_what_does_not_fit():
    with pytest.raises(LeafTooLong):
        tiles.bundle([bytes(65_536)])
    whole = tiles.bundle([b"abc"])
    for cut in (1, 2, 4):
        with pytest.raises(BadProof):
            tiles.unbundled(whole[:cut])


def _entries(lo: int, hi: int) -> list[bytes]:
    return [b"entry %d" % n for n in range(lo, hi)]


@settings(max_examples=15, deadline=None)
@given(steps=st.lists(st.integers(1, 700), min_size=1, max_size=4), data=st.data())
def test_a_log_that_grew_in_steps_proves_every_entry(tmp_path_factory, steps, data):
    folder, size = Folder(tmp_path_factory.mktemp("log")), 0
    for step in steps:
        tiles.write_tiles(folder, size + step, size, _entries)
        size += step
    hashes = [tree.leaf_hash(entry) for entry in _entries(0, size)]
    root = tree.root(hashes)
    for _ in range(5):
        index = data.draw(st.integers(0, size - 1))
        path = tree.inclusion(index, size, Reader(folder, size).node)
        tree.check_inclusion(hashes[index], index, size, path, root)
        old = data.draw(st.integers(0, size))
        path = tree.consistency(old, size, Reader(folder, size).node)
        tree.check_consistency(old, size, path, tree.root(hashes[:old]), root)


def test_partial_forms_go_when_the_tile_is_whole(tmp_path):
    folder = Folder(tmp_path)
    tiles.write_tiles(folder, 255, 0, _entries)
    assert folder.read("tile/0/000.p/255") is not None
    tiles.write_tiles(folder, 300, 255, _entries)
    assert folder.read("tile/0/000.p/255") is None
    assert len(folder.read("tile/0/000") or b"") == 8_192
    # The older log is read from the whole tile.
    assert len(folder.tile(Tile(0, 0, 255))) == 8_192
    assert Reader(folder, 255).node(0, 0) == tree.leaf_hash(b"entry 0")


def test_a_missing_or_short_tile_is_named(tmp_path):
    folder = Folder(tmp_path)
    tiles.write_tiles(folder, 300, 0, _entries)
    (tmp_path / "tile/0/001.p/44").write_bytes(bytes(64))
    with pytest.raises(BadProof, match="Tile 0/1"):
        Reader(folder, 300).node(0, 290)
    (tmp_path / "tile/0/000").unlink()
    with pytest.raises(NoSuchLeaf, match="tile/0/000"):
        Reader(folder, 300).node(0, 0)


def test_a_file_is_replaced_whole(tmp_path):
    folder = Folder(tmp_path)
    folder.write("checkpoint", b"old")
    folder.write("checkpoint", b"new")
    assert folder.read("checkpoint") == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint"]


def test_a_tile_of_level_one_holds_roots_of_whole_tiles(tmp_path):
    folder = Folder(tmp_path)
    tiles.write_tiles(folder, 512, 0, _entries)
    low = [tree.leaf_hash(entry) for entry in _entries(256, 512)]
    assert folder.tile(Tile(1, 0, 2))[32:] == tree.root(low)
    assert hashlib.sha256(b"").digest() == tree.EMPTY_ROOT
