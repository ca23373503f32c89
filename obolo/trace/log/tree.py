"""The Merkle tree of RFC 9162 §2.1 over SHA-256: roots, inclusion and consistency proofs.

Pure. Owns the hashing, the growing edge of the tree (`Frontier`: appending and the root cost
O(log n)), the making of proofs from stored subtree hashes, and their checking. Never knows what a
leaf says. A lone node is promoted, never doubled.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from obolo.trace.log.errors import BadProof, NoSuchLeaf

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

# Gives the hash of the complete subtree `(level, index)`: the leaves from index * 2**level on,
# 2**level of them.
Nodes = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 0x00 and the entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, however many."""
    return Frontier.of(hashes).root()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root of a complete subtree; the number of hashes must be a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


@dataclass(slots=True)
class Frontier:
    """The growing edge: the roots of the complete subtrees a tree of `size` is made of."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)  # widest first

    @classmethod
    def of(cls, hashes: Iterable[bytes]) -> "Frontier":
        """The edge of the tree over these leaf hashes."""
        edge = cls()
        for one in hashes:
            edge.append(one)
        return edge

    @classmethod
    def restored(cls, size: int, kept: bytes) -> "Frontier":
        """The edge as `packed` kept it; raises BadProof when it cannot belong to `size`."""
        peaks = [kept[at : at + HASH_BYTES] for at in range(0, len(kept), HASH_BYTES)]
        if len(kept) != size.bit_count() * HASH_BYTES:
            raise BadProof(f"The edge of a tree of {size} has {size.bit_count()} hashes.")
        return cls(size, peaks)

    def packed(self) -> bytes:
        """The edge in bytes, to be kept beside the size."""
        return b"".join(self.peaks)

    def append(self, hashed: bytes) -> None:
        """Add the hash of the next leaf."""
        carried = self.size
        while carried & 1:
            hashed = node_hash(self.peaks.pop(), hashed)
            carried >>= 1
        self.peaks.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self.peaks:
            return EMPTY_ROOT
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node_hash(peak, found)
        return found


def nodes_of(hashes: Sequence[bytes]) -> Nodes:
    """Subtree hashes computed from leaf hashes in memory: for tests and small trees."""
    return lambda level, index: fold(hashes[index << level : (index + 1) << level])


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that leaf `index` is in the tree of `size`, its sibling first (§2.1.3.1).

    Raises NoSuchLeaf.
    """
    if not 0 <= index < size:
        raise NoSuchLeaf(f"Entry {index} of {size}.")
    path = []
    lo, hi = 0, size
    while hi - lo > 1:
        middle = lo + _split(hi - lo)
        if index < middle:
            path.append(_stretch(middle, hi, nodes))
            hi = middle
        else:
            path.append(_stretch(lo, middle, nodes))
            lo = middle
    return path[::-1]


def consistency(old_size: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that the tree of `old_size` is the beginning of that of `size` (§2.1.4.1).

    Empty for an empty old tree and for the same tree. Raises NoSuchLeaf.
    """
    if not 0 <= old_size <= size:
        raise NoSuchLeaf(f"A tree of {old_size} is no beginning of one of {size}.")
    if old_size in (0, size):
        return []
    path = []
    lo, hi = 0, size
    while old_size != hi:
        middle = lo + _split(hi - lo)
        if old_size <= middle:
            path.append(_stretch(middle, hi, nodes))
            hi = middle
        else:
            path.append(_stretch(lo, middle, nodes))
            lo = middle
    # The old tree ends with this subtree; it is named unless it is the old tree itself.
    if lo:
        path.append(_stretch(lo, hi, nodes))
    return path[::-1]


def check_inclusion(
    hashed: bytes, index: int, size: int, path: Sequence[bytes], against: bytes
) -> None:
    """Hold a proof of inclusion against a root (§2.1.3.2); raises BadProof."""
    if not 0 <= index < size:
        raise BadProof(f"Entry {index} cannot be in a tree of {size}.")
    at, last = index, size - 1
    for sibling in path:
        if last == 0:
            raise BadProof("The path is too long.")
        if at & 1 or at == last:
            hashed = node_hash(sibling, hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = node_hash(hashed, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise BadProof("The path is too short.")
    if hashed != against:
        raise BadProof(f"Entry {index} is not what the root of {size} was made from.")


def check_consistency(
    old_size: int, size: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Hold a proof of consistency against two roots (§2.1.4.2); raises BadProof."""
    if not 0 <= old_size <= size:
        raise BadProof(f"The log shrank from {old_size} to {size}.")
    if old_size in (0, size):
        if path:
            raise BadProof("Nothing was to be proven, yet there is a path.")
        if old_root != (new_root if old_size == size else EMPTY_ROOT):
            raise BadProof(f"Two different trees of {old_size}.")
        return
    rest = list(path)
    if old_size & (old_size - 1) == 0:
        rest.insert(0, old_root)
    if not rest:
        raise BadProof("The path is too short.")
    if _replayed(old_size, size, rest) != (old_root, new_root):
        raise BadProof(f"The tree of {old_size} is not the beginning of the tree of {size}.")


def _replayed(old_size: int, size: int, rest: list[bytes]) -> tuple[bytes, bytes]:
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            raise BadProof("The path is too long.")
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise BadProof("The path is too short.")
    return old, new


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def _stretch(lo: int, hi: int, nodes: Nodes) -> bytes:
    """The root of the leaves [lo, hi), where `lo` begins a subtree that is wide enough."""
    parts = []
    while lo < hi:
        level = (hi - lo).bit_length() - 1
        parts.append(nodes(level, lo >> level))
        lo += 1 << level
    found = parts[-1]
    for part in reversed(parts[:-1]):
        found = node_hash(part, found)
    return found
