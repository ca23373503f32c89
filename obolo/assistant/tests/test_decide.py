"""Deciding as a table: what comes first, and that only a clear yes offers a gift."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.assistant.decide import (
    CONFUSED_MAX,
    Decision,
    Draft,
    Heard,
    Known,
    KnownPledge,
    Proposal,
    decide,
)
from obolo.assistant.reading import INTENTS, RISKS

DRAFT = Draft(nonce="n1", amount_minor=500, currency="EUR", cause="pozzo")
KNOWN = Known(cause_slugs=("pozzo", "scuola"), next_nonce="n2")
ASKED = replace(KNOWN, question="confirm", draft=DRAFT)
GIVE = Heard(intent="give_once", slots={"amount_minor": 500, "currency": "EUR", "project": "pozzo"})
PLEDGE = KnownPledge(
    id="0195d3f1-0000-7000-8000-000000000001",
    cause="pozzo",
    amount_minor=500,
    currency="EUR",
    rhythm="monthly",
)
YES: dict[str, Any] = {
    "intent": "give_once",
    "slots": {"answer": "yes", "answers_question": True},
    "answers_question": True,
}


def _heard(intent: str = "smalltalk", **more: Any) -> Heard:
    return Heard(intent=intent, **more)


# (what is heard, what is known, act, text): each line adds one thing that comes before the others.
PRECEDENCE = [
    ("words are answered", GIVE, KNOWN, "ask", "confirm_gift"),
    ("no words", replace(GIVE, has_words=False, kind="image"), KNOWN, "say", "media_not_read"),
    ("a tap before the words", replace(GIVE, tap="ask:trace"), KNOWN, "say", "trace_none"),
    ("a person before a tap", _heard("human_request", tap="confirm:n1"), ASKED, "hand_off",
     "handed_off"),
    ("somebody in need before a tap", _heard("give_once", tap="confirm:n1", risk=("hardship",)),
     ASKED, "hand_off", "other_to_person"),
    ("a stop before a tap", _heard("stop_messages", tap="confirm:n1"), ASKED, "withdraw",
     "stopped"),
    ("a stop before a need", _heard("stop_messages", risk=("bereavement",)), KNOWN, "withdraw",
     "stopped"),
    ("a resume before a stop", _heard("stop_messages", resumes=True), KNOWN, "restore", "resumed"),
    ("distress before a stop", _heard("stop_messages", also=("distress",)), KNOWN, "hand_off",
     "distress"),
    ("distress before a tap", _heard("distress", tap="confirm:n1"), ASKED, "hand_off", "distress"),
    ("danger before everything", _heard("give_once", risk=("self_harm",), tap="confirm:n1"), ASKED,
     "hand_off", "distress"),
    ("violence too", _heard("stop_messages", risk=("violence",)), KNOWN, "hand_off", "distress"),
    ("a person answers: silence", _heard("distress"), replace(ASKED, handed_off="staff"), "quiet",
     ""),
    ("a person answers: no gift", _heard(tap="confirm:n1"), replace(ASKED, handed_off="staff"),
     "quiet", ""),
    ("a person answers: a stop counts", _heard("stop_messages"),
     replace(KNOWN, handed_off="human_request"), "withdraw", "stopped"),
    ("and as a button", _heard(tap="stop:x"), replace(KNOWN, handed_off="staff"), "withdraw",
     "stopped"),
    ("after distress a stop counts in silence", _heard("stop_messages"),
     replace(KNOWN, handed_off="distress"), "withdraw", ""),
    ("after distress: silence", _heard("give_once"), replace(ASKED, handed_off="distress"), "quiet",
     ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "known", "act", "text"), [p[1:] for p in PRECEDENCE], ids=[p[0] for p in PRECEDENCE]
)
def test_the_order_of_what_matters(heard, known, act, text):
    found = decide(heard, known)
    assert (found.act, found.text) == (act, text)
    assert found.reasons


def test_a_gift_is_asked_for_piece_by_piece():
    first = decide(_heard("give_once"), KNOWN)
    assert (first.text, first.question) == ("ask_cause", "cause")
    second = decide(
        _heard("give_once", slots={"project": "scuola"}, answers_question=True),
        replace(KNOWN, question="cause", draft=first.draft),
    )
    assert (second.text, second.question) == ("ask_amount", "amount")
    third = decide(
        _heard("give_once", slots={"amount_minor": 700, "currency": "EUR"}, answers_question=True),
        replace(KNOWN, question="amount", draft=second.draft, next_nonce="n3"),
    )
    assert (third.text, third.question) == ("confirm_gift", "confirm")
    assert third.draft == Draft(nonce="n3", amount_minor=700, currency="EUR", cause="scuola")


def test_the_only_cause_is_not_asked_for():
    found = decide(_heard("give_once"), replace(KNOWN, cause_slugs=("pozzo",)))
    assert (found.text, found.draft and found.draft.cause) == ("ask_amount", "pozzo")


@pytest.mark.parametrize(
    ("heard", "known"),
    [(_heard(tap="confirm:n1"), ASKED), (Heard(**YES), ASKED)],
    ids=["button", "words"],
)
def test_a_yes_offers_what_was_asked(heard, known):
    found = decide(heard, known)
    assert (found.act, found.draft) == ("offer_gift", DRAFT)


NO_OFFER = {
    "another nonce": (_heard(tap="confirm:n9"), ASKED),
    "no nonce": (_heard(tap="confirm:"), ASKED),
    "no draft": (_heard(tap="confirm:n1"), KNOWN),
    "no amount": (_heard(tap="confirm:n1"), replace(ASKED, draft=Draft(nonce="n1", cause="pozzo"))),
    "no cause": (
        _heard(tap="confirm:n1"),
        replace(ASKED, draft=Draft(nonce="n1", amount_minor=500)),
    ),
    "yes to another question": (Heard(**YES), replace(ASKED, question="amount")),
    "yes to no question": (Heard(**YES), replace(ASKED, question=None)),
    "yes without a draft": (Heard(**YES), replace(ASKED, draft=None)),
    "yes, but another amount": (
        Heard(**YES | {"slots": {"answer": "change", "amount_minor": 9}}),
        ASKED,
    ),
    "yes, but not clear": (
        Heard(**YES | {"slots": {"answer": "yes", "needs_clarification": True, "reason": "zero"}}),
        ASKED,
    ),
    "a no": (Heard(**YES | {"slots": {"answer": "no"}}), ASKED),
    "a monthly yes": (
        Heard(**YES | {"slots": {"answer": "change", "recurrence": "monthly"}}),
        ASKED,
    ),
    "words alone": (GIVE, ASKED),
    "a tap made up": (_heard(tap="offer_gift:n1"), ASKED),
    "a tap of an amount": (_heard(tap="amount:999999"), ASKED),
}


@pytest.mark.parametrize(("heard", "known"), NO_OFFER.values(), ids=NO_OFFER)
def test_nothing_else_offers_a_gift(heard, known):
    assert decide(heard, known).act != "offer_gift"


def test_a_correction_asks_again_under_a_new_nonce():
    slots = {"answer": "change", "amount_minor": 700, "currency": "EUR"}
    found = decide(Heard(**YES | {"slots": slots}), replace(ASKED, next_nonce="n2"))
    assert found.draft == Draft(nonce="n2", amount_minor=700, currency="EUR", cause="pozzo")
    assert decide(_heard(tap="confirm:n1"), replace(ASKED, draft=found.draft)).text == (
        "wrong_button"
    )


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("zero", "amount_zero"), ("negative", "amount_negative"),
        ("not_a_number", "amount_not_a_number"), ("too_many_decimals", "amount_decimals"),
        ("range", "amount_range"), ("looks_like_year", "amount_year"),
        ("something new", "ask_amount_again"), (None, "ask_amount_again"),
    ],
)  # fmt: skip
def test_an_unclear_amount_is_asked_again_and_forgotten(reason, text):
    slots = {"needs_clarification": True, "reason": reason, "project": "pozzo", "amount_minor": 5}
    for heard in (_heard("give_once", slots=slots),
                  _heard("give_once", slots=slots, answers_question=True)):  # fmt: skip
        found = decide(heard, ASKED)
        assert (found.act, found.text, found.question) == ("ask", text, "amount")
        assert found.draft
        assert found.draft.amount_minor is None
        assert found.draft.cause == "pozzo"


@pytest.mark.parametrize("intent", ["refund", "complaint", "volunteer", "change_contact"])
def test_some_wishes_are_for_a_person(intent):
    found = decide(_heard(intent), KNOWN)
    assert (found.act, found.hand_off) == ("hand_off", intent)
    assert decide(_heard(intent, abstain=True), KNOWN).act == "ask"


def test_who_is_not_understood_is_asked_then_a_person_comes():
    known, texts = KNOWN, []
    for _ in range(CONFUSED_MAX + 1):
        found = decide(_heard("receipt_tax", abstain=True), known)
        texts.append(found.text)
        known = replace(known, confused=found.confused)
    assert texts == ["not_understood"] * CONFUSED_MAX + ["handed_off"]
    assert decide(_heard("thanks"), replace(KNOWN, confused=2)).confused == 0


def test_a_regular_gift_is_confirmed_with_its_rhythm_and_begun_by_a_clear_yes():
    slots = {"amount_minor": 500, "currency": "EUR", "project": "pozzo", "recurrence": "monthly"}
    monthly = decide(_heard("give_recurring", slots=slots), KNOWN)
    assert (monthly.act, monthly.text, monthly.question) == ("ask", "confirm_gift", "confirm")
    assert monthly.draft == replace(DRAFT, nonce="n2", rhythm="monthly")
    asked = replace(KNOWN, draft=monthly.draft, question="confirm")
    for yes in (_heard(tap="confirm:n2"), Heard(**YES)):
        assert decide(yes, asked).act == "begin_pledge"


def test_a_rhythm_we_do_not_keep_is_asked_again_and_may_be_once():
    slots = {"amount_minor": 500, "currency": "EUR", "project": "pozzo", "recurrence": "weekly"}
    weekly = decide(_heard("give_recurring", slots=slots), KNOWN)
    assert (weekly.act, weekly.text, weekly.question) == ("ask", "rhythm_not_kept", "rhythm")
    asked = replace(KNOWN, draft=weekly.draft, question="rhythm")
    once = decide(_heard(tap="once:n2"), asked)
    assert (once.text, once.draft) == ("confirm_gift", replace(DRAFT, nonce="n2"))
    monthly = decide(_heard(tap="monthly:n2"), asked)
    assert monthly.draft == replace(DRAFT, nonce="n2", rhythm="monthly")
    said = {"recurrence": "yearly", "answers_question": True}
    yearly = decide(_heard("give_recurring", slots=said, answers_question=True), asked)
    assert yearly.draft == replace(DRAFT, nonce="n2", rhythm="yearly")
    assert decide(_heard(tap="once:n9"), asked).text == "wrong_button"


@pytest.mark.parametrize(
    ("intent", "has_gift", "act"),
    [
        ("impact_query", True, "show_trace"), ("impact_query", False, "say"),
        ("receipt_tax", True, "show_receipt"), ("receipt_tax", False, "say"),
    ],
)  # fmt: skip
def test_questions_about_a_gift(intent, has_gift, act):
    found = decide(_heard(intent), replace(ASKED, has_gift=has_gift))
    assert found.act == act
    assert (found.question, found.draft) == ("confirm", DRAFT)  # the open offer stays


def test_abuse_is_not_answered():
    assert decide(_heard("abusive"), KNOWN).act == "quiet"


def test_a_reaction_asks_for_no_answer():
    found = decide(_heard(has_words=False, kind="reaction"), ASKED)
    assert (found.act, found.question, found.draft) == ("quiet", "confirm", DRAFT)


NONCES = st.sampled_from(["n1", "n2", ""])
SLUGS = st.sampled_from(["pozzo", "scuola", "nope"])
MAYBE = st.none() | st.integers(-5, 10**9)
SLOTS = st.fixed_dictionaries(
    {},
    optional={
        "amount_minor": MAYBE,
        "currency": st.sampled_from(["EUR", "USD"]),
        "project": SLUGS,
        "answer": st.sampled_from(["yes", "no", "change", "perhaps"]),
        "needs_clarification": st.booleans(),
        "reason": st.none() | st.text(max_size=9),
        "recurrence": st.sampled_from([None, "once", "monthly"]),
        "choice": st.text(max_size=5),
    },
)
VERBS = [
    "", "confirm", "change", "cancel", "cause", "ask", "once", "stop", "x", "monthly",
    "pledge_yes", "pledge_no", "pledge_pick", "pledge_end", "pledge_skip",
]  # fmt: skip
TAPS = st.builds(
    lambda verb, rest: f"{verb}:{rest}" if verb else "",
    st.sampled_from(VERBS),
    NONCES
    | SLUGS
    | st.just(PLEDGE.id)
    | st.sampled_from(["give", "trace", "person"])
    | st.text(max_size=9),
)
HEARD = st.builds(
    Heard,
    intent=st.sampled_from([*INTENTS, "", "made_up"]),
    slots=SLOTS,
    also=st.lists(st.sampled_from([*INTENTS, "robot"]), max_size=2).map(tuple),
    abstain=st.booleans(),
    risk=st.lists(st.sampled_from(RISKS), max_size=2).map(tuple),
    answers_question=st.booleans(),
    resumes=st.booleans(),
    about_robot=st.booleans(),
    pledge_wish=st.sampled_from(["", "", "pause", "skip", "resume", "method"]),
    tap=TAPS,
    kind=st.sampled_from(["text", "image", "reaction", "quantum", ""]),
    has_words=st.booleans(),
)
DRAFTS = st.builds(
    Draft, nonce=NONCES, amount_minor=MAYBE, currency=st.just("EUR"), cause=st.none() | SLUGS,
    rhythm=st.sampled_from(["", "monthly", "yearly"]),
)  # fmt: skip
PROPOSALS = st.builds(
    Proposal,
    nonce=NONCES,
    verb=st.sampled_from(["end", "pause", "resume", "skip", "change", "method"]),
    pledge=st.none() | st.just(PLEDGE.id),
    amount_minor=MAYBE,
)
KNOWNS = st.builds(
    Known,
    handed_off=st.sampled_from([None, None, "distress", "human_request", "staff"]),
    question=st.sampled_from([None, "amount", "confirm", "cause", "rhythm", "choice"]),
    draft=st.none() | DRAFTS,
    proposal=st.none() | PROPOSALS,
    pledges=st.sampled_from([(), (PLEDGE,), (PLEDGE, replace(PLEDGE, id="other"))]),
    confused=st.integers(0, 5),
    cause_slugs=st.sampled_from([(), ("pozzo",), ("pozzo", "scuola")]),
    has_gift=st.booleans(),
    next_nonce=st.just("fresh"),
)


def _clear_yes(heard: Heard, known: Known) -> bool:
    draft = known.draft
    if known.handed_off or draft is None or not draft.complete:
        return False
    if known.proposal and not heard.tap:
        return False  # the question was about a promise
    if heard.tap:
        return heard.tap == f"confirm:{draft.nonce}"
    said_yes = heard.answers_question and heard.slots.get("answer") == "yes"
    return said_yes and known.question == "confirm"


def _clear_yes_to_a_change(heard: Heard, known: Known) -> bool:
    proposal = known.proposal
    if known.handed_off or proposal is None or not proposal.pledge:
        return False
    if heard.tap:
        return heard.tap == f"pledge_yes:{proposal.nonce}"
    said_yes = heard.answers_question and heard.slots.get("answer") == "yes"
    return said_yes and known.question == "confirm"


@given(HEARD, KNOWNS)
def test_whatever_is_heard_is_decided_and_only_a_clear_yes_offers_a_gift(heard, known):
    found = decide(heard, known)
    assert isinstance(found, Decision)
    assert found.reasons
    if found.act in ("offer_gift", "begin_pledge"):
        assert _clear_yes(heard, known)
        assert found.draft == known.draft
        assert found.draft
        assert (found.act == "begin_pledge") == bool(found.draft.rhythm)
    if found.act == "change_pledge":
        assert _clear_yes_to_a_change(heard, known) or heard.tap.startswith("pledge_skip:")
    if found.act == "ask" and found.question == "confirm" and found.text == "confirm_gift":
        assert found.draft
        assert found.draft.complete
    if known.handed_off == "distress":
        assert found.text == ""
