"""Verbs of witnesses: asking others to vouch for our log, and vouching for theirs.

What a witness answers is kept in the transaction that answers. The way to other machines is given
by the caller (`witness.Transport`); nothing here opens a connection.
"""

import logging
from uuid import UUID

from obolo.kit.clock import now
from obolo.organisations.wall import within
from obolo.trace import log_keys
from obolo.trace.log import note, tiles, witness
from obolo.trace.log.errors import BadNote, BadProof, NoSuchLeaf
from obolo.trace.log_keys import WITNESS_KEY, public, signer
from obolo.trace.log_models import Cosignature, LogHead, SignedCheckpoint, WatchedLog, Witness
from obolo.trace.publishing import folder, write_checkpoint

log = logging.getLogger(__name__)


def add_witness(*, url: str, key: str) -> Witness:
    """From now on ask this witness about our checkpoints; `url` ends before /add-checkpoint.

    Raises BadNote for what is no key of a cosigner.
    """
    if note.parse_key(key).kind != note.COSIGNATURE:
        raise BadNote("A witness has a key that vouches with a time.")
    return Witness.objects.get_or_create(key=key, defaults={"url": url.rstrip("/")})[0]


def watch(*, key: str) -> WatchedLog:
    """From now on vouch for this log of others; raises BadNote.

    A log that was watched and has changed its key is watched on under the new one.
    """
    log_keys.ensure()
    origin = note.parse_key(key).name
    found, new = WatchedLog.objects.get_or_create(origin=origin, defaults={"key": key})
    if not new and found.key != key:
        WatchedLog.objects.filter(id=found.id).update(key=key)
    return found


def has_witnesses(organisation_id: UUID) -> bool:
    """Is there anybody to ask?"""
    return bool(_witnesses(organisation_id))


def ask_all(organisation_id: UUID, transport: witness.Transport) -> int:
    """Ask every witness about the published checkpoint; how many vouched for it now.

    One that is away or refuses is noted in the program's own log and asked again next time.
    """
    vouched = 0
    for asked_id in _witnesses(organisation_id):
        try:
            vouched += _ask_one(organisation_id, asked_id, transport)
        except (OSError, BadNote, BadProof, NoSuchLeaf) as trouble:
            log.warning("witness %s: %s", asked_id, trouble)
    return vouched


def answer(body: bytes) -> witness.Answer:
    """Answer a request to vouch for a log of others, as the current organisation's witness."""
    try:
        request = witness.parse(body)
        origin = witness.origin_of(request)
    except (BadNote, BadProof) as wrong:
        return witness.refused(wrong)
    if public(WITNESS_KEY) is None:  # it watches nobody; a stranger's question makes no key
        return witness.unknown()
    # The lock stands until the answer is kept: two requests at once cannot both be told yes.
    watched = WatchedLog.objects.select_for_update().filter(origin=origin).first()
    key = note.parse_key(watched.key) if watched else None
    seen = None
    if watched and watched.root is not None:
        seen = witness.Seen(watched.size, bytes(watched.root))
    at_seconds = int(now().timestamp())
    said = witness.answer(request, key, seen, signer(WITNESS_KEY), at_seconds=at_seconds)
    if watched and said.keep:
        WatchedLog.objects.filter(id=watched.id).update(
            size=said.keep.size, root=said.keep.root, note=request.signed + said.body
        )
    return said


def _witnesses(organisation_id: UUID) -> list[UUID]:
    with within(organisation_id):
        return list(Witness.objects.order_by("key").values_list("id", flat=True))


def _ask_one(organisation_id: UUID, asked_id: UUID, transport: witness.Transport) -> int:
    with within(organisation_id):
        asked = Witness.objects.get(id=asked_id)
        written = LogHead.objects.values_list("written_size", flat=True).first() or 0
        signed = SignedCheckpoint.objects.filter(size__lte=written).order_by("-size").first()
        files = folder()
        known = Cosignature.objects.filter(size=signed.size if signed else 0, key=asked.key)
        if signed is None or known.exists():
            return 0
    key = note.parse_key(asked.key)
    nodes = tiles.Reader(files, signed.size).node
    line = witness.ask(transport, asked.url, signed.note, nodes, key, old_size=asked.seen_size)
    with within(organisation_id):
        fresh = Cosignature(size=signed.size, key=asked.key, line=line)
        Cosignature.objects.bulk_create([fresh], ignore_conflicts=True)
        Witness.objects.filter(id=asked_id).update(seen_size=signed.size)
        head = LogHead.objects.select_for_update().get()
        if head.written_size == signed.size:
            write_checkpoint(signed.size)
    return 1
