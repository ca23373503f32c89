"""Numbers in a folded message: digits with their separators, words, and both together.

Owns the reading of one number to an exact value or to the reason why it has none. Never knows a
currency's words and never decides whether a number is money. Source of the bad forms: catalogue of
amounts (items 58 to 73).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from obolo.assistant.grammar.cues import word_forms
from obolo.assistant.grammar.folded import Folded, Token
from obolo.assistant.grammar.number_words import ARTICLES, JOINERS, Word, number_words

NUMBERS_MAX: Final = 24  # a message with more is a list, not a wish
DIGITS_MAX: Final = 30  # longer runs are no amount in any currency

_DIGITS: Final = re.compile(
    r"\d{1,3}(?: \d{3})+(?![\d.,])|\d+(?:[.,'٫٬_]\d+)*", re.ASCII
)  # ASCII: folding has turned every script's digits into these
_DECIMAL_POINT: Final = {"en": ".", "ar": "."}  # every other language here writes a comma
_MULTIPLIED: Final = {
    "k": 1_000, "mila": 1_000, "mille": 1_000, "thousand": 1_000, "grand": 1_000, "mil": 1_000,
    "الف": 1_000, "الاف": 1_000, "alf": 1_000, "tausend": 1_000, "hundred": 100,
    "ميه": 100, "مايه": 100, "million": 10**6, "millions": 10**6, "milione": 10**6,
    "milioni": 10**6, "مليون": 10**6, "ملايين": 10**6, "miliardo": 10**9, "miliardi": 10**9,
    "billion": 10**9, "mln": 10**6,
}  # fmt: skip
_TIMES: Final = re.compile(
    r"\s?(" + "|".join(sorted(_MULTIPLIED, key=len)[::-1]) + r")(?![^\W\d_])"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its place in the folded text; `value` is None when `problem` says why."""

    start: int
    end: int
    value: Decimal | None
    problem: str = ""
    other: Decimal | None = None  # the second reading of "1.000"
    in_words: bool = False
    article: bool = False  # "un", "a": a number only beside a currency
    grouping: bool = False  # `other` is what this language's thousands sign means
    decimals: bool = False  # the sign is this language's decimal one: right for 1,500 dinars


def find_numbers(
    message: Folded, lang: str, *, edges: frozenset[int] = frozenset()
) -> list[Number]:
    """All numbers of the message in order; `lang` decides words and separators.

    Digits that touch a letter ("5x1000", "3ashra") are no number, unless the place where they
    touch is one of `edges`: where a currency starts or ends ("5euro", "usd5").
    """
    written: list[Number] = []
    for match in _DIGITS.finditer(message.text):
        if written and match.start() < written[-1].end:
            continue
        number = _digits(match, message.text, lang, edges)
        if number:
            written.append(number)
    taken = {place for n in written for place in range(n.start, n.end)}
    spoken = [n for n in _spoken(message, lang) if n.start not in taken]
    return sorted(written + spoken, key=lambda n: n.start)[:NUMBERS_MAX]


def _digits(match: re.Match[str], text: str, lang: str, edges: frozenset[int]) -> Number | None:
    start, end, body = match.start(), match.end(), match.group()
    before, after = text[max(0, start - 2) : start], text[end : end + 1]
    if before[-1:] in ("^", "_", "⁄") or (before[-1:].isalpha() and start not in edges):
        return None
    if after == "^":
        return Number(start, end, None, "not_a_number")
    oddity = re.compile(r"x[0-9a-f]+|e[+-]?\d+").match(text, end)
    if oddity and (body == "0" or oddity.group()[0] == "e"):
        return Number(start, oddity.end(), None, "not_a_number")
    if re.search(r"(?:^|\s)[.,]$", before):
        return Number(start - 1, end, None, "not_a_number")  # ".5": half, or five?
    number = _multiplied(_valued(start, end, body, lang), text)
    if after.isalpha() and number.end == end and end not in edges:
        return None
    return _signed(number, text)


def _valued(start: int, end: int, body: str, lang: str) -> Number:
    signs = [c for c in body if not c.isdigit()]
    if sum(c.isdigit() for c in body) > DIGITS_MAX:
        return Number(start, end, None, "too_large")
    if not signs:
        return Number(start, end, Decimal(body))
    if "_" in signs:
        return Number(start, end, None, "not_a_number")
    if len(set(signs)) == 1 and (len(signs) > 1 or signs[0] in " '٬"):
        return _grouped(start, end, body, signs[0])
    if len(set(signs)) == 1:
        return _one_sign(start, end, body, signs[0], lang)
    whole, _, cents = body.rpartition(signs[-1])
    if len(set(signs[:-1])) != 1 or not _well_grouped(whole, signs[0]):
        return Number(start, end, None, "not_a_number")
    value = Decimal(whole.replace(signs[0], "") + "." + cents)
    return Number(start, end, value)


def _grouped(start: int, end: int, body: str, sign: str) -> Number:
    if not _well_grouped(body, sign):
        return Number(start, end, None, "not_a_number")
    return Number(start, end, Decimal(body.replace(sign, "")))


def _well_grouped(whole: str, sign: str) -> bool:
    head, *groups = whole.split(sign)
    return 1 <= len(head) <= 3 and bool(groups) and all(len(g) == 3 for g in groups)


def _one_sign(start: int, end: int, body: str, sign: str, lang: str) -> Number:
    """Read "5,50", "1.000", "10,999": one sign, once, which may part cents or thousands."""
    head, _, tail = body.partition(sign)
    as_decimal = Decimal(f"{head}.{tail}")
    if len(tail) != 3 or sign == "٫" or head[0] == "0" or len(head) > 3:
        return Number(start, end, as_decimal)
    as_thousands = Decimal(head + tail)
    native = sign != _DECIMAL_POINT.get(lang, ",")
    # A comma before three digits beside a currency means thousands in English; an Italian full
    # stop does from ten thousand on: "1.000" alone has misled too many people.
    sure = native and (sign == "," or len(head) > 1)
    return Number(
        start, end, as_decimal, "ambiguous_thousands", as_thousands,
        grouping=sure, decimals=not native,
    )  # fmt: skip


def _multiplied(number: Number, text: str) -> Number:
    times = _TIMES.match(text, number.end)
    if not times or number.value is None:
        return number
    value = number.value
    if number.other is not None and number.problem and value == value.to_integral_value():
        value = number.other
    return Number(number.start, times.end(), value * _MULTIPLIED[times.group(1)])


def _signed(number: Number, text: str) -> Number:
    """Take a minus in front for a sign, unless it parts a range or starts a list."""
    ahead = text[max(0, number.start - 3) : number.start]
    minus = re.search(r"(?:^|[\s(€$£:])-([€$£]? ?)$", ahead)
    bullet = ahead.endswith("- ") and not re.search(r"[€$£] ?$", ahead)
    words = re.search(r"\b(?:meno|minus|negative|سالب|ناقص) $", text[: number.start][-12:])
    if (not minus or bullet) and not words:
        return number
    start = number.start - (len(minus.group(1)) + 1 if minus else 0)
    return Number(start, number.end, None, "zero" if number.value == 0 else "negative")


def _spoken(message: Folded, lang: str) -> Iterator[Number]:
    words = number_words(lang)
    at, tokens = 0, message.tokens
    while at < len(tokens):
        if _word(tokens[at], words) is None or _glued(tokens[at], message.text):
            at += 1
            continue
        number, at = _compose(tokens, at, lang)
        yield number


def _compose(tokens: tuple[Token, ...], at: int, lang: str) -> tuple[Number, int]:
    """Add up the number words from `at` on; return the number and the place after it."""
    words, first = number_words(lang), at
    total, current, room = 0, 0, 10**12
    last = at
    while at < len(tokens):
        word = _word(tokens[at], words)
        if word is None:
            joins = tokens[at].text in JOINERS.get(lang, ())
            if joins and at > first and at + 1 < len(tokens):
                at += 1
                if _word(tokens[at], words) is not None:
                    continue
            break
        if word.multiplies and word.value >= 1_000:
            total, current, room = total + max(current, 1) * word.value, 0, word.value
        elif word.multiplies:
            current, room = max(current, 1) * word.value, 100
        elif _adds(word.value, current, room, arabic=lang == "ar"):
            current, room = current + word.value, _room_after(word.value)
        else:
            break
        at += 1
        last = at
    last = max(last, first + 1)
    alone = last == first + 1 and tokens[first].text in ARTICLES
    place = (tokens[first].start, tokens[last - 1].end)
    return Number(*place, Decimal(total + current), in_words=True, article=alone), last


def _adds(value: int, current: int, room: int, *, arabic: bool) -> bool:
    """Say whether a word may follow in the same number: "cento venti" yes, "cinque dieci" no."""
    if current == 0:
        return True
    if arabic and 0 < current % 100 < 10 and value in range(20, 100, 10):
        return True  # five and twenty
    if arabic and 0 < current % 100 < 10 and value == 10:
        return True  # six ten: sixteen
    return 0 < value < room


def _room_after(value: int) -> int:
    """Return what the next added word must stay below: after 100 below 100, after 20 below 10."""
    if value >= 1_000:
        return 1_000
    if value >= 100 and value % 100 == 0:
        return 100
    return 10 if value >= 20 and value % 10 == 0 else 0


def _word(token: Token, words: dict[str, Word]) -> Word | None:
    for form in word_forms(token.text):
        if form in words and form:
            return words[form]
    return None


def _glued(token: Token, text: str) -> bool:
    """Say whether the word is a piece of another one: "cent-a-share", "ten-year"."""
    return text[token.end : token.end + 1] == "-" and text[token.end + 1 : token.end + 2] == "a"
