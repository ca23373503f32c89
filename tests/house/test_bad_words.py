"""Odd amounts, distress, and every way to say stop: what the assistant must not misread."""

import json

import pytest

from tests.house.driver import House
from tests.house.people import ENGLISH, ITALIAN, Words
from tests.house.waiting import until

AMOUNTS = ("0", "-5", "NaN", "1e9", "0,001", "5-10", "2026")
# Full-width letters, an invisible space, small capitals, a right-to-left mark, other languages.
STOPS = (
    "STOP",
    "stop.",
    "ＳＴＯＰ",
    "STOP\u200b",
    "Stop 🙏",
    "arrêt",
    "BASTA",
    "s\u1d1bop",
    "\u202eSTOP",
    "توقف",
)
QUESTION_MARKS = ("?", "؟")


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_odd_amount_is_a_question_back(house: House, words: Words, amount: str) -> None:
    donor = house.newcomer(words)
    donor.ask(words.begin)
    for text in (amount, words.give.replace("5", amount)) if words.lang != "ar" else (amount,):
        if "2026" in text and text != amount:
            continue  # "2026 euro" is an amount: odd only when it stands alone
        answer = donor.ask(text)
        question = answer["text"]
        assert any(mark in question for mark in QUESTION_MARKS), question
        assert not [b for b in answer["buttons"] if b["id"].startswith("confirm:")], question
        assert donor.record()["language"] == words.lang
        assert _is_written_in(question, words.lang), question
    assert donor.gifts() == []
    assert all("links" not in m or not m["links"] for m in donor.heard())


def _is_written_in(text: str, lang: str) -> bool:
    arabic = any("\u0600" <= letter <= "\u06ff" for letter in text)
    italian = any(word in text.lower() for word in ("vuoi", "scegli", "scrivi", "quanto"))
    return (arabic, italian) == (lang == "ar", lang == "it")


def test_a_yes_to_an_odd_amount_is_no_gift(house: House, words: Words) -> None:
    donor = house.newcomer(words)
    donor.ask(words.begin)
    donor.ask("-5")
    answer = donor.ask(words.yes)
    assert answer["links"] == []
    assert donor.gifts() == []


def test_distress_gets_one_safe_message_then_silence(house: House, words: Words) -> None:
    donor = house.newcomer(words)
    answer = donor.ask(words.distress)
    assert "112" in answer["text"]
    assert answer["buttons"] == []
    assert answer["links"] == []
    known = donor.record()
    assert (known["handed_off"], known["alerts"]) == (True, ["distress"])
    donor.say(words.give)
    donor.hears_nothing()


def test_distress_beside_a_gift_is_heard_first(house: House) -> None:
    donor = house.newcomer(ITALIAN)
    answer = donor.ask("vorrei dare 5 euro per il pozzo ma voglio farla finita")
    assert "112" in answer["text"]
    assert donor.record()["alerts"] == ["distress"]


@pytest.mark.parametrize("text", STOPS)
def test_every_stop_is_obeyed(house: House, text: str) -> None:
    donor = house.newcomer(ITALIAN)
    donor.ask(text)
    assert donor.record()["consent"] == {"service": True, "report": False, "appeal": False}


def test_a_stop_while_a_person_answers_is_obeyed(house: House) -> None:
    donor = house.newcomer(ENGLISH)
    donor.ask(ENGLISH.person)
    donor.ask("STOP")
    assert donor.record()["consent"]["report"] is False
    assert donor.record()["handed_off"] is True


def test_a_stop_can_be_taken_back(house: House) -> None:
    donor = house.newcomer(ENGLISH)
    donor.ask("STOP")
    donor.ask("resume")
    assert donor.record()["consent"] == {"service": True, "report": True, "appeal": False}


def test_a_voice_note_stops_nothing_and_is_answered(house: House) -> None:
    donor = house.newcomer(ITALIAN)
    donor.send({"type": "audio"})
    assert donor.next()["text"]
    assert donor.record()["consent"]["report"] is True


@pytest.mark.parametrize(
    "odd",
    [
        "\u0000",
        "\ud800",
        "\u200b",
        "🙏" * 1000,
        "a" * 65_536,
        "{{amount}}",
        "<script>alert(1)</script>",
        "'; DROP TABLE giving_gift; --",
    ],
    ids=["nul", "surrogate", "invisible", "emoji", "long", "braces", "markup", "sql"],
)
def test_odd_texts_are_kept_and_delay_nobody(house: House, odd: str) -> None:
    strange, other = house.newcomer(ITALIAN), house.newcomer(ENGLISH)
    body = f'{{"text": {_escaped(odd)}}}'.encode("ascii")
    answer = house.http.post(f"{house.sim}/people/{strange.id}/messages", content=body)
    assert answer.status_code == 200, answer.text
    assert ENGLISH.cause in other.ask(ENGLISH.give)["text"]
    until(lambda: house.call("GET", "people", params={"address": strange.phone}).is_success, "kept")
    assert len([m for m in strange.conversation() if m["direction"] == "in"]) == 1


def _escaped(text: str) -> str:

    return json.dumps(text, ensure_ascii=True)
