"""The console around purchases: a second person, currencies, files, corrections, the story."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from obolo.causes import actions, limits, queries
from obolo.causes.file_models import OriginalOpened
from obolo.causes.models import Evidence, Purchase
from obolo.causes.purchase_models import Correction, DraftFile
from obolo.causes.tests.cast import scene
from obolo.kit.clock import now
from obolo.kit.tests.turned import clock as clock  # a fixture
from obolo.ledger import queries as ledger
from obolo.organisations.models import Role
from obolo.web.tests.console_cast import HOME, browser, logged_in, member
from obolo.web.tests.public_cast import bought, opened, page_of, paid, well

pytestmark = pytest.mark.usefixtures("charity", "store")
TODAY = now().date().isoformat()


@pytest.fixture
def store(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cause():
    """The well, with 90 € in its fund."""
    found = well()
    paid(opened(found, minor=10_000), fee=0)
    return found


@pytest.fixture
def officer() -> Client:
    return logged_in(Role.PROJECT_OFFICER)


@pytest.fixture
def treasurer() -> Client:
    return logged_in(Role.TREASURER)


def form_of(client: Client, cause) -> str:
    return client.get(f"{HOME}causes/{cause.slug}/purchases/new").headers["Location"]


def send(client: Client, cause, **fields: Any):
    plain = {"amount": "6,00", "description": "Tubi", "bought_on": TODAY, "consent": "nobody"}
    return client.post(fields.pop("url", None) or form_of(client, cause), plain | fields)


def text(answer) -> str:
    return str(answer.content.decode())


def shot(seed: int = 1) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{seed}.jpg", scene(seed), "image/jpeg")


# ---- A second person -------------------------------------------------------------------------


def test_above_the_limit_a_colleague_decides(officer: Client, treasurer: Client, cause) -> None:
    """Items 128 and 120 of the bad inputs: two decide on one purchase."""
    actions.set_limit(currency="EUR", limit_minor=500, by=uuid4())
    place = send(officer, cause).headers["Location"]
    page = text(officer.get(place))
    assert "You recorded it yourself" in page
    assert "approval" not in page.split("<main")[1]
    assert "1 purchase waits for approval" in text(treasurer.get(HOME))
    assert "Tubi" in text(treasurer.get(f"{HOME}money/waiting/"))
    assert "Tubi" not in text(treasurer.get(f"{HOME}causes/pozzo/"))
    assert officer.post(f"{place}approval").status_code == 403
    assert treasurer.post(f"{place}approval").status_code == 302
    admin = logged_in(Role.ADMIN)
    late = admin.post(f"{place}approval")
    assert late.status_code == 409
    assert "Somebody else has decided meanwhile." in text(late)
    assert "Approved by Sara treasurer" in text(late)
    assert ledger.free_minor(cause.fund_id, "EUR") == 8_400


def test_a_refusal_says_why(officer: Client, treasurer: Client, cause) -> None:
    actions.set_limit(currency="EUR", limit_minor=0, by=uuid4())
    place = send(officer, cause).headers["Location"]
    assert treasurer.post(f"{place}refusal", {"reason": " "}).status_code == 422
    treasurer.post(f"{place}refusal", {"reason": "Manca la <fattura>"})
    page = text(officer.get(place))
    assert "Refused: it never counts" in page
    assert "Manca la &lt;fattura&gt;" in page


def test_who_may_not_buy_may_not_decide(officer: Client, cause) -> None:
    actions.set_limit(currency="EUR", limit_minor=0, by=uuid4())
    place = send(officer, cause).headers["Location"]
    reader = logged_in(Role.READER)
    assert "Your role cannot decide it." in text(reader.get(place))
    assert reader.post(f"{place}approval").status_code == 403


def test_the_admin_sets_the_limit_and_each_is_kept(cause) -> None:
    admin = logged_in(Role.ADMIN)
    for typed in ("500,00", "0", ""):
        answer = admin.post(f"{HOME}money/limits", {"currency": "EUR", "limit": typed})
        assert answer.status_code == 302
    assert [one.limit_minor for one in limits.history("EUR")] == [None, 0, 50_000]
    odd = admin.post(f"{HOME}money/limits", {"currency": "EUR", "limit": "much"})
    assert (odd.status_code, "This is not one amount." in text(odd)) == (422, True)
    assert admin.post(f"{HOME}money/limits", {"currency": "XXX"}).status_code == 422
    page = text(admin.get(f"{HOME}money/waiting/"))
    assert "No limit: one person is enough" in page
    assert "€500.00, set by Sara admin" in page
    officer = logged_in(Role.PROJECT_OFFICER)
    assert officer.post(f"{HOME}money/limits", {"currency": "EUR"}).status_code == 403


# ---- Currency, place, consent ----------------------------------------------------------------


def test_a_purchase_in_francs_shows_both_amounts(officer: Client, cause) -> None:
    told = {"currency": "XOF", "rate": "655,957", "rate_on": TODAY, "rate_source": "Banca"}
    answer = send(officer, cause, amount="6 500", **told)
    page = text(officer.get(answer.headers["Location"]))
    assert "€9.91" in page
    assert "6,500" in page
    assert "655.957 XOF for 1 EUR" in page


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("rate", "", "Write a number more than zero"),
        ("rate", "NaN", "Write a number more than zero"),
        ("rate_on", "x", "Choose a date"),
        ("rate_source", " ", "Say where the rate was read."),
        ("amount", "6,5", "These are too many decimals."),
        ("amount", "1", "Look at the currency, the rate"),
        ("lat_tenths", "901", "nowhere on the globe"),
    ],
)
def test_each_odd_field_is_answered_in_words(officer: Client, cause, field, value, told) -> None:
    plain = {"currency": "XOF", "rate": "655.957", "rate_on": TODAY, "rate_source": "Banca"}
    plain |= {"amount": "6500", "lat_tenths": "1", "lon_tenths": "1"}
    if (field, value) == ("amount", "1"):
        plain["rate"] = "999999"
    answer = send(officer, cause, **plain | {field: value})
    assert answer.status_code == 422
    assert told in text(answer)
    assert Purchase.recorded.count() == 0


def test_photos_need_a_word_about_those_in_them(officer: Client, cause) -> None:
    answer = send(officer, cause, photos=shot(), consent="")
    assert "Say whether people can be recognised" in text(answer)
    answer = send(officer, cause, photos=shot(), consent="given", consent_by="Lina")
    assert "Say who agreed, how and on which day" in text(answer)
    given = {"consent": "given", "consent_by": "Lina", "consent_how": "a voce"}
    later = (now() + timedelta(days=5)).date().isoformat()
    assert send(officer, cause, photos=shot(), **given, consent_on=later).status_code == 422
    answer = send(officer, cause, photos=shot(), **given, consent_on=TODAY)
    assert "Lina agreed (a voce)" in text(officer.get(answer.headers["Location"]))


def test_a_rough_place_by_device_or_name(officer: Client, cause) -> None:
    answer = send(officer, cause, region="Kaya", lat_tenths="131", lon_tenths="-11")
    page = text(officer.get(answer.headers["Location"]))
    assert "Kaya" in page
    assert "near 13.1°, -1.1°" in page
    officer.post(f"{answer.headers['Location']}place", {"region": "Dori"})
    assert "Dori" in text(officer.get(answer.headers["Location"]))


def test_only_the_form_may_ask_the_device_where_it_is(officer: Client, cause) -> None:
    assert "geolocation=(self)" in officer.get(form_of(officer, cause))["Permissions-Policy"]
    assert "geolocation=()" in officer.get(HOME)["Permissions-Policy"]


# ---- Files -----------------------------------------------------------------------------------


def test_files_that_came_before_the_form_belong_to_it(officer: Client, cause) -> None:
    url = form_of(officer, cause)
    for _ in range(2):  # the answer was lost: the same file comes again
        answer = officer.post(f"{url}/files", {"photo": shot()})
        assert answer.status_code == 201
    assert DraftFile.objects.count() == 1
    assert "1.jpg" in text(officer.get(url))
    odd = send(officer, cause, url=url, consent="")
    assert "Say whether people can be recognised" in text(odd)
    assert "1.jpg" in text(odd)  # it is still there
    place = send(officer, cause, url=url).headers["Location"]
    [kept] = Evidence.objects.all()
    assert (kept.public, kept.shown_name) == (True, "1.jpg")
    assert DraftFile.objects.count() == 0
    assert "Photo of what was bought" in text(officer.get(place))


def test_a_file_of_a_draft_can_be_taken_out_by_whoever_sent_it(
    officer: Client, treasurer: Client, cause, django_capture_on_commit_callbacks
) -> None:
    url = form_of(officer, cause)
    kept = json.loads(officer.post(f"{url}/files", {"photo": shot()}).content)
    treasurer.post(f"{url}/files/{kept['id']}/removal")
    assert DraftFile.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(f"{url}/files/{kept['id']}/removal")
    assert DraftFile.objects.count() == 0
    odd = officer.post(f"{url}/files", {"photo": SimpleUploadedFile("x.jpg", b"GIF89a")})
    assert (odd.status_code, "cannot be read" in json.loads(odd.content)["problem"]) == (422, True)


def test_a_draft_nobody_sent_is_forgotten(
    officer: Client, cause, clock, tmp_path, django_capture_on_commit_callbacks
) -> None:
    officer.post(f"{form_of(officer, cause)}/files", {"photo": shot()})
    assert actions.forget_old() == 0
    clock(days=31)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.forget_old() == 1
    assert [path for path in tmp_path.rglob("*") if path.suffix in (".jpg", ".sealed")] == []


def test_the_same_picture_for_two_purchases_is_pointed_out(officer: Client, cause) -> None:
    send(officer, cause, photos=shot())
    second = send(officer, cause, photos=shot(), description="Sabbia").headers["Location"]
    assert "The same file was also handed in for:" in text(officer.get(second))


def test_a_withdrawn_photo_is_gone_from_the_donors_page_too(
    officer: Client, django_capture_on_commit_callbacks
) -> None:
    cause = well("other")
    gift = paid(opened(cause, minor=1_000), fee=0)
    purchase = bought(cause, 300, files="photo")
    found = purchase.evidence.get()
    donor = Client()
    address = f"{page_of(gift).rstrip('/')}/"
    assert str(found.id) in text(donor.get(address.rstrip("/")))
    with django_capture_on_commit_callbacks(execute=True):
        answer = officer.post(f"{HOME}evidence/{found.id}/withdrawal", {"reason": "a voce"})
    assert answer.status_code == 302
    assert str(found.id) not in text(donor.get(address.rstrip("/")))
    assert officer.get(f"{HOME}evidence/{found.id}").status_code == 404
    assert "took their consent back" in text(officer.get(answer.headers["Location"]))


def test_another_version_takes_a_photos_place(officer: Client, cause) -> None:
    place = send(officer, cause, photos=shot(), consent="open").headers["Location"]
    first = Evidence.objects.get()
    assert not first.public
    url = f"{HOME}evidence/{first.id}/version"
    assert officer.post(url, {"consent": "nobody"}).status_code == 422
    assert officer.post(url, {"file": shot(2)}).status_code == 422
    assert officer.post(url, {"file": shot(2), "consent": "nobody"}).status_code == 302
    assert [one.public for one in Evidence.objects.order_by("added_at")] == [False, True]
    assert "Replaced by another version" in text(officer.get(place))


def test_the_original_opens_for_a_few_who_say_why(
    officer: Client, treasurer: Client, cause
) -> None:
    place = send(officer, cause, photos=shot()).headers["Location"]
    url = f"{HOME}evidence/{Evidence.objects.get().id}/original"
    assert officer.post(url, {"reason": "x"}).status_code == 403
    assert treasurer.post(url, {"reason": ""}).status_code == 422
    answer = treasurer.post(url, {"reason": "Revisione"})
    assert answer.content == scene(1)
    assert answer["Content-Disposition"].startswith("attachment")
    assert OriginalOpened.objects.count() == 1
    assert "Revisione" in text(treasurer.get(place))


def test_an_invoice_is_read_by_those_who_buy_or_pay(officer: Client, cause) -> None:
    send(officer, cause, invoice=SimpleUploadedFile("f.pdf", b"%PDF-1.7 x", "application/pdf"))
    url = f"{HOME}evidence/{Evidence.objects.get().id}"
    assert officer.get(url).content == b"%PDF-1.7 x"
    assert logged_in(Role.READER).get(url).status_code == 404


def test_a_file_may_be_added_later(officer: Client, cause) -> None:
    place = send(officer, cause).headers["Location"]
    assert officer.post(f"{place}files", {"kind": "photo"}).status_code == 422
    told = {"kind": "photo", "file": shot(), "consent": "nobody"}
    assert officer.post(f"{place}files", told).status_code == 302
    odd = {"kind": "invoice", "file": SimpleUploadedFile("x.pdf", b"MZ")}
    assert officer.post(f"{place}files", odd).status_code == 422
    assert Evidence.objects.count() == 1


# ---- Corrections -----------------------------------------------------------------------------


def test_what_a_supplier_paid_back_is_confirmed_first(treasurer: Client, cause) -> None:
    place = send(treasurer, cause).headers["Location"]
    url = treasurer.get(f"{place}corrections/new").headers["Location"]
    told = {"kind": "returned", "amount": "1,50", "day": TODAY, "reason": "Difettosi"}
    assert "go back to the fund" in text(treasurer.post(url, told))
    assert Correction.objects.count() == 0
    for _ in range(2):
        assert treasurer.post(url, told | {"confirmed": "yes"}).status_code == 302
    page = text(treasurer.get(place))
    assert "The supplier paid €1.50 back" in page
    assert "€4.50 still count." in page
    assert "Difettosi" in page
    assert ledger.free_minor(cause.fund_id, "EUR") == 8_550


def test_what_never_happened_is_released(treasurer: Client, cause) -> None:
    place = send(treasurer, cause).headers["Location"]
    url = treasurer.get(f"{place}corrections/new").headers["Location"]
    told = {"kind": "released", "day": TODAY, "reason": "Doppia", "confirmed": "yes"}
    assert treasurer.post(url, told).status_code == 302
    assert ledger.free_minor(cause.fund_id, "EUR") == 9_000
    assert "It never happened" in text(treasurer.get(place))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("amount", "6,01", "€6.00 are left of this purchase."),
        ("amount", "-1", "Write it without a minus"),
        ("reason", " ", "Write the reason"),
        ("day", "2031-01-01", "lies in the future"),
        ("day", "x", "Choose a date"),
    ],
)
def test_odd_corrections_are_answered_in_words(treasurer, cause, field, value, said) -> None:
    place = send(treasurer, cause).headers["Location"]
    url = treasurer.get(f"{place}corrections/new").headers["Location"]
    told = {"kind": "returned", "amount": "1,50", "day": TODAY, "reason": "x", "confirmed": "yes"}
    answer = treasurer.post(url, told | {field: value})
    assert (answer.status_code, said in text(answer)) == (422, True)
    assert Correction.objects.count() == 0


def test_corrections_are_the_treasurers(officer: Client, cause) -> None:
    place = send(officer, cause).headers["Location"]
    assert officer.get(f"{place}corrections/new").status_code == 403


# ---- The story of a cause --------------------------------------------------------------------


def test_notes_outcomes_and_topics(officer: Client, cause) -> None:
    url = f"{HOME}causes/pozzo/story/"
    officer.post(f"{url}note", {"text_en": "It rains.", "day": TODAY})
    note = queries.waiting_note(cause.id)
    assert note
    assert note.text("it") == "It rains."
    told = {"text_it": "Acqua!", "day": TODAY, "draft": "1", "photos": shot()}
    assert officer.post(f"{url}outcomes", told).status_code == 422  # who is in the photo?
    told |= {"consent": "nobody", "photos": shot()}
    assert officer.post(f"{url}outcomes", told).status_code == 302
    [outcome] = queries.all_outcomes_of(cause.id)
    assert "Not shown yet: it needs a name" in text(officer.get(url))
    officer.post(f"{url}outcomes/{outcome.id}/approval")
    assert "under the name of Sara project_officer" in text(officer.get(url))
    photo = outcome.photos.get()
    assert officer.get(f"{HOME}outcome-photos/{photo.id}")["Content-Type"] == "image/jpeg"
    assert officer.post(f"{url}outcomes/{outcome.id}/withdrawal", {}).status_code == 422
    officer.post(f"{url}outcomes/{outcome.id}/withdrawal", {"reason": "Errore"})
    assert queries.outcomes_of(cause.id) == []
    officer.post(f"{url}topics", {"sdg": ["6", "99", "x"], "icnpo": "6"})
    cause.refresh_from_db()
    assert (cause.sdg_goals, cause.icnpo_group) == ([6], "6")


def test_what_cannot_be_told_is_answered_in_words(officer: Client, cause) -> None:
    url = f"{HOME}causes/pozzo/story/"
    assert officer.post(f"{url}note", {"text_en": "x", "day": "?"}).status_code == 422
    assert officer.post(f"{url}outcomes", {"day": TODAY}).status_code == 422
    assert officer.post(f"{url}outcomes/{uuid4()}/approval").status_code == 404
    assert officer.get(f"{HOME}causes/nessuna/story/").status_code == 404
    assert browser(member(Role.OPERATOR)).post(f"{url}note").status_code == 403


@pytest.mark.parametrize("language", ["it", "ar"])
def test_the_pages_speak_the_readers_language(cause, language: str) -> None:
    admin = logged_in(Role.ADMIN, language=language)
    actions.set_limit(currency="EUR", limit_minor=0, by=uuid4())
    place = send(admin, cause, photos=shot()).headers["Location"]
    for url in (
        place,
        form_of(admin, cause),
        f"{HOME}causes/pozzo/story/",
        f"{HOME}money/waiting/",
    ):
        page = text(admin.get(url))
        assert f'lang="{language}"' in page
        assert "{" not in page.split("<main")[1].split("</main>")[0]
