"""Odd files as evidence: kept without power, or refused in words (items 101 to 116)."""

import io
import zipfile

import pytest
from PIL import Image

from obolo.causes.errors import NotAPaper, NotAPicture
from obolo.causes.models import Evidence
from obolo.causes.tests.cast import buy, invoice, money_for, photo, picture, scene, well


@pytest.fixture
def cause(charity, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    found = well()
    money_for(found, 1_000)
    return found


def _archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big", b"\0" * 10_000_000)
    return file.getvalue()


def _frames(kind: str) -> bytes:
    frames = [Image.new("RGB", (8, 8), (n % 256, 0, 0)) for n in range(500)]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:])
    return file.getvalue()


@pytest.mark.parametrize("tail", [b"<html><script>alert(1)</script></html>", _archive(), b"MZ\x90"])
def test_what_hangs_behind_a_picture_is_gone(cause, tmp_path, tail):
    """Item 103: the copy that is shown is drawn anew, the original lies sealed."""
    buy(cause, evidence=[photo(scene() + tail)])
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or tail not in path.read_bytes()


def test_a_bomb_is_not_opened(cause):
    """Item 104: too many frames; too many pixels are in `test_files.py`."""
    with pytest.raises(NotAPicture):
        buy(cause, evidence=[photo(_frames("GIF"))])
    buy(cause, evidence=[photo(_frames("PNG"))])  # an animation: its first frame is the photo
    [kept] = Evidence.objects.all()
    assert (kept.width, kept.height) == (8, 8)


@pytest.mark.parametrize("kind", [photo, invoice])
def test_archives_are_never_unpacked(cause, kind):
    with pytest.raises((NotAPicture, NotAPaper)):
        buy(cause, evidence=[kind(_archive())])


@pytest.mark.parametrize("content", [picture()[:60], scene()[:-400], b"\xff\xd8\xff"])
def test_a_file_cut_short_is_refused(cause, content):
    with pytest.raises(NotAPicture):
        buy(cause, evidence=[photo(content)])
    assert Evidence.objects.count() == 0


@pytest.mark.parametrize(
    "name",
    ["../../x", "a\r\nX: y", "photo\u202egpj.exe", "x" * 300, "CON", ".htaccess", "\0", "", "="],
)
def test_names_of_files_have_no_power(cause, tmp_path, name):
    """Item 110: ours is made from the content; theirs is kept as text for staff."""
    buy(cause, evidence=[photo(scene(), name=name)])
    [kept] = Evidence.objects.all()
    assert kept.file_name == f"{kept.file_name[:64]}.jpg"
    assert len(kept.shown_name) <= 200
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".jpg", ".sealed"}
