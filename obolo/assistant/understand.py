"""One message in, one reading out: language, intent, particulars, risk.

Owns the order of the steps: fold, language, open question, scores, gates and borders, slots. Never
keeps anything, never calls a network, and never obeys what a message says: words are data.
Doors: `understand`, `serve`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from obolo.assistant.borders import ABSTAIN_BELOW, GATE_CONFIDENCE, Facts, Verdict, verdict
from obolo.assistant.causes import KnownCause, cause_from_json, find_cause, sample_catalogue
from obolo.assistant.grammar.answers import read_answer, read_choice
from obolo.assistant.grammar.folded import Folded, folded
from obolo.assistant.grammar.money import find_money, read_money
from obolo.assistant.grammar.rhythm import read_rhythm
from obolo.assistant.grammar.stop import is_resume, is_stop
from obolo.assistant.language import SPOKEN, SURE, detect_language
from obolo.assistant.reading import OpenQuestion, Reading
from obolo.assistant.scores import Evidence, evidence_by_rules
from obolo.assistant.slots import (
    BARE_NUMBER_INTENTS,
    Slots,
    amount_slots,
    cause_slots,
    money_slots,
    other_slots,
)

ANSWER_CONFIDENCE: Final = 0.95
_MACHINE: Final = r"(?:bot|robot|chatbot|macchina|machine|computer|ia|ai|روبوت|بوت|اله)"
_HUMAN: Final = r"(?:persona|umano|umana|operatore|person|human|شخص|انسان|بشر|insan|shakhs)"
_OR: Final = r"\W+(?:\w+\W+){0,3}?(?:o|or|oppure|ولا|او|ام|aw|walla|wala)\W+(?:\w+\W+){0,4}?"
_ROBOT_ASKED: Final = re.compile(
    rf"\b{_MACHINE}\b{_OR}(?:\w{{0,3}}){_HUMAN}\b|\b(?:\w{{0,3}}){_HUMAN}\b{_OR}{_MACHINE}\b"
)
LINES_MAX: Final = 20  # messages sent in a row are read together
LINE_CHARS_MAX: Final = 262_144  # a longer line is no message

__all__ = ["OpenQuestion", "Reading", "sample_catalogue", "serve", "understand"]


def understand(
    text: str,
    *,
    lang: str | None = None,
    today: date | str | None = None,
    currency: str = "EUR",
    causes: Sequence[KnownCause] | None = None,
    question: OpenQuestion | None = None,
) -> Reading:
    """Understand one message; never raises for any text.

    `lang` is the person's own language and decides when the words do not tell; `currency` is meant
    where none is said; `causes` is the catalogue (the sample's six when None); an answer to the
    open `question` is tried before anything else but the gates.
    """
    message = folded(text)
    catalogue = sample_catalogue() if causes is None else tuple(causes)
    tongue, sure = detect_language(message, lang)
    evidence = evidence_by_rules(message, _lexica(tongue, sure, lang))
    facts = _facts(message, tongue, currency, catalogue, asked=question is not None)
    found = verdict(message, evidence, facts)
    if is_resume(message) and question is None:
        slots = {"resume": True}
        return Reading(
            tongue, "change_message_frequency", GATE_CONFIDENCE, (), slots, language_confidence=sure
        )
    if question is not None and not found.gate:
        answered = _answer(message, question, tongue, currency, catalogue, found)
        if answered is not None:
            return replace(answered, language_confidence=sure)
    return _reading(message, found, tongue, sure, currency, catalogue, evidence, today)


def serve(lines: Iterable[str]) -> Iterator[str]:
    """Answer JSON lines for `obolo understand`: one object per line in and out.

    A line that cannot be read gives {"error": one sentence}; blank lines are passed over.
    """
    for line in lines:
        if not line.strip():
            continue
        try:
            answer = _served(line)
        except ValueError as problem:
            answer = {"error": str(problem)}
        yield json.dumps(answer, ensure_ascii=False)


def _served(line: str) -> dict[str, Any]:
    try:
        asked = json.loads(line[:LINE_CHARS_MAX])
    except (ValueError, RecursionError):
        raise ValueError("This line is not one JSON object.") from None
    if not isinstance(asked, Mapping) or not isinstance(asked.get("text"), str):
        raise ValueError('A line needs a "text" that is a string.')
    for name in ("lang", "today", "currency"):
        if asked.get(name) is not None and not isinstance(asked[name], str):
            raise ValueError(f'"{name}" must be a string.')
    currency = (asked.get("currency") or "EUR").upper()
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise ValueError('"currency" must be an ISO 4217 code of three letters.')
    rows = asked.get("causes")
    if rows is not None and not (isinstance(rows, list) and all(map(_is_object, rows))):
        raise ValueError('"causes" must be a list of objects.')
    causes = None if rows is None else [cause_from_json(row) for row in rows]
    reading = understand(
        asked["text"], lang=asked.get("lang"), today=_day(asked.get("today")),
        currency=currency, causes=causes,
    )  # fmt: skip
    return reading.as_json()


def _is_object(row: object) -> bool:
    return isinstance(row, Mapping)


def _day(today: str | None) -> str | None:
    if today is None:
        return None
    try:
        return date.fromisoformat(today).isoformat()
    except ValueError:
        raise ValueError('"today" must be a date such as 2026-11-23.') from None


def _lexica(tongue: str, sure: float, hint: str | None) -> Sequence[str]:
    """Say which languages' cues to look for: all of them when we cannot be sure."""
    if sure >= SURE and tongue in SPOKEN:
        return (tongue,)
    return tuple(dict.fromkeys((tongue, hint or tongue, *SPOKEN)))


def _facts(
    message: Folded, tongue: str, currency: str, causes: Sequence[KnownCause], *, asked: bool
) -> Facts:
    found = find_money(message, lang=tongue, currency=currency, bare=True)
    named = [reading for reading in found if reading.explicit]
    return Facts(
        stops=_stops(message, asked=asked),
        rhythm=read_rhythm(message),
        amount=bool(named),
        bare_number=bool(found) and not named,
        cause=find_cause(message, causes) is not None,
        robot_asked=bool(_ROBOT_ASKED.search(message.text)),
    )


def _stops(message: Folded, *, asked: bool) -> bool:
    """Say whether the message, or one line of several sent in a row, is a stop word."""
    lines = message.written.splitlines()[:LINES_MAX]
    return is_stop(message, asked=asked) or (
        len(lines) > 1 and any(is_stop(folded(line), asked=asked) for line in lines)
    )


def _reading(
    message: Folded, found: Verdict, tongue: str, sure: float, currency: str,
    causes: Sequence[KnownCause], evidence: Evidence, today: date | str | None,
) -> Reading:  # fmt: skip
    slots: Slots = {}
    if found.intent != "off_topic" and not evidence.of("injection"):
        slots = money_slots(message, found.intent, tongue, currency)
        slots |= cause_slots(message, causes)[0]
        slots |= other_slots(message, found.intent, str(today) if today else None)
    if found.intent == "stop_messages" and evidence.of("keep_gift"):
        slots["keep_gift"] = True
    if found.intent == "cancel_recurring" and evidence.of("keep_messages"):
        slots["keep_messages"] = True
    return Reading(
        lang=tongue,
        intent=found.intent,
        confidence=found.confidence,
        also=found.also,
        slots=slots,
        abstain=found.confidence < ABSTAIN_BELOW,
        risk=found.risk,
        language_confidence=sure,
    )


def _answer(
    message: Folded, question: OpenQuestion, tongue: str, currency: str,
    causes: Sequence[KnownCause], found: Verdict,
) -> Reading | None:  # fmt: skip
    """Read the message as an answer to the open question; None when it is none."""
    slots: Slots = {}
    if question.kind == "amount":
        slots = _amount_answer(message, tongue, currency, found)
    elif question.kind == "confirm":
        slots = _confirm_answer(message, tongue, currency)
    elif question.kind == "cause":
        slots = _cause_answer(message, question, causes, found)
    elif question.kind == "rhythm":
        slots = _rhythm_answer(message, question)
    elif (choice := read_choice(message, question.choices)) is not None:
        slots = {"choice": choice}
    if not slots and question.kind != "confirm" and read_answer(message) == "no":
        slots = {"answer": "no"}
    if not slots:
        return None
    monthly = slots.get("recurrence") not in (None, "once")
    intent = "give_recurring" if monthly else "give_once"
    return Reading(
        tongue, intent, ANSWER_CONFIDENCE, (), slots | {"answers_question": True}, risk=found.risk
    )


def _amount_answer(message: Folded, tongue: str, currency: str, found: Verdict) -> Slots:
    if found.intent not in BARE_NUMBER_INTENTS and found.confidence >= ANSWER_CONFIDENCE - 0.1:
        return {}  # something else was clearly meant: "I want my 20 euros back"
    if found.intent == "impact_query":
        return {}
    reading = read_money(message.written, lang=tongue, currency=currency, bare=True)
    if reading is None:
        return {}
    slots = amount_slots(reading)
    rhythm = read_rhythm(message)
    return slots | {"recurrence": rhythm} if rhythm else slots


def _confirm_answer(message: Folded, tongue: str, currency: str) -> Slots:
    answer = read_answer(message)
    found = find_money(message, lang=tongue, currency=currency, bare=answer != "no")
    if found and (answer is None or answer in ("yes", "change")) and len(message.tokens) <= 12:
        reading = read_money(message.written, lang=tongue, currency=currency, bare=True)
        if reading is not None:
            # "Yes, but 30": what was asked is not confirmed; the new amount is asked again.
            return amount_slots(reading) | {"answer": "change"}
    return {"answer": answer} if answer else {}


def _cause_answer(
    message: Folded, question: OpenQuestion, causes: Sequence[KnownCause], found: Verdict
) -> Slots:
    choice = read_choice(message, question.choices)
    if choice is not None:
        return {"project": choice, "choice": choice}
    if found.intent in ("give_once", "give_recurring", "project_question", "off_topic", "thanks"):
        slots, mention = cause_slots(message, causes)
        return slots if mention and "?" not in message.text else {}
    return {}


def _rhythm_answer(message: Folded, question: OpenQuestion) -> Slots:
    rhythm = read_rhythm(message)
    if rhythm:
        return {"recurrence": rhythm}
    choice = read_choice(message, question.choices)
    return {"choice": choice, "recurrence": choice} if choice else {}
