"""Deciding: from what was understood and what is known, to one of a few things to do.

Pure: data in, decision out; the story `answer_a_message` carries it out. Nothing here moves money
or sends: the strongest decision is to offer a gift, which the person still has to pay for.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from obolo.assistant import decide_pledges, decide_transfers
from obolo.assistant.decision import (
    CONFUSED_MAX,
    VERSION,
    Act,
    Decision,
    Draft,
    Heard,
    Known,
    KnownPledge,
    Proposal,
)
from obolo.assistant.texts import amount_key

__all__ = [
    "CONFUSED_MAX",
    "VERSION",
    "Act",
    "Decision",
    "Draft",
    "Heard",
    "Known",
    "KnownPledge",
    "Proposal",
    "decide",
]

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
        return _stop_or_resume(heard, known)
    if heard.risk or heard.intent == "human_request":
        return _to_a_person(heard)
    if heard.tap:
        return _tapped(heard, known)
    if not heard.has_words:
        return _without_words(heard, known)
    return _said(heard, known)


def _said(heard: Heard, known: Known) -> Decision:
    if decide_transfers.only_how_to_pay(heard):
        return _by_transfer(known)
    if heard.answers_question and known.question and (known.draft or known.proposal):
        return _answered(heard, known)
    return decide_pledges.wished(heard, known) or _by_intent(heard, known)


def _while_a_person_answers(heard: Heard, known: Known) -> Decision:
    quiet = replace(_stay(known), reasons=(f"a person answers ({known.handed_off})",))
    if heard.intent == "stop_messages" or heard.tap.partition(":")[0] == "stop":
        # A STOP is obeyed whoever is answering, and confirmed, but not after words of distress.
        text = "" if known.handed_off == "distress" else _stopped(known)
        return replace(quiet, act="withdraw", text=text)
    return quiet


def _stop_or_resume(heard: Heard, known: Known) -> Decision:
    if heard.resumes:
        return Decision(act="restore", text="resumed", reasons=("asked for messages again",))
    return Decision(act="withdraw", text=_stopped(known), reasons=("asked to stop messages",))


def _stopped(known: Known) -> str:
    """Messages stop; a promise does not end by it, and is not passed over in silence."""
    return "stopped_pledge_goes_on" if known.pledges else "stopped"


def _step_aside(reason: str, text: str, why: str) -> Decision:
    return Decision(act="hand_off", text=text, hand_off=reason, reasons=(why,))


def _to_a_person(heard: Heard) -> Decision:
    if heard.intent == "human_request":
        return _step_aside("human_request", "handed_off", "asked for a person")
    return _step_aside(heard.risk[0], "other_to_person", "somebody in need talks to a person")


def _stay(known: Known) -> Decision:
    """Do nothing and keep the conversation where it stands."""
    return Decision(
        act="quiet",
        question=known.question,
        draft=known.draft,
        proposal=known.proposal,
        confused=known.confused,
    )


def _tapped(heard: Heard, known: Known) -> Decision:
    verb, _, rest = heard.tap.partition(":")
    if verb.startswith("pledge_"):
        return decide_pledges.tapped(verb, rest, known) or _old_button(known)
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
    return Decision(act="withdraw", text=_stopped(known), reasons=("stop button",))


def _tap_once(nonce: str, heard: Heard, known: Known) -> Decision:
    """One gift now instead of a monthly one: what was said of it stays."""
    if known.draft is None or known.draft.nonce != nonce:
        return _old_button(known)
    return _next_question(replace(known.draft, rhythm=""), known, ("one gift for now",))


def _tap_monthly(nonce: str, heard: Heard, known: Known) -> Decision:
    """A rhythm we keep instead of one we do not."""
    if known.draft is None or known.draft.nonce != nonce:
        return _old_button(known)
    return _next_question(replace(known.draft, rhythm="monthly"), known, ("every month",))


_TAPS: dict[str, Callable[[str, Heard, Known], Decision]] = {
    "confirm": _tap_confirm,
    "change": _tap_change,
    "cancel": _tap_cancel,
    "cause": _tap_cause,
    "ask": _tap_ask,
    "once": _tap_once,
    "monthly": _tap_monthly,
    "stop": _tap_stop,
}


def _without_words(heard: Heard, known: Known) -> Decision:
    if heard.kind in _SILENT_KINDS:
        return replace(_stay(known), reasons=(f"a {heard.kind} asks for no answer",))
    return replace(
        _stay(known), act="say", text="media_not_read", reasons=(f"cannot read a {heard.kind}",)
    )


def _by_transfer(known: Known) -> Decision:
    """How to pay by transfer: what is being talked about, or what waits, or a gift to begin."""
    why = ("wants to pay by transfer",)
    if not known.transfers:
        return replace(_stay(known), act="say", text="transfer_none", reasons=why)
    if known.draft and not known.draft.rhythm:
        return _next_question(
            replace(known.draft, nonce=known.next_nonce, way="transfer"), known, why
        )
    if known.has_unpaid:
        return replace(_stay(known), act="offer_transfer", text="transfer_how", reasons=why)
    return _next_question(Draft(nonce=known.next_nonce, way="transfer"), known, why)


def _answered(heard: Heard, known: Known) -> Decision:
    if known.proposal:
        return decide_pledges.answered(heard, known, known.proposal)
    return _answered_about_a_gift(heard, known, known.draft or Draft(nonce=known.next_nonce))


def _answered_about_a_gift(heard: Heard, known: Known, draft: Draft) -> Decision:
    slots = heard.slots
    if slots.get("needs_clarification"):
        return _unclear_amount(slots, replace(draft, amount_minor=None), known)
    if slots.get("answer") == "no":
        return Decision(act="say", text="gift_cancelled", reasons=("said no",))
    if known.question == "confirm" and slots.get("answer") == "yes" and draft.complete:
        return _offer(draft, "confirmed in words")
    if slots.get("recurrence") not in (None, "once"):
        return _give_regularly(heard, known)
    if slots.get("recurrence") == "once":
        draft = replace(draft, rhythm="")
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
    return replace(draft, way=slots.get("way") or draft.way)


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
    """A promise is talked about like a gift, and confirmed with its rhythm."""
    before = known.draft if known.draft and heard.answers_question else None
    cause = known.draft.cause if known.draft else None
    draft = replace(before or Draft(nonce="", cause=cause), nonce=known.next_nonce)
    said = heard.slots.get("recurrence") or "monthly"
    draft = replace(_filled(draft, heard.slots), rhythm=said)
    if said not in decide_pledges.RHYTHMS:
        return Decision(
            act="ask",
            text="rhythm_not_kept",
            question="rhythm",
            draft=replace(draft, rhythm="monthly"),
            reasons=(f"no promise comes {said}",),
        )
    if heard.slots.get("needs_clarification"):
        return _unclear_amount(heard.slots, draft, known)
    return _next_question(draft, known, ("wants to give regularly",))


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
    act: Act = "begin_pledge" if draft.rhythm else "offer_gift"
    return Decision(act=act, text="pay_link", draft=draft, reasons=(why,))


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
