"""The catalogue says the same in three languages and writes money and days as people do."""

import re
from datetime import date

import pytest

from obolo.assistant.texts import (
    BUTTON_CHARS_MAX,
    LANGUAGES,
    TextMissing,
    amount_key,
    catalogue,
    day,
    money,
    placeholders,
    render,
)
from obolo.kit.money import Money

_OWNED_CENTS = re.compile(
    r"(your|il tuo|i tuoi) (euro|money|soldi|donation|gift|dono)\w* (bought|ha comprato|hanno "
    r"comprato|paid for)|اشترت أموالك|اشترى عطاؤك",
    re.IGNORECASE,
)


def _forms(text):
    return [text] if isinstance(text, str) else list(text.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_languages_have_the_same_keys_and_placeholders(lang):
    italian, other = catalogue("it"), catalogue(lang)
    assert set(italian) == set(other)
    for key, text in other.items():
        wanted = placeholders(_forms(italian[key])[0])
        assert all(placeholders(form) == wanted for form in _forms(text)), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_promises_what_a_single_euro_bought(lang):
    for key, text in catalogue(lang).items():
        assert not any(_OWNED_CENTS.search(form) for form in _forms(text)), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_button_titles_fit(lang):
    titles = [text for key, text in catalogue(lang).items() if key.startswith("btn_")]
    assert titles
    assert max(map(len, titles)) <= BUTTON_CHARS_MAX


def test_money_as_each_language_writes_it():
    assert money(Money(550, "EUR"), "it") == "5,50\u00a0€"
    assert money(Money(500, "EUR"), "en") == "€5"
    assert money(Money(550, "EUR"), "ar") == "\u20685.50\u00a0€\u2069"
    assert money(Money(100_000, "EUR"), "it") == "1.000,00\u00a0€"
    assert money(Money(1_500, "JPY"), "en") == "JPY\u00a01,500"


def test_days_have_their_month_in_words():
    assert day(date(2026, 3, 5), "it") == "5 marzo 2026"
    assert day(date(2026, 3, 5), "en") == "5 March 2026"
    assert day(date(2026, 3, 5), "ar") == "5 مارس 2026"


def test_left_to_right_pieces_are_isolated_in_arabic_only():
    values = {"organisation": "Acqua Viva", "when": "10:30"}
    assert "\u2068Acqua Viva\u2069" in render("handed_off_open", "ar", **values)
    assert "\u2068" not in render("handed_off_open", "en", **values)


def test_plurals_follow_the_language():
    assert render("supporters", "it", count=1).startswith("1 persona ")
    assert render("supporters", "en", count=2).startswith("2 people")
    assert "أشخاص" in render("supporters", "ar", count=5)
    assert "شخصًا" in render("supporters", "ar", count=11)


def test_what_is_missing_raises():
    with pytest.raises(TextMissing):
        render("no_such_text", "it")
    with pytest.raises(TextMissing):
        render("ask_amount", "it")
    with pytest.raises(TextMissing):
        render("supporters", "it", count="many")


def test_an_unspoken_language_is_answered_in_english():
    assert render("btn_confirm", "fr") == render("btn_confirm", "en")


@pytest.mark.parametrize("reason", ["zero", "range", "several", "looks_like_iban", "unheard_of"])
def test_every_reason_has_a_question(reason):
    assert amount_key(reason) in catalogue("it")
