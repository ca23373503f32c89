"""Deciding: from what was understood and what is known, to one of a few things to do.

Pure: data in, decision out; the story `answer_a_message` carries it out. Nothing here moves money
or sends: the strongest decision is to offer a gift, which the person still has to pay for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from obolo.assistant.reading import QuestionKind
from obolo.assistant.texts import amount_key

Act = Literal[
    "say",
    "ask",
    "offer_gift",
    "show_trace",
    "show_receipt",
    "withdraw",
    "restore",
    "hand_off",
    "quiet",
]

CONFUSED_MAX = 2  # failed clarifications in a row before a person takes over
VERSION = "decide-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A gift being talked about; amounts in minor units. `nonce` marks its buttons."""

    nonce: str
    amount_minor: int | None = None
    currency: str = ""
    cause: str | None = None

    @property
    def complete(self) -> bool:
        """Do we know how much and for what?"""
        return self.amount_minor is not None and self.cause is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known of this person and this conversation, before the new words."""

    handed_off: str | None = None  # the reason, while a person of the team answers
    question: QuestionKind | None = None  # what we asked last
    draft: Draft | None = None
    confused: int = 0
    cause_slugs: tuple[str, ...] = ()
    has_gift: bool = False
    next_nonce: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """The new words, understood. `kind` is that of the newest message."""

    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    abstain: bool = False
    risk: tuple[str, ...] = ()
    answers_question: bool = False
    resumes: bool = False  # the whole message asks for our messages again
    about_robot: bool = False
    tap: str = ""
    kind: str = "text"
    has_words: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What to do, why, and where the conversation stands afterwards."""

    act: Act
    text: str = ""  # key of the catalogue
    values: Mapping[str, Any] = field(default_factory=dict)
    hand_off: str = ""  # reason
    question: QuestionKind | None = None
    draft: Draft | None = None
    confused: int = 0
    reasons: tuple[str, ...] = ()


# Wishes that a person of the team carries out for now, and what the assistant says meanwhile.
_FOR_A_PERSON = {
    "refund": "refund_to_person",
    "complaint": "complaint_to_person",
    "cancel_recurring": "other_to_person",
    "change_recurring_gift": "other_to_person",
    "change_message_frequency": "other_to_person",
    "change_contact": "other_to_person",
    "volunteer": "other_to_person",
    "event_signup": "other_to_person",
    "in_memory_gift": "other_to_person",
}
_DANGER = frozenset({"self_harm", "violence"})
_SILENT_KINDS = frozenset({"reaction", "sticker", "revoke", "system", "unsupported_status"})


def decide(heard: Heard, known: Known) -> Decision:
    """The one thing to do now. The order of these questions is the order of what matters."""
    if known.handed_off:
        return _while_a_person_answers(heard, known)
    if "distress" in (heard.intent, *heard.also) or _DANGER.intersection(heard.risk):
        return _step_aside("distress", "distress", "words of distress come first")
    if heard.intent == "stop_messages" or heard.resumes:
        return _stop_or_resume(heard)
    if heard.risk or heard.intent == "human_request":
        return _to_a_person(heard)
    if heard.tap:
        return _tapped(heard, known)
    if not heard.has_words:
        return _without_words(heard, known)
    if heard.answers_question and known.question and known.draft:
        return _answered(heard, known, known.draft)
    return _by_intent(heard, known)


def _while_a_person_answers(heard: Heard, known: Known) -> Decision:
    quiet = replace(_stay(known), reasons=(f"a person answers ({known.handed_off})",))
    if heard.intent == "stop_messages" or heard.tap.partition(":")[0] == "stop":
        # A STOP is obeyed whoever is answering, and confirmed, but not after words of distress.
        text = "" if known.handed_off == "distress" else "stopped"
        return replace(quiet, act="withdraw", text=text)
    return quiet


def _stop_or_resume(heard: Heard) -> Decision:
    if heard.resumes:
        return Decision(act="restore", text="resumed", reasons=("asked for messages again",))
    return Decision(act="withdraw", text="stopped", reasons=("asked to stop messages",))


def _step_aside(reason: str, text: str, why: str) -> Decision:
    return Decision(act="hand_off", text=text, hand_off=reason, reasons=(why,))


def _to_a_person(heard: Heard) -> Decision:
    if heard.intent == "human_request":
        return _step_aside("human_request", "handed_off", "asked for a person")
    return _step_aside(heard.risk[0], "other_to_person", "somebody in need talks to a person")


def _stay(known: Known) -> Decision:
    """Do nothing and keep the conversation where it stands."""
    return Decision(
        act="quiet", question=known.question, draft=known.draft, confused=known.confused
    )


def _tapped(heard: Heard, known: Known) -> Decision:
    verb, _, rest = heard.tap.partition(":")
    answer = _TAPS.get(verb)
    return answer(rest, heard, known) if answer else _old_button(known)


def _old_button(known: Known) -> Decision:
    return replace(_stay(known), act="say", text="wrong_button", reasons=("unknown or old button",))


def _tap_confirm(nonce: str, heard: Heard, known: Known) -> Decision:
    draft = known.draft
    if draft is None or not draft.complete or draft.nonce != nonce:
        return _old_button(known)
    return _offer(draft, "confirmed by button")


def _tap_change(nonce: str, heard: Heard, known: Known) -> Decision:
    if known.draft is None or known.draft.nonce != nonce:
        return _old_button(known)
    again = Draft(nonce=known.next_nonce)
    return _next_question(again, known, ("wants to change the gift",))


def _tap_cancel(nonce: str, heard: Heard, known: Known) -> Decision:
    if known.draft is None or known.draft.nonce != nonce:
        return _old_button(known)
    return Decision(act="say", text="gift_cancelled", reasons=("cancelled by button",))


def _tap_cause(slug: str, heard: Heard, known: Known) -> Decision:
    if slug not in known.cause_slugs:
        return _old_button(known)
    draft = replace(known.draft or Draft(nonce=known.next_nonce), cause=slug)
    return _next_question(draft, known, ("chose a cause",))


def _tap_ask(wish: str, heard: Heard, known: Known) -> Decision:
    if wish == "give":
        return _next_question(Draft(nonce=known.next_nonce), known, ("wants to give",))
    if wish == "trace":
        return _trace(heard, known)
    if wish == "person":
        return _step_aside("human_request", "handed_off", "asked for a person by button")
    return _old_button(known)


def _tap_stop(rest: str, heard: Heard, known: Known) -> Decision:
    return Decision(act="withdraw", text="stopped", reasons=("stop button",))


def _tap_once(nonce: str, heard: Heard, known: Known) -> Decision:
    """One gift now instead of a monthly one: what was said of it stays."""
    if known.draft is None or known.draft.nonce != nonce:
        return _old_button(known)
    return _next_question(known.draft, known, ("one gift for now",))


_TAPS: dict[str, Callable[[str, Heard, Known], Decision]] = {
    "confirm": _tap_confirm,
    "change": _tap_change,
    "cancel": _tap_cancel,
    "cause": _tap_cause,
    "ask": _tap_ask,
    "once": _tap_once,
    "stop": _tap_stop,
}


def _without_words(heard: Heard, known: Known) -> Decision:
    if heard.kind in _SILENT_KINDS:
        return replace(_stay(known), reasons=(f"a {heard.kind} asks for no answer",))
    return replace(
        _stay(known), act="say", text="media_not_read", reasons=(f"cannot read a {heard.kind}",)
    )


def _answered(heard: Heard, known: Known, draft: Draft) -> Decision:
    slots = heard.slots
    if slots.get("needs_clarification"):
        return _unclear_amount(slots, replace(draft, amount_minor=None), known)
    if slots.get("answer") == "no":
        return Decision(act="say", text="gift_cancelled", reasons=("said no",))
    if known.question == "confirm" and slots.get("answer") == "yes" and draft.complete:
        return _offer(draft, "confirmed in words")
    if slots.get("recurrence") not in (None, "once"):
        return _give_regularly(heard, known)
    if known.question == "confirm" and slots.get("amount_minor") is None:
        draft = replace(draft, amount_minor=None)  # "change": ask for the amount again
    # The buttons shown before belong to what was agreed before.
    fresh = replace(_filled(draft, slots), nonce=known.next_nonce)
    return _next_question(fresh, known, ("answered our question",))


def _filled(draft: Draft, slots: Mapping[str, Any]) -> Draft:
    if slots.get("amount_minor") is not None:
        draft = replace(
            draft, amount_minor=slots["amount_minor"], currency=slots.get("currency", "")
        )
    if slots.get("project"):
        draft = replace(draft, cause=slots["project"])
    return draft


def _by_intent(heard: Heard, known: Known) -> Decision:
    if heard.intent in _FOR_A_PERSON and not heard.abstain:
        reason = heard.intent
        return _step_aside(reason, _FOR_A_PERSON[reason], f"{reason} is for a person")
    answer = _INTENTS.get(heard.intent)
    if answer is None or (heard.abstain and heard.intent not in _HARMLESS):
        return _confused(heard, known)
    return answer(heard, known)


def _give(heard: Heard, known: Known) -> Decision:
    fresh = Draft(nonce=known.next_nonce, cause=known.draft.cause if known.draft else None)
    if heard.slots.get("needs_clarification"):
        return _unclear_amount(heard.slots, _filled(fresh, heard.slots), known)
    return _next_question(_filled(fresh, heard.slots), known, ("wants to give",))


def _give_regularly(heard: Heard, known: Known) -> Decision:
    draft = _filled(Draft(nonce=known.next_nonce), heard.slots)
    return Decision(
        act="ask",
        text="monthly_not_yet" if draft.amount_minor else "monthly_not_yet_open",
        draft=draft,
        reasons=("regular gifts are not set up in the chat yet",),
    )


def _next_question(draft: Draft, known: Known, why: tuple[str, ...]) -> Decision:
    """Ask for the one thing still missing: what for, how much, then whether it is right."""
    if draft.cause is None and len(known.cause_slugs) == 1:
        draft = replace(draft, cause=known.cause_slugs[0])
    if draft.cause is None:
        return Decision(act="ask", text="ask_cause", question="cause", draft=draft, reasons=why)
    if draft.amount_minor is None:
        return Decision(act="ask", text="ask_amount", question="amount", draft=draft, reasons=why)
    return Decision(act="ask", text="confirm_gift", question="confirm", draft=draft, reasons=why)


def _unclear_amount(slots: Mapping[str, Any], draft: Draft, known: Known) -> Decision:
    code = str(slots.get("reason"))
    draft = replace(draft, amount_minor=None)
    return Decision(
        act="ask",
        text=amount_key(code),
        values=dict(slots),
        question="amount",
        draft=draft,
        reasons=(f"the amount is not clear ({code})",),
    )


def _offer(draft: Draft, why: str) -> Decision:
    return Decision(act="offer_gift", text="pay_link", draft=draft, reasons=(why,))


def _trace(heard: Heard, known: Known) -> Decision:
    if not known.has_gift:
        return replace(_stay(known), act="say", text="trace_none", reasons=("no gift yet",))
    return replace(
        _stay(known), act="show_trace", text="trace_summary", reasons=("asked where it is",)
    )


def _receipt(heard: Heard, known: Known) -> Decision:
    if not known.has_gift:
        return replace(_stay(known), act="say", text="trace_none", reasons=("no gift yet",))
    return replace(
        _stay(known),
        act="show_receipt",
        text="receipt_text",
        values={"tax_year": heard.slots.get("tax_year")},
        reasons=("receipt",),
    )


def _about_a_cause(heard: Heard, known: Known) -> Decision:
    slug = heard.slots.get("project") or (known.draft.cause if known.draft else None)
    if slug is None and len(known.cause_slugs) == 1:
        slug = known.cause_slugs[0]
    if slug is None:
        draft = Draft(nonce=known.next_nonce)
        why = ("asks about our causes",)
        return Decision(act="ask", text="ask_cause", question="cause", draft=draft, reasons=why)
    return replace(
        _stay(known),
        act="say",
        text="cause_answer",
        values={"cause": slug},
        reasons=("asks about a cause",),
    )


def _thanks(heard: Heard, known: Known) -> Decision:
    return replace(_stay(known), act="say", text="thanks_reply", confused=0, reasons=("thanks",))


def _smalltalk(heard: Heard, known: Known) -> Decision:
    text = "smalltalk_robot" if heard.about_robot else "smalltalk_reply"
    return replace(_stay(known), act="say", text=text, confused=0, reasons=("small talk",))


def _off_topic(heard: Heard, known: Known) -> Decision:
    return replace(_stay(known), act="say", text="off_topic_reply", reasons=("not our business",))


def _abusive(heard: Heard, known: Known) -> Decision:
    return replace(_stay(known), reasons=("abuse is not answered",))


def _confused(heard: Heard, known: Known) -> Decision:
    if known.confused + 1 > CONFUSED_MAX:
        return _step_aside("not_understood", "handed_off", "not understood several times")
    return replace(
        _stay(known),
        act="ask",
        text="not_understood",
        confused=known.confused + 1,
        reasons=(f"not sure enough ({heard.intent})",),
    )


_INTENTS: dict[str, Callable[[Heard, Known], Decision]] = {
    "give_once": _give,
    "give_recurring": _give_regularly,
    "impact_query": _trace,
    "receipt_tax": _receipt,
    "project_question": _about_a_cause,
    "thanks": _thanks,
    "smalltalk": _smalltalk,
    "abusive": _abusive,
    "off_topic": _off_topic,
}
_HARMLESS = frozenset({"give_once", "impact_query", "thanks", "smalltalk", "project_question"})
