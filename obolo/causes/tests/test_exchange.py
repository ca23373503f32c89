"""Amounts paid in another currency: exact, rounded once, never a float."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.causes.actions import Exchange
from obolo.causes.errors import BadPurchase, BadRate, PurchaseKeyReused
from obolo.causes.exchange import FIXED_FOR_ONE_EURO, checked_rate, counted
from obolo.causes.tests.cast import DAY, buy, money_for, well
from obolo.kit.clock import now
from obolo.kit.money import AMOUNT_MINOR_MAX, Money, exponent
from obolo.ledger import queries as ledger

XOF = Exchange(FIXED_FOR_ONE_EURO["XOF"], DAY, "parità fissa")


@pytest.mark.parametrize(
    ("paid", "rate", "currency", "minor"),
    [
        (Money(65_000, "XOF"), "655.957", "EUR", 9_909),  # no decimals against two
        (Money(10_000, "USD"), "1.08", "EUR", 9_259),
        (Money(10_000, "KWD"), "0.33", "EUR", 3_030),  # three decimals against two
        (Money(9_909, "EUR"), "0.00152449", "XOF", 64_999),
        (Money(1, "USD"), "0.4", "EUR", 2),  # 2.5: halves go to even
        (Money(3, "USD"), "2", "EUR", 2),  # 1.5
    ],
)
def test_what_it_counts(paid, rate, currency, minor):
    assert counted(paid, rate, currency) == Money(minor, currency)


@given(
    st.integers(1, 10**12),
    st.sampled_from(["XOF", "USD", "KWD"]),
    st.decimals("0.001", "99999", places=6),
)
def test_never_further_from_the_exact_worth_than_half_a_cent(minor, currency, rate):
    exact = Fraction(minor) * Fraction(10) ** (2 - exponent(currency)) / Fraction(rate)
    try:
        found = counted(Money(minor, currency), str(rate), "EUR").minor
    except BadRate:
        assert not Fraction(1, 2) < exact < AMOUNT_MINOR_MAX
    else:
        assert abs(found - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(
    "odd", ["", "0", "0.000", "-1", "1e3", "NaN", "1,5", "٦", "1.12345678901", "9" * 10, "1_0"]
)
def test_what_is_no_rate_is_refused(odd):
    with pytest.raises(BadRate):
        checked_rate(odd)


def test_a_rate_is_written_without_idle_zeros():
    assert checked_rate(" 655.9570 ") == "655.957"
    assert checked_rate("100") == "100"


@pytest.fixture
def cause(charity):
    found = well()
    money_for(found, 10_000)
    return found


def test_a_purchase_in_francs_counts_in_euro_and_keeps_what_was_paid(cause):
    bought = buy(cause, amount=Money(65_000, "XOF"), exchange=XOF)
    assert (bought.amount_minor, bought.currency) == (9_909, "EUR")
    assert (bought.paid_minor, bought.paid_currency) == (65_000, "XOF")
    assert (bought.rate, bought.rate_on, bought.rate_source) == ("655.957", DAY, "parità fissa")
    assert ledger.free_minor(cause.fund_id, "EUR") == 91


def test_the_same_key_with_another_rate_is_refused(cause):
    first = buy(cause, amount=Money(6_500, "XOF"), exchange=XOF, key="x")
    assert buy(cause, amount=Money(6_500, "XOF"), exchange=XOF, key="x") == first
    others: tuple[dict[str, Any], ...] = (
        {"exchange": Exchange("655.957", DAY, "banca")},
        {"exchange": Exchange("655.957", DAY - timedelta(days=1), "parità fissa")},
        {"amount": Money(6_501, "XOF")},
        {"amount": Money(991, "EUR"), "exchange": None},
    )
    for other in others:
        told: dict[str, Any] = {"amount": Money(6_500, "XOF"), "exchange": XOF, "key": "x"}
        with pytest.raises(PurchaseKeyReused):
            buy(cause, **told | other)


def test_another_currency_needs_its_rate_day_and_source(cause):
    with pytest.raises(BadPurchase):
        buy(cause, amount=Money(65_000, "XOF"))
    for odd in (
        Exchange("0", DAY, "ECB"),
        Exchange("655.957", DAY, " \u200b"),
        Exchange("655.957", now().date() + timedelta(days=9), "ECB"),
        Exchange("999999999", date(2026, 1, 1), "ECB"),  # nothing would be left
    ):
        with pytest.raises(BadRate):
            buy(cause, amount=Money(6, "XOF"), exchange=odd)
    assert ledger.free_minor(cause.fund_id, "EUR") == 10_000
