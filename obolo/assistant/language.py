"""Which language a message is written in: Italian, English, Arabic (also in Latin letters).

Owns the small tables of function words and letter groups. French, Spanish and German are
recognised as themselves so that they are not taken for others. Never calls a model; a message too
short to tell falls back to the person's own language.
"""

import re
from collections.abc import Mapping
from typing import Final

from obolo.assistant.grammar.folded import Folded
from obolo.assistant.grammar.lexicon import section

SPOKEN: Final = ("it", "en", "ar")  # languages we answer in
DEFAULT: Final = "it"
SURE: Final = 0.8  # below this the hint is asked
_TELLING_POINTS: Final = 4.0  # evidence at which a message is as good as told

_WORDS: Final[Mapping[str, frozenset[str]]] = {
    lang: frozenset(words) for lang, words in section("languages", "words").items()
}
_STRONG: Final[Mapping[str, frozenset[str]]] = {
    lang: frozenset(words) for lang, words in section("languages", "strong").items()
}
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    lang: tuple(groups) for lang, groups in section("languages", "groups").items()
}
# Letters that Arabic lacks in our alphabet are written as digits inside words: 3ayez, sa7.
_ARABIZI: Final = re.compile(r"^(?:[a-z]+[235679][a-z]*|[235679][a-z]{2,}[a-z0-9]*)$")
_NOT_ARABIZI: Final = re.compile(
    r"^(?:\d+(?:st|nd|rd|th|k|km|h|x|am|pm|kg|mila|eur|euro|euros|usd|gbp|cent|anni|mesi|ore|"
    r"years|days)|[a-z]{1,4}\d|covid19|mp3|mp4|x5|b2b|co2|h24|whats2)$"
)


def detect_language(message: Folded, hint: str | None = None) -> tuple[str, float]:
    """Return the language and how sure that is, 0..1.

    `hint` is the person's own language; it decides when the message is too short to tell.
    """
    letters = [c for c in message.text if c.isalpha()]
    if not letters:
        return hint or DEFAULT, 0.0
    arabic = sum("\u0600" <= c <= "\u06ff" for c in letters)
    if arabic * 5 >= len(letters) * 2:
        return "ar", min(1.0, 0.9 + 0.1 * arabic / len(letters))
    points = _points(message)
    ranked = sorted(points, key=lambda lang: -points[lang])
    first, second = ranked[0], ranked[1]
    lead = points[first] - points[second]
    sure = min(1.0, lead / _TELLING_POINTS + (0.5 if points[second] == 0 and lead > 0 else 0.0))
    if hint and points.get(hint, 0.0) + 1.0 >= points[first]:
        return hint, max(sure if hint == first else 0.5, 0.5)
    return (first, sure) if lead > 0 else (hint or first if points[first] else hint or DEFAULT, 0.0)


def _points(message: Folded) -> dict[str, float]:
    points = dict.fromkeys(_WORDS, 0.0)
    for token in message.tokens:
        word = token.text
        for lang, words in _WORDS.items():
            points[lang] += 1.0 * (word in words) + 2.0 * (word in _STRONG.get(lang, ()))
        if _ARABIZI.match(word) and not _NOT_ARABIZI.match(word):
            points["ar"] += 2.0
    padded = f" {message.text} "
    for lang, groups in _GROUPS.items():
        points[lang] += sum(0.3 * min(padded.count(group), 2) for group in groups)
    return points
