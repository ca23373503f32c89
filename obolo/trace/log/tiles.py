"""Static tiles (c2sp.org/tlog-tiles): the log as files that any web server can hand out.

Pure but for `Folder`, which reads and writes one directory: each file appears whole or not at all.
Owns paths, bundles, which tiles a size has, and subtree hashes read back from tiles. Never signs.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from obolo.trace.log import tree
from obolo.trace.log.errors import BadProof, LeafTooLong, NoSuchLeaf

WIDTH: Final = 256
HEIGHT: Final = 8  # a tile spans this many levels of the tree
ENTRY_BYTES_MAX: Final = 65_535
CHECKPOINT: Final = "checkpoint"


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: its level (None for a bundle of entries), its place, how many items it holds."""

    level: int | None
    index: int
    width: int

    def path(self) -> str:
        """Where it lies below the log's prefix."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{index_path(self.index)}{partial}"


def index_path(index: int) -> str:
    """Groups of three digits, all but the last with an x: 1234067 is x001/x234/067."""
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03}")
    return "/".join(reversed(groups))


def tiles_of(size: int, *, after: int = 0) -> Iterator[Tile]:
    """The tiles of a log of `size` which one of size `after` had not, lower levels first.

    Bundles of entries are not among them: they are the tiles of level 0 once more.
    """
    level, now, before = 0, size, after
    while now:
        for index in range(before // WIDTH, -(-now // WIDTH)):
            width = min(WIDTH, now - index * WIDTH)
            if index * WIDTH + width > before:
                yield Tile(level, index, width)
        level, now, before = level + 1, now // WIDTH, before // WIDTH


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as a bundle: each with its length in two bytes; raises LeafTooLong."""
    told = []
    for entry in entries:
        if len(entry) > ENTRY_BYTES_MAX:
            raise LeafTooLong(f"This one has {len(entry)}.")
        told.append(len(entry).to_bytes(2, "big") + entry)
    return b"".join(told)


def unbundled(told: bytes) -> list[bytes]:
    """The entries of a bundle; raises BadProof when it is cut short."""
    entries, at = [], 0
    while at < len(told):
        end = at + 2 + int.from_bytes(told[at : at + 2], "big")
        if at + 2 > len(told) or end > len(told):
            raise BadProof("A bundle of entries is cut short.")
        entries.append(told[at + 2 : end])
        at = end
    return entries


@dataclass(frozen=True, slots=True)
class Folder:
    """A directory that holds the files of one log."""

    root: Path

    def read(self, path: str) -> bytes | None:
        """The file at a path below the log's prefix; None when there is none."""
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, path: str, content: bytes) -> None:
        """Put a file there at once: readers see the old one or the new one."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(fresh, 0o644)
        os.replace(fresh, target)

    def tile(self, wanted: Tile) -> bytes:
        """The content of a tile, taken from the whole one if it is there; raises NoSuchLeaf."""
        whole = self.read(Tile(wanted.level, wanted.index, WIDTH).path())
        content = whole if whole is not None else self.read(wanted.path())
        if content is None:
            raise NoSuchLeaf(f"{wanted.path()} is missing.")
        return content

    def drop_partials(self, of: Tile) -> None:
        """Take away the partial forms of a tile that is whole now."""
        parts = self.root / (Tile(of.level, of.index, WIDTH).path() + ".p")
        for part in parts.glob("*"):
            part.unlink()
        if parts.exists():
            parts.rmdir()


@dataclass(slots=True)
class Reader:
    """Subtree hashes of a log of `size`, read from its tiles; each tile is read once."""

    folder: Folder
    size: int
    _read: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def node(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree at `level` and `index`; raises NoSuchLeaf, BadProof."""
        tall, within = divmod(level, HEIGHT)
        start = index << within
        tile = self._tile(tall, start // WIDTH)
        at = start % WIDTH * tree.HASH_BYTES
        stretch = tile[at : at + (tree.HASH_BYTES << within)]
        if len(stretch) != tree.HASH_BYTES << within:
            raise BadProof(f"Tile {tall}/{start // WIDTH} is too short.")
        return tree.fold(hashes_of(stretch))

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self._read:
            width = min(WIDTH, (self.size >> (HEIGHT * level)) - index * WIDTH)
            self._read[level, index] = self.folder.tile(Tile(level, index, width))
        return self._read[level, index]


def hashes_of(told: bytes) -> list[bytes]:
    """The hashes in the content of a tile."""
    return [told[at : at + tree.HASH_BYTES] for at in range(0, len(told), tree.HASH_BYTES)]


def write_tiles(
    folder: Folder, size: int, after: int, leaves: Callable[[int, int], Sequence[bytes]]
) -> None:
    """Write all tiles and bundles that a log of `size` has and one of size `after` had not.

    `leaves(lo, hi)` gives the entries of that stretch. Raises NoSuchLeaf when a lower tile of the
    older log is missing.
    """
    for tile in tiles_of(size, after=after):
        if tile.level == 0:
            start = tile.index * WIDTH
            entries = leaves(start, start + tile.width)
            _put(folder, Tile(None, tile.index, tile.width), bundle(entries))
            hashes = [tree.leaf_hash(entry) for entry in entries]
        else:
            assert tile.level is not None
            below = range(tile.index * WIDTH, tile.index * WIDTH + tile.width)
            whole = [folder.tile(Tile(tile.level - 1, index, WIDTH)) for index in below]
            hashes = [tree.fold(hashes_of(content)) for content in whole]
        _put(folder, tile, b"".join(hashes))


def _put(folder: Folder, tile: Tile, content: bytes) -> None:
    folder.write(tile.path(), content)
    if tile.width == WIDTH:
        folder.drop_partials(tile)
