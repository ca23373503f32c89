"""Small logs with everything in them, and the one-file verifier as an outsider runs it."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import obolo.trace
from obolo.causes.tests.cast import buy, invoice, photo, well
from obolo.giving.tests.cast import paid
from obolo.organisations.wall import current_id
from obolo.people.tests.cast import anna, emma
from obolo.trace import proofs, publishing
from obolo.trace.log import checkpoint, leaves, proof, sumtree, tiles, tree
from obolo.trace.log.tests.cast import LOG
from obolo.trace.log_keys import public

VERIFIER = Path(obolo.trace.__file__).parents[1] / "verify" / "obolo_verify.py"


def verified(*words: object) -> tuple[bool, str]:
    """Run the verifier alone, without our packages: did it hold, and its sentence."""
    told = subprocess.run(
        [sys.executable, "-I", "-S", str(VERIFIER), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode in (0, 1), told.stderr
    assert not told.stderr, told.stderr
    return told.returncode == 0, told.stdout.strip()


def loaded() -> Any:
    """The verifier in this process, for many small checks."""
    spec = importlib.util.spec_from_file_location("obolo_verify", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def key() -> str:
    """The public key of the current log."""
    found = public()
    assert found is not None
    return found.text()


def publish(*, everything: bool = True) -> int:
    """Log what there is now."""
    return publishing.publish(current_id(), everything=everything)


def log_root() -> Path:
    """The files of the current log."""
    return publishing.folder().root


def small_log():
    """Two gifts and a purchase with two files: the first gift, and the purchase."""
    cause = well()
    gift = paid(anna(), cause, 500, fee=33)
    paid(emma(), cause, 1_000, fee=0)
    bought = buy(cause, 600, evidence=[photo(), invoice()])
    publish()
    return gift, bought


def proof_file(folder: Path, gift) -> Path:
    """The proof file of a gift, saved."""
    told = proofs.gift_proof(gift.id)
    assert told is not None
    path = folder / "gift.tlog-proof"
    path.write_text(told, encoding="utf-8")
    return path


def a_story(months: int = 8) -> list[bytes]:
    """Entries of a log in which everything happens: `months` times batches and what used them."""
    entries = [
        leaves.rule(LOG.key.name, "fifo-1", {"en": ["The rule."]}),
        *(
            leaves.canonical(
                {
                    "kind": "line",
                    "line": name,
                    "fund": name,
                    "purpose": "reserve",
                    "currency": "EUR",
                }
            )
            for name in ("a", "b")
        ),
    ]
    for month in range(months):
        lo = month * 1_000
        entries += [a_batch("a", lo, lo + 1_000), a_batch("b", lo // 10, lo // 10 + 100)]
        entries += _month(lo)
    return entries


def a_batch(line: str, lo: int, hi: int) -> bytes:
    """A batch of gifts that nobody can open."""
    told = {"kind": "gifts", "line": line, "lo": lo, "hi": hi, "count": "1+", "root": "00" * 32}
    return leaves.canonical(told | {"closed": "2026-11-24T12Z"})


def _month(lo: int) -> list[bytes]:
    """All cents of a month: bought, refunded, given back by a shop, bought again, made good."""
    at = lo // 10
    return [
        said("purchase", [["purchase", "a", lo, lo + 400]], id=f"p{lo}"),
        said("refund", [["refund", "a", lo + 700, lo + 800], ["cover", "b", at, at + 50]]),
        said("supplier_refund", freed=[["a", lo + 300, lo + 400]], id=f"p{lo}"),
        said(
            "purchase",
            [["purchase", "a", lo + 300, lo + 700], ["purchase", "a", lo + 800, lo + 900]],
            id=f"q{lo}",
        ),
        said("fee", [["fee", "a", lo + 900, lo + 1_000]]),
        said("purchase", [["purchase", "b", at + 50, at + 100]], id=f"r{lo}"),
    ]


def said(kind: str, taken: Sequence[Any] = (), **more: Any) -> bytes:
    """A posting in clear."""
    told: dict[str, Any] = {"kind": kind, "line": "a", "on": "2026-11-24", **more}
    if taken:
        told |= {"taken": list(taken), "amount_minor": sum(t[3] - t[2] for t in taken)}
    return leaves.canonical(told)


def published(root: Path, entries: Sequence[bytes]) -> Path:
    """Publish these entries as an honest writer would, signed with the test's key."""
    shutil.rmtree(root, ignore_errors=True)
    folder = tiles.Folder(root)
    tiles.write_tiles(folder, len(entries), 0, lambda lo, hi: entries[lo:hi])
    told = checkpoint.Checkpoint(LOG.key.name, len(entries), tree.root(_hashes(entries)))
    folder.write("checkpoint", checkpoint.sign(told, LOG).encode())
    return root


def _hashes(entries: Sequence[bytes]) -> list[bytes]:
    return [tree.leaf_hash(entry) for entry in entries]


def a_gift_proof() -> str:
    """The proof of a gift of 421 cents after one of 90, in a log of seven entries."""
    nodes = [sumtree.zero() for _ in range(8)]
    nodes[2] = sumtree.leaf(90, b"\x02" * 32, sumtree.commitment(b"\x02" * 32, "RF19"))
    sealed = sumtree.Sealed(5, 421, b"\x05" * 32, "RF18 0001")
    nodes[5] = sumtree.leaf(421, sealed.salt, sumtree.commitment(sealed.salt, sealed.reference))
    root = sumtree.rows(nodes)[-1][0].hashed
    told = json.loads(a_batch("a", 0, 511)) | {"root": root.hex()}
    body = leaves.canonical(told)
    entries = [*(b"entry %d" % n for n in range(3)), body, b"x", b"y", b"z"]
    path = tree.inclusion(3, 7, tree.nodes_of(_hashes(entries)))
    signed = checkpoint.sign(
        checkpoint.Checkpoint(LOG.key.name, 7, tree.root(_hashes(entries))), LOG
    )
    share = proof.Share(body, sealed, tuple(sumtree.path(nodes, 5)))
    return proof.write(proof.Proof(3, tuple(path), signed, share.extra()))
