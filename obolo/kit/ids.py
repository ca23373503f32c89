"""Ids and secrets.

Rows are named by UUID version 7 (RFC 9562 §5.7): made by us before anything is written, sorted by
time, and telling one organisation nothing about the number of rows of another.
"""

import hashlib
import os
import secrets
import time
import uuid

TOKEN_BYTES = 32  # 256 bits; a donor's link must not be guessable (at least 128 are promised)


def new_id() -> uuid.UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    # The id orders rows roughly, no rule rests on it: the machine's clock is good enough here.
    milliseconds = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10))
    bits = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | (chance >> 68) << 64
    return uuid.UUID(int=bits | 0b10 << 62 | chance & (2**62 - 1))


def new_token() -> str:
    """A capability for a URL or a header: 43 characters of base64url."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What is stored instead of a token: its SHA-256 (the token is random, no salt is needed)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
