"""Receipts in the console: found, read, voided, replaced, sent; and the year's end."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pypdf import PdfReader

from obolo.conversations.models import Delivery
from obolo.giving.models import Gift, Receipt
from obolo.giving.receipts import actions as receipts
from obolo.giving.receipts import queries
from obolo.giving.receipts.models import Issuer
from obolo.giving.tests.cast import paid
from obolo.organisations.models import Role
from obolo.people.models import Person
from obolo.people.tests.cast import anna
from obolo.web.tests.console_cast import HOME, hidden, logged_in
from obolo.web.tests.public_cast import well

LIST = f"{HOME}money/receipts/"
DAY = datetime(2026, 5, 5, tzinfo=UTC)


@pytest.fixture
def gift(charity) -> Gift:
    """Anna's gift of 5 euro in May 2026."""
    return paid(anna(), well(), at=DAY)


def _text(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def _newest(gift: Gift) -> Receipt:
    found = queries.newest_of(gift.id)
    assert found
    return found


def _of(gift: Gift, end: str = "") -> str:
    return f"{LIST}{_newest(gift).id}/{end}"


def test_receipts_are_listed_and_found(gift):
    browser = logged_in(Role.READER)
    receipt = _newest(gift)
    page = browser.get(LIST)
    assert receipt.shown in page.content.decode()
    assert "still missing on them" in page.content.decode()
    for words in ("2026/1", "1", anna().name):
        assert receipt.shown in browser.get(LIST, {"q": words}).content.decode()
    assert "No receipt fits" in browser.get(LIST, {"q": "77"}).content.decode()
    assert "No receipt fits" in browser.get(LIST, {"state": "void"}).content.decode()
    odd = {"year": "x", "page": "-1", "state": "odd", "q": "\x00" * 200}
    assert browser.get(LIST, odd).status_code == 200


def test_without_receipts_the_list_says_when_they_come(charity):
    page = logged_in().get(LIST).content.decode()
    assert "Each gift gets its receipt" in page


def test_a_receipt_has_a_page_and_a_paper(gift):
    browser = logged_in(Role.READER)
    page = browser.get(_of(gift)).content.decode()
    assert "€5.00" in page
    assert "Issued while data of the organisation were missing" in page
    paper = browser.get(_of(gift, "receipt.pdf"))
    assert paper["Content-Type"] == "application/pdf"
    assert _newest(gift).shown in _text(paper.content)
    assert browser.get(f"{LIST}{uuid4()}/").status_code == 404


def test_voiding_asks_why_and_keeps_who(gift):
    browser = logged_in(Role.TREASURER)
    asked = browser.get(_of(gift, "void")).content.decode()
    assert "cannot be undone" in asked
    empty = browser.post(_of(gift, "void"), {"reason": " "})
    assert empty.status_code == 422
    assert "Write in a few words why." in empty.content.decode()
    for _ in range(2):
        done = browser.post(_of(gift, "void"), {"reason": "wrong name"})
        assert done.status_code == 302
    page = browser.get(_of(gift)).content.decode()
    assert "This receipt is void." in page
    assert "Sara treasurer" in page
    assert "wrong name" in page
    again = browser.post(_of(gift, "void"), {"reason": "another"})
    assert "for another reason" in again.content.decode()


def test_a_receipt_is_replaced_in_the_right_name_once(gift):
    browser = logged_in(Role.TREASURER)
    address = _of(gift, "reissue")
    form = browser.get(address)
    key = hidden(form.content, "key")
    filled = {"name": "Anna Verdi", "tax_code": "short", "reason": "wrong name", "key": key}
    odd = browser.post(address, filled)
    assert odd.status_code == 422
    assert "A tax code has 16" in odd.content.decode()
    assert 'value="Anna Verdi"' in odd.content.decode(), "what was typed stays"
    filled |= {"tax_code": "VRDNNA80A41H501X"}
    for _ in range(2):  # a double click
        assert browser.post(address, filled).status_code == 302
    assert Receipt.objects.count() == 2
    printed = queries.printed_of(_newest(gift))
    assert (printed.donor_name, printed.donor_tax_code) == ("Anna Verdi", "VRDNNA80A41H501X")
    page = browser.get(_of(gift)).content.decode()
    assert "In place of 2026/000001" in page
    gifts = browser.get(f"{HOME}money/gifts/").content.decode()
    assert "2026/000002" in gifts
    assert "2026/000001" not in gifts
    old = browser.get(f"{LIST}{Receipt.objects.get(number=1).id}/").content.decode()
    assert "2026/000002" in old


def test_a_receipt_is_sent_once_per_form(gift):
    browser = logged_in(Role.TREASURER)
    key = hidden(browser.get(_of(gift)).content, "key")
    for _ in range(2):
        answer = browser.post(_of(gift, "messages"), {"key": key}, follow=True)
    assert "on its way" in answer.content.decode()
    assert Delivery.objects.count() == 1
    assert Delivery.objects.get().body["document"]["filename"] == "ricevuta-2026-000001.pdf"


@pytest.mark.parametrize("end", ["void", "reissue", "messages"])
def test_only_those_with_the_money_change_receipts(gift, end):
    browser = logged_in(Role.OPERATOR)
    assert browser.post(_of(gift, end), {"reason": "x"}).status_code == 403
    assert "Void" not in browser.get(_of(gift)).content.decode()
    for page in ("organisation", "years/2026/", "years/2026/receipts.csv"):
        assert browser.get(f"{LIST}{page}").status_code == 403
    assert Receipt.objects.count() == 1
    assert queries.living_of(gift.id)


BODY = {
    "name": "Acqua Viva ODV",
    "address": "Via dei Pozzi 1\r\n00100 Roma",
    "tax_code": "97012340588",
    "body_type": "odv",
    "runts_section": "ODV 12345",
    "contact": "",
    "signed_by": "Sara",
}


def test_what_receipts_say_of_us_is_saved_with_who_and_when(charity):
    browser = logged_in(Role.TREASURER)
    address = f"{LIST}organisation"
    assert "Section and number" not in browser.get(LIST).content.decode()
    assert "Check these sentences with your accountant" in browser.get(address).content.decode()
    saved = browser.post(address, BODY, follow=True).content.decode()
    assert "Nothing is missing." in saved
    assert "35%" in saved
    kept = Issuer.objects.get()
    assert kept.by
    assert kept.address == "Via dei Pozzi 1\n00100 Roma"
    assert "still missing" not in browser.get(LIST).content.decode()
    browser.post(address, BODY | {"body_type": "odd"})
    assert queries.body().missing == ("body_type",)


@pytest.mark.parametrize("lang", ["it", "en", "ar"])
def test_the_preview_says_that_it_is_none(charity, lang):
    browser = logged_in(Role.TREASURER)
    answer = browser.post(f"{LIST}organisation/preview", BODY | {"lang": lang})
    assert answer["Content-Type"] == "application/pdf"
    text = _text(answer.content)
    assert "Acqua Viva ODV" in text
    if lang != "ar":  # shaped letters come back from a PDF in another order
        assert {"it": "non è una ricevuta", "en": "it is not a receipt"}[lang] in text
    assert Issuer.objects.count() == 0


def test_the_year_has_its_list_for_a_spreadsheet(gift):
    Person.objects.filter(id=gift.person_id).update(name='=HYPERLINK("http://x")')
    other = paid(anna(), gift.cause, at=DAY)
    receipts.reissue(gift_id=gift.id, reason="wrong, name", by=None, key="k")
    browser = logged_in(Role.TREASURER)
    answer = browser.get(f"{LIST}years/2026/receipts.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="receipts-2026.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["number"] for row in rows] == ["2026/000001", "2026/000002", "2026/000003"]
    assert rows[0]["state"] == "void"
    assert rows[0]["replaced_by"] == rows[2]["number"]
    assert rows[2]["replaces"] == rows[0]["number"]
    assert rows[0]["void_reason"] == "wrong, name"
    assert rows[1]["gift_id"] == str(other.id)
    assert (rows[1]["amount"], rows[1]["currency"]) == ("5.00", "EUR")
    assert rows[1]["donor"].startswith("'="), "no spreadsheet runs a donor's name"


def test_the_year_has_statements_one_by_one_and_together(gift):
    browser = logged_in(Role.TREASURER)
    page = browser.get(f"{LIST}years/", {"year": "2026"}, follow=True).content.decode()
    assert anna().name in page
    one = browser.get(f"{LIST}years/2026/people/{gift.person_id}/statement.pdf")
    assert "5,00 €" in _text(one.content)
    packed = browser.get(f"{LIST}years/2026/statements-1.zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as whole:
        (name,) = whole.namelist()
        assert name.startswith("0001-")
        assert whole.read(name) == one.content
    again = browser.get(f"{LIST}years/2026/statements-1.zip")
    assert again.content == packed.content
    for part in (0, 2):
        assert browser.get(f"{LIST}years/2026/statements-{part}.zip").status_code == 404
    far = f"{LIST}years/{10**9}/people/{gift.person_id}/statement.pdf"
    assert browser.get(far).status_code == 404
    for year in (0, 2019, 10**9):
        assert "Nobody gave" in browser.get(f"{LIST}years/{year}/").content.decode()


def test_a_statement_is_sent_from_the_console(gift):
    browser = logged_in(Role.TREASURER)
    address = f"{LIST}years/2026/"
    key = hidden(browser.get(address).content, "key")
    for _ in range(2):
        browser.post(f"{address}people/{gift.person_id}/messages", {"key": key})
    assert Delivery.objects.get().body["document"]["filename"] == "statement-2026.pdf"
    assert browser.post(f"{address}people/{uuid4()}/messages").status_code == 404


@pytest.mark.parametrize("lang", ["it", "ar"])
def test_every_page_speaks_the_readers_language(gift, lang):
    receipts.reissue(gift_id=gift.id, reason="x", by=None, key="k")
    browser = logged_in(Role.ADMIN, language=lang)
    title = {"it": "Ricevute", "ar": "الإيصالات"}[lang]
    for end in ("", "organisation", "years/2026/", f"{_newest(gift).id}/"):
        assert title in browser.get(f"{LIST}{end}").content.decode()
    for deed in ("void", "reissue"):
        assert browser.get(_of(gift, deed)).status_code == 200
