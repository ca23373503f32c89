"""The pretend bank: transfers come in, its files are read back by the product's readers."""

import json
from datetime import timedelta

import pytest

from obolo.gateways.payments.bank import camt, csv_statement, references
from obolo.gateways.payments.bank.matching import Awaited, match
from obolo.kit import clock
from obolo.kit.money import Money
from obolo.simulator.errors import SimulatorRefused
from obolo.simulator.providers.app import Providers, owns
from obolo.simulator.providers.tests.at_loopback import IBAN, settings

RF = references.for_key("gift-1")


def _day(house) -> str:
    return str(house.http.get("/sim/bank").json()["days"][-1])


def _files(house, day: str) -> tuple[bytes, bytes]:
    path = f"/sim/bank/statements/{day}"
    return house.http.get(f"{path}.xml").content, house.http.get(f"{path}.csv").content


def test_a_transfer_is_found_in_both_files_of_its_day(house):
    gift = {"amount_minor": 500, "reference": RF, "name": "Ànna & <Maria>", "iban": IBAN}
    house.post("/sim/bank/transfers", gift)
    house.post("/sim/bank/transfers", {"amount_minor": -1250, "text": "Bolletta", "name": "Luce"})
    day = _day(house)
    xml, table = _files(house, day)
    [statement] = camt.read(xml)
    assert statement.account == IBAN
    assert statement.adds_up is True
    assert statement.closing == Money(-750, "EUR")
    read = csv_statement.read(table, IBAN)
    assert statement.problems == read.problems == ()
    assert [(one.amount, one.reference, one.name) for one in statement.lines] == [
        (one.amount, one.reference, one.name) for one in read.lines
    ]
    assert [one.identity for one in statement.lines] == [one.identity for one in read.lines]
    awaited = [
        Awaited(
            key="gift-1",
            reference=RF,
            amount=Money(500, "EUR"),
            asked_on=clock.now().date() - timedelta(days=1),
        )
    ]
    findings = match(statement.lines, awaited)
    assert [one.awaited.key for one in findings.matched] == ["gift-1"]
    assert [one.amount.minor for one in findings.foreign] == [-1250]
    known = [one.identity for one in statement.lines]
    again = match(read.lines, awaited, known)
    assert (again.matched, again.doubts, again.foreign) == ((), (), ())


def test_the_balance_goes_on_over_the_days(house):
    house.post("/sim/bank/transfers", {"amount_minor": 500})
    first = _day(house)
    clock.advance(timedelta(days=2))
    house.post("/sim/bank/transfers", {"amount_minor": 700})
    [before] = camt.read(_files(house, first)[0])
    [after] = camt.read(_files(house, _day(house))[0])
    assert (after.opening, after.closing) == (before.closing, Money(1200, "EUR"))


def test_a_day_without_transfers_has_a_statement_without_lines(house):
    xml, _ = _files(house, "2026-01-05")
    [statement] = camt.read(xml)
    assert (statement.lines, statement.adds_up) == ((), True)


@pytest.mark.parametrize(
    "odd",
    [
        {}, {"amount_minor": 0}, {"amount_minor": "5"}, {"amount_minor": 5.0},
        {"amount_minor": True}, {"amount_minor": 10**20}, {"amount_minor": 5, "name": 5},
        {"amount_minor": 5, "text": "x" * 141},
    ],
)  # fmt: skip
def test_an_odd_transfer_is_refused(house, odd):
    assert house.http.post("/sim/bank/transfers", json=odd).status_code == 400
    assert house.http.get("/sim/bank").json()["transfers"] == []


def test_words_that_no_xml_may_hold_are_shown_otherwise(house):
    told = json.dumps({"amount_minor": 5, "name": "a\x00b\ud800c", "text": "]]>"})
    assert house.http.post("/sim/bank/transfers", content=told).status_code == 201
    [statement] = camt.read(_files(house, _day(house))[0])
    assert (statement.lines[0].name, statement.lines[0].text) == ("a b c", "]]>")


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "9"])
def test_a_day_that_is_none_is_refused(house, day):
    assert house.http.get(f"/sim/bank/statements/{day}.xml").status_code == 400


def test_production_refuses_the_providers_before_any_file(tmp_path):
    with pytest.raises(SimulatorRefused):
        Providers(settings(tmp_path, "http://x"), production=True)
    assert list(tmp_path.iterdir()) == []


def test_the_host_knows_which_paths_are_ours():
    mine = ("/sim/bank", "/sim/bank/transfers", "/sim/stripe/v1/x", "/sim/satispay/pay/1")
    assert all(owns(path) for path in mine)
    assert not any(owns(path) for path in ("/sim", "/sim/pay/v1/payments", "/sim/banking"))
