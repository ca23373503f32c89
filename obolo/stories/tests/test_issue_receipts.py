"""A receipt asked for comes as a paper, drawn when it is sent; a year asked for as a statement."""

from uuid import uuid4

import httpx
import pytest

from obolo.assistant.papers import asks_for_a_year
from obolo.conversations.models import Delivery
from obolo.giving.models import Receipt
from obolo.giving.receipts import actions as receipts
from obolo.giving.receipts.errors import NoSuchReceipt
from obolo.stories import issue_receipts
from obolo.stories.tests.cast import Stage


def _document(stage: Stage) -> dict[str, str]:
    sent: dict[str, str] = stage.graph.sent[-1]["document"]
    return sent


def test_who_asks_for_a_receipt_gets_the_paper(stage):
    stage.gives()
    [said] = stage.says("mi serve la ricevuta")
    receipt = Receipt.objects.get()
    assert receipt.shown in said
    assert _document(stage) == {
        "id": "media1",
        "filename": f"ricevuta-{receipt.shown.replace('/', '-')}.pdf",
        "caption": said,
    }
    assert b"%PDF" in stage.graph.uploads[0]


@pytest.mark.parametrize(
    "words", ["vorrei il riepilogo annuale delle donazioni", "mi mandi l'attestazione per il 730?"]
)
def test_who_asks_for_a_year_gets_the_statement(stage, words):
    stage.gives()
    year = Receipt.objects.get().year
    [said] = stage.says(words)
    assert str(year) in said
    assert _document(stage)["filename"] == f"statement-{year}.pdf"


def test_a_year_without_gifts_says_which_years_have_some(stage):
    stage.gives()
    [said] = stage.says("la ricevuta fiscale del 2019")
    assert "2019" in said
    assert str(Receipt.objects.get().year) in said
    assert stage.graph.uploads == []


def test_a_void_receipt_is_sent_as_what_it_is(stage):
    stage.gives()
    receipt = Receipt.objects.get()
    receipts.void(receipt_id=receipt.id, reason="returned", by=None)
    [said] = stage.says("mi serve la ricevuta")
    assert "annullata" in said


@pytest.mark.parametrize(
    "trouble", [httpx.Response(500, text="?"), httpx.ReadTimeout("away"), httpx.Response(503)]
)
def test_an_upload_that_got_lost_is_tried_again_and_sent_once(stage, clock, trouble):
    stage.gives()
    stage.graph.upload_answers.append(trouble)
    stage.says("mi serve la ricevuta")
    assert not any("document" in sent for sent in stage.graph.sent)
    clock(hours=1)
    stage.work()
    assert sum("document" in sent for sent in stage.graph.sent) == 1


def test_staff_send_a_receipt_again_once_per_key(stage):
    stage.gives()
    receipt = Receipt.objects.get()
    for _ in range(2):
        issue_receipts.send_receipt(receipt_id=receipt.id, key="k", staff_id=uuid4())
    stage.work()
    assert receipt.shown in _document(stage)["caption"]
    assert len(stage.graph.uploads) == 1


def test_outside_the_window_a_receipt_goes_as_the_template_that_leads_to_its_page(stage, clock):
    stage.gives()
    clock(hours=30)
    issue_receipts.send_receipt(receipt_id=Receipt.objects.get().id, key="k", staff_id=uuid4())
    stage.work()
    assert stage.graph.sent[-1]["template"]["name"] == "gift_receipt"
    assert stage.graph.uploads == []


def test_staff_send_a_statement(stage):
    stage.gives()
    receipt = Receipt.objects.get()
    person_id = receipt.gift.person_id
    issue_receipts.send_statement(person_id=person_id, year=receipt.year, key="k", staff_id=uuid4())
    stage.work()
    assert _document(stage)["filename"] == f"statement-{receipt.year}.pdf"


def test_what_is_not_there_is_not_sent(stage):
    with pytest.raises(NoSuchReceipt):
        issue_receipts.send_receipt(receipt_id=uuid4(), key="k", staff_id=None)
    with pytest.raises(NoSuchReceipt):
        issue_receipts.send_statement(person_id=uuid4(), year=2026, key="k", staff_id=None)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("words", "yearly"),
    [
        ("mi serve la ricevuta", False),
        ("can I have the receipt of my gift?", False),
        ("أريد إيصال تبرعي", False),
        ("riepilogo annuale", True),
        ("ATTESTAZIONE per il commercialista", True),
        ("please send my annual statement", True),
        ("all my receipts", True),
        ("كشف التبرعات السنوي", True),
        ("أريد كل الإيصالات", True),
    ],
)
def test_words_that_mean_a_whole_year(words, yearly):
    assert asks_for_a_year(words) is yearly


def test_without_a_year_the_last_one_is_meant_while_tax_returns_are_made(stage, clock):
    stage.gives()
    person = Receipt.objects.get().gift.person
    year = Receipt.objects.get().year
    clock(days=150)  # the spring after
    composed = issue_receipts.answer(person, "it", "riepilogo", None, "")
    assert str(year) in composed.text
