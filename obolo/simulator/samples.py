"""Small files that pretend people send: a photo, a voice note, a video, a paper, a sticker.

Owns their making; the bytes depend on nothing but the kind, so nobody has to keep them.
"""

import io
import struct
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw

MIMES = {
    "image": "image/jpeg",
    "audio": "audio/ogg; codecs=opus",
    "video": "video/mp4",
    "document": "application/pdf",
    "sticker": "image/webp",
}
UNSUPPORTED = {
    "errors": [
        {
            "code": 131051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        }
    ],
    "unsupported": {"type": "poll_creation"},
}


@cache
def sample(kind: str) -> bytes:
    """The bytes of the sample file of `kind`; raises KeyError for a kind without files."""
    return _MAKERS[kind]()


def _photo() -> bytes:
    return _picture("JPEG")


def _sticker() -> bytes:
    return _picture("WEBP")


def _picture(form: str) -> bytes:
    picture = Image.new("RGB", (480, 320), "#cfe3df")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 210, 480, 320), fill="#c9a15a")
    draw.ellipse((350, 30, 420, 100), fill="#f0c453")
    draw.rectangle((180, 150, 300, 240), fill="#0f4c4a")
    draw.polygon(((165, 150), (240, 95), (315, 150)), fill="#8a5a2b")
    out = io.BytesIO()
    picture.save(out, form, quality=80)
    return out.getvalue()


def _voice() -> bytes:
    """An Ogg page with the identification header of Opus (RFC 7845 §5.1) and no sound."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 312, 16_000, 0, 0)
    page = struct.pack("<4sBBqIIIBB", b"OggS", 0, 2, 0, 1, 0, 0, 1, len(head))
    return page + head


def _video() -> bytes:
    return struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"isom", 512, b"isom", b"mp42")


def _paper() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


_MAKERS: dict[str, Callable[[], bytes]] = {
    "image": _photo,
    "audio": _voice,
    "video": _video,
    "document": _paper,
    "sticker": _sticker,
}
