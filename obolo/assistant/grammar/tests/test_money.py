"""Amounts in three languages, the catalogue of bad ones, and what holds for every text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.assistant.grammar.money import AMOUNT_MAX, MoneyReading, read_money
from obolo.assistant.texts import LANGUAGES, money
from obolo.kit.money import Money, exponent


def read(text: str, lang: str = "it", currency: str = "EUR") -> MoneyReading:
    reading = read_money(text, lang=lang, currency=currency, bare=True)
    assert reading is not None, text
    return reading


@pytest.mark.parametrize(
    ("lang", "text", "minor", "currency"),
    [
        ("it", "5 euro", 500, "EUR"),
        ("it", "€5", 500, "EUR"),
        ("it", "5€50", 550, "EUR"),
        ("it", "5 euro e 50", 550, "EUR"),
        ("it", "5 euro e mezzo", 550, "EUR"),
        ("it", "cinque euro", 500, "EUR"),
        ("it", "venti", 2_000, "EUR"),
        ("it", "centocinquanta euro", 15_000, "EUR"),
        ("it", "mille", 100_000, "EUR"),
        ("it", "50 cent", 50, "EUR"),
        ("it", "1.000,50", 100_050, "EUR"),
        ("it", "un centone", 10_000, "EUR"),
        ("it", "5.", 500, "EUR"),
        ("it", "+5", 500, "EUR"),
        ("it", " 5 ", 500, "EUR"),
        ("it", "5 USD", 500, "USD"),
        ("it", "2026 euro", 202_600, "EUR"),
        ("it", "500 JPY", 500, "JPY"),
        ("it", "5\u202e euro", 500, "EUR"),
        ("it", "5\u200b0", 5_000, "EUR"),
        ("it", "１２３", 12_300, "EUR"),
        ("en", "a hundred euros", 10_000, "EUR"),
        ("en", "twenty-five", 2_500, "EUR"),
        ("en", "1,000.50", 100_050, "EUR"),
        ("en", "$40,000", 4_000_000, "USD"),
        ("en", "fifty bucks", 5_000, "USD"),
        ("en", "ten quid", 1_000, "GBP"),
        ("en", "3 dollars 50 cents", 350, "USD"),
        ("ar", "خمسة يورو", 500, "EUR"),
        ("ar", "١٠ يورو", 1_000, "EUR"),
        ("ar", "٥٠٫٥ يورو", 5_050, "EUR"),
        ("ar", "خمسة وعشرين يورو", 2_500, "EUR"),
        ("ar", "بخمسين", 5_000, "EUR"),
        ("ar", "مئة يورو", 10_000, "EUR"),
        ("ar", "5amsa euro", 500, "EUR"),
        ("ar", "3ashra euro", 1_000, "EUR"),
        ("ar", "٢٠ دينار كويتي", 20_000, "KWD"),
        ("fr", "cinq euros", 500, "EUR"),
        ("es", "veinte euros", 2_000, "EUR"),
        ("de", "fünfundzwanzig euro", 2_500, "EUR"),
    ],
)
def test_amounts_are_read_to_the_minor_unit(lang, text, minor, currency):
    reading = read(text, lang)
    assert (reading.amount_minor, reading.currency) == (minor, currency)
    assert not reading.needs_clarification


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0", "zero"),
        ("-0", "zero"),
        ("-5", "negative"),
        ("€-5", "negative"),
        ("meno 5 euro", "negative"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("1e9", "not_a_number"),
        ("0x10", "not_a_number"),
        ("5²", "not_a_number"),
        ("½", "not_a_number"),
        (".5", "not_a_number"),
        ("1_000", "not_a_number"),
        ("0,001", "too_many_decimals"),
        ("5.005", "too_many_decimals"),
        ("10,999", "too_many_decimals"),
        ("5-10", "range"),
        ("5/10", "range"),
        ("5 o 10", "range"),
        ("da 5 a 10 euro", "range"),
        ("2026", "looks_like_year"),
        ("3331234567", "looks_like_phone"),
        ("333 123 4567", "looks_like_phone"),
        ("IT60X0542811101000000123456", "looks_like_iban"),
        ("4111 1111 1111 1111", "looks_like_card"),
        ("12/05/2026", "looks_like_date"),
        ("1.000", "ambiguous_thousands"),
        ("1.000 euro", "ambiguous_thousands"),
        (str(10**18), "too_large"),
        (str(2**63), "too_large"),
        (str(10**30), "too_large"),
        (str(10**300), "too_large"),
        ("100000000", "too_large"),
        ("0,01", "too_small"),
        ("20 dinari", "currency_unclear"),
        ("5 XXX", "currency_unclear"),
    ],
)
def test_what_is_no_amount_is_asked_back(text, reason):
    reading = read(text)
    assert (reading.amount_minor, reading.needs_clarification) == (None, True)
    assert reading.reason == reason


def test_a_range_and_an_ambiguous_amount_keep_both_readings():
    assert (read("5-10").min_minor, read("5-10").max_minor) == (500, 1_000)
    assert (read("1.000").min_minor, read("1.000").max_minor) == (100, 100_000)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("it", "grazie mille"),
        ("it", "5x1000"),
        ("it", "cinque per mille"),
        ("it", "10 anni"),
        ("it", "il 5 maggio"),
        ("en", "thanks a million"),
        ("ar", "ألف شكر"),
        ("it", "ciao"),
    ],
)
def test_idioms_and_counts_hold_no_amount(lang, text):
    assert read_money(text, lang=lang, bare=True) is None


@pytest.mark.parametrize(
    ("lang", "text", "minor"),
    [
        ("it", "50 anzi 30", 3_000),
        ("it", "5 euro, anzi no 10", 1_000),
        ("it", "non 50, 20", 2_000),
        ("en", "20, no wait, 30", 3_000),
        ("ar", "٢٠ لا قصدي ٣٠", 3_000),
    ],
)
def test_the_last_of_corrected_amounts_wins(lang, text, minor):
    assert read(text, lang).amount_minor == minor


def test_a_bare_number_counts_only_when_asked_for():
    assert read_money("siamo in 20", lang="it") is None
    assert read("20").amount_minor == 2_000


def test_the_span_points_into_the_written_text():
    text = "Ecco: ５ euro e 50 per te"
    start, end = read(text).span
    assert text[start:end] == "５ euro e 50"


@given(st.text(max_size=60), st.sampled_from(["it", "en", "ar", "fr", "xx"]))
def test_no_text_raises_and_no_reading_is_half_known(text, lang):
    reading = read_money(text, lang=lang, bare=True)
    if reading is not None:
        assert (reading.amount_minor is None) == reading.needs_clarification
        assert bool(reading.reason) == reading.needs_clarification
        assert reading.amount_minor is None or reading.amount_minor > 0


@given(
    st.integers(min_value=50, max_value=int(AMOUNT_MAX) * 100),
    st.sampled_from(LANGUAGES),
    st.sampled_from(["EUR", "USD", "GBP", "KWD", "JPY"]),
)
def test_what_we_write_is_what_we_read(minor, lang, currency):
    minor = minor * 10 if exponent(currency) == 3 else minor
    reading = read(money(Money(minor, currency), lang), lang)
    assert (reading.amount_minor, reading.currency) == (minor, currency)
