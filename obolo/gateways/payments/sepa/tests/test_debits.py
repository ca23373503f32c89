"""The file a bank collects from: valid by its schema, the same every time, never twice."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import defusedxml.ElementTree as SafeXml
import pytest

from obolo.gateways.payments.sepa.debits import (
    Collection,
    Creditor,
    NotCollectable,
    pain_008,
)
from obolo.gateways.payments.sepa.mandate import Mandate
from obolo.kit.money import Money

CREDITOR = Creditor(
    name="Acqua Chiara ODV",
    iban="IT60X0542811101000000123456",
    creditor_id="DE98ZZZ09999999999",
    bic="BCITITMM",
)
MANDATE = Mandate(
    reference="OBOLO-1", name="Ànna Rössi & C.", iban="DE89370400440532013000",
    signed_on=date(2026, 11, 2),
)  # fmt: skip
FIRST = Collection(
    reference="gift-1",
    mandate=MANDATE,
    amount=Money(500, "EUR"),
    due_on=date(2026, 12, 15),
    words="Pozzo, dicembre",
)
AGAIN = Collection(
    reference="gift-2",
    mandate=replace(MANDATE, reference="OBOLO-2", last_collected_on=date(2026, 11, 16)),
    amount=Money(1234, "EUR"),
    due_on=date(2026, 12, 15),
    words="",
)
MADE_AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def _file(*collections: Collection, **changed: Any) -> bytes:
    told: dict[str, Any] = {"batch": "OB-2026-12", "made_at": MADE_AT, "creditor": CREDITOR}
    return pain_008(**(told | {"collections": collections or (FIRST, AGAIN)} | changed))


def _texts(content: bytes, name: str) -> list[str]:
    root = SafeXml.fromstring(content)
    return [node.text or "" for node in root.iter() if node.tag.endswith(f"}}{name}")]


@pytest.mark.parametrize("schema", ["pain.008.001.08", "pain.008.001.02"])
def test_the_file_says_what_was_asked(schema):
    content = _file(schema=schema)
    assert f"xsd:{schema}".encode() in content
    assert _texts(content, "MsgId") == ["OB-2026-12"]
    assert _texts(content, "CreDtTm") == ["2026-11-24T09:00:00"]
    assert _texts(content, "PmtInfId") == ["OB-2026-12-1", "OB-2026-12-2"]
    assert _texts(content, "SeqTp") == ["FRST", "RCUR"]
    assert _texts(content, "InstdAmt") == ["5.00", "12.34"]
    assert _texts(content, "EndToEndId") == ["gift-1", "gift-2"]
    assert _texts(content, "MndtId") == ["OBOLO-1", "OBOLO-2"]
    assert _texts(content, "CtrlSum")[0] == "17.34"
    assert _texts(content, "Ustrd") == ["Pozzo, dicembre", "gift-2"]
    assert "Anna Rossi & C." in _texts(content, "Nm")


def test_the_same_batch_is_the_same_file_in_whatever_order():
    assert _file(FIRST, AGAIN) == _file(AGAIN, FIRST)


def test_the_last_one_is_told_to_be_the_last():
    assert _texts(_file(replace(AGAIN, final=True)), "SeqTp") == ["FNAL"]


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (replace(FIRST, amount=Money(0, "EUR")), "euro"),
        (replace(FIRST, amount=Money(-5, "EUR")), "euro"),
        (replace(FIRST, amount=Money(500, "USD")), "euro"),
        (replace(FIRST, due_on=date(2026, 12, 25)), "banks do not work"),
        (replace(FIRST, due_on=date(2026, 10, 30)), "no mandate"),
        (replace(FIRST, due_on=date(2030, 1, 7)), "no mandate"),
        (replace(FIRST, reference="a b"), "no reference"),
        (replace(FIRST, reference=""), "no reference"),
        (replace(FIRST, mandate=replace(MANDATE, revoked_on=date(2026, 12, 1))), "no mandate"),
        (replace(FIRST, mandate=replace(MANDATE, bic="odd")), "schema"),
    ],
)
def test_a_debit_that_may_not_be_is_named(odd, why):
    with pytest.raises(NotCollectable, match=why):
        _file(odd)


def test_no_debit_twice_in_a_batch():
    with pytest.raises(NotCollectable, match="gift-1"):
        _file(FIRST, FIRST)


@pytest.mark.parametrize(
    "odd",
    [{"schema": "pain.008.001.99"}, {"batch": ""}, {"batch": "x" * 31}, {"batch": "a b"},
     {"collections": ()}, {"creditor": replace(CREDITOR, creditor_id="DE00ZZZ09999999999")},
     {"creditor": replace(CREDITOR, bic=""), "schema": "pain.008.001.02"}],
    ids=str,
)  # fmt: skip
def test_an_odd_batch_is_refused(odd):
    with pytest.raises(NotCollectable):
        _file(**odd)


def test_without_a_bic_the_newer_version_will_do():
    assert _texts(_file(creditor=replace(CREDITOR, bic="")), "MsgId")
