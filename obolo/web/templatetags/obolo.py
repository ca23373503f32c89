"""Template words: money, dates, text as each language writes it.

Loaded into every template. `zone` in the context is the organisation's time zone; without it the
current organisation is asked once for each page.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from obolo.kit.money import Money
from obolo.organisations import queries as organisations
from obolo.web import words

register = template.Library()


@register.simple_tag(name="money")
def money_tag(minor: int, currency: str, lang: str) -> str:
    """`{% money 500 "EUR" "it" %}`: `5,00 €`. `minor` in minor units."""
    return words.money(Money(minor, currency), lang)


@register.simple_tag(name="day", takes_context=True)
def day_tag(context: Context, when: date | datetime, lang: str) -> SafeString:
    """A date as a `<time>` element; a moment is shown as its day in the organisation's zone."""
    if isinstance(when, datetime):
        when = when.astimezone(ZoneInfo(_zone(context))).date()
    return format_html('<time datetime="{}">{}</time>', when.isoformat(), words.day(when, lang))


@register.simple_tag(name="day_text")
def day_text_tag(when: date, lang: str) -> str:
    """The same as plain text, to stand within a sentence."""
    return words.day(when, lang)


@register.simple_tag(name="moment", takes_context=True)
def moment_tag(context: Context, when: datetime, lang: str) -> SafeString:
    """Day and time as a `<time>` element, on the organisation's clock."""
    shown = words.moment(when, lang, _zone(context))
    return format_html('<time datetime="{}">{}</time>', when.isoformat(timespec="seconds"), shown)


@register.simple_tag(name="word")
def word_tag(key: str, lang: str, **values: Any) -> str:
    """`{% word "public.counted" lang amount=… %}`: a text of `obolo/web/texts`."""
    return words.word(key, lang, **values)


@register.simple_tag
def localised(texts: dict[str, str], lang: str) -> str:
    """`{% localised cause.names lang %}`: in this language, else in English, else in any."""
    return texts.get(lang) or texts.get("en") or next(iter(texts.values()), "")


@register.simple_tag(name="name_of")
def name_of_tag(kind: str, value: str, lang: str) -> str:
    """`{% name_of "money.odd" odd lang %}`: the text `money.odd_<value>`, for a value of a list."""
    return words.word(f"{kind}_{value}", lang)


@register.filter
def direction(lang: str) -> str:
    """`{{ lang|direction }}`: `rtl` or `ltr`."""
    return words.direction(lang)


@register.filter
def fingerprint(sha256: bytes | memoryview) -> str:
    """The first twelve signs of a SHA-256 in hexadecimal: enough to compare by eye."""
    return bytes(sha256).hex()[:12]


def _zone(context: Context) -> str:
    known = context.get("zone") or context.render_context.get("zone")
    if not known:
        known = context.render_context["zone"] = organisations.current().time_zone
    return str(known)
