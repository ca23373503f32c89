"""The words of the assistant: one catalogue per language, filled with values.

Owns the wording, plural forms, and how amounts and days are written in each language. Never
decides what to say. Sources: CLDR plural categories and number patterns (through Babel), Unicode
TR9 for the isolates around left-to-right pieces inside Arabic.
"""

import re
import string
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency

from obolo.kit.errors import OboloError
from obolo.kit.money import Money, exponent

LANGUAGES: Final = ("it", "en", "ar")
FALLBACK: Final = "en"  # for a person whose language we do not write
BUTTON_CHARS_MAX: Final = 20  # WhatsApp's limit for the title of a reply button

_ISOLATE, _POP = "\u2068", "\u2069"
_RIGHT_TO_LEFT: Final = frozenset({"ar"})
_ARABIC_LETTER: Final = re.compile(r"[\u0590-\u08ff]")
# Arabic with western digits: both kinds are read everywhere, these are the ones on invoices.
_LOCALES: Final = {"it": "it_IT", "en": "en_GB", "ar": "ar_AE"}
_WITH_SIGN: Final = frozenset({"EUR", "GBP", "USD"})  # other currencies show their code
_WESTERN: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,")

_AMOUNT_KEYS: Final = {
    "zero": "amount_zero",
    "negative": "amount_negative",
    "not_a_number": "amount_not_a_number",
    "too_many_decimals": "amount_decimals",
    "range": "amount_range",
    "several": "amount_range",
    "looks_like_year": "amount_year",
    "looks_like_date": "amount_year",
    "looks_like_phone": "amount_phone",
    "looks_like_iban": "amount_phone",
    "looks_like_card": "amount_phone",
    "ambiguous_thousands": "amount_thousands",
    "too_large": "amount_too_large",
    "too_small": "amount_too_small",
    "currency_unclear": "amount_currency",
}


class TextMissing(OboloError):
    """The text catalogue lacks this key or a value for it."""


def render(key: str, lang: str, **values: object) -> str:
    """Return the text `key` in `lang`, its placeholders filled.

    Money and dates may be given as they are. A text with plural forms needs `count`. A language
    that is not in LANGUAGES is answered in English. Raises TextMissing for an unknown key or
    a missing value.
    """
    spoken = lang if lang in LANGUAGES else FALLBACK
    template = _template(key, spoken, values)
    wanted = placeholders(template)
    if not wanted <= set(values):
        raise TextMissing(f"{key}: wants {sorted(wanted)}, got {sorted(values)}.")
    return template.format(**{name: _shown(value, spoken) for name, value in values.items()})


def amount_key(reason: str) -> str:
    """Return the key of the question that asks again for an amount, by the reason of its reading.

    `amount_thousands` needs `low` and `high`, `amount_currency` `currency`; the others nothing.
    """
    return _AMOUNT_KEYS.get(reason, "ask_amount_again")


def money(amount: Money, lang: str) -> str:
    """Write an amount as `lang` writes it: 5,50 € / €5.50; small whole amounts without zeros.

    From a thousand on the zeros stay: "1.000 €" is read in two ways, "1.000,00 €" in one.
    """
    places = exponent(amount.currency)
    value = Decimal(amount.minor).scaleb(-places)
    spoken = lang if lang in LANGUAGES else FALLBACK
    whole = value == value.to_integral_value() and abs(value) < 1_000
    pattern = _money_pattern(spoken, 0 if whole else places, amount.currency in _WITH_SIGN)
    text = format_currency(
        value, amount.currency, pattern, locale=_LOCALES[spoken], currency_digits=False
    )
    clean = text.translate(_WESTERN).replace("\u200f", "").replace("\u200e", "")
    return _isolated(clean) if spoken in _RIGHT_TO_LEFT else clean


def day(when: date, lang: str) -> str:
    """Write a day with its month in words: 5 marzo 2026, 5 March 2026."""
    spoken = lang if lang in LANGUAGES else FALLBACK
    return format_date(when, format="d MMMM y", locale=_LOCALES[spoken]).translate(_WESTERN)


def placeholders(template: str) -> set[str]:
    """Return the names a template wants filled."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def catalogue(lang: str) -> Mapping[str, Any]:
    """Return all texts of one language: a string, or a table of plural forms, per key."""
    return _file(lang)


def _template(key: str, lang: str, values: Mapping[str, object]) -> str:
    found = _file(lang).get(key)
    if found is None:
        raise TextMissing(f"No text {key!r} in {lang}.")
    if isinstance(found, str):
        return found
    count = values.get("count")
    if not isinstance(count, int):
        raise TextMissing(f"{key}: the plural needs a whole number as count.")
    form = Locale.parse(_LOCALES[lang]).plural_form(count)
    return str(found.get(form) or found["other"])


def _shown(value: object, lang: str) -> str:
    if isinstance(value, Money):
        return money(value, lang)
    if isinstance(value, date):
        return day(value, lang)
    text = str(value)
    if lang in _RIGHT_TO_LEFT and text and not text.startswith(_ISOLATE):
        return _isolated(text) if _needs_isolate(text) else text
    return text


def _needs_isolate(text: str) -> bool:
    """Say whether a piece would be torn apart by the Arabic around it: links, codes, names."""
    return not _ARABIC_LETTER.search(text) and any(c.isalnum() for c in text)


def _isolated(text: str) -> str:
    return f"{_ISOLATE}{text}{_POP}"


@cache
def _money_pattern(lang: str, decimals: int, with_sign: bool) -> str:
    number = "#,##0" + ("." + "0" * decimals if decimals else "")
    if not with_sign:
        return f"¤¤\u00a0{number}" if lang == "en" else f"{number}\u00a0¤¤"
    return f"¤{number}" if lang == "en" else f"{number}\u00a0¤"


@cache
def _file(lang: str) -> Mapping[str, Any]:
    path = files("obolo.assistant") / "texts" / f"{lang}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
