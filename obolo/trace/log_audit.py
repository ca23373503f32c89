"""The public log held against the ledger: does each entry still tell what the records say?

`proofs.breaches` holds the log against its files and signatures; here its words are held against
the books, so that books rewritten in a consistent way are found too. Reads everything: for the
audit, never for a page.
"""

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from obolo.causes import queries as causes
from obolo.giving.models import Gift
from obolo.trace import log_keys, log_reading, proofs, publishing
from obolo.trace.log import checkpoint, leaves, note, sumtree, tiles
from obolo.trace.log.errors import BadNote
from obolo.trace.log_models import Leaf, LogBatch, Share, SignedCheckpoint
from obolo.trace.log_reading import Numbers

_AT_ONCE: Final = 1_000
# Told as hashes: the rooms that keep what is behind them check it.
_HASHED: Final = ("what", "files", "was", "now")


def breaches() -> list[str]:
    """All that is wrong with the current organisation's log, the first of each kind."""
    kinds = (_published(), _retold(), _batches())
    return proofs.breaches() + [first for kind in kinds for first in _first(kind)]


def _first(found: Iterator[str]) -> list[str]:
    first = next(found, None)
    return [first] if first else []


def _published() -> Iterator[str]:
    """The checkpoint that outsiders read, against what was signed."""
    told = publishing.folder().read(tiles.CHECKPOINT)
    key = log_keys.public()
    if told is None or key is None:
        return
    newest = SignedCheckpoint.objects.order_by("-size").first()
    try:
        size = checkpoint.parse(note.parse(told.decode()).text).size
        if newest is None or size > newest.size:
            checkpoint.verify(told.decode(), key)  # published since this audit began
            return
        signed = SignedCheckpoint.objects.filter(size=size).first()
        if signed is None or not told.decode().startswith(signed.note):
            yield f"Log: the published checkpoint of {size} entries is not one that was signed."
        elif size > _key_since():
            checkpoint.verify(told.decode(), key)
    except (BadNote, UnicodeDecodeError) as wrong:
        yield f"Log: the published checkpoint is not ours: {wrong}"


def _key_since() -> int:
    """From which entry on the present key signs."""
    found = Leaf.objects.filter(kind="key").order_by("-index").values_list("index", flat=True)
    return found.first() or 0


def _retold() -> Iterator[str]:
    """Each posting in clear, told again from the ledger."""
    after = -1
    while True:
        rows = list(
            Leaf.objects.filter(entry_id__isnull=False, index__gt=after).order_by("index")[
                :_AT_ONCE
            ]
        )
        if not rows:
            return
        after = rows[-1].index
        yield from _differing(rows)


def _differing(rows: list[Leaf]) -> Iterator[str]:
    now = log_reading.postings_of([one.entry_id for one in rows if one.entry_id])
    bought = causes.purchases({one.source_id for one in rows if one.source_id})
    for leaf in rows:
        told: dict[str, Any] = json.loads(bytes(leaf.body))
        posting, _ = now.get(leaf.entry_id, (None, None)) if leaf.entry_id else (None, None)
        if posting is None:
            yield _row(leaf, "its posting", "gone from the ledger", "there")
            continue
        part = told.get("part", [1])[0] - 1
        parts = [json.loads(one) for one in leaves.posting(posting)]
        due = parts[part] if part < len(parts) else {}
        for name in sorted((told.keys() | due.keys()) - {"id", *_HASHED}):
            if told.get(name) != due.get(name):
                yield _row(leaf, f"the ledger's {name}", due.get(name), told.get(name))
        purchase = bought.get(leaf.source_id) if leaf.source_id else None
        if purchase and leaf.salt and "what" in told:
            what = leaves.description_hash(bytes(leaf.salt), purchase.description).hex()
            if what != told["what"]:
                yield _row(leaf, "the description of its purchase", "another", "what was logged")


def _row(leaf: Leaf, what: str, found: object, due: object) -> str:
    return f"Log: entry {leaf.index} ({leaf.kind} {leaf.entry_id}): {what} is {found}, not {due}."


def _batches() -> Iterator[str]:
    """Each batch of gifts against their numbers and the references of their payments."""
    for batch in LogBatch.objects.select_related("leaf").order_by("leaf__index").iterator(50):
        yield from _batch(batch)


def _batch(batch: LogBatch) -> Iterator[str]:
    told = json.loads(bytes(batch.leaf.body))
    sums = sumtree.unpacked(bytes(batch.leaves))
    where = f"Log: entry {batch.leaf.index}"
    if sumtree.rows(sums)[-1][0].hashed.hex() != told["root"]:
        yield f"{where}: trace_logbatch {batch.id}: its leaves do not make the logged root."
        return
    shares = list(Share.objects.filter(batch=batch).order_by("position"))
    numbers = log_reading.numbers_of([one.mint_id for one in shares])
    references = dict(
        Gift.objects.filter(id__in=[one.gift_id for one in shares]).values_list(
            "id", "payment__reference"
        )
    )
    at = 0
    before = told["lo"]
    for share in shares:
        before, at = before + sum(one.minor for one in sums[at : share.position]), share.position
        found = numbers.get(share.mint_id)
        due = Numbers(UUID(told["line"]), before, before + sums[at].minor, share.gift_id)
        if found is None or found != due:
            yield f"{where}: ledger_mint {share.mint_id} is {found}, should be {due}."
        reference = references.get(share.gift_id, str(share.gift_id))
        if share.salt and _sealed(share, sums[at].minor, reference) != sums[at]:
            yield (
                f"{where}: trace_share {share.id}: it does not open with the payment of gift"
                f" {share.gift_id}: it was logged for another."
            )


def _sealed(share: Share, minor: int, reference: str) -> sumtree.Sum:
    salt = bytes(share.salt or b"")
    return sumtree.leaf(minor, salt, sumtree.commitment(salt, reference))
