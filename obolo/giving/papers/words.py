"""The words of papers: texts, amounts and days as each language writes them.

Owns the catalogue `texts/<language>.toml`, the law's sentences by their version among it. Pure.
Never: an amount without its cents.
Source: CLDR by way of Babel.
"""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency

from obolo.kit.money import Money

# Arabic with western digits: the ones on invoices, and read everywhere.
_LOCALES: Final = {"it": "it_IT", "en": "en_GB", "ar": "ar_AE"}
_WESTERN: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,")
_MARKS: Final = dict.fromkeys((0x200E, 0x200F, 0x061C))


def word(key: str, lang: str, **values: object) -> str:
    """The text `key` (`receipt.title`) in that language, filled in. Raises KeyError."""
    found: Any = _texts(lang)
    for part in key.split("."):
        found = found[part]
    return str(found).format(**values)


def law(version: str, verdict: str, lang: str) -> list[str]:
    """What the paper says of the law, one sentence or more, in the wording of that version."""
    found: list[str] = _texts(lang)["law"][version][verdict]
    return found


def money(amount: Money, lang: str) -> str:
    """`5,00 €`, `€5.00`: always with its cents."""
    value = Decimal(amount.decimal_text())
    text = format_currency(value, amount.currency, locale=_locale(lang))
    return text.translate(_WESTERN).translate(_MARKS).replace("\u00a0", " ")


def day(when: date, lang: str) -> str:
    """`24 novembre 2026`."""
    return format_date(when, format="d MMMM y", locale=_locale(lang)).translate(_WESTERN)


def is_rtl(lang: str) -> bool:
    """Is the language written from right to left?"""
    return lang == "ar"


def _locale(lang: str) -> Locale:
    return Locale.parse(_LOCALES[lang])


@cache
def _texts(lang: str) -> dict[str, Any]:
    path = files("obolo.giving.papers").joinpath("texts", f"{lang}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
