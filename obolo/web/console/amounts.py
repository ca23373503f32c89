"""An amount as staff type it into a field, read strictly: one reading or a sentence what to write.

Pure. Never rounds and never guesses: `1.000` could be one or a thousand, so it is asked back.
The chat's grammar is not used: a field holds one number, may be larger than any gift, and a year
like `2026` is a fine price.
"""

import re
from decimal import Decimal
from typing import Final

from obolo.kit.money import AMOUNT_MINOR_MAX, Money, exponent
from obolo.kit.text import without_invisible

_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP"}
_FROM_ARABIC: Final = {
    **{ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")},
    ord("٫"): ",",  # Arabic decimal separator
    ord("٬"): " ",  # Arabic thousands separator: groups, never decimals
}
_PLAIN: Final = re.compile(r"\d{1,15}")
_DECIMALS: Final = re.compile(r"(\d{1,15})[.,](\d+)")
_GROUPED: Final = re.compile(r"(\d{1,3}(?:([.,' ])\d{3})(?:\2\d{3})*)(?:([.,])(\d+))?")


class AmountUnclear(ValueError):
    """The text is not one clear amount; `reason` names the sentence that says what to write."""

    def __init__(self, reason: str) -> None:
        """Keep `reason`: empty, not_number, negative, zero, unclear, decimals, currency, large."""
        self.reason = reason
        super().__init__(reason)


def read_amount(text: str, currency: str) -> Money:
    """`12,50`, `12.50`, `1.000,50`, `€ 12`: exactly one amount in `currency`.

    Raises AmountUnclear.
    """
    bare = _without_currency(_tidy(text), currency)
    if not bare:
        raise AmountUnclear("empty")
    if bare[0] in "-−" and re.fullmatch(r"[-−]\s?[\d.,' ]+", bare):
        raise AmountUnclear("negative")
    value = _value(bare, exponent(currency))
    minor = int(value.scaleb(exponent(currency)))
    if minor == 0:
        raise AmountUnclear("zero")
    if minor > AMOUNT_MINOR_MAX:
        raise AmountUnclear("large")
    return Money(minor, currency)


def _tidy(text: str) -> str:
    plain = without_invisible(text[:100]).translate(_FROM_ARABIC)
    return " ".join(plain.replace("\u2019", "'").split())


def _without_currency(text: str, currency: str) -> str:
    """Drop the currency's own sign or code; another one is a mistake, not money of ours."""
    found = re.match(r"^([A-Za-z]{3}|[€$£])\s?(.*)$", text) or re.match(
        r"^(.*?)\s?([A-Za-z]{3}|[€$£])$", text
    )
    if found is None:
        return text
    first, second = found.groups()
    mark, rest = (first, second) if not first[:1].isdigit() and first else (second, first)
    if not rest or not any(c.isdigit() for c in rest):
        return text  # "NaN", "abc": no number at all
    if _SIGNS.get(mark, mark.upper()) != currency:
        raise AmountUnclear("currency")
    return rest.strip()


def _value(text: str, places: int) -> Decimal:
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    grouped = _GROUPED.fullmatch(text)
    if grouped:
        return _grouped_value(text, grouped, places)
    found = _DECIMALS.fullmatch(text)
    if found is None:
        raise AmountUnclear("not_number")
    if len(found[2]) > places:
        raise AmountUnclear("decimals")
    return Decimal(f"{found[1]}.{found[2]}")


def _grouped_value(text: str, found: re.Match[str], places: int) -> Decimal:
    whole, mark, point, decimals = found.groups()
    digits = re.sub(r"\D", "", whole)
    if whole.startswith("0"):  # nobody groups a number that begins with 0: these are decimals
        if places < 3 or point or whole.count(mark) > 1:
            raise AmountUnclear("decimals")
        return Decimal(whole.replace(mark, "."))
    if point is None:
        if mark in ".," and whole.count(mark) == 1 and places:
            raise AmountUnclear("unclear")  # "1.000": one, or a thousand?
        return Decimal(digits)
    if point == mark:
        raise AmountUnclear("not_number")
    if len(decimals) > places:
        raise AmountUnclear("decimals")
    return Decimal(f"{digits}.{decimals}")
