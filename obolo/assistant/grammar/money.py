"""Amounts of money as people write them in a chat, read to minor units or to a question.

Owns the joining of numbers and currencies, ranges, corrections, and the reasons why something that
looks like an amount is none. Never rounds, never picks one of two readings, never decides what an
amount is for. Source: catalogue of bad inputs, section C (items 58 to 73).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from obolo.assistant.grammar.currency import CurrencyWord, find_currencies
from obolo.assistant.grammar.folded import Folded, folded
from obolo.assistant.grammar.not_money import Blocked, blocked_places
from obolo.assistant.grammar.numbers import Number, find_numbers
from obolo.kit.money import exponent

# In whole units of a two-decimal currency. Below the first the fee eats the gift; above the second
# a slip of the finger is likelier than a gift, and a person should be asked.
AMOUNT_MIN: Final = Decimal("0.50")
AMOUNT_MAX: Final = Decimal(100_000)
REACH: Final = 24  # characters in front of an amount that may change what it means
YEARS: Final = range(1_900, 2_101)

_AND_CENTS: Final = re.compile(r"\s?(?:e|and|et|y|und|و|con|,)?\s?")
_HALF: Final = re.compile(r"\s?(?:e mezzo|and a half|ونص|ونصف|و نص|و نصف|et demi|y medio)\b")
_OF: Final = re.compile(r"\s?(?:di |d'|of |de |-)?(?:about )?")
_RANGE: Final = re.compile(
    r"\s?(?:-+|/|~|o|or|oppure|ou|oder|o magari|or maybe|or even|او|ولا|to|till|until|bis|a|ai|al|"
    r"agli|alle|ad|fino a|e i|e|and|et|y|und|و|ل|الي|لحد|aw|wala|\.\.+)\s?"
)
# "and" joins a range only after one of these.
_BETWEEN: Final = re.compile(
    r"(?:\b(?:tra|fra|between|entre|zwischen|from|da|dai|dalle|de|von)|بين|ما بين|من)"
    r"(?: i| gli| le| the)? ?[€$£]? ?$"
)
_NEEDS_BETWEEN: Final = frozenset({"e", "and", "et", "y", "und", "و", "e i", "a", "ai", "al", "to"})
_CORRECTION: Final = re.compile(
    r"\b(?:anzi|no aspetta|aspetta|scusa|scusate|volevo dire|intendevo|mi correggo|facciamo|meglio|"
    r"no wait|wait|actually|i mean|i meant|sorry|make (?:it|that)|rather|scratch that|no,|no|"
    r"instead|but|ma|bensi|non|not|plutot|mejor|perdon|lieber|la2|asdi|2asdi|2sdi|khalliha|"
    r"khaliha|5alliha)\b|قصدي|اقصد|بل|خليها|خليهم|لا |عفوا|اسف|مش|استني|لحظه"
)
_UNKNOWN_CODE: Final = re.compile(r" ?[A-Z]{3}\b")
_REFUSED: Final = re.compile(r"(?:\b(?:non|not|nicht|mish|mesh|msh)|مش|ليس|مو) (?:[€$£] ?)?$")
_COUNTED: Final = re.compile(
    r"\s?(?:%|°|(?:ann[io]|mes[ei]|giorn[io]|settiman[ae]|or[ae]|minut[io]|secondi|volt[ae]|"
    r"person[ae]|bambin[ioe]|ragazz[ie]|figli[oe]?|amic[ih]e?|partecipant[ie]|iscritt[ie]|km|"
    r"chilometri|kg|chili|metri|litri|post[io]|magliett[ae]|bigliett[io]|pozz[oi]|scuol[ae]|"
    r"donn[ae]|pasti|messaggi[o]?|notifiche|email|rate|raccolte|anni?versari[oi]|years?|months?|"
    r"weeks?|days?|hours?|hrs?|minutes?|mins?|times|people|persons?|kids?|children|boys|girls|"
    r"friends|participants|runners|miles?|meters|metres|litres|seats?|tickets?|t-?shirts?|wells?|"
    r"schools?|women|men|meals?|messages?|emails?|texts?|am|pm|th|st|nd|rd|percent|per cento|"
    r"per cent|o'clock|mois|jours|ans|fois|personnes|dias|meses|veces|tage|monate|jahre|mal|"
    r"سنه|سنين|سنوات|شهر|شهور|اشهر|يوم|ايام|اسبوع|اسابيع|ساعه|ساعات|دقيقه|دقايق|مره|مرات|"
    r"شخص|اشخاص|ولد|اولاد|طفل|اطفال|كيلو|كم|متر|رساله|رسايل|بير|ابار|مدرسه|بالميه|بالمايه|"
    r"في الميه|في المايه|sana|snin|shahr|youm|marra|marrat)(?![^\W\d_]))"
)


@dataclass(frozen=True, slots=True)
class MoneyReading:
    """One amount read from a message, or the reason why it must be asked back.

    `amount_minor` is None exactly when `needs_clarification`; `min_minor` and `max_minor` then hold
    the possible readings when there are any. `span` points into the text as written.
    """

    amount_minor: int | None
    currency: str
    needs_clarification: bool
    min_minor: int | None
    max_minor: int | None
    reason: str
    span: tuple[int, int]
    explicit: bool  # the currency was said
    place: tuple[int, int] = (0, 0)  # in the folded text


@dataclass(frozen=True, slots=True)
class _Sum:
    """A number with the currency it was said with."""

    number: Number
    value: Decimal | None
    code: str | None
    named: bool
    start: int
    end: int
    problem: str = ""


def read_money(
    text: str, *, lang: str, currency: str = "EUR", bare: bool = False
) -> MoneyReading | None:
    """Return the one amount `text` speaks of, or None when it speaks of none.

    A number without a currency counts only with `bare`: the open question is about an amount, or
    a verb of giving stands there. The last of several corrected amounts wins; several that stand
    side by side need clarification (`several`). Never raises for any text.
    """
    message = folded(text)
    found = find_money(message, lang=lang, currency=currency, bare=bare)
    if bare and not found:
        return _no_number(message, currency)
    if len(found) < 2:
        return found[0] if found else None
    return one_of(found)


def one_of(found: Sequence[MoneyReading]) -> MoneyReading:
    """Fold several readings into one: the same amount said twice, or a question."""
    named = [reading for reading in found if reading.explicit] or list(found)
    if len({(r.amount_minor, r.currency, r.reason) for r in named}) == 1:
        return named[0]
    lows = [r.min_minor if r.amount_minor is None else r.amount_minor for r in named]
    known = [low for low in lows if low is not None]
    span = (named[0].span[0], named[-1].span[1])
    return replace(
        named[0], amount_minor=None, needs_clarification=True, reason="several", span=span,
        min_minor=min(known, default=None), max_minor=max(known, default=None),
    )  # fmt: skip


def find_money(
    message: Folded,
    *,
    lang: str,
    currency: str = "EUR",
    bare: bool = False,
    resolve: bool = True,
) -> list[MoneyReading]:
    """All amounts of a folded message in order, corrections and ranges already resolved.

    Without `resolve` every amount is kept by itself, as a story of two amounts needs.
    """
    blocked = blocked_places(message.text)
    currencies = find_currencies(message)
    edges = frozenset(place for c in currencies for place in (c.start, c.end))
    numbers = find_numbers(message, lang, edges=edges)
    sums = _joined(message.text, numbers, currencies, blocked)
    sums = [s for s in sums if s.named or (bare and _may_stand_alone(s, message.text))]
    if not resolve:
        return [_reading(amount, message, currency) for amount in sums]
    readings = _resolved(sums, message, currency)
    if bare and not readings:
        readings = [_blocked_reading(b, message, currency) for b in blocked if b.reason][:1]
    return readings


def _joined(
    text: str, numbers: list[Number], currencies: list[CurrencyWord], blocked: list[Blocked]
) -> list[_Sum]:
    """Give each number its currency: the sign before it, else what stands after it."""
    sums: list[_Sum] = []
    used: set[int] = set()
    for place, number in enumerate(numbers):
        if any(b.start < number.end and number.start < b.end for b in blocked):
            continue
        if sums and number.start < sums[-1].end:
            continue  # these were the cents of the amount before
        joined = _with_currency(text, number, currencies, used)
        if joined.named and joined.end > number.end:
            joined = _with_cents(text, joined, numbers[place + 1 : place + 2], currencies)
        sums.append(joined)
    return sums


def _with_currency(
    text: str, number: Number, currencies: list[CurrencyWord], used: set[int]
) -> _Sum:
    plain = _Sum(number, number.value, None, False, number.start, number.end, number.problem)
    for index, word in enumerate(currencies):
        gap = text[word.end : number.start]
        if index in used or word.end > number.start or gap.strip(" -") or word.cents:
            continue
        if len(gap) <= 2 and (word.sign or not text[: word.start].rstrip()[-1:].isdigit()):
            used.add(index)
            code, end = word.code, number.end
            follow = _following(text, number.end, currencies)
            if follow and follow[1].code == code and word.sign:
                used.add(follow[0])  # "$10 dollars"
            return replace(plain, code=code, named=True, start=word.start, end=end)
    follow = _following(text, number.end, currencies)
    if follow is None or follow[0] in used:
        half = _HALF.match(text, number.end)
        if half and number.value is not None:
            rest = _following(text, half.end(), currencies)
            if rest and not rest[1].cents:
                used.add(rest[0])
                value = number.value + Decimal("0.5")
                return replace(plain, value=value, code=rest[1].code, named=True, end=rest[1].end)
        return plain
    index, word = follow
    used.add(index)
    if word.cents:
        hundredths = None if number.value is None else number.value / 100
        return replace(plain, value=hundredths, named=True, end=word.end)
    return replace(plain, code=word.code, named=True, end=word.end)


def _following(
    text: str, place: int, currencies: list[CurrencyWord]
) -> tuple[int, CurrencyWord] | None:
    gap = _OF.match(text, place)
    reach = gap.end() if gap else place
    for index, word in enumerate(currencies):
        if place <= word.start <= reach:
            # A single letter is a currency only when it touches its number: "50p", "50c".
            if word.end - word.start == 1 and text[word.start].isalpha() and word.start > place:
                return None
            return index, word
    return None


def _with_cents(
    text: str, amount: _Sum, following: list[Number], currencies: list[CurrencyWord]
) -> _Sum:
    """Read on over "and fifty (cents)" or "and a half" behind a currency."""
    half = _HALF.match(text, amount.end)
    if half and amount.value is not None:
        return replace(amount, value=amount.value + Decimal("0.5"), end=half.end())
    if not following or amount.value is None or amount.value % 1 or following[0].value is None:
        return amount
    cents = following[0]
    if not _AND_CENTS.fullmatch(text[amount.end : cents.start]) or cents.article:
        return amount
    follow = _following(text, cents.end, currencies)
    minor = follow is not None and follow[1].cents
    if (follow is not None and not minor) or _COUNTED.match(text, cents.end):
        return amount
    value = cents.value or Decimal(0)
    two_digits = value % 1 == 0 and 10 <= value <= 99
    if not (two_digits or (minor and value % 1 == 0 and 1 <= value <= 99)):
        return amount
    end = follow[1].end if minor and follow else cents.end
    return replace(amount, value=amount.value + value / 100, end=end)


def _may_stand_alone(amount: _Sum, text: str) -> bool:
    if amount.number.article and text.strip() != text[amount.start : amount.end]:
        return False
    return not _COUNTED.match(text, amount.end)


def _resolved(sums: list[_Sum], message: Folded, currency: str) -> list[MoneyReading]:
    """Drop what was taken back, join ranges, and turn the rest into readings."""
    text, kept, at = message.text, list[MoneyReading](), 0
    while at < len(sums):
        amount = sums[at]
        after = sums[at + 1] if at + 1 < len(sums) else None
        if _REFUSED.search(text[: amount.start][-REACH:]) and after:
            at += 1
            continue
        if after and _is_range(text, amount, after):
            kept.append(_range_reading(amount, after, message, currency))
            at += 2
            continue
        reading = _reading(amount, message, currency)
        if kept and _CORRECTION.search(text[kept[-1].place[1] : amount.start]):
            kept.pop()
        kept.append(reading)
        at += 1
    return kept


def _is_range(text: str, low: _Sum, high: _Sum) -> bool:
    between = text[low.end : high.start]
    if not between.strip() and high.number.problem == "negative":
        return True  # "5 -10"
    if not _RANGE.fullmatch(between):
        return False
    if between.strip() in _NEEDS_BETWEEN:
        opened = _BETWEEN.search(text[: low.start][-REACH:])
        return bool(opened) or between.strip() == "to"
    return True


def _range_reading(low: _Sum, high: _Sum, message: Folded, currency: str) -> MoneyReading:
    code = high.code or low.code or currency
    ends = sorted(
        minor
        for value in (low.value, high.value)
        if value is not None and (minor := _minor(value, code)) is not None
    )
    place = (low.start, high.end)
    return MoneyReading(
        None, code, True, min(ends, default=None), max(ends, default=None), "range",
        message.span(*place), low.named or high.named, place,
    )  # fmt: skip


def _reading(amount: _Sum, message: Folded, currency: str) -> MoneyReading:
    code = amount.code or currency
    place = (amount.start, amount.end)
    minor, low, high, reason = _judged(amount, code)
    if amount.code is None and _UNKNOWN_CODE.match(message.written, message.span(*place)[1]):
        minor, low, high, reason = None, None, None, "currency_unclear"
    if not reason and amount.named and amount.code is None and not _says_cents(amount, message):
        minor, low, high, reason = None, minor, minor, "currency_unclear"
    return MoneyReading(
        minor, code, minor is None, low, high, reason, message.span(*place), amount.named, place
    )


def _says_cents(amount: _Sum, message: Folded) -> bool:
    words = find_currencies(message)
    return any(w.cents and amount.start <= w.start < amount.end for w in words)


def _judged(amount: _Sum, code: str) -> tuple[int | None, int | None, int | None, str]:
    """Return minor units, or None with the lowest and highest reading and the reason."""
    value, problem = amount.value, amount.problem
    if problem == "ambiguous_thousands" and amount.number.other is not None and value is not None:
        if exponent(code) == 0:
            value, problem = amount.number.other, ""  # no cents: the sign parts thousands
        elif amount.named and amount.number.decimals and exponent(code) == 3:
            problem = ""
        elif amount.named and amount.number.grouping:
            value, problem = amount.number.other, ""
        elif amount.number.value is not None and amount.number.value * 1_000 % 10:
            problem = "too_many_decimals"  # "10,999": nobody groups by thousands to end on a 9
            return None, None, None, problem
        else:
            low, high = _minor(value, code), _minor(amount.number.other, code)
            return None, low, high, problem
    if problem or value is None:
        return None, None, None, problem or "not_a_number"
    if not amount.named and not amount.number.in_words and value in YEARS:
        return None, None, None, "looks_like_year"
    return _within_limits(value, code)


def _within_limits(value: Decimal, code: str) -> tuple[int | None, int | None, int | None, str]:
    # Currencies without decimals count in units worth about a hundredth of the others'.
    weight = 100 if exponent(code) == 0 else 1
    if value == 0:
        return None, None, None, "zero"
    if value > AMOUNT_MAX * weight:
        return None, None, None, "too_large"
    minor = _minor(value, code)
    if minor is None:
        return None, None, None, "too_many_decimals"
    if value < AMOUNT_MIN * weight:
        return None, minor, minor, "too_small"
    return minor, minor, minor, ""


def _minor(value: Decimal, code: str) -> int | None:
    """Exact minor units, or None when the value has more decimals than the currency."""
    scaled = value * 10 ** exponent(code)
    return int(scaled) if scaled == scaled.to_integral_value() else None


def _blocked_reading(blocked: Blocked, message: Folded, currency: str) -> MoneyReading:
    place = (blocked.start, blocked.end)
    return MoneyReading(
        None, currency, True, None, None, blocked.reason, message.span(*place), False, place
    )


def _no_number(message: Folded, currency: str) -> MoneyReading | None:
    if "^" in message.text or re.fullmatch(
        r"[+-]?(?:nan|inf|infinity|infinito|∞|لانهايه)", message.text
    ):
        place = (0, len(message.text))
        return MoneyReading(
            None, currency, True, None, None, "not_a_number", message.span(*place), False, place
        )
    return None
