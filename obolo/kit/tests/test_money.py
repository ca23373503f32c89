"""Money is whole minor units: what it refuses, how it is written, how it is shared."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.kit.money import AMOUNT_MINOR_MAX, CurrencyMismatch, Money, NotAnAmount, exponent, share


@pytest.mark.parametrize(
    "minor",
    [True, False, 5.0, float("nan"), "5", None, AMOUNT_MINOR_MAX + 1, -AMOUNT_MINOR_MAX - 1],
)
def test_what_is_no_whole_number_of_cents_is_refused(minor: Any):
    with pytest.raises(NotAnAmount):
        Money(minor, "EUR")


@pytest.mark.parametrize("code", ["", "eur", "EU", "EURO", "E1R", "€€€", "ÈÙR", " EU", "EUR\n"])
def test_what_is_no_currency_is_refused(code):
    with pytest.raises(NotAnAmount):
        Money(5, code)


@pytest.mark.parametrize("minor", [0, 1, -1, AMOUNT_MINOR_MAX, -AMOUNT_MINOR_MAX])
def test_the_bounds_themselves_are_money(minor):
    assert Money(minor, "EUR").minor == minor


@pytest.mark.parametrize(
    ("minor", "code", "text"),
    [
        (500, "EUR", "5.00"),
        (-7, "EUR", "-0.07"),
        (0, "EUR", "0.00"),
        (1500, "JPY", "1500"),
        (-3, "JPY", "-3"),
        (1, "KWD", "0.001"),
        (12345, "KWD", "12.345"),
        (10, "XYZ", "0.10"),
    ],
)
def test_an_amount_for_machines(minor, code, text):
    assert Money(minor, code).decimal_text() == text


@given(st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_the_text_keeps_every_digit(minor, code):
    text = Money(minor, code).decimal_text()
    assert int(text.replace(".", "")) == minor
    assert len(text.partition(".")[2]) == exponent(code)


def test_currencies_do_not_mix():
    euro, dollar = Money(5, "EUR"), Money(5, "USD")
    for mixed in (lambda: euro + dollar, lambda: euro - dollar, lambda: euro < dollar):
        with pytest.raises(CurrencyMismatch):
            mixed()
    assert euro != dollar


def test_sums_and_order_within_a_currency():
    five, seven = Money(5, "EUR"), Money(7, "EUR")
    assert five + seven == Money(12, "EUR")
    assert five - seven == Money(-2, "EUR")
    assert five < seven
    assert sorted([seven, five]) == [five, seven]


def test_a_sum_beyond_all_gifts_is_refused():
    with pytest.raises(NotAnAmount):
        Money(AMOUNT_MINOR_MAX, "EUR") + Money(1, "EUR")


@given(st.lists(st.integers(0, 10**9), max_size=40), st.integers(0, 10_000))
def test_shares_sum_exactly_and_each_is_within_one_unit(totals, bps):
    before = given_away = 0
    for total in totals:
        part = share(total, bps, before_minor=before)
        assert abs(part * 10_000 - total * bps) < 10_000
        assert 0 <= part <= total
        before += total
        given_away += part
    assert given_away == sum(totals) * bps // 10_000


@pytest.mark.parametrize(
    ("total", "bps", "before"), [(5, -1, 0), (5, 10_001, 0), (-1, 100, 0), (5, 100, -1)]
)
def test_a_share_of_nonsense_is_refused(total, bps, before):
    with pytest.raises(NotAnAmount):
        share(total, bps, before_minor=before)
