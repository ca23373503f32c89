"""Files of evidence are judged by content and drawn anew; nothing hides in them."""

import contextlib
import io
import stat
import struct
import zlib
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from obolo.causes import files
from obolo.causes.errors import FileTooLarge, NotAPaper, NotAPicture
from obolo.causes.files import FILE_BYTES_MAX, SHOWN_EDGE_PIXELS, keep_paper, keep_photo, read
from obolo.causes.tests.cast import picture

US = uuid4()
GPS, MAKER = 0x8825, 0x010F


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """An empty store."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def _drawn(content: bytes, **options) -> tuple[files.Stored, Image.Image]:
    kept = keep_photo(US, content, **options)
    return kept, Image.open(io.BytesIO(read(US, kept.file_name)))


def _exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[MAKER] = "Telefono di Anna"
    exif[0x0112] = orientation
    exif.get_ifd(GPS)[2] = (45.0, 4.0, 2.0)
    return exif


def test_place_and_device_are_gone():
    content = picture(exif=_exif(), comment=b"fatto da Anna", dpi=(300, 300))
    assert b"Telefono di Anna" in content
    kept, drawn = _drawn(content)
    assert dict(drawn.getexif()) == {}
    assert "comment" not in drawn.info
    stored = read(US, kept.file_name)
    assert b"Anna" not in stored
    assert b"Exif" not in stored


def test_what_hides_behind_the_picture_is_gone():
    kept, _ = _drawn(picture() + b"<?php PK\x03\x04 payload")
    assert b"payload" not in read(US, kept.file_name)


def test_a_turned_photo_is_turned_upright():
    kept, drawn = _drawn(picture(size=(300, 100), exif=_exif(orientation=6)))
    assert drawn.size == (kept.width, kept.height) == (100, 300)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_every_picture_becomes_a_jpeg(kind):
    kept, drawn = _drawn(picture(kind))
    assert drawn.format == "JPEG"
    assert kept.media_type == "image/jpeg"
    assert kept.file_name.endswith(".jpg")


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "1", "I;16", "LA"])
def test_every_kind_of_colour_is_read(mode):
    file = io.BytesIO()
    Image.new(mode, (20, 20)).save(file, "PNG")
    assert _drawn(file.getvalue())[1].mode == "RGB"


def test_a_large_photo_is_made_fit_for_a_cheap_phone():
    _, drawn = _drawn(picture(size=(4_000, 2_000)))
    assert drawn.size == (SHOWN_EDGE_PIXELS, SHOWN_EDGE_PIXELS // 2)


def _png(width: int, height: int) -> bytes:
    """A PNG that says it is that large; a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00")) + (
        chunk(b"IEND", b"")
    )  # fmt: skip


NO_PICTURES = {
    # The maker's name under the number of the width: the decoder fails in an unforeseen way.
    "odd EXIF": picture(exif=_exif(orientation=6)).replace(b"\x01\x0f\x00\x02", b"\x01\0\0\x02"),
    "nothing": b"",
    "a page": b"<html><script>alert(1)</script></html>",
    "a page that begins like a JPEG": b"\xff\xd8\xff\xe0<html>",
    "a drawing with scripts": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "a GIF": picture("GIF"),
    "a TIFF": picture("TIFF"),
    "an EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "a paper": b"%PDF-1.7",
    "cut off": picture(size=(600, 600))[:-500],
    "cut off early": picture()[:40],
    "cut off PNG": picture("PNG", (300, 300))[:-40],
    "above every camera": _png(10_000, 5_001),
    "a bomb": _png(12_000, 12_000),
    "a large bomb": _png(60_000, 60_000),
    "the largest bomb": _png(2**31 - 1, 2**31 - 1),
    "no size": _png(0, 0),
}


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES)
def test_what_is_no_picture_is_refused(content, store):
    with pytest.raises(NotAPicture):
        keep_photo(US, content)
    assert not store.exists()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_picture_is_read_or_refused(data):
    content = bytearray(picture(data.draw(st.sampled_from(["PNG", "JPEG", "WEBP"])), (40, 30)))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(NotAPicture):
        files._open(bytes(content))


def test_a_paper_lies_in_the_store_only_as_its_sealed_original(store):
    kept = keep_paper(US, b"%PDF-1.7 Fattura")
    assert (kept.media_type, kept.width) == ("application/pdf", 0)
    assert not store.exists()


def test_a_photographed_invoice_is_drawn_anew():
    kept = keep_paper(US, picture("PNG", exif=_exif()))
    assert kept.media_type == "image/jpeg"


@pytest.mark.parametrize("content", [b"", b"<html>", b" %PDF-1.7", b"MZ\x90"])
def test_what_is_no_paper_is_refused(content):
    with pytest.raises(NotAPaper):
        keep_paper(US, content)


@pytest.mark.parametrize("keep", [keep_photo, keep_paper])
def test_a_file_above_15_mb_is_refused_before_it_is_opened(keep):
    with pytest.raises(FileTooLarge):
        keep(US, b"%PDF-" + b"x" * FILE_BYTES_MAX)
    assert FILE_BYTES_MAX == 15 * 1024 * 1024


def test_the_name_of_a_file_is_ours(store):
    """Nothing of what they called it: see also `shown_name`, which staff alone see."""
    kept = keep_photo(US, picture())
    [path] = [p for p in store.rglob("*") if p.is_file()]
    assert path == store / US.hex / kept.file_name
    assert stat.S_ISREG(path.stat().st_mode)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "../x.jpg", "x\x00.jpg"])
def test_a_name_leads_nowhere_else(name):
    keep_photo(US, picture())
    with pytest.raises((FileNotFoundError, ValueError)):
        read(US, name)


def test_a_file_of_one_organisation_is_not_read_from_another():
    kept = keep_photo(US, picture())
    with pytest.raises(FileNotFoundError):
        read(uuid4(), kept.file_name)


def test_a_file_is_there_whole_or_not_at_all(store, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep_photo(US, picture())
    assert [p.name for p in Path(store).rglob("*.jpg")] == []
