"""Photos over time: consent, withdrawal, versions, look-look_alikes; originals sealed."""

import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from obolo.causes import actions, likeness, originals, places, queries
from obolo.causes.errors import (
    ConsentUnclear,
    NoSuchOriginal,
    NotAPicture,
    OriginalDestroyed,
    PhotoWithdrawn,
    ReasonMissing,
)
from obolo.causes.file_models import Consent, Original, OriginalOpened, Withdrawal
from obolo.causes.models import Evidence
from obolo.causes.showing import look_alikes
from obolo.causes.tests.cast import DAY, buy, invoice, money_for, photo, scene, well
from obolo.kit.clock import now
from obolo.organisations.seal import SealBroken
from obolo.organisations.wall import within

BY = uuid4()
AGREED: dict[str, Any] = {
    "kind": Consent.GIVEN,
    "by": "Il comitato del villaggio",
    "how": "a voce",
    "on": DAY,
}


@pytest.fixture
def cause(charity, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    found = well()
    money_for(found, 10_000)
    return found


def _shown(cause) -> list[Evidence]:
    return [e for p in queries.purchases_of(cause.id) for e in p.evidence.all() if e.public]


def _files(root: Path) -> set[str]:
    return {path.suffix for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("told", "public"),
    [
        ({}, True),
        ({"kind": Consent.OPEN}, False),
        (AGREED, True),
        (AGREED | {"children": True}, False),
        (AGREED | {"children": True, "guardian": True}, True),
    ],
)
def test_a_photo_is_shown_when_those_in_it_agreed(cause, told, public):
    bought = buy(cause, evidence=[photo(scene(), **told)])
    assert bought.evidence.get().public is public


@pytest.mark.parametrize("missing", ["by", "how", "on"])
def test_consent_says_who_how_and_when(cause, missing):
    with pytest.raises(ConsentUnclear):
        buy(cause, evidence=[photo(**AGREED | {missing: None if missing == "on" else " "})])
    with pytest.raises(ConsentUnclear):
        buy(cause, evidence=[photo(**AGREED | {"on": now().date() + timedelta(days=3)})])
    assert Evidence.objects.count() == 0


def test_a_withdrawn_photo_is_gone_everywhere_at_once_and_its_record_stays(
    cause, tmp_path, django_capture_on_commit_callbacks
):
    same_picture = scene(kind="JPEG") + b"\0"  # other bytes, the same copy
    one = buy(cause, evidence=[photo(scene(), **AGREED)])
    other = buy(cause, evidence=[photo(scene(), **AGREED), photo(scene(2))])
    third = buy(cause, evidence=[photo(same_picture, **AGREED)])
    assert len(_shown(cause)) == 4
    with django_capture_on_commit_callbacks(execute=True):
        told = actions.withdraw_photo(photo=one.evidence.get(), by=BY, reason="Chiesto a voce")
    assert [e.purchase_id for e in _shown(cause)] == [other.id]
    assert Evidence.objects.filter(purchase__in=[one, other, third]).count() == 4
    assert len({p.name for p in tmp_path.rglob("*.jpg")}) == 1
    with pytest.raises(OriginalDestroyed):
        originals.content_of(hashlib.sha256(scene()).digest())
    assert Original.objects.filter(sealed_key=None).count() == 2
    assert (told.reason, told.withdrawn_by) == ("Chiesto a voce", BY)
    with pytest.raises(PhotoWithdrawn):
        buy(cause, evidence=[photo(scene())])
    again = actions.withdraw_photo(photo=one.evidence.get(), by=uuid4(), reason="Ancora")
    assert again == told
    assert Withdrawal.objects.count() == 2


def test_a_withdrawal_says_why_and_is_of_a_photo(cause):
    bought = buy(cause, evidence=[photo(), invoice()])
    shot, paper = bought.evidence.order_by("-kind")
    with pytest.raises(ReasonMissing):
        actions.withdraw_photo(photo=shot, by=BY, reason="")
    with pytest.raises(NotAPicture):
        actions.withdraw_photo(photo=paper, by=BY, reason="x")


def test_another_version_replaces_the_first_and_both_hashes_stay(
    cause, django_capture_on_commit_callbacks
):
    bought = buy(cause, evidence=[photo(scene(1))])
    first = bought.evidence.get()
    with django_capture_on_commit_callbacks(execute=True):
        fresh = actions.replace_photo(evidence=first, by=photo(scene(2)), added_by=BY)
        again = actions.replace_photo(evidence=first, by=photo(scene(2)), added_by=BY)
    assert again == fresh
    assert _shown(cause) == [fresh]
    kept = {bytes(one.sha256) for one in bought.evidence.all()}
    assert kept == {hashlib.sha256(scene(n)).digest() for n in (1, 2)}
    assert originals.content_of(hashlib.sha256(scene(1)).digest()) == scene(1)
    with pytest.raises(FileNotFoundError):
        queries.content(first)


def test_consent_told_later_is_a_new_version_of_the_same_bytes(cause):
    bought = buy(cause, evidence=[photo(scene(), kind=Consent.OPEN)])
    first = bought.evidence.get()
    fresh = actions.replace_photo(evidence=first, by=photo(scene(), **AGREED), added_by=BY)
    assert _shown(cause) == [fresh]
    assert queries.content(fresh)


def test_the_same_file_for_two_purchases_is_noticed(cause):
    """Item 112 of the bad inputs."""
    one = buy(cause, evidence=[invoice()])
    two = buy(cause, evidence=[invoice(), photo(scene())])
    [told] = look_alikes(two)
    assert (told.other_purchase, told.same) == (one, True)
    assert [a.other_purchase for a in look_alikes(one)] == [two]


def test_nearly_the_same_picture_for_two_purchases_is_noticed(cause):
    one = buy(cause, evidence=[photo(scene(5))])
    small = Image.open(io.BytesIO(scene(5))).resize((160, 100))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=40)
    two = buy(cause, evidence=[photo(file.getvalue())])
    buy(cause, evidence=[photo(scene(6)), photo()])  # another one, and one without features
    [told] = look_alikes(two)
    assert (told.other_purchase, told.same) == (one, False)


def test_pictures_without_features_look_like_nothing():
    assert likeness.bits(Image.new("RGB", (300, 200), "teal")) is None
    assert likeness.differing_bits(-1, 0) == 64


def test_an_original_is_sealed_on_the_disk_and_opens_with_a_reason(cause, tmp_path):
    buy(cause, evidence=[invoice(b"%PDF-1.7 Fattura di Anna"), photo(scene())])
    assert not any(b"Anna" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert _files(tmp_path) == {".sealed", ".jpg"}
    sha256 = hashlib.sha256(scene()).digest()
    with pytest.raises(ReasonMissing):
        actions.open_original(sha256=sha256, by=BY, reason=" ")
    assert OriginalOpened.objects.count() == 0
    assert actions.open_original(sha256=sha256, by=BY, reason="Revisione 2026") == scene()
    opened = OriginalOpened.objects.get()
    assert (opened.opened_by, opened.reason) == (BY, "Revisione 2026")


def test_an_original_that_was_touched_does_not_open(cause, tmp_path, other_charity):
    buy(cause, evidence=[invoice()])
    sha256 = bytes(Evidence.objects.get().sha256)
    [path] = tmp_path.rglob("*.sealed")
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)
    with pytest.raises(SealBroken):
        originals.content_of(sha256)
    path.unlink()
    with pytest.raises(NoSuchOriginal):
        originals.content_of(sha256)
    with within(other_charity.id), pytest.raises(NoSuchOriginal):
        originals.content_of(sha256)


def test_the_place_in_a_photo_is_kept_coarsened_only(cause):
    exif = Image.Exif()
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (2.0, 31.0, 48.3), "W", (34.0, 39.0, 0.0)
    file = io.BytesIO()
    Image.new("RGB", (64, 48)).save(file, "JPEG", exif=exif)
    buy(cause, evidence=[photo(file.getvalue())])
    kept = Evidence.objects.get()
    assert (kept.near_lat_tenths, kept.near_lon_tenths) == (25, -346)  # halves go to even


def _placed(lat: Any) -> Image.Image:
    """A picture that says it was taken at this latitude."""
    picture = Image.new("RGB", (64, 48))
    place = picture.getexif().get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", lat, "E", (34.0, 39.0, 0.0)
    return picture


@pytest.mark.parametrize("lat", [(91.0, 0.0, 0.0), (1.0, 2.0), ()])
def test_an_odd_place_in_a_photo_is_no_place(cause, lat):
    file, picture = io.BytesIO(), _placed(lat)
    picture.save(file, "JPEG", exif=picture.getexif())
    buy(cause, evidence=[photo(file.getvalue())])
    assert Evidence.objects.get().near_lat_tenths is None


@pytest.mark.parametrize("lat", ["x", (float("nan"), 0.0, 0.0), (float("inf"), 0.0, 0.0), None])
def test_a_place_that_only_another_program_writes_is_no_place(lat):
    assert places.of_picture(_placed((33.0, 54.0, 0.0))) == (339, 346)
    assert places.of_picture(_placed(lat)) is None
