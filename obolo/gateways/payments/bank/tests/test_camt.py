"""Statements in XML: versions, batches, charges, reversals, currencies, and files that lie."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obolo.gateways.payments.bank import camt
from obolo.gateways.payments.bank.statement import NotAStatement
from obolo.gateways.payments.bank.tests.camt_files import IBAN, balance, detail, entry
from obolo.gateways.payments.bank.tests.camt_files import camt as made
from obolo.kit.money import Money


def _one(content: bytes):
    [statement] = camt.read(content)
    [line] = statement.lines
    return line


def _eur(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.mark.parametrize(
    "version", ["053.001.02", "053.001.04", "053.001.08", "054.001.02", "054.001.08"]
)
def test_all_versions_say_the_same(version):
    old = version.endswith("02")
    party = "<Nm>Anna Rossi</Nm>" if old else "<Pty><Nm>Anna Rossi</Nm></Pty>"
    inner = (
        f"<RltdPties><Dbtr>{party}</Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id>"
        "</DbtrAcct></RltdPties>"
    )
    status = "BOOK" if old else "<Cd>BOOK</Cd>"
    told = detail(inner, text="Per il pozzo", rf="RF18 5390 0754 7034")
    line = _one(made(entry(status=status, details=told), version=version))
    assert (line.amount, line.booked_on, line.value_on) == (
        _eur(500), date(2026, 11, 23), date(2026, 11, 24),
    )  # fmt: skip
    assert (line.name, line.iban) == ("Anna Rossi", "DE89370400440532013000")
    assert (line.reference, line.text) == ("RF18 5390 0754 7034", "Per il pozzo")
    assert (line.bank_ref, line.charge, line.original, line.lumped) == ("REF1", None, None, False)


def test_money_out_is_negative_and_names_the_other_side():
    inner = "<RltdPties><Dbtr><Nm>Us</Nm></Dbtr><Cdtr><Nm>Luce</Nm></Cdtr></RltdPties>"
    line = _one(made(entry("12.50", "DBIT", details=detail(inner))))
    assert (line.amount, line.name) == (_eur(-1250), "Luce")


def test_a_batch_is_taken_apart():
    parts = detail(ref="A", amount="2.00", rf="RF1") + detail(ref="B", amount="3.00", rf="RF2")
    [statement] = camt.read(made(entry(details=parts)))
    assert [
        (one.amount.minor, one.bank_ref, one.reference, one.place) for one in statement.lines
    ] == [
        (200, "A", "RF1", "entry 1.1"),
        (300, "B", "RF2", "entry 1.2"),
    ]
    assert len({one.identity for one in statement.lines}) == 2


@pytest.mark.parametrize(
    "parts",
    [
        detail(ref="A") + detail(ref="B"),
        detail(amount="2.00") + detail(amount="2.99"),
        detail(amount="2.00") + detail('<Amt Ccy="USD">3.00</Amt>'),
        "<Btch><NbOfTxs>2</NbOfTxs></Btch>",
    ],
)
def test_a_batch_that_does_not_tell_its_parts_is_one_lump(parts):
    line = _one(made(entry(details=parts)))
    assert (line.amount, line.lumped) == (_eur(500), True)


def test_equal_gifts_in_a_batch_stay_two_and_always_the_same_two():
    parts = detail(ref="S", amount="2.50") + detail(ref="S", amount="2.50")
    [first] = camt.read(made(entry(details=parts)))
    [second] = camt.read(made(entry(details=parts)))
    assert len({one.identity for one in first.lines}) == 2
    assert first.lines == second.lines


INCLUDED = "<Chrgs><Rcrd><Amt Ccy='EUR'>0.50</Amt><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>"
EXPLAINED = (
    "<AmtDtls><InstdAmt><Amt Ccy='EUR'>5.50</Amt></InstdAmt></AmtDtls>"
    "<Chrgs><Amt Ccy='EUR'>0.50</Amt></Chrgs>"
)


@pytest.mark.parametrize(
    ("version", "where", "charge"),
    [
        ("053.001.08", "entry", INCLUDED),
        ("053.001.08", "detail", INCLUDED),
        ("053.001.02", "detail", EXPLAINED),
    ],
)
def test_what_the_bank_kept_is_told_apart(version, where, charge):
    told = detail(charge) if where == "detail" else detail()
    extra = charge if where == "entry" else ""
    status = "BOOK" if version.endswith("02") else "<Cd>BOOK</Cd>"
    line = _one(made(entry(details=told, extra=extra, status=status), version=version))
    assert (line.amount, line.charge, line.gross) == (_eur(500), _eur(50), _eur(550))


def test_a_charge_booked_apart_is_not_counted_twice():
    told = "<Chrgs><Rcrd><Amt Ccy='EUR'>0.50</Amt><ChrgInclInd>false</ChrgInclInd></Rcrd></Chrgs>"
    line = _one(made(entry(details=detail(told))))
    assert (line.charge, line.gross) == (None, _eur(500))


def test_a_gift_from_another_currency_counts_as_what_arrived():
    inner = "<AmtDtls><InstdAmt><Amt Ccy='USD'>5.80</Amt></InstdAmt></AmtDtls>"
    line = _one(made(entry(details=detail(inner))))
    assert (line.amount, line.original) == (_eur(500), Money(580, "USD"))


def test_a_returned_debit_says_why():
    inner = (
        "<RltdPties><Dbtr><Nm>Anna</Nm></Dbtr></RltdPties><RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf>"
    )
    line = _one(
        made(entry("5.00", "DBIT", reversal="<RvslInd>true</RvslInd>", details=detail(inner)))
    )
    assert (line.amount, line.reversal, line.return_code, line.name) == (
        _eur(-500), True, "AM04", "Anna",
    )  # fmt: skip


def test_other_currencies_have_their_own_decimals():
    yen = made(entry("500", ccy="JPY"), acct="<Acct><Id><Othr><Id>7</Id></Othr></Id></Acct>")
    assert _one(yen).amount == Money(500, "JPY")


def test_balances_are_checked_against_the_lines():
    good = made(entry(), balances=balance("OPBD", "10.00") + balance("CLBD", "15.00"))
    bad = made(entry(), balances=balance("OPBD", "10.00") + balance("CLBD", "15.01"))
    overdrawn = made(
        entry(), balances=balance("PRCD", "7.00", "DBIT") + balance("CLBD", "2.00", "DBIT")
    )
    assert [camt.read(one)[0].adds_up for one in (good, bad, overdrawn)] == [True, False, True]
    assert camt.read(made(entry()))[0].adds_up is None
    assert camt.read(good)[0].closing_on == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (entry("5.001"), "decimals"), (entry("1e3"), "no amount"), (entry("NaN"), "no amount"),
        (entry("-5.00"), "no amount"), (entry(""), "no amount"), (entry("٥"), "no amount"),
        (entry("5,00"), "no amount"), (entry("9" * 15), "amount"), (entry("9" * 40), "no amount"),
        (entry(ccy="euro"), "ISO 4217"), (entry(ccy=""), "ISO 4217"),
        (entry(sign=""), "came or went"),
        (entry(status="<Cd>PDNG</Cd>"), "not booked yet"), (entry(day="<Dt>soon</Dt>"), "no day"),
        (entry(day="<Dt>2026-02-31</Dt>"), "no day"),
        (entry(details=detail(amount="x") * 2), "no amount"),
    ],
)  # fmt: skip
def test_a_bad_entry_is_a_problem_and_the_rest_is_kept(bad, why):
    [statement] = camt.read(made(bad + entry("7.00", ref="REF2")))
    assert [one.amount.minor for one in statement.lines] == [700]
    [problem] = statement.problems
    assert problem.place == "entry 1"
    assert why in problem.why


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&c;</Document>'
)
XXE = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&x;</Document>'
)


@pytest.mark.parametrize(
    "odd",
    [
        b"", b"\x00", b"data;importo\n1;2\n", b"<Document/>", b"<a", BOMB, XXE,
        b"PK\x03\x04 a zip", made("", version="052.001.08"), made("", version="053.001.99"),
        made(entry(), acct="<Acct/>"), made(entry()).replace(b"Stmt>", b"Stmx>"),
        made(entry()).replace(b'encoding="UTF-8"', b'encoding="no-such"'),
        b'<?xml version="1.0" encoding="UTF-16"?>' + made(entry())[38:],
    ],
    ids=lambda odd: repr(odd[:40]),
)  # fmt: skip
def test_a_file_that_is_no_statement_is_refused_in_one_sentence(odd):
    with pytest.raises(NotAStatement) as refused:
        camt.read(odd)
    assert len(str(refused.value)) < 200


def test_the_size_is_limited(monkeypatch):
    monkeypatch.setattr(camt, "FILE_BYTES_MAX", 100)
    with pytest.raises(NotAStatement, match="larger"):
        camt.read(made(entry()))
    monkeypatch.setattr(camt, "FILE_BYTES_MAX", 10_000)
    monkeypatch.setattr(camt, "ENTRIES_MAX", 1)
    with pytest.raises(NotAStatement, match="more than 1"):
        camt.read(made(entry() * 2))


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    with pytest.raises(NotAStatement):
        camt.read(content)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 10**9), st.booleans()), max_size=20))
def test_every_booking_is_read_exactly(bookings):
    entries = "".join(
        entry(Money(minor, "EUR").decimal_text(), "CRDT" if is_in else "DBIT", ref=f"R{number}")
        for number, (minor, is_in) in enumerate(bookings)
    )
    [statement] = camt.read(made(entries))
    assert [one.amount.minor for one in statement.lines] == [m if i else -m for m, i in bookings]
    assert len({one.identity for one in statement.lines}) == len(bookings)
    assert statement.account == IBAN
