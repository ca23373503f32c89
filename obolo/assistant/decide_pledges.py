"""Deciding about a promise that is there: end it, pause it, leave one time out, change its terms.

Pure, like `decide`: a wish becomes a proposal with one button, and only the button, or a clear yes,
becomes an act. A wish to end is never argued with.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from obolo.assistant.decision import Decision, Heard, Known, KnownPledge, Proposal, Verb
from obolo.assistant.texts import amount_key

RHYTHMS: Final = ("monthly", "quarterly", "yearly")
_WISHES: Final[dict[str, Verb]] = {
    "pause": "pause",
    "skip": "skip",
    "resume": "resume",
    "method": "method",
}
# What is so clearly another matter that a word for a pause in it is not about the promise.
_OTHER_MATTERS: Final = frozenset(
    {"refund", "complaint", "volunteer", "event_signup", "change_message_frequency"}
    | {"abusive", "in_memory_gift", "receipt_tax"}
)


def wished(heard: Heard, known: Known) -> Decision | None:
    """What to do about a wish for a promise the person has; None when there is no such wish."""
    if not known.pledges:
        return None
    verb = _verb(heard)
    if verb is None:
        return None
    proposal = _filled(Proposal(nonce=known.next_nonce, verb=verb), heard.slots)
    return _next(_for_a_pledge(proposal, heard.slots, known), heard.slots, known)


def answered(heard: Heard, known: Known, proposal: Proposal) -> Decision:
    """The person answered what we asked about a promise."""
    slots = heard.slots
    if slots.get("answer") == "no":
        return Decision(act="say", text="pledge_kept", reasons=("said no",))
    if slots.get("answer") == "yes" and known.question == "confirm" and proposal.pledge:
        return _do(proposal, "confirmed in words")
    if slots.get("choice") and not proposal.pledge:
        return _picked(str(slots["choice"]), proposal, known) or _next(proposal, {}, known)
    fresh = replace(_filled(proposal, slots), nonce=known.next_nonce)
    return _next(fresh, slots, known)


def tapped(verb: str, rest: str, known: Known) -> Decision | None:
    """A button about a promise; None when it belongs to what is over."""
    proposal = known.proposal
    if verb in ("pledge_yes", "pledge_no"):
        if proposal is None or proposal.nonce != rest or not proposal.pledge:
            return None
        if verb == "pledge_no":
            return Decision(act="say", text="pledge_kept", reasons=("kept by button",))
        return _do(proposal, "confirmed by button")
    if verb == "pledge_pick" and proposal is not None:
        return _picked(rest, proposal, known)
    if verb == "pledge_end" and _known(rest, known):
        ending = Proposal(nonce=known.next_nonce, verb="end", pledge=rest)
        return _next(ending, {}, known)
    if verb == "pledge_skip" and _is_id(rest) and known.pledges:
        # The button of a notice names its due day: an old one leaves out nothing else.
        return Decision(
            act="change_pledge",
            text="pledge_done_skip",
            values={"instalment": rest},
            reasons=("left out by the button of its notice",),
        )
    return None


def _verb(heard: Heard) -> Verb | None:
    if heard.intent in _OTHER_MATTERS and not heard.abstain:
        return None
    if heard.intent == "cancel_recurring" and not heard.abstain:
        return "end"
    if heard.pledge_wish in _WISHES:
        return _WISHES[heard.pledge_wish]
    if heard.intent == "change_recurring_gift" and not heard.abstain:
        return "change"
    return "end" if heard.intent == "cancel_recurring" else None


def _filled(proposal: Proposal, slots: Mapping[str, Any]) -> Proposal:
    if proposal.verb == "pause":
        return replace(proposal, months=slots.get("pause_months", proposal.months))
    if proposal.verb != "change":
        return proposal
    rhythm = slots.get("recurrence")
    return replace(
        proposal,
        amount_minor=slots.get("amount_minor", proposal.amount_minor),
        day=slots.get("day_of_month", proposal.day),
        rhythm=rhythm if rhythm in RHYTHMS else proposal.rhythm,
    )


def _for_a_pledge(proposal: Proposal, slots: Mapping[str, Any], known: Known) -> Proposal:
    """The promise meant, when there is one only or the words name one."""
    found = list(known.pledges)
    for name, slot in (("cause", "project"), ("amount_minor", "previous_amount_minor")):
        said = slots.get(slot)
        fit = [one for one in found if said is not None and getattr(one, name) == said]
        found = fit or found
    if proposal.verb == "resume":
        found = [one for one in found if one.paused] or found
    return replace(proposal, pledge=found[0].id) if len(found) == 1 else proposal


def _picked(pledge: str, proposal: Proposal, known: Known) -> Decision | None:
    if not _known(pledge, known):
        return None
    return _next(replace(proposal, pledge=pledge, nonce=known.next_nonce), {}, known)


def _next(proposal: Proposal, slots: Mapping[str, Any], known: Known) -> Decision:
    """Ask for what is missing: which one, what to change; then for a yes."""
    why = (f"wants to {proposal.verb} a promise",)
    if not proposal.pledge:
        return Decision(
            act="ask_about_pledge",
            text="pledge_which",
            question="choice",
            proposal=proposal,
            reasons=why,
        )
    if proposal.verb == "change" and slots.get("needs_clarification"):
        text = amount_key(str(slots.get("reason")))
        return Decision(
            act="ask",
            text=text,
            values=dict(slots),
            question="amount",
            proposal=replace(proposal, amount_minor=None),
            reasons=why,
        )
    pledge = _known(proposal.pledge, known)
    if proposal.verb == "change" and (pledge is None or _changes_nothing(proposal, pledge)):
        return Decision(act="say", text="pledge_change_how", reasons=why)
    if proposal.verb == "resume" and pledge is not None and not pledge.paused:
        return Decision(act="say", text="pledge_not_paused", reasons=why)
    return Decision(
        act="ask_about_pledge",
        text=f"pledge_ask_{proposal.verb}",
        question="confirm",
        proposal=proposal,
        reasons=why,
    )


def _changes_nothing(proposal: Proposal, pledge: KnownPledge) -> bool:
    same_rhythm = proposal.rhythm in (None, pledge.rhythm)
    same_amount = proposal.amount_minor in (None, pledge.amount_minor)
    return same_rhythm and same_amount and proposal.day is None


def _do(proposal: Proposal, why: str) -> Decision:
    return Decision(
        act="change_pledge",
        text=f"pledge_done_{proposal.verb}",
        proposal=proposal,
        reasons=(why,),
    )


def _known(pledge: str, known: Known) -> KnownPledge | None:
    return next((one for one in known.pledges if one.id == pledge), None)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
