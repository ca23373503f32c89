"""Failed debits and declined cards: who may be tried again, when, and how often."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.gateways.payments import failures
from obolo.gateways.payments.sepa.calendar import is_working_day

HERE = Path(failures.__file__).parent
MONDAY = date(2026, 11, 23)
TABLES = [
    (failures.of_card, HERE / "decline_codes.toml"),
    (failures.of_debit, HERE / "sepa" / "return_codes.toml"),
]
LISTED = [
    (of, code) for of, path in TABLES for code in tomllib.loads(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("of", "code"), LISTED, ids=lambda one: str(one))
def test_every_listed_code_has_a_kind_and_soft_ones_an_end(of, code):
    failure = of(code)
    assert failure.kind in failures.KINDS
    assert (failure.tries > 0) is (failure.kind == "soft")
    assert (failure.days > 0) is (failure.kind == "soft")
    assert failure.tries <= 3
    assert failure.retry_on(MONDAY, failure.tries) is None


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (failures.of_card("insufficient_funds"), "soft"),
        (failures.of_card("expired_card"), "hard"),
        (failures.of_card("stolen_card"), "hidden"),
        (failures.of_card("authentication_required"), "donor"),
        (failures.of_debit("AM04"), "soft"), (failures.of_debit("AC04"), "hard"),
        (failures.of_debit("MD06"), "donor"), (failures.of_debit("MD07"), "hard"),
        (failures.of_debit("FF01"), "ours"),
    ],
)  # fmt: skip
def test_hard_is_told_from_soft(failure, kind):
    assert failure.kind == kind


@pytest.mark.parametrize("of", [failures.of_card, failures.of_debit])
def test_an_unknown_code_may_be_tried_once_more(of):
    failure = of("never heard of")
    assert failure.retry_on(MONDAY, 0) == MONDAY + timedelta(days=7)
    assert failure.retry_on(MONDAY, 1) is None


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.sampled_from(LISTED), st.integers(0, 5))
def test_a_retry_is_later_and_on_a_day_banks_work(day, listed, tries):
    of, code = listed
    again = of(code).retry_on(day, tries)
    assert again is None or (again > day and is_working_day(again))


def test_every_returned_debit_has_words_for_staff():
    assert all(failures.of_debit(code).means for of, code in LISTED if of is failures.of_debit)
