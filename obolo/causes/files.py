"""Files of evidence: judged by content, pictures drawn anew, stored whole or not at all.

Drawing a picture anew drops place, device and whatever else hides in the file. Names are made by
us from the hash of the content.
"""

import hashlib
import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from PIL import Image, ImageOps

from obolo.causes import likeness, places
from obolo.causes.errors import FileTooLarge, NotAPaper, NotAPicture
from obolo.kit.ids import new_token

FILE_BYTES_MAX = 15 * 1024 * 1024
PIXELS_MAX = 50_000_000  # above every phone's camera, below a bomb
SHOWN_EDGE_PIXELS = 1600  # enough for a page, small enough for a cheap phone
JPEG_QUALITY = 82


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies in the store; a paper lies there only as its sealed original."""

    file_name: str
    media_type: str
    sha256: bytes
    width: int = 0
    height: int = 0
    likeness: int | None = None
    near: tuple[int, int] | None = None  # where the camera was, in tenths of a degree


def keep_photo(organisation_id: UUID, content: bytes) -> Stored:
    """Draw a photo anew as JPEG and store it; raises NotAPicture or FileTooLarge."""
    _check_size(content)
    picture, near = _open(content)
    picture.thumbnail((SHOWN_EDGE_PIXELS, SHOWN_EDGE_PIXELS))
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=JPEG_QUALITY, optimize=True)
    sha256 = hashlib.sha256(content).digest()
    name = f"{hashlib.sha256(drawn.getvalue()).hexdigest()}.jpg"
    write(organisation_id, name, drawn.getvalue())
    size = (picture.width, picture.height)
    return Stored(name, "image/jpeg", sha256, *size, likeness.bits(picture), near)


def keep_paper(organisation_id: UUID, content: bytes) -> Stored:
    """Judge an invoice: a PDF stays as it is (see `originals`), a picture is drawn anew."""
    _check_size(content)
    if not content.startswith(b"%PDF-"):
        try:
            return keep_photo(organisation_id, content)
        except NotAPicture:
            raise NotAPaper from None
    sha256 = hashlib.sha256(content).digest()
    return Stored(f"{sha256.hex()}.pdf", "application/pdf", sha256)


def read(organisation_id: UUID, file_name: str) -> bytes:
    """The bytes of a stored file; raises FileNotFoundError."""
    return (_folder(organisation_id) / Path(file_name).name).read_bytes()


def remove(organisation_id: UUID, file_name: str) -> None:
    """Take a file out of the store; nothing happens when it is not there."""
    (_folder(organisation_id) / Path(file_name).name).unlink(missing_ok=True)


def write(organisation_id: UUID, file_name: str, content: bytes) -> None:
    """Store a file whole or not at all: a temporary file, flushed to the disk, then renamed."""
    path = _folder(organisation_id) / Path(file_name).name
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{new_token()}")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _check_size(content: bytes) -> None:
    if len(content) > FILE_BYTES_MAX:
        raise FileTooLarge


def _open(content: bytes) -> tuple[Image.Image, tuple[int, int] | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
            if picture.width * picture.height > PIXELS_MAX:
                raise NotAPicture("It has too many pixels.")
            near = places.of_picture(picture)
            turned = ImageOps.exif_transpose(picture).convert("RGB")
            turned.info.clear()  # a comment would be carried over
            return turned, near
    except NotAPicture:
        raise
    except Exception as odd:  # over a damaged file a decoder raises anything
        raise NotAPicture from odd


def _folder(organisation_id: UUID) -> Path:
    return Path(settings.MEDIA_ROOT) / organisation_id.hex
