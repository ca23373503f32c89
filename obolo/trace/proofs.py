"""Questions to the public log: the newest checkpoint, proofs of gifts and purchases, its health.

Proofs are made from the files that everybody can read, so that what a donor gets fits what an
outsider sees. A proof costs a few tiles, however long the log.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from django.db import connection

from obolo.giving.models import Gift
from obolo.trace import log_owners
from obolo.trace.log import checkpoint, leaves, note, proof, sumtree, tiles, tree
from obolo.trace.log.errors import NoSuchLeaf
from obolo.trace.log_keys import public
from obolo.trace.log_models import (
    Cosignature,
    Leaf,
    LogHead,
    Share,
    SignedCheckpoint,
    WatchedLog,
)
from obolo.trace.publishing import folder

_LEAVES_AT_ONCE: Final = 4_096

# A gift's cents below the logged head of their line must have a share; see `breaches`.
_UNTOLD = """
SELECT m.id FROM ledger_mint m JOIN trace_logline g ON g.line_id = m.line_id
WHERE m.source_kind = 'gift' AND m.hi <= g.head
  AND NOT EXISTS (SELECT 1 FROM trace_share s WHERE s.mint_id = m.id) ORDER BY m.line_id, m.lo
LIMIT 5
"""
_INVENTED = """
SELECT s.mint_id FROM trace_share s
WHERE NOT EXISTS (SELECT 1 FROM ledger_mint m WHERE m.id = s.mint_id
                  AND m.source_id = s.gift_id AND m.source_kind = 'gift') LIMIT 5
"""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest published checkpoint, as a receipt can tell it."""

    origin: str
    size: int
    root_base64: str
    key: str  # the public key that signed it

    def line(self) -> str:
        """One line for a message: whoever keeps it is a witness."""
        return f"{self.origin} {self.size} {self.root_base64}"


def newest() -> Newest | None:
    """The newest checkpoint whose files are there; None before the first."""
    signed = _signed()
    if signed is None:
        return None
    told = checkpoint.parse(note.parse(signed.note).text)
    _, _, root, _ = told.text().split("\n")
    return Newest(told.origin, told.size, root, _log_key().text())


def gift_proof(gift_id: UUID) -> str | None:
    """The proof file of a gift: one proof for each line its cents are on.

    When it turned out to be another person's, also the entry that says so. None when it is not in
    the log yet, or when what opens it was erased.
    """
    signed = _signed()
    found = Share.objects.filter(gift_id=gift_id, salt__isnull=False).select_related("batch__leaf")
    shares = [one for one in found if signed and one.batch.leaf.index < signed.size]
    gift = Gift.objects.filter(id=gift_id).select_related("payment").first()
    reference = gift.payment.reference if gift else str(gift_id)
    shares.sort(key=lambda one: (one.batch.leaf.index, one.position))
    proofs = [_leaf_proof(s.batch.leaf, _share(s, reference).extra(), signed) for s in shares]
    owner = log_owners.owner_leaf(gift_id)
    if proofs and owner and signed and owner.index < signed.size:
        told = {"body": bytes(owner.body).decode(), "reference": reference}
        opening = leaves.canonical(told | {"salt": bytes(owner.salt or b"").hex()})
        proofs.append(_leaf_proof(owner, opening, signed))
    return proof.joined(proofs) if proofs else None


def standing(gift_id: UUID) -> Literal["waiting", "provable", "erased"]:
    """Does a gift have a proof, not yet, or no longer? Reads no file."""
    signed = _signed()
    size = signed.size if signed else 0
    shares = Share.objects.filter(gift_id=gift_id, batch__leaf__index__lt=size)
    opened = [salt is not None for salt in shares.values_list("salt", flat=True)]
    return "provable" if any(opened) else "erased" if opened else "waiting"


def purchase_proof(purchase_id: UUID) -> str | None:
    """The proof file of a purchase and what was told of it later; None when it is not logged."""
    signed = _signed()
    if signed is None:
        return None
    found = Leaf.objects.filter(source_id=purchase_id, index__lt=signed.size).order_by("index")
    proofs = [
        _leaf_proof(leaf, leaves.canonical({"body": bytes(leaf.body).decode()}), signed)
        for leaf in found
    ]
    return proof.joined(proofs) if proofs else None


def consistency(old_size: int) -> list[bytes]:
    """The proof that the log of `old_size` is the beginning of the published one.

    Raises NoSuchLeaf.
    """
    signed = _signed()
    if signed is None:
        raise NoSuchLeaf("The log is empty.")
    return tree.consistency(old_size, signed.size, tiles.Reader(folder(), signed.size).node)


def watched_note(origin_hash: str) -> str | None:
    """The last checkpoint of another log that we vouched for; `origin_hash`: hex SHA-256."""
    for one in WatchedLog.objects.exclude(note=""):
        if hashlib.sha256(one.origin.encode()).hexdigest() == origin_hash:
            return one.note
    return None


def breaches() -> list[str]:
    """All that is wrong with the current organisation's log, a sentence each.

    Reads the whole log: for `obolo check`.
    """
    head = LogHead.objects.first()
    if head is None:
        return []
    found = _altered(head)
    for query, fault in (
        (_UNTOLD, "A gift's cents were passed over by the log: mint"),
        (_INVENTED, "The log tells of cents that no gift has: mint"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(query)
            found += [f"{fault} {row[0]}." for row in cursor.fetchall()]
    return found


def _altered(head: LogHead) -> list[str]:
    """The rows of the log against its files and against every checkpoint that was signed."""
    signed = {one.size: one for one in SignedCheckpoint.objects.all()}
    edge, found, last_good = tree.Frontier(), [], 0
    files = folder()
    for lo in range(0, head.size, tiles.WIDTH):
        wanted = Leaf.objects.filter(index__gte=lo, index__lt=min(lo + tiles.WIDTH, head.size))
        rows = list(wanted.order_by("index").values_list("index", "body"))
        hashes = [tree.leaf_hash(bytes(body)) for _, body in rows]
        found += _missing([index for index, _ in rows], lo, min(lo + tiles.WIDTH, head.size))
        found += _differing(files, hashes, lo, head.written_size)
        for hashed in hashes:
            edge.append(hashed)
            one = signed.get(edge.size)
            if one and bytes(one.root) != edge.root():
                found.append(
                    f"Log: an entry from {last_good} to {edge.size - 1} is not what was signed."
                )
                return found
            last_good = edge.size if one else last_good
    if edge.size != head.size or edge.packed() != bytes(head.frontier):
        found.append(f"Log: the edge of {head.size} entries is not what its entries make.")
    if signed and max(signed) > head.size:
        found.append(f"Log: {max(signed)} entries were signed, {head.size} are left.")
    return found


def _missing(present: list[int], lo: int, hi: int) -> list[str]:
    gone = sorted(set(range(lo, hi)) - set(present))
    return [f"Log: entry {gone[0]} is missing."] if gone else []


def _differing(files: tiles.Folder, hashes: list[bytes], lo: int, written: int) -> list[str]:
    width = min(tiles.WIDTH, written - lo)
    if width <= 0:
        return []
    try:
        kept = tiles.hashes_of(files.tile(tiles.Tile(0, lo // tiles.WIDTH, width)))
    except NoSuchLeaf as gone:
        return [f"Log: {gone}"]
    pairs = zip(kept[:width], hashes, strict=False)
    differing = [lo + at for at, (told, made) in enumerate(pairs) if told != made]
    return [f"Log: entry {differing[0]} is not what was published."] if differing else []


def _signed() -> SignedCheckpoint | None:
    """The newest checkpoint whose files are written."""
    written = LogHead.objects.values_list("written_size", flat=True).first() or 0
    return SignedCheckpoint.objects.filter(size__lte=written).order_by("-size").first()


def _log_key() -> note.Key:
    key = public()
    assert key is not None, "a signed log has a key"
    return key


def _share(share: Share, reference: str) -> proof.Share:
    batch = sumtree.unpacked(bytes(share.batch.leaves))
    sealed = sumtree.Sealed(
        share.position, batch[share.position].minor, bytes(share.salt or b""), reference
    )
    path = tuple(sumtree.path(batch, share.position))
    return proof.Share(bytes(share.batch.leaf.body), sealed, path)


def _leaf_proof(leaf: Leaf, extra: bytes, signed: SignedCheckpoint | None) -> str:
    assert signed is not None
    nodes = tiles.Reader(folder(), signed.size).node
    path = tuple(tree.inclusion(leaf.index, signed.size, nodes))
    return proof.write(proof.Proof(leaf.index, path, _published_note(signed), extra))


def _published_note(signed: SignedCheckpoint) -> str:
    """The checkpoint with what witnesses said of it, as it is in its file."""
    lines = Cosignature.objects.filter(size=signed.size).order_by("key")
    return signed.note + "".join(lines.values_list("line", flat=True))
