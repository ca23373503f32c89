"""Proof files (c2sp.org/tlog-proof@v1), and what opens a gift inside a batch.

Pure. Owns the text of a proof. A gift's proof is an ordinary one; what its donor needs besides, the
body of the entry, the salt, the reference and the path through the sums, travels in the `extra`
field, which no signature covers: all of it is held against the entry. A gift whose cents lie on
two lines has one proof after the other in one file.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from obolo.trace.log import checkpoint, leaves, note, sumtree, tree
from obolo.trace.log.errors import BadNote, BadProof, SumTooLarge

HEADER: Final = "c2sp.org/tlog-proof@v1"
_INDEX_DIGITS_MAX: Final = 19


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry stands at `index` in the log of a checkpoint."""

    index: int
    path: tuple[bytes, ...]
    signed: str  # the checkpoint as a note
    extra: bytes = b""


@dataclass(frozen=True, slots=True)
class Share:
    """What opens one stretch of a gift's cents inside the batch of a leaf."""

    body: bytes
    sealed: sumtree.Sealed
    siblings: tuple[sumtree.Sum, ...]

    def extra(self) -> bytes:
        """The share as it travels in a proof: canonical JSON."""
        told = {
            "body": self.body.decode(),
            "position": self.sealed.position,
            "amount_minor": self.sealed.minor,
            "salt": self.sealed.salt.hex(),
            "reference": self.sealed.reference,
            "sums": [[one.hashed.hex(), one.minor] for one in self.siblings],
        }
        return leaves.canonical(told)


def write(proof: Proof) -> str:
    """The text of a proof file."""
    extra = [f"extra {base64.b64encode(proof.extra).decode()}"] if proof.extra else []
    path = [base64.b64encode(one).decode() for one in proof.path]
    return "\n".join([HEADER, *extra, f"index {proof.index}", *path, "", proof.signed])


def split(told: str) -> list[str]:
    """The proofs of a file that holds several, one after the other."""
    mark = f"\n{HEADER}\n"
    first, *others = told.split(mark)
    return [
        part + ("\n" if at < len(others) else "")
        for at, part in enumerate([first, *(mark[1:] + other for other in others)])
    ]


def parse(told: str) -> Proof:
    """Read one proof; raises BadProof, BadNote. Nothing is checked yet."""
    head, blank, signed = told.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != HEADER or not lines:
        raise BadProof("It is no proof file of the first version.")
    extra = b""
    if lines[0].startswith("extra "):
        extra = note.strict_base64(lines.pop(0)[len("extra ") :])
    word, _, digits = (lines.pop(0) if lines else "").partition(" ")
    plain = digits.isascii() and digits.isdigit() and len(digits) <= _INDEX_DIGITS_MAX
    if word != "index" or not plain or str(int(digits)) != digits:
        raise BadProof("It does not say which entry it proves.")
    path = tuple(note.strict_base64(line) for line in lines)
    if any(len(one) != tree.HASH_BYTES for one in path):
        raise BadProof("A hash has 32 bytes.")
    return Proof(int(digits), path, signed, extra)


def check(proof: Proof, entry: bytes, key: note.Key) -> checkpoint.Checkpoint:
    """The checkpoint in whose log the entry is, as the log's key says; raises BadProof, BadNote."""
    found = checkpoint.verify(proof.signed, key)
    tree.check_inclusion(tree.leaf_hash(entry), proof.index, found.size, proof.path, found.root)
    return found


def share_of(extra: bytes) -> Share:
    """Read what opens a gift; raises BadProof. Nothing is checked but its one spelling."""
    try:
        told = json.loads(extra)
        share = Share(
            told["body"].encode(),
            sumtree.Sealed(
                int(told["position"]),
                int(told["amount_minor"]),
                bytes.fromhex(told["salt"]),
                str(told["reference"]),
            ),
            tuple(sumtree.Sum(bytes.fromhex(h), int(minor)) for h, minor in told["sums"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadProof("What should open the gift cannot be read.") from None
    if share.extra() != extra:
        raise BadProof("What should open the gift is spelt in another way.")
    return share


def check_share(told: str, key: note.Key) -> tuple[str, int, int]:
    """The line and the numbers [lo, hi) that one proof gives a gift.

    Raises BadProof, BadNote, SumTooLarge.
    """
    proof = parse(told)
    share = share_of(proof.extra)
    check(proof, share.body, key)
    body: dict[str, Any] = json.loads(share.body)
    if body.get("kind") != "gifts":
        raise BadProof("The entry is no batch of gifts.")
    lo, hi = sumtree.check(
        share.sealed,
        share.siblings,
        root=bytes.fromhex(body["root"]),
        lo=body["lo"],
        hi=body["hi"],
    )
    return body["line"], lo, hi


def holds(told: str, key: note.Key) -> bool:
    """Do all proofs of a file hold?"""
    try:
        return bool([check_share(one, key) for one in split(told)])
    except (BadProof, BadNote, SumTooLarge):
        return False


def joined(proofs: Sequence[str]) -> str:
    """Several proofs in one file."""
    return "".join(proofs)
