"""Deciding about a promise that is there: proposed, confirmed by one button, never argued with."""

from dataclasses import replace
from typing import Any

import pytest

from obolo.assistant.decide import Decision, Heard, Known, KnownPledge, Proposal, decide
from obolo.assistant.pledge_words import wish
from obolo.kit.text import fold

ONE = KnownPledge(id="0195d3f1-0000-7000-8000-000000000001", cause="pozzo", amount_minor=500,
                  currency="EUR", rhythm="monthly")  # fmt: skip
TWO = replace(ONE, id="0195d3f1-0000-7000-8000-000000000002", cause="scuola", amount_minor=900)
KNOWN = Known(cause_slugs=("pozzo", "scuola"), next_nonce="n2", pledges=(ONE,))
BOTH = replace(KNOWN, pledges=(ONE, TWO))


def heard(intent: str = "smalltalk", **more: Any) -> Heard:
    return Heard(intent=intent, **more)


def after(found: Decision, known: Known) -> Known:
    return replace(known, proposal=found.proposal, question=found.question)


def test_without_a_promise_a_person_looks_after_it_as_before():
    found = decide(heard("cancel_recurring"), replace(KNOWN, pledges=()))
    assert (found.act, found.hand_off) == ("hand_off", "cancel_recurring")


def test_a_wish_to_end_is_one_button_and_done():
    asked = decide(heard("cancel_recurring"), KNOWN)
    assert (asked.act, asked.text) == ("ask_about_pledge", "pledge_ask_end")
    done = decide(heard(tap="pledge_yes:n2"), after(asked, KNOWN))
    assert (done.act, done.text) == ("change_pledge", "pledge_done_end")
    assert done.proposal == Proposal(nonce="n2", verb="end", pledge=ONE.id)


def test_an_unsure_wish_to_end_is_asked_about_too():
    assert decide(heard("cancel_recurring", abstain=True), KNOWN).text == "pledge_ask_end"


@pytest.mark.parametrize(
    ("more", "verb", "says"),
    [
        ({"pledge_wish": "pause", "slots": {"pause_months": 2}}, "pause", {"months": 2}),
        ({"pledge_wish": "pause"}, "pause", {"months": None}),
        ({"pledge_wish": "skip"}, "skip", {}),
        ({"pledge_wish": "method"}, "method", {}),
        ({"slots": {"amount_minor": 1000}}, "change", {"amount_minor": 1000}),
        ({"slots": {"day_of_month": 15}}, "change", {"day": 15}),
        ({"slots": {"recurrence": "yearly"}}, "change", {"rhythm": "yearly"}),
    ],
)
def test_a_change_is_proposed_with_what_was_said(more, verb, says):
    found = decide(heard("change_recurring_gift", **more), KNOWN)
    assert found.proposal == Proposal(nonce="n2", verb=verb, pledge=ONE.id, **says)
    assert found.text == f"pledge_ask_{verb}"


def test_a_change_to_what_it_is_already_asks_what_to_change():
    slots = {"recurrence": "monthly", "amount_minor": 500}
    found = decide(heard("change_recurring_gift", slots=slots), KNOWN)
    assert (found.act, found.text) == ("say", "pledge_change_how")


def test_an_unclear_amount_is_asked_back_and_the_answer_goes_into_the_proposal():
    slots = {"needs_clarification": True, "reason": "range"}
    asked = decide(heard("change_recurring_gift", slots=slots), KNOWN)
    assert (asked.act, asked.question) == ("ask", "amount")
    told = heard("give_once", answers_question=True, slots={"amount_minor": 700})
    found = decide(told, after(asked, KNOWN))
    assert found.text == "pledge_ask_change"
    assert found.proposal is not None
    assert found.proposal.amount_minor == 700


def test_only_a_paused_promise_is_taken_up_again():
    assert decide(heard(pledge_wish="resume"), KNOWN).text == "pledge_not_paused"
    paused = replace(KNOWN, pledges=(replace(ONE, paused=True), TWO))
    found = decide(heard(pledge_wish="resume"), paused)
    assert found.proposal is not None
    assert (found.text, found.proposal.pledge) == ("pledge_ask_resume", ONE.id)


def test_of_several_the_meant_one_is_asked_for_unless_it_was_said():
    asked = decide(heard("cancel_recurring"), BOTH)
    assert (asked.text, asked.question) == ("pledge_which", "choice")
    for pick in (
        heard(tap=f"pledge_pick:{TWO.id}"),
        heard(answers_question=True, slots={"choice": TWO.id}),
    ):
        found = decide(pick, after(asked, BOTH))
        assert found.proposal is not None
        assert (found.text, found.proposal.pledge) == ("pledge_ask_end", TWO.id)
    for said in ({"project": "scuola"}, {"previous_amount_minor": 900}):
        found = decide(heard("cancel_recurring", slots=said), BOTH)
        assert found.proposal is not None
        assert found.proposal.pledge == TWO.id


def test_no_leaves_everything_as_it_is():
    asked = after(decide(heard(pledge_wish="skip"), KNOWN), KNOWN)
    for no in (
        heard(tap="pledge_no:n2"),
        heard(answers_question=True, slots={"answer": "no"}),
    ):
        assert (decide(no, asked).act, decide(no, asked).text) == ("say", "pledge_kept")


@pytest.mark.parametrize(
    "tap",
    [
        "pledge_yes:n9",
        "pledge_yes:",
        "pledge_pick:x",
        "pledge_end:x",
        "pledge_skip:x",
        "pledge_x:y",
    ],
)
def test_old_and_invented_buttons_do_nothing(tap):
    asked = after(decide(heard(pledge_wish="skip"), KNOWN), KNOWN)
    assert decide(heard(tap=tap), asked).text == "wrong_button"


def test_the_buttons_of_a_notice():
    day = "0195d3f1-0000-7000-8000-00000000000a"
    skip = decide(heard(tap=f"pledge_skip:{day}"), KNOWN)
    assert (skip.act, dict(skip.values)) == ("change_pledge", {"instalment": day})
    ending = decide(heard(tap=f"pledge_end:{ONE.id}"), KNOWN)
    assert (ending.act, ending.text) == ("ask_about_pledge", "pledge_ask_end")


def test_what_comes_first_still_comes_first():
    assert decide(heard("distress", pledge_wish="pause"), KNOWN).text == "distress"
    stop = decide(heard("stop_messages", pledge_wish="pause"), KNOWN)
    assert (stop.act, stop.text) == ("withdraw", "stopped_pledge_goes_on")
    assert decide(heard("human_request", pledge_wish="pause"), KNOWN).act == "hand_off"
    assert decide(heard("refund", pledge_wish="resume"), KNOWN).hand_off == "refund"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("vorrei sospendere il dono per due mesi", "pause"),
        ("Metti in pausa", "pause"),
        ("pause my gift", "pause"),
        ("أريد تعليق تبرعي", "pause"),
        ("salta il prossimo", "skip"),
        ("can you skip next month", "skip"),
        ("أريد تخطي هذا الشهر", "skip"),
        ("riprendi il dono mensile", "resume"),
        ("please resume my monthly gift", "resume"),
        ("استئناف تبرعي الشهري", "resume"),
        ("la mia carta è scaduta", "method"),
        ("I have a new card", "method"),
        ("غيرت البطاقة", "method"),
        ("grazie mille", ""),
        ("how is the well?", ""),
        ("وين راحت مصرياتي؟", ""),
    ],
)
def test_words_for_a_promise(words, meant):
    assert wish(fold(words)) == meant
