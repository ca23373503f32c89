"""The sums inside a batch of gifts: a Merkle-sum tree whose leaves only their donors can open.

Pure. Source: traceability §6.6. A leaf hashes 0x10, the amount, a 32-byte salt and a commitment to
something the donor knows as theirs alone (their payment's reference); a node hashes 0x11 and, each
apart, the hash and the sum of both children. The sum to the left of a gift gives its numbers, so
that two donors cannot be shown the same cents.

Gifts keep the order of their numbers: a path must lead to the very numbers the ledger gave, which a
shuffle would break. Instead leaves of zero are scattered among them at random, so that nobody can
tell how many gifts a neighbouring subtree holds. Without its salt a leaf says nothing.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from obolo.trace.log.errors import BadProof, SumTooLarge

SALT_BYTES: Final = 32
SUM_MAX: Final = 2**63 - 1
LEAVES_MIN: Final = 8


@dataclass(frozen=True, slots=True)
class Sum:
    """A node: its hash, and the minor units below it."""

    hashed: bytes
    minor: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """The place of a gift in the tree, with all that opens it."""

    position: int
    minor: int
    salt: bytes
    reference: str


def commitment(salt: bytes, reference: str) -> bytes:
    """What binds a leaf to its donor: SHA-256 of the salt and the reference in UTF-8."""
    return hashlib.sha256(salt + reference.encode()).digest()


def leaf(minor: int, salt: bytes, committed: bytes) -> Sum:
    """The leaf of one gift; raises SumTooLarge for what is no amount."""
    if not 0 <= minor <= SUM_MAX or len(salt) != SALT_BYTES or len(committed) != SALT_BYTES:
        raise SumTooLarge(f"An amount of {minor}, a salt of {len(salt)} bytes.")
    told = b"\x10" + minor.to_bytes(8, "big") + salt + committed
    return Sum(hashlib.sha256(told).digest(), minor)


def node(left: Sum, right: Sum) -> Sum:
    """The parent of two nodes; raises SumTooLarge."""
    minor = left.minor + right.minor
    if left.minor < 0 or right.minor < 0 or minor > SUM_MAX:
        raise SumTooLarge(f"{left.minor} and {right.minor}.")
    sides = [s.hashed + s.minor.to_bytes(8, "big") for s in (left, right)]
    return Sum(hashlib.sha256(b"\x11" + sides[0] + sides[1]).digest(), minor)


def width_for(count: int) -> int:
    """How many leaves a batch of `count` gifts gets: a power of two with room for zeros."""
    return max(LEAVES_MIN, 1 << (count + count // 4 - 1).bit_length())


def places(count: int) -> tuple[int, ...]:
    """Random places, ascending, for `count` gifts among the leaves; the others are zeros."""
    dice = secrets.SystemRandom()
    return tuple(sorted(dice.sample(range(width_for(count)), count)))


def zero() -> Sum:
    """A leaf of nothing that looks like any other; its salt is forgotten at once."""
    return leaf(0, secrets.token_bytes(SALT_BYTES), secrets.token_bytes(SALT_BYTES))


def rows(leaves: Sequence[Sum]) -> list[list[Sum]]:
    """All rows of the tree, the leaves first; their number must be a power of two."""
    found = [list(leaves)]
    while len(found[-1]) > 1:
        row = found[-1]
        found.append([node(row[at], row[at + 1]) for at in range(0, len(row), 2)])
    return found


def path(leaves: Sequence[Sum], position: int) -> list[Sum]:
    """The siblings from a leaf up to the root, the leaf's own first."""
    return [row[(position >> level) ^ 1] for level, row in enumerate(rows(leaves)[:-1])]


def opened(gift: Sealed, siblings: Sequence[Sum]) -> tuple[Sum, int]:
    """The root this gift and its path lead to, and the minor units left of the gift.

    Raises BadProof, SumTooLarge.
    """
    if not 0 <= gift.position < 1 << len(siblings):
        raise BadProof("The place is outside the batch.")
    at, before = gift.position, 0
    found = leaf(gift.minor, gift.salt, commitment(gift.salt, gift.reference))
    for sibling in siblings:
        if at & 1:
            found, before = node(sibling, found), before + sibling.minor
        else:
            found = node(found, sibling)
        at >>= 1
    return found, before


def check(
    gift: Sealed, siblings: Sequence[Sum], *, root: bytes, lo: int, hi: int
) -> tuple[int, int]:
    """The numbers [lo, hi) of the gift inside the batch [lo, hi) with that root.

    Raises BadProof, SumTooLarge.
    """
    found, before = opened(gift, siblings)
    if found.hashed != root:
        raise BadProof("This gift is not what the batch was made from.")
    if found.minor != hi - lo:
        raise BadProof(f"The batch numbers {hi - lo} cents and holds {found.minor}.")
    return lo + before, lo + before + gift.minor


def packed(leaves: Sequence[Sum]) -> bytes:
    """The leaves in bytes, to be kept: hash and amount of each."""
    return b"".join(one.hashed + one.minor.to_bytes(8, "big") for one in leaves)


def unpacked(kept: bytes) -> list[Sum]:
    """The leaves as `packed` kept them."""
    return [
        Sum(kept[at : at + 32], int.from_bytes(kept[at + 32 : at + 40], "big"))
        for at in range(0, len(kept), 40)
    ]
