"""The wish to hear no more, when it is the whole message.

Owns the list of stop words of many languages. Never reads longer sentences: those are cues of the
lexicon. Source: promise 48 of the catalogue of bad inputs; carriers' usage of STOP, CANCEL, END.
"""

import re
from collections.abc import Sequence
from typing import Final

from obolo.assistant.grammar.folded import Folded
from obolo.assistant.grammar.lexicon import section
from obolo.kit.text import fold

WORDS_MAX: Final = 8

_LISTS: Final = section("stop", "words")
# Letters of other alphabets that are drawn like ours: "ЅТОР" is STOP to whoever reads it.
_LOOKALIKES: Final = str.maketrans("аеорсухѕіјԛտοτѵ", "aeopcyxsijqsotv")
_CAPITALS: Final = str.maketrans("тпмнквзηαρε", "tpmhkb3nape")


def _rows(name: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(_words(fold(phrase))) for phrase in _LISTS[name])


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


_ALWAYS: Final = _rows("always")
_UNLESS_ASKED: Final = _rows("unless_asked")
_RESUME: Final = _rows("resume")
_AROUND: Final = frozenset(fold(word) for word in _LISTS["around"])


def is_stop(message: Folded, *, asked: bool = False) -> bool:
    """Say whether the whole message is a stop word, politeness and emoji aside.

    `asked` tells that a question is open, which words such as "cancel" answer instead. "Don't
    stop" and "non-stop" are none: every word of the message must belong.
    """
    for text in (message.text, _latin(message.text)):
        words = _words(re.sub(r"\bs[. -]t[. -]o[. -]p\b", "stop", text))
        if words and len(words) <= WORDS_MAX and _is_stop(_once(words), asked=asked):
            return True
    return False


def is_resume(message: Folded) -> bool:
    """Say whether the whole message takes a stop back: "start", "riprendi", "استئناف"."""
    words = _words(message.text)
    return 0 < len(words) <= WORDS_MAX and _is_among(words, (_RESUME,))


def _is_stop(words: Sequence[str], *, asked: bool) -> bool:
    return _is_among(words, (_ALWAYS,) if asked else (_ALWAYS, _UNLESS_ASKED))


def _is_among(words: Sequence[str], lists: Sequence[frozenset[tuple[str, ...]]]) -> bool:
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            rest = (*words[:start], *words[end:])
            inner = tuple(words[start:end])
            if any(inner in rows for rows in lists) and all(w in _AROUND for w in rest):
                return True
    return False


def _once(words: list[str]) -> list[str]:
    """Drop repetitions ("stop stop STOP") and drawn-out ends ("stoppp", "bastaaa")."""
    short = [re.sub(r"(.)\1{2,}$", r"\1", word) for word in words]
    return [w for i, w in enumerate(short) if i == 0 or w != short[i - 1]]


def _latin(text: str) -> str:
    return text.translate(_LOOKALIKES).translate(_CAPITALS)
