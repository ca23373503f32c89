"""Signed notes (c2sp.org/signed-note) with Ed25519, and cosignatures (c2sp.org/tlog-cosignature).

Pure. Owns key names, key ids, the text form of public keys, signing and opening of notes. Never
keeps a key. The text of a note counts for nothing until a known key vouches for it.
"""

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from obolo.trace.log.errors import BadNote

ED25519: Final = 1
COSIGNATURE: Final = 4  # Ed25519 over a checkpoint with a time
SIGNATURES_MAX: Final = 100
_NOTE_BYTES_MAX: Final = 1_000_000
_SIGNATURE_BYTES: Final = {ED25519: 64, COSIGNATURE: 72}
_LINE = re.compile(r"— (\S+) (\S+)")


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with its name: who may vouch for a note."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        """Refuse a name that a note cannot carry and a key that is none."""
        if not _is_name(self.name) or self.kind not in _SIGNATURE_BYTES or len(self.public) != 32:
            raise BadNote(f"{self.name!r} is no key.")

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        told = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(told).digest()[:4]

    def text(self) -> str:
        """The key as it is published: `name+id+base64`."""
        told = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{told}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key: its 32-byte seed and the public side."""

    key: Key
    seed: bytes

    @classmethod
    def of(cls, name: str, seed: bytes, kind: int = ED25519) -> "Signer":
        """The signer with this name and seed."""
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return cls(Key(name, kind, public), seed)

    def line(self, text: str, *, at_seconds: int = 0) -> str:
        """The signature line for a note's text; `at_seconds` (Unix time) is a cosigner's."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        signature = private.sign(_signed(self.key.kind, text, at_seconds))
        if self.key.kind == COSIGNATURE:
            signature = at_seconds.to_bytes(8, "big") + signature
        return f"— {self.key.name} {base64.b64encode(self.key.id + signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that was checked, by a known key; the time is a cosigner's."""

    key: Key
    at_seconds: int | None


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signature lines, nothing of it checked."""

    text: str
    lines: tuple[tuple[str, bytes], ...]  # name; key id and signature

    def __str__(self) -> str:
        """The note as it travels."""
        told = [f"— {name} {base64.b64encode(value).decode()}\n" for name, value in self.lines]
        return f"{self.text}\n{''.join(told)}"


def raw_signature(signer: Signer, text: str) -> bytes:
    """The bare 64 bytes with which an Ed25519 key vouches for a text that is no note."""
    return Ed25519PrivateKey.from_private_bytes(signer.seed).sign(text.encode())


def parse_key(text: str) -> Key:
    """A published key; raises BadNote."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise BadNote("A key reads name+id+base64.")
    value = strict_base64(parts[2])
    if len(value) != 33:
        raise BadNote("This kind of key is not known here.")
    key = Key(parts[0], value[0], value[1:])
    if key.id.hex() != parts[1]:
        raise BadNote(f"The id of this key is {key.id.hex()}.")
    return key


def parse(told: str) -> Note:
    """Split a note at its last empty line; raises BadNote. Nothing is checked yet."""
    if len(told) > _NOTE_BYTES_MAX or any(c < " " and c != "\n" for c in told):
        raise BadNote("It is too long or holds control characters.")
    head, blank, tail = told.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise BadNote("It has no signatures.")
    lines = tail[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise BadNote("It has too many signatures.")
    return Note(head + "\n", tuple(_signature_line(line) for line in lines))


def verify(told: str, keys: Iterable[Key]) -> tuple[Note, tuple[Signature, ...]]:
    """Open a note with known keys: unknown ones are ignored, a known one that fails spoils it all.

    Raises BadNote, also when no known key has signed.
    """
    note = parse(told)
    known = {(key.name, key.id): key for key in keys}
    found: dict[tuple[str, bytes], Signature] = {}
    for name, value in note.lines:
        key = known.get((name, value[:4]))
        if key is not None:
            found[key.name, key.id] = _checked(key, note.text, value[4:])
    if not found:
        raise BadNote("No known key has signed it.")
    return note, tuple(found.values())


def strict_base64(text: str) -> bytes:
    """The standard alphabet with padding, one spelling for each value; raises BadNote."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("A value is no base64.") from None
    if base64.b64encode(value).decode() != text:
        raise BadNote("A value is spelt in another base64.")
    return value


def assembled(text: str, lines: Sequence[str]) -> str:
    """A note from its text and signature lines, each ending in a line break."""
    return text + "\n" + "".join(lines)


def _checked(key: Key, text: str, signature: bytes) -> Signature:
    if len(signature) != _SIGNATURE_BYTES[key.kind]:
        raise BadNote(f"The signature of {key.name} has the wrong length.")
    at_seconds = int.from_bytes(signature[:-64], "big")
    try:
        public = Ed25519PublicKey.from_public_bytes(key.public)
        public.verify(signature[-64:], _signed(key.kind, text, at_seconds))
    except InvalidSignature:
        raise BadNote(f"The signature of {key.name} is wrong.") from None
    return Signature(key, at_seconds if key.kind == COSIGNATURE else None)


def _signed(kind: int, text: str, at_seconds: int) -> bytes:
    """The bytes that are signed."""
    if kind == ED25519:
        return text.encode()
    return f"cosignature/v1\ntime {at_seconds}\n{text}".encode()


def _signature_line(line: str) -> tuple[str, bytes]:
    parts = _LINE.fullmatch(line)
    if not parts or not _is_name(parts[1]):
        raise BadNote("A signature line reads — name base64.")
    value = strict_base64(parts[2])
    if len(value) < 5:
        raise BadNote("A signature is too short.")
    return parts[1], value


def _is_name(name: str) -> bool:
    return bool(name) and not any(
        c == "+" or c.isspace() or unicodedata.category(c) in ("Cc", "Cs") for c in name
    )
