"""Causes, and recording what was bought: every odd field answered in words, nothing twice."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from obolo.causes.models import Evidence, Purchase
from obolo.kit.clock import now
from obolo.organisations.models import Role
from obolo.web.tests.console_cast import HOME, logged_in
from obolo.web.tests.public_cast import bought, opened, paid, picture, well

pytestmark = pytest.mark.usefixtures("charity", "store")
TODAY = now().date().isoformat()


@pytest.fixture
def store(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cause():
    """The well, with 9,00 € of a gift of 10,00 € in its fund (10 % overhead)."""
    found = well()
    paid(opened(found, minor=1000), fee=0)
    return found


@pytest.fixture
def officer() -> Client:
    return logged_in(Role.PROJECT_OFFICER)


def form_of(client: Client, cause) -> str:
    return client.get(f"{HOME}causes/{cause.slug}/purchases/new").headers["Location"]


def send(client: Client, url: str, **fields):
    plain = {"amount": "2,50", "description": "Tubi", "bought_on": TODAY, "consent": "nobody"}
    return client.post(url, plain | fields)


def test_the_form_says_what_the_fund_holds(officer: Client, cause) -> None:
    page = officer.get(form_of(officer, cause)).content.decode()
    assert "The fund holds €9.00." in page
    assert 'accept="image/*" capture="environment"' in page


def test_a_purchase_changes_the_totals_and_says_whose_gifts(officer: Client, cause) -> None:
    answer = send(
        officer,
        form_of(officer, cause),
        photos=SimpleUploadedFile("tubi.jpg", picture(), "image/jpeg"),
        invoice=SimpleUploadedFile("fattura.pdf", b"%PDF-1.7 x", "application/pdf"),
    )
    assert answer.status_code == 302
    page = officer.get(answer.headers["Location"]).content.decode()
    assert "1 gift counted towards this purchase." in page
    assert "€2.50" in page
    links = re.findall(r'(?:src|href)="[^"]*/evidence/[^"/]+"', page)
    assert len(links) == 3  # the photo's link and picture, the invoice's link
    for path in ("causes/", f"causes/{cause.slug}/"):
        totals = officer.get(HOME + path).content.decode()
        assert "<dt>Received</dt><dd>€9.00</dd>" in totals
        assert "<dt>Spent</dt><dd>€2.50</dd>" in totals
        assert "<dt>Still to be spent</dt><dd>€6.50</dd>" in totals


def test_a_double_click_records_once(officer: Client, cause) -> None:
    url = form_of(officer, cause)
    first, second = send(officer, url), send(officer, url)
    assert first.headers["Location"] == second.headers["Location"]
    assert Purchase.objects.count() == 1
    assert (
        officer.get(url).headers["Location"] == first.headers["Location"]
    )  # the back button meets what it recorded


def test_a_used_form_records_no_other_particulars(officer: Client, cause) -> None:
    url = form_of(officer, cause)
    send(officer, url)
    answer = send(officer, url, amount="3,00")
    assert answer.status_code == 409
    assert b"a record is never altered" in answer.content
    assert Purchase.objects.get().amount_minor == 250


def test_two_colleagues_with_one_form_address_record_two(officer: Client, cause) -> None:
    url = form_of(officer, cause)
    send(officer, url)
    send(logged_in(Role.TREASURER), url)
    assert Purchase.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("amount", "", "Write the amount, for example €12.50."),
        ("amount", "0", "The amount must be more than zero, for example"),
        ("amount", "0,00", "The amount must be more than zero, for example"),
        ("amount", "-5", "Write it without a minus"),
        ("amount", "NaN", "This is not one amount."),
        ("amount", "1e9", "This is not one amount."),
        ("amount", "5-10", "This is not one amount."),
        ("amount", "0,001", "These are too many decimals."),
        ("amount", "1.000", "This can be read in two ways."),
        ("amount", "12 USD", "This cause is kept in EUR."),
        ("amount", "9" * 14, "more than any purchase can be"),
        ("amount", "12,20", "The fund holds €9.00; €3.20 are missing."),
        ("description", "  ", "Say in a few words what was bought."),
        ("description", "x" * 301, "At most 300 characters"),
        ("bought_on", "", "Choose a date"),
        ("bought_on", "31/02/2026", "Choose a date"),
        ("bought_on", "0202-01-01", "too far back"),
        ("bought_on", (now() + timedelta(days=9)).date().isoformat(), "lies in the future"),
        ("photos", SimpleUploadedFile("x.jpg", b"not a picture"), "One of the photos cannot"),
        ("invoice", SimpleUploadedFile("x.pdf", b"MZ a program"), "must be a PDF or a picture"),
        ("photos", SimpleUploadedFile("x.jpg", b"\0" * 15_728_641), "15 MB at most"),
    ],
)
def test_each_odd_field_is_answered_in_words(
    officer: Client, cause, field: str, value, told: str
) -> None:
    answer = send(officer, form_of(officer, cause), **{field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert 'aria-invalid="true"' in page
    assert "Nothing was recorded yet." in page
    assert not Purchase.objects.exists()
    assert not Evidence.objects.exists()


def test_nine_photos_are_too_many(officer: Client, cause) -> None:
    photos = [SimpleUploadedFile(f"{i}.jpg", picture()) for i in range(9)]
    answer = send(officer, form_of(officer, cause), photos=photos)
    assert b"At most 8 photos" in answer.content


def test_what_was_typed_comes_back_escaped(officer: Client, cause) -> None:
    page = send(officer, form_of(officer, cause), amount='"><b>', description="<i>").content
    assert b"<b>" not in page
    assert b'value="&quot;&gt;&lt;b&gt;"' in page
    assert b'value="&lt;i&gt;"' in page


def test_files_are_shown_without_power(officer: Client, cause) -> None:
    purchase = bought(cause, 100)
    photo, invoice = purchase.evidence.order_by("-kind")
    shown = officer.get(f"{HOME}evidence/{photo.id}")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Content-Disposition"].startswith("inline")
    paper = officer.get(f"{HOME}evidence/{invoice.id}")
    assert paper.headers["Content-Disposition"].startswith("attachment")
    assert paper.headers["X-Content-Type-Options"] == "nosniff"
    assert paper.headers["Content-Security-Policy"].startswith("sandbox")
    assert officer.get(f"{HOME}evidence/{cause.id}").status_code == 404
    assert Client().get(f"{HOME}evidence/{photo.id}").status_code == 302


def test_unknown_causes_and_purchases_are_404(officer: Client, cause) -> None:
    for path in ["causes/nessuna/", "causes/nessuna/purchases/new", f"purchases/{cause.id}/"]:
        assert officer.get(HOME + path).status_code == 404


def test_without_causes_the_page_says_so(officer: Client) -> None:
    assert b"No cause is open." in officer.get(f"{HOME}causes/").content
