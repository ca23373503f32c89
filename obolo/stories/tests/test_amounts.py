"""Amounts that are none: a question back in the donor's language, never a payment."""

import re

import pytest

from obolo.assistant.texts import render
from obolo.giving.models import Gift, Payment
from obolo.people.tests.cast import ANNA, EMMA

OMAR = "96170123456"
ASKS = {
    "it": (ANNA, "vorrei dare {} euro per il pozzo", "vorrei donare per il pozzo"),
    "en": (EMMA, "I would like to give {} euros for the well", "I would like to give for the well"),
    "ar": (OMAR, "أريد أن أتبرع بمبلغ {} يورو للبئر", "أريد أن أتبرع للبئر"),
}
AMOUNTS = ["0", "-5", "NaN", "1e9", "0,001", "5-10", "2026", "0.00", "٠", "Infinity", "1/2"]
LETTERS = {"it": r"[a-zà-ù]{3}", "en": r"[a-z]{3}", "ar": r"[\u0600-\u06ff]{3}"}


@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize("lang", ASKS)
@pytest.mark.parametrize("when", ["at once", "as an answer"])
def test_a_question_back_and_no_payment(stage, lang, amount, when):
    of, at_once, first = ASKS[lang]
    if when == "at once":
        said = stage.says(at_once.format(amount), of=of)
    else:
        stage.says(first, of=of)
        said = stage.says(amount, of=of)
    assert len(said) == 1
    assert re.search(r"[?؟]", said[0])
    assert re.search(LETTERS[lang], said[0])
    assert stage.talk(of).person.language == lang
    assert stage.talk(of).thread["question"] in ("amount", "confirm")
    assert Payment.objects.count() == Gift.objects.count() == 0


@pytest.mark.parametrize("amount", ["0", "-5", "NaN", "1e9", "0,001", "5-10", "2026"])
@pytest.mark.parametrize("lang", ASKS)
def test_an_answer_that_is_no_amount_cannot_be_confirmed(stage, lang, amount):
    """No "yes" after it makes a gift: there is nothing to say yes to."""
    of, _, first = ASKS[lang]
    stage.says(first, of=of)
    stage.says(amount, of=of)
    thread = stage.talk(of).thread
    assert thread["question"] == "amount"
    assert thread["draft"]["amount_minor"] is None
    stage.says({"it": "sì", "en": "yes", "ar": "نعم"}[lang], of=of)
    assert Payment.objects.count() == 0


@pytest.mark.parametrize("said", ["5 dollari", "5 $", "5 USD", "5 sterline", "500 yen"])
def test_another_currency_is_asked_again(stage, said):
    answers = stage.says(f"vorrei dare {said} per il pozzo")
    assert answers[-1].endswith(render("amount_currency", "it", currency="EUR"))
    assert stage.says("sì") != []
    assert Payment.objects.count() == 0
    stage.says("5 euro")
    stage.taps(stage.buttons()["Confermo"])
    assert Payment.objects.get().asked_minor == 500


def test_an_amount_beyond_all_links_is_no_payment(stage):
    stage.says("vorrei dare 99999999 euro per il pozzo")
    for button in stage.buttons().values():
        if button.startswith("confirm:"):
            stage.taps(button)
    assert Payment.objects.count() == 0
