"""Amounts in a field: one reading, or a reason that says what to write."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.kit.money import AMOUNT_MINOR_MAX, Money
from obolo.web.console.amounts import AmountUnclear, read_amount


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12,50", 1250), ("12.50", 1250), ("12", 1200), ("12,5", 1250), ("0,07", 7),
        ("1.000,50", 100050), ("1,000.50", 100050), ("1 000,50", 100050), ("1'000.50", 100050),
        ("1’000", 100000), ("1.000.000", 100000000), ("2026", 202600), (" € 12,50 ", 1250),
        ("12,50€", 1250), ("EUR 12.50", 1250), ("12.50 eur", 1250), ("١٢٫٥٠", 1250),
        ("١٬٠٠٠", 100000), ("۱۲,۵", 1250), ("\u200e12,50\u200f", 1250), ("12\u00a0000,00", 1200000),
    ],
)  # fmt: skip
def test_what_people_type(text: str, minor: int) -> None:
    assert read_amount(text, "EUR").minor == minor


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"), ("  ", "empty"), ("€", "not_number"), ("abc", "not_number"),
        ("NaN", "not_number"), ("inf", "not_number"), ("1e9", "not_number"),
        ("5-10", "not_number"), ("5+5", "not_number"), ("1,00,00", "not_number"),
        ("1.00.000,00", "not_number"), ("1.000.50", "not_number"), ("12,", "not_number"),
        (",50", "not_number"), ("12 50", "not_number"), ("0x10", "not_number"),
        ("-5", "negative"), ("−5,00", "negative"), ("- 5", "negative"), ("-€5", "not_number"),
        ("0", "zero"), ("0,00", "zero"), ("00", "zero"), ("1.000", "unclear"),
        ("1,000", "unclear"), ("0,001", "decimals"), ("12,505", "unclear"),
        ("12,5050", "decimals"), ("1.000,505", "decimals"), ("5 USD", "currency"),
        ("$5", "currency"), ("5 CHF", "currency"), ("99999999999999", "large"),
    ],
)  # fmt: skip
def test_what_is_asked_back(text: str, reason: str) -> None:
    with pytest.raises(AmountUnclear) as unclear:
        read_amount(text, "EUR")
    assert unclear.value.reason == reason


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("1500", "JPY", 1500), ("1.500", "JPY", 1500), ("1,500", "KWD", None), ("1,5", "KWD", 1500)],
)
def test_currencies_with_other_decimals(text: str, currency: str, minor: int | None) -> None:
    if minor is None:
        with pytest.raises(AmountUnclear):
            read_amount(text, currency)
    else:
        assert read_amount(text, currency).minor == minor


@given(st.integers(1, AMOUNT_MINOR_MAX), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_machines_write_is_read_exactly(minor: int, currency: str) -> None:
    text = Money(minor, currency).decimal_text()
    if currency == "KWD" and 1_000 <= minor < 1_000_000:
        return  # "1.500": with three decimals this looks like thousands, and is asked back
    assert read_amount(text, currency) == Money(minor, currency)


@given(
    st.integers(0, 10**9), st.integers(0, 99), st.sampled_from([(".", ","), (",", "."), (" ", ",")])
)
def test_grouped_amounts_are_read_exactly(whole: int, cents: int, marks: tuple[str, str]) -> None:
    text = f"{whole:,}".replace(",", marks[0]) + f"{marks[1]}{cents:02}"
    if whole == cents == 0:
        return
    assert read_amount(text, "EUR").minor == int(Decimal(whole * 100 + cents))


@given(st.text(max_size=40))
def test_any_text_is_an_amount_or_a_reason(text: str) -> None:
    try:
        assert 0 < read_amount(text, "EUR").minor <= AMOUNT_MINOR_MAX
    except AmountUnclear as unclear:
        assert unclear.reason  # noqa: PT017 - either way is fine, nothing else is
