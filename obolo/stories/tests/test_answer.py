"""Somebody wrote and is answered once: hello, help, stop, persons, old buttons, defects."""

import pytest

from obolo.assistant.queries import turns_of
from obolo.assistant.texts import render
from obolo.assistant.understand import understand
from obolo.conversations import queries as talk
from obolo.conversations.models import Author, Conversation, Delivery, Message
from obolo.gateways.tests.at_once import at_once
from obolo.giving.models import Payment
from obolo.organisations.wall import within
from obolo.people import queries as people
from obolo.people.models import Purpose
from obolo.people.tests.cast import ANNA, EMMA
from obolo.stories import answer_a_message, carry_out, read_notices
from obolo.stories.tests.cast import furnish, tap, text

OMAR = "96170123456"
WORDS = {
    "it": {"of": ANNA, "hi": "ciao", "stop": "STOP", "resume": "riprendi"},
    "en": {"of": EMMA, "hi": "hello there", "stop": "stop", "resume": "resume"},
    "ar": {"of": OMAR, "hi": "مرحبا", "stop": "توقف", "resume": "استئناف"},
}
PERSON = {
    "it": "vorrei parlare con una persona",
    "en": "can I talk to a real person?",
    "ar": "أريد التحدث مع شخص",
}
DISTRESS = {"it": "non voglio più vivere", "en": "I want to kill myself", "ar": "أريد أن أموت"}
LANGUAGES = sorted(WORDS)


def _reports(stage, of: str = ANNA) -> bool:
    return people.agrees(stage.talk(of).person_id, Purpose.REPORT)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_once_that_it_is_an_assistant_and_how_to_reach_a_person(stage, lang):
    hello = render("hello", lang, organisation="Acqua Viva")
    of, hi = WORDS[lang]["of"], WORDS[lang]["hi"]
    [first] = stage.says(hi, of=of)
    [second] = stage.says(hi, of=of)
    assert first.startswith(hello)
    assert hello not in second
    assert stage.talk(of).person.language == lang


def test_the_disclosure_names_the_organisation_and_the_way_out(stage):
    [first] = stage.says("vorrei dare 5 euro per il pozzo")
    assert "assistente automatico di Acqua Viva" in first
    assert "persona" in first


def test_one_word_known_in_every_language_does_not_change_the_language(stage):
    stage.says("vorrei dare 5 euro per il pozzo")
    [answer] = stage.says("STOP")
    assert answer == render("stopped", "it")
    stage.says("can I talk in English please?")
    assert stage.talk().person.language == "en"


def test_an_answer_is_said_once_whatever_the_number_of_workers(stage):
    stage.says("Ciao")
    assert stage.work() == []
    assert answer_a_message.run(stage.organisation.id) == 0
    assert Delivery.objects.count() == 1


def test_several_messages_in_a_row_are_answered_together(stage):
    said = stage.says("buongiorno", "vorrei dare", "5 euro per il pozzo")
    assert len(said) == 1
    assert "5" in said[0]
    assert stage.buttons().keys() == {"Confermo", "Cambia", "Annulla"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_stop_is_obeyed_and_a_resume_too(stage, lang):
    words = WORDS[lang]
    stage.says(words["hi"], of=words["of"])
    assert stage.says(words["stop"], of=words["of"]) == [render("stopped", lang)]
    assert not _reports(stage, words["of"])
    assert stage.says(words["resume"], of=words["of"]) == [render("resumed", lang)]
    assert _reports(stage, words["of"])
    assert not people.agrees(stage.talk(words["of"]).person_id, Purpose.APPEAL)


@pytest.mark.parametrize(
    "burst",
    [
        ["STOP", "vorrei dare 5 euro per il pozzo"],
        ["vorrei dare 5 euro per il pozzo", "STOP"],
        ["ciao", "S\u200bTOP", "grazie mille!"],
        ["grazie mille!", "come va?", "non scrivetemi più", "ciao"],
    ],
)
def test_a_stop_inside_a_burst_is_obeyed(stage, burst):
    assert stage.says(*burst)[-1].endswith(render("stopped", "it"))
    assert not _reports(stage)
    assert Payment.objects.count() == 0


def test_a_stop_beside_a_tap_is_obeyed(stage):
    stage.says("vorrei dare 5 euro per il pozzo")
    stage.hears(tap(stage.buttons()["Confermo"]), text("STOP"))
    assert stage.work() == [render("stopped", "it")]
    assert not _reports(stage)
    assert Payment.objects.count() == 0


def test_a_stop_while_a_person_answers_is_obeyed_and_confirmed(stage):
    stage.says(PERSON["it"])
    assert stage.says("STOP") == [render("stopped", "it")]
    assert not _reports(stage)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_distress_gets_one_safe_message_then_silence(stage, lang):
    of = WORDS[lang]["of"]
    stage.says(WORDS[lang]["hi"], of=of)
    assert stage.says(DISTRESS[lang], of=of) == [render("distress", lang)]
    hand_off = talk.open_hand_off(stage.talk(of).id)
    assert hand_off
    assert hand_off.reason == "distress"
    for more in (WORDS[lang]["hi"], DISTRESS[lang], PERSON[lang], "5 euro"):
        assert stage.says(more, of=of) == []
    assert stage.says(WORDS[lang]["stop"], of=of) == []
    assert not _reports(stage, of)  # obeyed, without a word


def test_distress_inside_a_burst_comes_before_the_gift(stage):
    said = stage.says("vorrei dare 5 euro per il pozzo", "non voglio più vivere", "STOP")
    assert len(said) == 1
    assert said[0].endswith(render("distress", "it"))
    assert Payment.objects.count() == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_asks_for_a_person_hears_when_then_silence(stage, lang):
    of = WORDS[lang]["of"]
    [answer] = stage.says(PERSON[lang], of=of)
    assert "18:00" in answer or "9:00" in answer
    hand_off = talk.open_hand_off(stage.talk(of).id)
    assert hand_off
    assert hand_off.reason == "human_request"
    assert stage.says(WORDS[lang]["hi"], of=of) == []
    assert stage.taps("ask:give", of=of) == []


@pytest.mark.parametrize(
    "burst", [["grazie", "persona"], ["vorrei dare 5 euro per il pozzo", "persona", "ciao"]]
)
def test_who_asks_for_a_person_inside_a_burst_is_heard(stage, burst):
    stage.says(*burst)
    assert talk.open_hand_off(stage.talk().id)
    assert Payment.objects.count() == 0


def test_a_button_asks_for_a_person_too(stage):
    stage.says("ciao")
    stage.taps("ask:person")
    assert talk.open_hand_off(stage.talk().id)


BUTTONS = [
    "confirm:zzzz", "confirm:", "confirm", "change:zzzz", "cancel:zzzz", "once:zzzz",
    "cause:nope", "cause:", "cause:../pozzo", "amount:999999", "pay:1", "ask:money", "offer_gift",
    "x" * 256, "confirm:\x00", "", "stop_it", "🙂", "CONFIRM:zzzz",
]  # fmt: skip


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_we_never_made_makes_no_payment(stage, button):
    stage.says("vorrei dare 5 euro per il pozzo")
    said = stage.taps(button)
    assert Payment.objects.count() == 0
    assert len(said) <= 1
    assert talk.open_hand_off(stage.talk().id) is None
    assert people.agrees(stage.talk().person_id, Purpose.REPORT)


def test_a_button_confirms_once(stage):
    stage.says("vorrei dare 5 euro per il pozzo")
    confirm = stage.buttons()["Confermo"]
    stage.hears(tap(confirm), tap(confirm))
    stage.work()
    assert stage.taps(confirm) == [render("wrong_button", "it")]
    assert Payment.objects.count() == 1


def test_a_button_of_an_older_offer_is_old(stage):
    stage.says("vorrei dare 500 euro per il pozzo")
    old = stage.buttons()["Confermo"]
    stage.says("vorrei dare 5 euro per il pozzo")
    assert stage.taps(old) == [render("wrong_button", "it")]
    assert Payment.objects.count() == 0
    stage.says("vorrei dare 5 euro per il pozzo")
    stage.taps(stage.buttons()["Confermo"])
    assert Payment.objects.get().asked_minor == 500


def test_a_corrected_amount_makes_the_button_old(stage):
    stage.says("vorrei dare 50 euro per il pozzo")
    old = stage.buttons()["Confermo"]
    stage.says("no, 5 euro")
    assert old not in stage.buttons().values()
    stage.taps(old)
    assert Payment.objects.count() == 0


def test_a_button_of_somebody_else_is_not_mine(stage):
    stage.says("vorrei dare 5 euro per il pozzo")
    confirm = stage.buttons()["Confermo"]
    stage.says("I'd like to give 5 euros for the well", of=EMMA)
    stage.taps(confirm, of=EMMA)
    assert Payment.objects.count() == 0


def test_a_gift_is_cancelled_changed_and_confirmed_in_words(stage):
    stage.says("vorrei dare 5 euro per il pozzo")
    assert stage.taps(stage.buttons()["Annulla"]) == [render("gift_cancelled", "it")]
    stage.says("vorrei dare 5 euro per il pozzo")
    assert stage.says("no")[-1] == render("gift_cancelled", "it")
    stage.says("vorrei dare 5 euro per il pozzo")
    stage.says("sì")
    assert Payment.objects.get().asked_minor == 500


def test_a_cause_is_chosen_from_the_list(stage):
    stage.says("vorrei dare 5 euro")
    assert set(stage.buttons().values()) == {"cause:pozzo", "cause:scuola"}
    stage.taps("cause:scuola")
    stage.taps(stage.buttons()["Confermo"])
    payment = Payment.objects.get()
    assert (payment.cause.slug, payment.asked_minor) == ("scuola", 500)


def test_too_much_for_a_link_is_a_question(stage):
    """The draft may hold any amount; what cannot be collected ends in a question."""
    stage.says("vorrei dare 5 euro per il pozzo")
    talk_ = stage.talk()
    talk_.thread["draft"]["amount_minor"] = 10**9
    talk_.save(update_fields=["thread"])
    assert stage.taps(stage.buttons()["Confermo"]) == [render("amount_too_large", "it")]
    assert Payment.objects.count() == 0


def test_where_is_my_money_before_any_gift(stage):
    [answer] = stage.says("dove sono i miei soldi?")
    assert answer.endswith(render("trace_none", "it"))


def test_where_is_my_money_afterwards(stage):
    stage.gives()
    [answer] = stage.says("dove sono i miei soldi?")
    assert "Il pozzo di Moroto" in answer
    url = stage.graph.sent[-1]["interactive"]["action"]["parameters"]["url"]
    assert "/t/acqua-viva/" in url
    [receipt] = stage.says("mi serve la ricevuta")
    assert "/000001" in receipt


def test_a_picture_and_a_reaction(stage):
    stage.says("ciao")
    stage.hears({"type": "image", "image": {"id": "5", "mime_type": "image/jpeg"}})
    assert stage.work() == [render("media_not_read", "it")]
    stage.hears({"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "❤"}})
    assert stage.work() == []


def test_not_understood_three_times_goes_to_a_person(stage):
    for _ in range(3):
        stage.says("qwrt zxcv bnmp")
    assert talk.open_hand_off(stage.talk().id)


def test_a_defect_is_tried_three_times_then_a_person_takes_over(stage, monkeypatch, clock):
    def broken(*_, **__):
        raise ZeroDivisionError("a defect of ours")

    monkeypatch.setattr(answer_a_message, "understand", broken)
    stage.hears(text("Ciao"))
    read_notices.run(stage.organisation.id)
    for tries in (1, 2, 3):
        assert answer_a_message.run(stage.organisation.id) == 1
        assert answer_a_message.run(stage.organisation.id) == 0
        assert stage.talk().attempts == tries
        assert bool(talk.open_hand_off(stage.talk().id)) == (tries == 3)
        clock(seconds=6)
    assert answer_a_message.run(stage.organisation.id) == 0
    hand_off = talk.open_hand_off(stage.talk().id)
    assert hand_off
    assert hand_off.reason == "assistant_failed"


def test_a_failed_try_leaves_nothing_behind(stage, monkeypatch, clock):
    with monkeypatch.context() as broken:
        # The answer is said, then the turn fails: what was said is taken back.
        broken.setattr(carry_out.Turn, "thread", lambda *_: 1 / 0)
        stage.hears(text("Ciao"))
        read_notices.run(stage.organisation.id)
        answer_a_message.run(stage.organisation.id)
    assert Delivery.objects.count() == 0
    clock(seconds=6)
    assert len(stage.work()) == 1


def test_trouble_with_one_person_delays_nobody_else(stage, monkeypatch):
    def picky(words, **more):
        assert words != "veleno"
        return understand(words, **more)

    monkeypatch.setattr(answer_a_message, "understand", picky)
    stage.hears(text("veleno"), text("hello there", EMMA))
    [answer] = stage.work()
    assert "Acqua Viva" in answer
    assert talk.waiting_words(stage.talk(EMMA).id) == []
    assert len(talk.waiting_words(stage.talk(ANNA).id)) == 1


def test_two_workers_answer_different_conversations(committed):
    with within(committed.id):
        stage = furnish(committed)
        stage.hears(text("Ciao"), text("hello there", EMMA), text("مرحبا", OMAR))
    read_notices.run(committed.id)
    done = at_once(lambda _: sum(answer_a_message.run(committed.id) for _ in range(4)), threads=3)
    with within(committed.id):
        assert sum(done) == Conversation.objects.count() == 3
        assert Message.objects.filter(author=Author.ASSISTANT).count() == 3
        assert answer_a_message.run(committed.id) == 0


def test_every_turn_keeps_its_reasons(stage):
    stage.says("vorrei dare 5 euro per il pozzo")
    [turn] = turns_of(stage.talk().id)
    assert turn.reading["intent"] == "give_once"
    assert turn.decision["reasons"] == ["wants to give"]
    assert len(turn.message_ids) == 1
