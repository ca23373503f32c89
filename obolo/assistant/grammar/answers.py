"""Answers to an open question: yes, no, something else, or one of a numbered list.

Owns the closed lists of assent and refusal. Never looks at a message that answers nothing: it is
asked only while a question is open.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

from obolo.assistant.grammar.cues import CueBook, longest, one_letter_apart
from obolo.assistant.grammar.folded import Folded
from obolo.assistant.grammar.lexicon import cue_rows, section
from obolo.kit.text import fold

Answer = Literal["yes", "no", "change"]

ANSWER_WORDS_MAX: Final = 12  # a longer message is more than an answer
_NUMBER: Final = re.compile(
    r"(?:il |la |number |numero |n\.? ?|no\.? ?|option |opzione |رقم |ال)?"
    r"#?\(?(\d{1,2})[.)]?\s*(?:a|o|°)?"
)
_BUT: Final = re.compile(r"\b(?:ma|pero|but|mais|aber|لكن|ولكن|بس|bas)\b")
_ORDINALS: Final = section("answers", "ordinals")
_BOOK: Final = CueBook(cue_rows("answers", ("yes", "no", "change")))


def read_answer(message: Folded) -> Answer | None:
    """Yes, no, or "yes, but otherwise" (change); None when the message is no such answer.

    A refusal outranks an assent in one message ("ok no"): nothing is taken that was not given.
    """
    if not message.tokens or len(message.tokens) > ANSWER_WORDS_MAX:
        return None
    # The longest cue covers the shorter one inside it: "no problem" holds no refusal.
    meanings = {hit.cue.meaning for hit in longest(_BOOK.hits(message))}
    if "yes" in meanings and "no" not in meanings and _BUT.search(message.text):
        return "change"
    for meaning in ("change", "no", "yes"):
        if meaning in meanings:
            return _as_answer(meaning)
    return None


def read_choice(message: Folded, choices: Sequence[tuple[str, str]]) -> str | None:
    """Return the id of the choice named by its number, its ordinal or its title; None if unclear.

    `choices` are (id, title) in the order shown, counted from 1.
    """
    number = _NUMBER.fullmatch(message.text)
    place = int(number.group(1)) if number else _ordinal(message)
    if place is not None:
        return choices[place - 1][0] if 1 <= place <= len(choices) else None
    by_title = [key for key, title in choices if _same_title(message.text, fold(title))]
    return by_title[0] if len(by_title) == 1 else None


def _ordinal(message: Folded) -> int | None:
    if len(message.tokens) > 4:
        return None
    for token in message.tokens:
        for place, words in _ORDINALS.items():
            if token.text in words or token.text.removeprefix("ال") in words:
                return int(place)
    return None


def _same_title(text: str, title: str) -> bool:
    return text == title or (len(title) >= 6 and one_letter_apart(text, title))


def _as_answer(meaning: str) -> Answer:
    return "yes" if meaning == "yes" else "no" if meaning == "no" else "change"
