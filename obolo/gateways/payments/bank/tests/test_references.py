"""Creditor references and IBANs: check digits find every slip of one finger."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from obolo.gateways.payments.bank import iban as ibans
from obolo.gateways.payments.bank import references
from obolo.gateways.payments.bank.iban import NotAnIban
from obolo.gateways.payments.bank.references import NotAReference

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BODIES = st.text(ALPHABET, min_size=1, max_size=21)
KEYS = st.text(max_size=60)


@pytest.mark.parametrize(
    ("body", "whole"),
    [("539007547034", "RF18539007547034"), ("2348236", "RF332348236")],
)
def test_known_references(body, whole):
    assert references.with_check_digits(body) == whole
    assert references.is_reference(whole)


@given(BODIES)
def test_what_is_made_is_a_reference(body):
    whole = references.with_check_digits(body)
    assert references.is_reference(whole)
    assert whole[4:] == body


# A letter counts as two digits: a letter for a digit is missed once in 97 times, the rest never.
@given(BODIES, st.integers(0, 24), st.sampled_from(ALPHABET))
def test_one_wrong_character_of_its_kind_is_always_found(body, place, wrong):
    whole = references.with_check_digits(body)
    place = 2 + place % (len(whole) - 2)
    assume(whole[place] != wrong and whole[place].isdigit() == wrong.isdigit())
    assert not references.is_reference(whole[:place] + wrong + whole[place + 1 :])


@given(st.text(ALPHABET, min_size=2, max_size=21), st.integers(0, 19))
def test_two_neighbours_of_one_kind_swapped_are_always_found(body, place):
    whole = references.with_check_digits(body)
    place = 4 + place % (len(body) - 1)
    swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assume(swapped != whole and whole[place].isdigit() == whole[place + 1].isdigit())
    assert not references.is_reference(swapped)


@given(KEYS)
def test_a_key_always_has_the_same_reference(key):
    made = references.for_key(key)
    assert made == references.for_key(key)
    assert references.is_reference(made)
    assert len(made) == 14
    assert not set(made[4:]) & set("ILOU")


def test_different_keys_have_different_references():
    assert len({references.for_key(f"gift-{number}") for number in range(5_000)}) == 5_000


@pytest.mark.parametrize("odd", ["", "a", "A-B", "É", "A" * 22, "A B", "１"])
def test_a_body_that_is_none_is_refused(odd):
    with pytest.raises(NotAReference):
        references.with_check_digits(odd)


@pytest.mark.parametrize(
    "odd", ["", "RF", "RF18", "rf18539007547034", "RF19539007547034", "RF18 539007547034",
            "RF18539007547034\n", "XF18539007547034", "RF1853900754703٤"],
)  # fmt: skip
def test_what_is_no_reference(odd):
    assert not references.is_reference(odd)


@given(KEYS, st.sampled_from(["", "Donazione ", "per il pozzo: ", "rif. "]))
def test_a_printed_reference_is_found_among_words(key, before):
    whole = references.for_key(key)
    for written in (references.printed(whole), whole, whole.lower(), whole.replace("RF", "RF ")):
        assert whole in references.found_in(f"{before}{written} grazie mille")


def test_a_reference_broken_by_the_bank_is_found():
    assert references.found_in("RF18 5390-0754\r\n7034") == ("RF18539007547034",)


@pytest.mark.parametrize("text", ["", "RF", "surf1853900754703", "RF18539007547035", "x" * 5000])
def test_words_without_a_reference_hold_none(text):
    assert references.found_in(text) == ()


@given(st.text(max_size=200))
def test_any_words_get_an_answer(text):
    assert all(references.is_reference(one) for one in references.found_in(text))


@pytest.mark.parametrize(
    "iban", ["IT60 X054 2811 1010 0000 0123 456", "de89370400440532013000", "NO93-8601-1117-947"]
)
def test_known_ibans(iban):
    assert ibans.is_iban(iban)
    assert ibans.normal(iban).isalnum()
    assert ibans.normal(ibans.printed(ibans.normal(iban))) == ibans.normal(iban)


@pytest.mark.parametrize(
    "odd",
    ["", "IT60", "IT61X0542811101000000123456", "IT60X054281110100000012345",
     "DE8937040044053201300", "IT60X0542811101000000123456\x00", "3331234567", "ПТ60X05428",
     "IT60X05428111010000001234567"],
)  # fmt: skip
def test_what_is_no_iban(odd):
    assert not ibans.is_iban(odd)
    with pytest.raises(NotAnIban):
        ibans.normal(odd)


@given(st.integers(0, 26), st.sampled_from(ALPHABET))
def test_one_wrong_character_of_its_kind_in_an_iban_is_found(place, wrong):
    iban = "IT60X0542811101000000123456"
    assume(iban[place] != wrong and iban[place].isdigit() == wrong.isdigit())
    assert not ibans.is_iban(iban[:place] + wrong + iban[place + 1 :])
