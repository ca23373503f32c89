"""A gift by transfer, from "bonifico" to the thanks: values to copy, a picture to scan."""

from typing import Any

import httpx
import pytest

from obolo.gateways.payments.bank.references import is_reference
from obolo.giving.bank.tests.cast import came, handed_in, with_account
from obolo.giving.models import Gift, Payment, PaymentState
from obolo.people.tests.cast import EMMA
from obolo.stories import import_a_statement
from obolo.stories.audit import breaches

OMAR = "96170123456"


@pytest.fixture(autouse=True)
def account(stage):
    with_account()


def the_payment() -> Payment:
    found: Payment = Payment.objects.get(rail="bank")
    return found


def sent(stage) -> list[dict[str, Any]]:
    """The message with the values and the picture, as they were handed over."""
    return list(stage.graph.sent[-2:])


def test_bonifico_with_amount_and_cause_leads_to_the_values(stage):
    stage.says("vorrei donare 20 euro con bonifico per il pozzo")
    stage.taps(stage.buttons()["Confermo"])
    payment = the_payment()
    assert (payment.state, payment.asked_minor) == (PaymentState.OPEN, 2_000)
    assert is_reference(payment.provider_ref or "")
    told, picture = sent(stage)
    lines = told["interactive"]["body"]["text"].split("\n")
    for value in ("Acqua Viva ETS", "IT60X0542811101000000123456", "20.00", payment.provider_ref):
        assert value in lines  # alone on its line: nothing else is copied with it
    address = told["interactive"]["action"]["parameters"]["url"]
    assert address.endswith(f"/p/acqua-viva/{payment.reference}")
    assert picture["type"] == "image"
    assert picture["image"]["id"] == "media1"
    assert b"\x89PNG" in stage.graph.uploads[0]


@pytest.mark.parametrize(
    ("of", "words", "label"),
    [
        (EMMA, "I want to give 20 euros by bank transfer for the well", "Account holder:"),
        (OMAR, "أريد أن أتبرع بعشرين يورو للبئر بتحويل بنكي", "صاحب الحساب:"),
    ],
)
def test_the_same_in_english_and_arabic(stage, of, words, label):
    stage.says(words, of=of)
    stage.taps(next(b for b in stage.buttons().values() if b.startswith("confirm:")), of=of)
    told, _ = sent(stage)
    lines = told["interactive"]["body"]["text"].split("\n")
    assert label in lines
    assert the_payment().provider_ref in lines


def test_the_link_says_that_a_transfer_is_possible_and_it_is(stage):
    first = stage.wants_to_give()
    assert "bonifico" in stage.graph.sent[-1]["interactive"]["body"]["text"]
    stage.says("bonifico")
    beside = the_payment()
    assert (beside.person_id, beside.cause_id, beside.asked_minor) == (
        first.person_id, first.cause_id, first.asked_minor,
    )  # fmt: skip
    stage.says("bonifico")
    assert Payment.objects.filter(rail="bank").count() == 1


def test_the_transfer_is_thanked_for_and_the_other_page_closes(stage):
    first = stage.wants_to_give()
    stage.says("bonifico")
    file = handed_in(came("5.00", rf=the_payment().provider_ref))
    import_a_statement.bring_in(file=file, by=None)
    stage.work()
    assert "/000001" in stage.graph.sent[-1]["interactive"]["body"]["text"]
    assert Gift.objects.get().payment == the_payment()
    first.refresh_from_db()
    assert first.state == PaymentState.CANCELLED
    assert breaches() == []


def test_a_card_paid_in_spite_of_it_is_a_gift_too(stage):
    """Money is never lost: the page that closed was paid a moment before."""
    first = stage.wants_to_give()
    stage.says("bonifico")
    import_a_statement.bring_in(
        file=handed_in(came("5.00", rf=the_payment().provider_ref)), by=None
    )
    stage.paid_notice(stage.provider.pay(first))
    stage.work()
    assert Gift.objects.count() == 2
    assert breaches() == []


def test_nobody_is_reminded(stage, clock):
    stage.wants_to_give()
    stage.says("bonifico")
    before = len(stage.graph.sent)
    clock(days=20)
    stage.work()
    assert len(stage.graph.sent) == before
    assert the_payment().state == PaymentState.OPEN


def test_an_upload_that_fails_is_tried_again_and_the_values_went_out(stage, clock):
    stage.graph.upload_answers = [httpx.ConnectError("away")]
    stage.says("vorrei donare 20 euro con bonifico per il pozzo")
    stage.taps(stage.buttons()["Confermo"])
    assert the_payment().provider_ref in stage.graph.sent[-1]["interactive"]["body"]["text"]
    clock(minutes=1)
    stage.work()
    assert stage.graph.sent[-1]["type"] == "image"


def test_without_an_account_a_link_is_offered(stage):
    from obolo.organisations.models import OutsideAccount

    OutsideAccount.objects.filter(kind="bank").update(kind="closed")
    [answer] = stage.says("bonifico")
    assert "non si può donare con bonifico" in answer
    stage.says("vorrei donare 20 euro con bonifico per il pozzo")
    stage.taps(stage.buttons()["Confermo"])
    assert Payment.objects.get().rail != "bank"


def test_asking_about_a_transfer_that_was_sent_offers_none(stage):
    stage.says("ho fatto il bonifico ieri")
    assert Payment.objects.count() == 0


def test_the_reference_of_a_payment_is_always_the_same_and_guessable_by_nobody(stage):
    from obolo.giving.bank import transfer

    first = stage.wants_to_give()
    one, two = transfer.instead_of(first), transfer.instead_of(first)
    assert one.id == two.id
    assert len(one.reference) == 43
    assert one.reference != first.reference
    assert transfer.instead_of(one) == one
