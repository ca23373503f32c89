"""Where one intent ends and the next begins, and the gates that outrank every score.

Owns the order of the gates (distress, injection, stop, a person) and the rules of the borders.
Never reads a slot. Source: the contract of `obolo understand`.
"""

from dataclasses import dataclass
from typing import Final

from obolo.assistant.grammar.folded import Folded
from obolo.assistant.reading import INTENTS
from obolo.assistant.scores import STRONG, SURE, Evidence, risk_scores

GATE_CONFIDENCE: Final = 0.97
ABSTAIN_BELOW: Final = 0.5
ALSO_FROM: Final = 4.0  # a second wish must be as clear as a first one
_SOFTENING: Final = 0.8  # the score at which confidence is one half

_WEAK: Final = ("thanks", "smalltalk", "off_topic")
_GIVING: Final = ("give_once", "give_recurring")
# With the first, the second is no wish of its own: "cancel my donation" offers no donation.
_ABSORBED: Final = {
    "give_once": {"project_question", "give_recurring"},
    "give_recurring": {"give_once", "change_recurring_gift", "project_question"},
    "in_memory_gift": {*_GIVING, "project_question", "distress", "event_signup"},
    "change_recurring_gift": {*_GIVING, "cancel_recurring", "change_contact", "event_signup"},
    "cancel_recurring": {*_GIVING, "change_recurring_gift", "refund", "event_signup"},
    "impact_query": {*_GIVING, "project_question", "refund"},
    "project_question": {*_GIVING, "impact_query"},
    "refund": {*_GIVING, "impact_query", "complaint", "cancel_recurring"},
    "receipt_tax": {*_GIVING, "impact_query"},
    "event_signup": {*_GIVING, "cancel_recurring", "project_question", "stop_messages"},
    "stop_messages": {"change_message_frequency", "human_request", "abusive"},
    "change_message_frequency": {"stop_messages", *_GIVING, "impact_query", "project_question"},
    "volunteer": {*_GIVING, "event_signup", "project_question"},
    "change_contact": {"change_recurring_gift", "human_request", "stop_messages"},
    "human_request": {"complaint", *_GIVING, "smalltalk"},
    "complaint": {*_GIVING, "impact_query", "project_question"},
}
_OUTRANK_SORROW: Final = (
    "stop_messages", "cancel_recurring", "in_memory_gift", "refund", "change_recurring_gift",
    "human_request", "change_contact", "receipt_tax",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What the grammar saw, as far as borders need it."""

    stops: bool  # the whole message is a stop word
    rhythm: str | None
    amount: bool  # an amount with its currency was said
    bare_number: bool
    cause: bool
    robot_asked: bool = False  # "a person or a bot?" asks for the truth, not for a person


@dataclass(frozen=True, slots=True)
class Verdict:
    """The intent with its confidence, further wishes, and risks."""

    intent: str
    confidence: float
    also: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    gate: str = ""  # which gate decided, if one did


def verdict(message: Folded, evidence: Evidence, facts: Facts) -> Verdict:
    """Decide the intent: gates first, then borders, then the best score."""
    scores = _bordered(message, evidence, facts)
    risks = _risks(evidence, scores)
    gate = _gate(evidence, scores, facts, risks)
    if gate:
        also = _also(gate, scores, evidence)
        return Verdict(gate, GATE_CONFIDENCE, also, risks, gate)
    ranked = sorted(scores.items(), key=lambda row: -row[1])
    (intent, top), second = ranked[0], ranked[1][1]
    if not top:
        return Verdict("off_topic", 0.2, (), risks)
    also = _also(intent, scores, evidence)
    if also and ranked[1][0] in also:
        second = ranked[2][1] if len(ranked) > 2 else 0.0  # a second wish is no doubt
    return Verdict(intent, _confidence(top, second), also, risks)


def _gate(
    evidence: Evidence, scores: dict[str, float], facts: Facts, risks: tuple[str, ...]
) -> str:
    if "self_harm" in risks or "violence" in risks:
        return "distress"
    if evidence.of("injection") and not facts.stops:
        return "off_topic"
    if facts.stops:
        return "stop_messages"
    if risks and not any(scores[intent] >= STRONG for intent in _OUTRANK_SORROW):
        return "distress"
    if scores["human_request"] >= SURE and not facts.robot_asked:
        return "human_request"
    if scores["stop_messages"] >= SURE and scores["stop_messages"] >= max(
        scores["cancel_recurring"], scores["change_message_frequency"], scores["event_signup"]
    ):
        return "stop_messages"
    return ""


def _risks(evidence: Evidence, scores: dict[str, float]) -> tuple[str, ...]:
    """Keep strong risks always, weak ones only where nothing else was clearly meant."""
    clear = max(scores.values(), default=0.0) >= STRONG
    found = risk_scores(evidence)
    return tuple(risk for risk, score in found.items() if score >= STRONG or not clear)


def _bordered(message: Folded, evidence: Evidence, facts: Facts) -> dict[str, float]:
    scores = {intent: evidence.of(intent) for intent in INTENTS}
    _encouragement(scores, evidence)
    _stop_and_keep(scores, evidence, facts)
    _questions(message, scores, evidence)
    _gifts(scores, facts)
    if facts.robot_asked:
        scores["smalltalk"] += SURE
        scores["human_request"] *= 0.3
    _precedence(scores)
    if any(score >= STRONG for intent, score in scores.items() if intent not in _WEAK):
        for weak in _WEAK:
            scores[weak] *= 0.4  # a greeting or a thank-you around a wish is manners
    return scores


def _encouragement(scores: dict[str, float], evidence: Evidence) -> None:
    """ "Don't ever stop" is thanks, unless another stop stands elsewhere in the message."""
    cheers = evidence.hits.get("not_stop", [])
    inside = cheers + evidence.hits.get("other_stop", [])
    if not inside:
        return
    for intent in ("stop_messages", "cancel_recurring"):
        outside = [
            hit.cue.weight
            for hit in evidence.hits.get(intent, [])
            if not any(n.start <= hit.start < n.end or hit.start <= n.start < hit.end
                       for n in inside)
        ]  # fmt: skip
        scores[intent] = float(max(outside, default=0))
    if cheers and not scores["stop_messages"] and not scores["cancel_recurring"]:
        scores["thanks"] += STRONG


def _stop_and_keep(scores: dict[str, float], evidence: Evidence, facts: Facts) -> None:
    if evidence.of("keep_gift") and scores["stop_messages"] >= STRONG:
        scores["cancel_recurring"] = 0.0
        scores["give_once"] = scores["give_recurring"] = 0.0
    elif evidence.of("keep_messages") and scores["cancel_recurring"] >= STRONG:
        scores["stop_messages"] = scores["change_message_frequency"] = 0.0
    if scores["cancel_recurring"] >= SURE and scores["stop_messages"] < SURE:
        scores["stop_messages"] = 0.0  # the word "stop" belonged to the gift
    if scores["change_message_frequency"] >= SURE and facts.rhythm:
        scores["stop_messages"] *= 0.5  # "one message a month is enough"
        scores["give_recurring"] *= 0.3
    elif scores["stop_messages"] >= SURE:
        scores["change_message_frequency"] *= 0.5


def _questions(message: Folded, scores: dict[str, float], evidence: Evidence) -> None:
    """A gift that is only supposed is a question about the project; a past gift is no new one."""
    asks = "?" in message.text or scores["project_question"] > 0 or scores["impact_query"] > 0
    if evidence.of("hypothetical") and asks:
        scores["project_question"] += SURE
        scores["give_once"] = scores["give_recurring"] = scores["impact_query"] = 0.0
    elif scores["impact_query"] >= STRONG:
        scores["project_question"] *= 0.5
        if scores["impact_query"] >= scores["give_once"] or "?" in message.text:
            scores["give_once"] *= 0.3
            scores["give_recurring"] *= 0.3
    elif scores["project_question"] >= STRONG and scores["give_once"] < STRONG:
        scores["give_once"] *= 0.5


def _gifts(scores: dict[str, float], facts: Facts) -> None:
    others = max(score for intent, score in scores.items() if intent not in (*_GIVING, *_WEAK))
    if others < STRONG:
        if facts.amount and not facts.bare_number:
            scores["give_once"] += 2.0
        if facts.cause and (facts.amount or facts.bare_number):
            scores["give_once"] += 2.0
        elif facts.cause and scores["give_once"] < STRONG:
            scores["project_question"] += 1.5
    if scores["give_once"] >= 2.0 and facts.rhythm not in (None, "once") and others < SURE:
        scores["give_recurring"] += scores["give_once"]
        scores["give_once"] *= 0.3
    if facts.rhythm == "once" and scores["give_recurring"]:
        scores["give_once"] += scores["give_recurring"] / 2
        scores["give_recurring"] *= 0.5
    if scores["give_recurring"] > scores["give_once"]:
        scores["give_once"] *= 0.5


def _precedence(scores: dict[str, float]) -> None:
    """Let the narrower wish win over the wider one that shares its words."""
    for narrow, wide in (
        ("in_memory_gift", (*_GIVING, "thanks", "smalltalk", "project_question", "event_signup")),
        ("refund", (*_GIVING, "impact_query", "complaint", "cancel_recurring", "human_request")),
        ("receipt_tax", (*_GIVING, "impact_query", "project_question", "complaint", "refund")),
        ("cancel_recurring", (*_GIVING, "impact_query")),
        ("change_recurring_gift", (*_GIVING, "change_contact", "impact_query")),
        ("event_signup", (*_GIVING, "cancel_recurring", "project_question", "stop_messages")),
        ("volunteer", (*_GIVING, "project_question", "human_request")),
        ("change_contact", (*_GIVING, "human_request", "complaint")),
        ("change_message_frequency", (*_GIVING, "impact_query", "project_question")),
        ("abusive", ("thanks", "smalltalk", "off_topic")),
        ("complaint", (*_GIVING, "project_question", "impact_query")),
    ):
        if scores[narrow] >= SURE - 1:
            for intent in wide:
                scores[intent] *= 0.45


def _also(intent: str, scores: dict[str, float], evidence: Evidence) -> tuple[str, ...]:
    """Further wishes: clear, spoken elsewhere in the message, and not part of the first."""
    absorbed = _ABSORBED.get(intent, set())
    main = [(hit.start, hit.end) for hit in evidence.hits.get(intent, [])]
    found = []
    for other, score in sorted(scores.items(), key=lambda row: -row[1]):
        if other == intent or other in _WEAK or other in absorbed or score < ALSO_FROM:
            continue
        apart = any(
            not any(hit.start < end and start < hit.end for start, end in main)
            for hit in evidence.hits.get(other, [])
            if hit.cue.weight >= STRONG
        )
        if apart:
            found.append(other)
    return tuple(found)


def _confidence(top: float, second: float) -> float:
    return top / (top + _SOFTENING) * (1.0 - 0.5 * min(1.0, second / top))
