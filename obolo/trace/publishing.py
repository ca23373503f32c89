"""Verbs of the public log: publish what is due, prove the cash, change the key, forget a salt.

Publishing appends under the lock of the organisation's log and signs in the same transaction; the
files follow from the rows and can be written again. The checkpoint is the last file, so that what
it promises is there. Call `publish` outside any transaction.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from django.conf import settings

from obolo.organisations.wall import current_id, within
from obolo.trace import log_keys, log_owners, log_reading
from obolo.trace.log import leaves, note, tiles
from obolo.trace.log.leaves import Balance
from obolo.trace.log_keys import LOG_KEY
from obolo.trace.log_models import Cosignature, Leaf, LogHead, Share, SignedCheckpoint
from obolo.trace.log_writing import Writer, locked_head

_CASH: Final = UUID("6f626f6c-6f20-4361-9368-000000000000")  # names the cash proof of a day


def publish(organisation_id: UUID, *, everything: bool = False) -> int:
    """Log what is due, sign, and write the files; how many entries were added.

    Gifts wait for company (see `batching`) unless `everything` is to go out now.
    """
    with within(organisation_id):
        writer = Writer(locked_head())
        writer.add_due(everything=everything)
        added = writer.close()
    write_files(organisation_id)
    return added


def prove_cash(
    organisation_id: UUID, *, on: date, currency: str, balances: Sequence[Balance]
) -> bool:
    """Log what the accounts held at the end of a day beside the sum of unspent cents, once.

    What providers and the cash box hold is read from the books. False when that day was logged.
    """
    day_id = uuid5(_CASH, f"{on} {currency}")
    with within(organisation_id):
        if Leaf.objects.filter(source_id=day_id).exists():
            return False
        writer = Writer(locked_head())
        if Leaf.objects.filter(source_id=day_id).exists():  # somebody was quicker
            return False
        writer.add_due(everything=False)
        elsewhere = log_reading.held_elsewhere(currency, on)
        unspent = log_reading.unspent_minor(currency)
        logged = sum(
            one.head - one.used_minor for one in writer.lines.values() if one.currency == currency
        )
        told = leaves.cash(
            on, currency, balances, elsewhere, unspent=unspent, unlogged=unspent - logged
        )
        writer.add("cash", told, source_id=day_id)
        writer.close()
    write_files(organisation_id)
    return True


def rotate_key(organisation_id: UUID) -> note.Key:
    """Replace the key of the log: the old one signs the new one in, as an entry; then it is gone.

    The checkpoint that holds the entry is signed by both. Whoever trusts the old key can follow
    the entry to the new one. Raises NoKey before the first entry.
    """
    with within(organisation_id):
        writer = Writer(locked_head())
        writer.add_due(everything=False)
        old, new = log_keys.signer(LOG_KEY), log_keys.fresh(LOG_KEY)
        index = writer.edge.size
        writer.add("key", leaves.key(old, new.key, index))
        writer.close(signers=(old, new))
        log_keys.keep(LOG_KEY, new)
    write_files(organisation_id)
    return new.key


def forget_gift(*, gift_id: UUID) -> bool:
    """Erase what opens a gift in the log: from now on its place says nothing to anybody.

    False when there was nothing to erase: the gift is not in the log yet, or was forgotten before.
    """
    log_owners.forget(gift_id)
    held = Share.objects.filter(gift_id=gift_id, salt__isnull=False)
    return bool(held.update(salt=None))


def forget_description(*, purchase_id: UUID) -> None:
    """Erase what binds a purchase's description to the log."""
    Leaf.objects.filter(source_id=purchase_id).update(salt=None)


def folder() -> tiles.Folder:
    """The files of the current organisation's log."""
    return tiles.Folder(Path(settings.MEDIA_ROOT) / current_id().hex / "log")


def write_files(organisation_id: UUID) -> None:
    """Bring the files up to the newest signed checkpoint; nothing happens when they are."""
    with within(organisation_id):
        head = locked_head()
        if head.written_size < head.size:
            tiles.write_tiles(folder(), head.size, head.written_size, _bodies)
            LogHead.objects.filter(id=head.id).update(written_size=head.size)
        write_checkpoint(head.size)


def write_checkpoint(size: int) -> None:
    """Put the checkpoint of that size, with all that witnesses said of it, into its file."""
    signed = SignedCheckpoint.objects.filter(size=size).first()
    if signed:
        lines = Cosignature.objects.filter(size=size).order_by("key").values_list("line", flat=True)
        told = (signed.note + "".join(lines)).encode()
        if folder().read(tiles.CHECKPOINT) != told:
            folder().write(tiles.CHECKPOINT, told)


def _bodies(lo: int, hi: int) -> list[bytes]:
    found = Leaf.objects.filter(index__gte=lo, index__lt=hi).order_by("index")
    return [bytes(body) for body in found.values_list("body", flat=True)]
