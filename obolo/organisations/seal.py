"""Sealing secrets at rest: AES-256-GCM under the installation's master key.

Sources: NIST SP 800-38D (GCM), RFC 5869 (HKDF). What a sealed value is for (table, row, name) is
authenticated with it, so a value copied into another row does not open.
"""

import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from obolo.kit.errors import OboloError

NONCE_BYTES = 12


class SealBroken(OboloError):
    """A sealed secret does not open: another master key, or the row was tampered with."""


def seal(master_key: str, purpose: str, secret: dict[str, Any]) -> bytes:
    """Close `secret` so that only this installation opens it, and only for `purpose`."""
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(secret, sort_keys=True).encode()
    return nonce + AESGCM(_key(master_key)).encrypt(nonce, plain, purpose.encode())


def unseal(master_key: str, purpose: str, sealed: bytes) -> dict[str, Any]:
    """Open what `seal` closed; raises SealBroken."""
    try:
        plain = AESGCM(_key(master_key)).decrypt(
            sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode()
        )
    except InvalidTag as broken:
        raise SealBroken(f"({purpose})") from broken
    opened: dict[str, Any] = json.loads(plain)
    return opened


def _key(master_key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"obolo seal v1").derive(master_key.encode())
