"""What may be said of a gift: a pure table."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from obolo.giving.receipts.printed import (
    LANGUAGES,
    METHODS,
    Body,
    Printed,
    from_json,
    method_kind,
    spoken,
    verdict,
)

WORDS = st.text(max_size=30)
BODIES = st.builds(
    Body, name=WORDS, address=WORDS, tax_code=WORDS, body_type=st.sampled_from(["", "odv", "ets"])
)
PRINTED = st.builds(
    Printed,
    language=st.sampled_from(LANGUAGES),
    body=BODIES,
    donor_name=WORDS,
    donor_tax_code=WORDS,
    gift_minor=st.integers(1, 10**10),
    amount_minor=st.integers(1, 10**10),
    currency=st.sampled_from(["EUR", "XOF"]),
    method=st.sampled_from(METHODS),
    paid_on=st.dates(),
    cause=WORDS,
)


@given(PRINTED)
def test_what_is_frozen_is_read_back_the_same(printed):
    assert from_json(printed.to_json()) == printed


def test_fields_of_a_later_version_are_passed_over():
    printed = Printed(
        language="it", body=Body(name="A"), donor_name="", donor_tax_code="", gift_minor=1,
        amount_minor=1, currency="EUR", method="card", paid_on=date(2026, 1, 1), cause="",
    )  # fmt: skip
    told = printed.to_json()
    told["later"] = 1
    told["body"]["later"] = 1
    assert from_json(told) == printed


@given(st.sampled_from(["", "odv", "ets", "other", "odd"]))
def test_cash_gives_no_right_whatever_the_body(body_type):
    assert verdict(body_type, "cash") == "cash"


def test_only_a_body_of_the_register_and_a_traceable_way_of_paying_may_be_deducted():
    assert verdict("odv", "card") == "odv"
    assert verdict("ets", "transfer") == "ets"
    assert verdict("ets", "other") == "method"
    assert verdict("", "card") == "body"
    assert verdict("other", "card") == "not_ets"


def test_ways_of_paying_are_known_by_the_names_rails_give_them():
    assert method_kind("Card ") == "card"
    assert method_kind("sepa_debit") == "sepa_debit"
    assert method_kind("bank_transfer") == method_kind("bank") == "transfer"
    assert method_kind("klarna") == method_kind("") == "other"


def test_a_language_we_do_not_write_falls_back():
    assert spoken("fr", "it") == "it"
    assert spoken("fr", "") == "en"
