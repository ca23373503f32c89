"""Bench of the public log: a proof out of ten million leaves, and verifying a whole log.

The tree of millions is made without a database: leaves of a few bytes, all tiles of hashes on disk.
Its baseline makes the same proof by hashing every leaf again. The whole log is one as the ledger
writes it (batches of gifts, and purchases of their cents), checked by the one-file verifier with
all its rules; its baseline only reads the same entries as JSON.
"""

import hashlib
import importlib.util
import json
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any, Final

import obolo
from obolo.cli.bench.figures import Measured, percentile, ratio
from obolo.trace.log import checkpoint, leaves, note, tiles, tree

LEAVES: Final = 10_000_000
PROOFS: Final = 300
ENTRIES_PER_SECOND_OF_RUN: Final = 25_000
_SEED: Final = 20261124
_VERIFIER: Final = Path(obolo.__file__).parent / "verify" / "obolo_verify.py"


def measure(seconds: int, *, count: int = LEAVES) -> Measured:
    """Both parts: `seconds` sizes the whole log, the tree of `count` leaves takes 20 s more."""
    with tempfile.TemporaryDirectory(prefix="obolo-bench-log-") as room:
        figures, baselines = _proofs(tiles.Folder(Path(room) / "many"), count)
        told, read = _whole(Path(room) / "whole", seconds * ENTRIES_PER_SECOND_OF_RUN)
    figures |= told
    baselines |= read
    slow = baselines["proof_by_hashing_all_leaves_ms"]
    return Measured(
        bench="log",
        figures=figures,
        baselines=baselines,
        ratios={
            "proof_times_faster_than_hashing_all": ratio(slow, figures["proof_median_ms"]),
            "verifying_of_reading_json": ratio(
                figures["verify_entries_per_second"], baselines["read_json_entries_per_second"]
            ),
        },
    )


def _proofs(folder: tiles.Folder, count: int) -> tuple[dict[str, float], dict[str, float]]:
    started = time.perf_counter()
    root = _hash_tiles(folder, count)
    built = time.perf_counter() - started
    dice, took = Random(_SEED), []
    for _ in range(PROOFS):
        index = dice.randrange(count)
        started = time.perf_counter()
        path = tree.inclusion(index, count, tiles.Reader(folder, count).node)
        took.append((time.perf_counter() - started) * 1_000)
        tree.check_inclusion(_leaf(index), index, count, path, root)
    took.sort()
    figures: dict[str, float] = {
        "leaves_count": count,
        "tree_build_leaves_per_second": round(count / built),
        "proof_median_ms": round(percentile(took, 50), 3),
        "proof_p99_ms": round(percentile(took, 99), 3),
        "proof_worst_ms": round(took[-1], 3),
    }
    # The tree was built by hashing every leaf once: that is what a proof costs without tiles.
    return figures, {"proof_by_hashing_all_leaves_ms": round(built * 1_000)}


def _leaf(index: int) -> bytes:
    return tree.leaf_hash(index.to_bytes(8, "big"))


def _hash_tiles(folder: tiles.Folder, count: int) -> bytes:
    """All tiles of hashes of a tree of `count` leaves, without bundles; its root."""
    digest, row, edge = hashlib.sha256, list[bytes](), tree.Frontier()
    for start in range(0, count, tiles.WIDTH):
        wanted = range(start, min(start + tiles.WIDTH, count))
        hashes = [digest(b"\0" + n.to_bytes(8, "big")).digest() for n in wanted]
        place = tiles.Tile(0, start // tiles.WIDTH, len(hashes))
        folder.write(place.path(), b"".join(hashes))
        if len(hashes) == tiles.WIDTH:
            row.append(tree.fold(hashes))
    level = 1
    while row:
        for start in range(0, len(row), tiles.WIDTH):
            part = row[start : start + tiles.WIDTH]
            folder.write(tiles.Tile(level, start // tiles.WIDTH, len(part)).path(), b"".join(part))
        whole = len(row) // tiles.WIDTH * tiles.WIDTH
        row = [tree.fold(row[at : at + tiles.WIDTH]) for at in range(0, whole, tiles.WIDTH)]
        level += 1
    reader, at = tiles.Reader(folder, count), 0
    for height in reversed(range(count.bit_length())):
        if count >> height & 1:
            edge.peaks.append(reader.node(height, at >> height))
            at += 1 << height
    return edge.root()


def _whole(root: Path, count: int) -> tuple[dict[str, float], dict[str, float]]:
    entries = _story(count)
    signer = note.Signer.of("bench.example/log", bytes(32))
    folder = tiles.Folder(root)
    tiles.write_tiles(folder, count, 0, lambda lo, hi: entries[lo:hi])
    told = checkpoint.Checkpoint(
        signer.key.name, count, tree.root([tree.leaf_hash(entry) for entry in entries])
    )
    folder.write(tiles.CHECKPOINT, checkpoint.sign(told, signer).encode())
    verifier = _loaded()
    started = time.perf_counter()
    chain = verifier.Chain(verifier.Key(signer.key.text()))
    log = verifier.Log(root)
    verifier.hand_overs(log, count)
    verifier.check_log(log, verifier.Checkpoint(checkpoint.sign(told, signer), chain), [], chain)
    took = time.perf_counter() - started
    started = time.perf_counter()
    for entry in entries:
        json.loads(entry)
    read = time.perf_counter() - started
    figures: dict[str, float] = {"verify_entries_count": count}
    figures["verify_entries_per_second"] = round(count / took)
    return figures, {"read_json_entries_per_second": round(count / read)}


def _story(count: int) -> list[bytes]:
    """A log of `count` entries: on ten lines, batches and one purchase for every four of them."""
    entries = [leaves.rule("bench.example/log", "fifo-1", {"en": ["The rule."]})]
    entries += [
        leaves.canonical(
            {"kind": "line", "line": str(n), "fund": str(n), "purpose": "x", "currency": "EUR"}
        )
        for n in range(10)
    ]
    head, spent = [0] * 10, [0] * 10
    for turn in range(count - len(entries)):
        line = turn // 5 % 10
        if turn % 5 < 4:
            entries.append(_batch(str(line), head[line]))
            head[line] += 5_000
        else:
            entries.append(_purchase(str(line), spent[line], head[line]))
            spent[line] = head[line]
    return entries[:count]


def _batch(line: str, lo: int) -> bytes:
    told = {"kind": "gifts", "line": line, "lo": lo, "hi": lo + 5_000, "count": "10+"}
    return leaves.canonical(told | {"root": "ab" * 32, "closed": "2026-11-24T12Z"})


def _purchase(line: str, lo: int, hi: int) -> bytes:
    told = {"kind": "purchase", "line": line, "on": "2026-11-24", "amount_minor": hi - lo}
    told |= {"id": f"{line}:{lo}", "taken": [["purchase", line, lo, hi]], "what": "cd" * 32}
    return leaves.canonical(told | {"files": ["ef" * 32]})


def _loaded() -> Any:
    """The one-file verifier as a module, though it is no part of our packages."""
    spec = importlib.util.spec_from_file_location("obolo_verify", _VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
