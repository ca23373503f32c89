"""The words of the pages: texts, amounts and dates as each language writes them.

Owns: the catalogue in `texts/<set>.<language>.toml` and the choice of a page's language.
Never: a word of a conversation (the assistant's catalogue), a word about one organisation.
Source: CLDR by way of Babel (plural rules, formats).
"""

import tomllib
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency

from obolo.kit.money import Money

LANGUAGES: Final = {"it": "Italiano", "en": "English", "ar": "العربية"}
_RIGHT_TO_LEFT: Final = frozenset({"ar"})
_FOLDER: Final = Path(__file__).parent / "texts"
# Unicode TR9: what stands between these two keeps its own direction, in attributes too.
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_NO_MARKS: Final = dict.fromkeys((0x200E, 0x200F, 0x061C))
_COMMA: Final = {"ar": "، "}


def pick(*wishes: str | None) -> str:
    """The first wish we can speak (`it-IT` counts as `it`), else English."""
    for wish in wishes:
        short = (wish or "").lower().replace("_", "-").partition("-")[0]
        if short in LANGUAGES:
            return short
    return "en"


def direction(lang: str) -> str:
    """`rtl` or `ltr`, for the attribute `dir`."""
    return "rtl" if lang in _RIGHT_TO_LEFT else "ltr"


def word(key: str, lang: str, **values: Any) -> str:
    """The text `set.name` in that language, with `{name}` filled in.

    A text with plural forms is chosen by the value `count`. A language without the text answers in
    English. Raises KeyError when the key or a value is missing: a page must not show a gap.
    """
    text = _texts(lang).get(key) or _texts("en")[key]
    if isinstance(text, dict):
        text = text.get(Locale.parse(lang).plural_form(values["count"])) or text["other"]
    return str(text).format(**{name: _isolated(value, lang) for name, value in values.items()})


def money(amount: Money, lang: str) -> str:
    """`5,00 €`, `€5.00`: always with its cents, for cents are what the pages are about."""
    value = Decimal(amount.decimal_text())
    text = format_currency(value, amount.currency, locale=_locale(lang))
    # In Arabic the amount reads as it does in the chat: its sign after it, kept in one piece.
    return _isolated(text.translate(_NO_MARKS), lang)


def day(when: date, lang: str) -> str:
    """`24 novembre 2026`."""
    return format_date(when, format="long", locale=_locale(lang))


def moment(when: datetime, lang: str, time_zone: str) -> str:
    """`24 novembre 2026, 14:05`, on the clock of `time_zone` (an IANA name)."""
    local = when.astimezone(ZoneInfo(time_zone))
    clock = format_datetime(local, "HH:mm", locale=_locale(lang))
    return f"{day(local.date(), lang)}{_COMMA.get(lang, ', ')}{clock}"


def _locale(lang: str) -> Locale:
    return Locale.parse({"en": "en_GB"}.get(lang, lang))


def _isolated(value: Any, lang: str) -> str:
    """Keep a value's own direction where it may differ from the sentence around it."""
    text = str(value)
    foreign = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    if lang in _RIGHT_TO_LEFT or foreign:
        return f"{_ISOLATE}{text}{_END_ISOLATE}"
    return text


@cache
def _texts(lang: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in sorted(_FOLDER.glob(f"*.{lang}.toml")):
        name = file.name.partition(".")[0]
        texts = tomllib.loads(file.read_text(encoding="utf-8"))
        found |= {f"{name}.{key}": text for key, text in texts.items()}
    return found
