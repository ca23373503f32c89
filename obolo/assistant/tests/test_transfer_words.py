"""A wish to pay by transfer, in three languages; and what only sounds like one."""

import pytest

from obolo.assistant.decide import Draft, Heard, Known, decide
from obolo.assistant.transfer_words import wish
from obolo.kit.text import fold


@pytest.mark.parametrize(
    "words",
    [
        "bonifico", "Bonifico!", "con bonifico grazie", "preferisco il bonifico",
        "posso fare un bonifico?", "mi date l'IBAN?", "qual è il vostro iban", "iban",
        "bank transfer", "can I pay by bank transfer please", "transfer", "by transfer",
        "تحويل", "تحويل بنكي من فضلك", "ما هو رقم الايبان", "أفضل حوالة بنكية",
    ],
)  # fmt: skip
def test_nothing_but_a_transfer(words):
    assert wish(fold(words)) == "only"


@pytest.mark.parametrize(
    "words",
    [
        "vorrei donare 20 euro con bonifico per il pozzo", "I'd like to give 20 € by bank transfer",
        "أريد أن أتبرع ب 20 يورو بتحويل بنكي",
    ],
)  # fmt: skip
def test_a_gift_that_says_how(words):
    assert wish(fold(words)) == "also"


@pytest.mark.parametrize(
    "words",
    [
        "ho fatto il bonifico ieri", "il bonifico è arrivato?", "annullate il bonifico",
        "bonifico mensile", "ho cambiato iban", "I sent a bank transfer", "non voglio il bonifico",
        "monthly bank transfer", "did my bank transfer arrive", "transfer me to a person",
        "vorrei donare", "أرسلت التحويل", "تحويل كل شهر", "",
    ],
)  # fmt: skip
def test_what_only_sounds_like_one(words):
    assert wish(fold(words)) == ""


KNOWN = Known(cause_slugs=("a", "b"), transfers=True, next_nonce="n")
ONLY = Heard(intent="give_once", transfer_wish="only")


def test_without_an_account_it_is_said():
    from dataclasses import replace

    told = decide(ONLY, replace(KNOWN, transfers=False))
    assert (told.act, told.text) == ("say", "transfer_none")


def test_the_gift_being_talked_about_goes_by_transfer():
    from dataclasses import replace

    draft = Draft(nonce="o", amount_minor=500, currency="EUR", cause="a")
    told = decide(ONLY, replace(KNOWN, draft=draft, question="confirm"))
    assert (told.act, told.text) == ("ask", "confirm_gift")
    assert told.draft == replace(draft, nonce="n", way="transfer")


def test_the_payment_that_waits_is_offered_by_transfer():
    from dataclasses import replace

    assert decide(ONLY, replace(KNOWN, has_unpaid=True)).act == "offer_transfer"


def test_otherwise_a_gift_begins():
    told = decide(ONLY, KNOWN)
    assert (told.act, told.text) == ("ask", "ask_cause")
    assert told.draft
    assert told.draft.way == "transfer"


@pytest.mark.parametrize("intent", ["impact_query", "refund", "complaint", "cancel_recurring"])
def test_another_wish_is_not_taken_for_it(intent):
    told = decide(Heard(intent=intent, transfer_wish="only"), KNOWN)
    assert "transfer" not in told.text


@pytest.mark.parametrize("intent", ["stop_messages", "distress", "human_request"])
def test_what_matters_more_comes_first(intent):
    told = decide(Heard(intent=intent, transfer_wish="only"), KNOWN)
    assert told.act in ("withdraw", "hand_off")
