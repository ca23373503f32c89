"""Mandates: what they hold, when they lapse, which sequence comes next."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.gateways.payments.bank.iban import NotAnIban
from obolo.gateways.payments.sepa.mandate import Mandate, NotAMandate, is_creditor_id, masked

IBAN = "IT60X0542811101000000123456"


def _mandate(**changed: Any) -> Mandate:
    told: dict[str, Any] = {
        "reference": "OBOLO-1",
        "name": "Anna Rossi",
        "iban": IBAN,
        "signed_on": date(2026, 11, 23),
    }
    return Mandate(**(told | changed))


def test_the_account_is_kept_without_gaps():
    assert _mandate(iban="it60 x054 2811 1010 0000 0123 456").iban == IBAN


@pytest.mark.parametrize(
    "odd",
    [{"reference": ""}, {"reference": "a b"}, {"reference": "x" * 36}, {"reference": "é"},
     {"name": " "}, {"name": "x" * 71}, {"reference": "a\n"}],
)  # fmt: skip
def test_odd_particulars_are_refused(odd):
    with pytest.raises(NotAMandate):
        _mandate(**odd)


def test_a_wrong_account_is_refused():
    with pytest.raises(NotAnIban):
        _mandate(iban="IT61X0542811101000000123456")


def test_it_lapses_three_years_after_the_last_collection():
    assert _mandate().lapses_on() == date(2029, 11, 23)
    later = _mandate(last_collected_on=date(2028, 2, 29))
    assert later.lapses_on() == date(2031, 3, 1)
    assert later.may_collect(date(2031, 2, 28))
    assert not later.may_collect(date(2031, 3, 1))


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_every_day_has_a_day_three_years_later(day):
    lapses = _mandate(signed_on=day).lapses_on()
    assert 1095 <= (lapses - day).days <= 1096


def test_nothing_is_collected_before_it_is_signed_or_after_it_is_revoked():
    revoked = _mandate(revoked_on=date(2027, 1, 1))
    assert not _mandate().may_collect(date(2026, 11, 22))
    assert revoked.may_collect(date(2026, 12, 31))
    assert not revoked.may_collect(date(2027, 1, 1))


def test_sequences():
    used = _mandate(last_collected_on=date(2026, 12, 1))
    once = _mandate(recurrent=False)
    assert (_mandate().sequence(), used.sequence(), used.sequence(final=True)) == (
        "FRST", "RCUR", "FNAL",
    )  # fmt: skip
    assert once.sequence() == "OOFF"
    assert once.may_collect(date(2026, 12, 1))
    spent = _mandate(recurrent=False, last_collected_on=date(2026, 12, 1))
    assert not spent.may_collect(date(2026, 12, 2))


@pytest.mark.parametrize("right", ["DE98ZZZ09999999999", "IT07ZZZA1B2C3D4E5F6G7H8"])
def test_creditor_identifiers(right):
    digits = right if right.startswith("DE") else _with_digits(right)
    assert is_creditor_id(digits)
    assert is_creditor_id(digits[:4] + "ABC" + digits[7:])  # the business code is not checked
    assert not is_creditor_id(digits[:-1] + ("0" if digits[-1] != "0" else "1"))


def _with_digits(text: str) -> str:
    """The identifier with right check digits, computed here from the rule."""
    number = "".join(str(int(c, 36)) for c in text[7:] + text[:2] + "00")
    return f"{text[:2]}{98 - int(number) % 97:02d}{text[4:]}"


@pytest.mark.parametrize("odd", ["", "DE98", "de98ZZZ09999999999", "DE98ZZZ0999999999é"])
def test_what_is_no_creditor_identifier(odd):
    assert not is_creditor_id(odd)


def test_only_the_end_of_an_account_is_shown():
    assert masked(IBAN) == "IT•• 3456"
