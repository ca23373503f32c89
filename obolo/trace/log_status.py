"""How the public log stands: size, keys, witnesses, and the whole of it as one file to take away.

For staff, the command line and whoever verifies. Reads; never signs or asks anybody.
"""

import io
import json
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from obolo.trace.log import note, tiles
from obolo.trace.log.errors import NoSuchLeaf
from obolo.trace.log_keys import WITNESS_KEY, public
from obolo.trace.log_models import (
    Cosignature,
    Leaf,
    LogHead,
    SignedCheckpoint,
    WatchedLog,
    Witness,
)
from obolo.trace.publishing import folder


@dataclass(frozen=True, slots=True)
class WitnessStanding:
    """A witness of ours and the largest checkpoint it vouched for."""

    name: str
    url: str
    size: int  # 0: nothing yet
    at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """The log of the current organisation."""

    origin: str
    size: int
    root_base64: str
    signed_at: datetime
    keys: tuple[str, ...]  # the newest last
    witness_key: str  # with which we vouch for others; empty before set-up
    witnesses: tuple[WitnessStanding, ...]
    watched: tuple[tuple[str, int], ...]  # logs of others: origin, size we vouched for


def status() -> Status | None:
    """How the log stands; None before its first checkpoint."""
    signed = newest_signed()
    if signed is None:
        return None
    origin, _, root, *_ = note.parse(signed.note).text.split("\n")
    ours = public(WITNESS_KEY)
    return Status(
        origin=origin,
        size=signed.size,
        root_base64=root,
        signed_at=signed.signed_at,
        keys=tuple(line.split()[0] for line in key_chain().splitlines()),
        witness_key=ours.text() if ours else "",
        witnesses=tuple(_standing(one) for one in Witness.objects.order_by("url")),
        watched=tuple(WatchedLog.objects.order_by("origin").values_list("origin", "size")),
    )


def newest_signed() -> SignedCheckpoint | None:
    """The newest checkpoint whose files are written."""
    written = LogHead.objects.values_list("written_size", flat=True).first() or 0
    return SignedCheckpoint.objects.filter(size__lte=written).order_by("-size").first()


def key_chain() -> str:
    """All keys the log ever had, one a line: the first alone, then `key index signature`.

    From the entry `index` on the key signs; the signature is that of the key before it.
    """
    lines: list[str] = []
    for index, body in (
        Leaf.objects.filter(kind="key").order_by("index").values_list("index", "body")
    ):
        told: dict[str, Any] = json.loads(bytes(body))
        lines = lines or [told["was"]]
        lines.append(f"{told['key']} {index} {told['signature']}")
    key = public()
    return "".join(f"{line}\n" for line in lines or ([key.text()] if key else []))


def whole_copy(file: IO[bytes]) -> None:
    """Write the whole published log into `file` as a .tar.gz that the verifier reads unpacked.

    Raises NoSuchLeaf before the first checkpoint, or when a file of the log is missing.
    """
    files = folder()
    told = files.read(tiles.CHECKPOINT)
    if told is None:
        raise NoSuchLeaf("The log is empty.")
    size = int(note.parse(told.decode()).text.split("\n")[1])
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
        _add(archive, tiles.CHECKPOINT, told)
        _add(archive, "keys", key_chain().encode())
        for tile in tiles.tiles_of(size):
            # Written by now as a whole one, perhaps: then that is what is kept.
            levels = [tile.level, None] if tile.level == 0 else [tile.level]
            for level in levels:
                one = tiles.Tile(level, tile.index, tile.width)
                whole = files.read(tiles.Tile(level, tile.index, tiles.WIDTH).path())
                if whole is not None:
                    _add(archive, tiles.Tile(level, tile.index, tiles.WIDTH).path(), whole)
                else:
                    _add(archive, one.path(), files.tile(one))


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(f"log/{name}")
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _standing(of: Witness) -> WitnessStanding:
    found = Cosignature.objects.filter(key=of.key).order_by("-size").first()
    return WitnessStanding(
        name=note.parse_key(of.key).name,
        url=of.url,
        size=found.size if found else 0,
        at=_time(found.line) if found else None,
    )


def _time(line: str) -> datetime:
    """When a witness says it vouched: the first eight bytes of its signature."""
    _, value = note.parse(note.assembled("\n", [line])).lines[0]
    return datetime.fromtimestamp(int.from_bytes(value[4:12], "big"), UTC)
