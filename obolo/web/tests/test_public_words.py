"""Words, amounts and dates of the pages in each language."""

import string
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.kit.money import Money
from obolo.web import words

TEXTS = Path(words.__file__).parent / "texts"
SETS = (
    "pledges",
    "public",
    "tour",
    "picture",
    "books",
    "open",
    "renew",
    "terms",
    "around",
    "together",
    "receipts",
)


def texts_of(name: str, lang: str) -> dict[str, str | dict[str, str]]:
    return tomllib.loads((TEXTS / f"{name}.{lang}.toml").read_text("utf-8"))


def gaps(text: str | dict[str, str]) -> set[str | None]:
    """The names to be filled in; of a text with plural forms those of the general form."""
    whole = text if isinstance(text, str) else text["other"]
    return {field for _, field, _, _ in string.Formatter().parse(whole) if field}


def sentences(texts: dict[str, str | dict[str, str]]) -> list[str]:
    """All texts, each plural form by itself."""
    return [
        one for t in texts.values() for one in ([t] if isinstance(t, str) else list(t.values()))
    ]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lang", sorted(words.LANGUAGES))
def test_every_language_has_every_text_with_the_same_gaps(name, lang):
    english, other = texts_of(name, "en"), texts_of(name, lang)
    assert list(english) == list(other)
    assert {key: gaps(text) for key, text in english.items()} == {
        key: gaps(text) for key, text in other.items()
    }


@pytest.mark.parametrize("name", SETS)
def test_no_language_promises_what_one_euro_bought(name):
    for lang in words.LANGUAGES:
        for text in sentences(texts_of(name, lang)):
            assert "your euro" not in text.lower()
            assert "il tuo euro" not in text.lower()


@pytest.mark.parametrize(
    ("wishes", "lang"),
    [
        (("it-IT", "en"), "it"),
        (("", None, "AR"), "ar"),
        (("fr", "de"), "en"),
        (("en_GB;q=0.8",), "en"),
        ((), "en"),
    ],
)
def test_the_first_language_we_speak_is_taken(wishes, lang):
    assert words.pick(*wishes) == lang


@given(st.text(max_size=20))
def test_any_wish_ends_in_a_language_we_speak(wish):
    assert words.pick(wish) in words.LANGUAGES


def test_a_missing_value_is_an_error_and_not_a_gap():
    with pytest.raises(KeyError):
        words.word("public.gave", "it", amount="5 €")
    with pytest.raises(KeyError):
        words.word("public.no_such_text", "it")


def test_values_keep_their_own_direction():
    assert words.word("public.receipt", "it", number="بئر") == "Ricevuta n. \u2068بئر\u2069"
    assert words.word("public.receipt", "it", number="1") == "Ricevuta n. 1"
    assert "\u20681\u2069" in words.word("public.receipt", "ar", number="1")


@pytest.mark.parametrize(
    ("minor", "currency", "lang", "text"),
    [
        (500, "EUR", "it", "5,00\xa0€"),
        (500, "EUR", "en", "€5.00"),
        (123456, "EUR", "it", "1.234,56\xa0€"),
        (1500, "JPY", "en", "JP¥1,500"),
        (-7, "EUR", "en", "-€0.07"),
    ],
)
def test_money_as_each_language_writes_it(minor, currency, lang, text):
    assert words.money(Money(minor, currency), lang) == text


@given(st.integers(-(10**12), 10**12), st.sampled_from(sorted(words.LANGUAGES)))
def test_no_cent_is_lost_on_the_way_to_the_page(minor, lang):
    text = words.money(Money(minor, "EUR"), lang)
    digits = "".join(c for c in text if c.isdecimal())
    assert int(digits) == abs(minor)


def test_days_and_moments_are_on_the_clock_of_the_organisation():
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert words.day(date(2026, 11, 24), "it") == "24 novembre 2026"
    assert words.moment(late, "it", "Europe/Rome") == "1 gennaio 2027, 00:30"
    assert words.moment(late, "en", "UTC") == "31 December 2026, 23:30"
