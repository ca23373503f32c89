"""The QR of a transfer, line by line, and its picture read back."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from obolo.gateways.payments.bank import epc, references
from obolo.gateways.payments.bank.epc import NotATransfer
from obolo.gateways.payments.bank.iban import NotAnIban
from obolo.kit.money import Money

IBAN = "IT60X0542811101000000123456"
RF = "RF18539007547034"


def _made(**changed: Any) -> str:
    told: dict[str, Any] = {"name": "Acqua Chiara ODV", "iban": IBAN, "reference": RF}
    told["amount"] = Money(500, "EUR")
    return epc.payload(**(told | changed))


def test_the_lines_in_their_order():
    assert _made().split("\n") == [
        "BCD", "002", "1", "SCT", "", "Acqua Chiara ODV", IBAN, "EUR5.00", "", RF,
    ]  # fmt: skip


def test_all_lines():
    whole = _made(reference="", text="Per il pozzo", bic="BCITITMM", purpose="CHAR", note="Grazie!")
    assert whole.split("\n")[4:] == [
        "BCITITMM", "Acqua Chiara ODV", IBAN, "EUR5.00", "CHAR", "", "Per il pozzo", "Grazie!",
    ]  # fmt: skip


def test_the_donor_may_choose_the_amount():
    assert _made(amount=None).split("\n")[7] == ""


@given(st.integers(1, epc.AMOUNT_MINOR_MAX))
def test_any_amount_has_two_decimals_and_no_grouping(minor):
    shown = _made(amount=Money(minor, "EUR")).split("\n")[7]
    whole, cents = shown.removeprefix("EUR").split(".")
    assert int(whole) * 100 + int(cents) == minor
    assert len(cents) == 2


@given(st.text(max_size=100), st.text(max_size=160))
def test_no_words_can_add_a_line_or_outgrow_the_code(name, text):
    try:
        whole = _made(name=name, reference="", text=text)
    except NotATransfer:
        return
    assert whole.count("\n") <= 11
    assert len(whole.encode()) <= 331
    assert whole.split("\n")[6] == IBAN


def test_a_line_end_in_words_becomes_a_space():
    whole = _made(name="Acqua\nIT00\r\n Chiara", reference="", text="Per\x00il\x1fpozzo")
    assert whole.split("\n")[5:7] == ["Acqua IT00 Chiara", IBAN]
    assert whole.split("\n")[10] == "Per il pozzo"


@pytest.mark.parametrize(
    "odd",
    [
        {"amount": Money(0, "EUR")}, {"amount": Money(-5, "EUR")}, {"amount": Money(500, "USD")},
        {"amount": Money(epc.AMOUNT_MINOR_MAX + 1, "EUR")}, {"reference": ""}, {"text": "both"},
        {"reference": "RF19539007547034"}, {"name": ""}, {"name": "x" * 71},
        {"reference": "", "text": "x" * 141}, {"note": "x" * 71}, {"bic": "short"},
        {"purpose": "char"}, {"name": "é" * 70, "reference": "", "text": "é" * 140},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_app_could_read_is_refused(odd):
    with pytest.raises(NotATransfer):
        _made(**odd)


def test_a_wrong_iban_is_refused():
    with pytest.raises(NotAnIban):
        _made(iban="IT61X0542811101000000123456")


def test_the_picture_is_a_square_with_a_quiet_zone():
    picture = Image.open(io.BytesIO(epc.picture_png(_made(), module_pixels=4)))
    assert picture.size == ((41 + 8) * 4,) * 2  # version 6 has 41 modules
    edge = picture.convert("L").crop((0, 0, picture.width, 16))
    assert edge.getextrema() == (255, 255)


def test_the_largest_payload_still_fits():
    whole = _made(name="x" * 70, reference="", text="y" * 140, bic="BCITITMMXXX", note="z" * 45)
    assert len(whole.encode()) <= 331
    assert epc.picture_png(whole)


def test_what_does_not_fit_is_refused():
    with pytest.raises(NotATransfer):
        epc.picture_png("x" * 400)


def test_the_same_transfer_is_the_same_picture():
    assert epc.picture_svg(_made()) == epc.picture_svg(_made())
    assert epc.picture_svg(_made()) != epc.picture_svg(_made(reference=references.for_key("b")))
    assert epc.picture_svg(_made()).startswith("<svg")
