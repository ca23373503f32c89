"""Originals: the bytes of each file as they came, sealed on the disk, found by their hash.

Each is closed under a key of its own (AES-256-GCM), the key under the installation's master key, so
that one original can be destroyed by forgetting its key. Source: NIST SP 800-38D.
"""

import base64
import hashlib
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from obolo.causes import files
from obolo.causes.errors import NoSuchOriginal, OriginalDestroyed, ReasonMissing
from obolo.causes.file_models import Original, OriginalOpened
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.text import shown, without_invisible
from obolo.organisations.seal import NONCE_BYTES, SealBroken, seal, unseal
from obolo.organisations.wall import current_id

KEY_BITS = 256


def keep(content: bytes, sha256: bytes) -> None:
    """Seal a file; the same bytes are kept once. A destroyed one stays destroyed."""
    if Original.objects.filter(sha256=sha256).exists():
        return
    key, nonce, row_id = AESGCM.generate_key(KEY_BITS), os.urandom(NONCE_BYTES), new_id()
    name = f"{sha256.hex()}.{row_id.hex}.sealed"
    sealed = nonce + AESGCM(key).encrypt(nonce, content, sha256)
    files.write(current_id(), name, sealed)
    row = Original(
        id=row_id,
        sha256=sha256,
        file_name=name,
        sealed_key=seal(settings.SECRET_KEY, _purpose(row_id), {"key": _text(key)}),
        bytes_count=len(content),
    )
    Original.objects.bulk_create([row], ignore_conflicts=True)
    if not Original.objects.filter(id=row_id).exists():  # the same file came at the same moment
        files.remove(current_id(), name)


def content_of(sha256: bytes) -> bytes:
    """The bytes of an original; raises NoSuchOriginal, OriginalDestroyed, SealBroken."""
    row = Original.objects.filter(sha256=sha256).first()
    if row is None:
        raise NoSuchOriginal
    if row.sealed_key is None:
        raise OriginalDestroyed
    try:
        sealed = files.read(current_id(), row.file_name)
    except FileNotFoundError:
        raise NoSuchOriginal("Its file is not there.") from None
    told = unseal(settings.SECRET_KEY, _purpose(row.id), bytes(row.sealed_key))
    key = base64.b64decode(told["key"])
    try:
        content = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], sha256)
    except InvalidTag as broken:
        raise SealBroken(f"({row.file_name})") from broken
    if hashlib.sha256(content).digest() != sha256:
        raise SealBroken(f"({row.file_name})")
    return content


@transaction.atomic
def open_original(*, sha256: bytes, by: UUID, reason: str) -> bytes:
    """Open an original for a person who says why; it is noted before anything is seen.

    Raises ReasonMissing, NoSuchOriginal, OriginalDestroyed, SealBroken.
    """
    why = " ".join(without_invisible(shown(reason, 300)).split())
    if not why:
        raise ReasonMissing
    row = Original.objects.filter(sha256=sha256).first()
    if row is None:
        raise NoSuchOriginal
    OriginalOpened.objects.create(original=row, opened_by=by, reason=why)
    return content_of(sha256)


def destroy(sha256: bytes) -> None:
    """Forget the key of an original and, once that is committed, its file. Its hash stays."""
    row = Original.objects.filter(sha256=sha256, destroyed_at=None).first()
    if row is None:
        return
    Original.objects.filter(id=row.id).update(sealed_key=None, destroyed_at=now())
    organisation_id = current_id()
    transaction.on_commit(lambda: files.remove(organisation_id, row.file_name))


def forget(sha256: bytes) -> None:
    """Take an original out that never belonged to anything: its row and its file."""
    row = Original.objects.filter(sha256=sha256, destroyed_at=None, openings=None).first()
    if row is None:
        return
    organisation_id, name = current_id(), row.file_name
    row.delete()
    transaction.on_commit(lambda: files.remove(organisation_id, name))


def _purpose(row_id: UUID) -> str:
    return f"original:{current_id()}:{row_id}"


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()
