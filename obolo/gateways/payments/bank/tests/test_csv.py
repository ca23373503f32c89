"""Statements as CSV: what is understood by itself, what is asked, what is refused and where."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obolo.gateways.payments.bank import csv_cells, csv_rows, csv_statement
from obolo.gateways.payments.bank.csv_cells import BadCell
from obolo.gateways.payments.bank.csv_statement import Choice, inspect, read
from obolo.gateways.payments.bank.statement import NotAStatement
from obolo.kit.money import Money

ACCOUNT = "IT60X0542811101000000123456"
BANK = (
    "Conto;IT60X0542811101000000123456;;\n"
    "Data contabile;Data valuta;Importo;Descrizione;Ordinante\n"
    "23/11/2026;24/11/2026;1.234,50;Bonifico RF18 5390 0754 7034;Società Ànna\n"
    "24/11/2026;24/11/2026;-12,00;Canone;\n"
)
PAYPAL = (
    '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net",'
    '"From Email Address","Transaction ID","Subject"\n'
    '"13/11/2026","10:00:00","CET","Anna, Rossi","Donation","Completed","EUR","5.00","-0.52",'
    '"4.48","a@example.org","1AB","Pozzo"\n'
    '"14/11/2026","10:00:00","CET","Bo","Donation","Pending","EUR","9.00","0.00","9.00","b@x","2AB",""\n'
)
POSTE = (
    "Data Contabile\tData Valuta\tAddebiti (euro)\tAccrediti (euro)\tDescrizione operazioni\n"
    "03/04/2026\t03/04/2026\t\t20,00\tBONIFICO DA ANNA ROSSI PER POZZO\n"
    "05/04/2026\t05/04/2026\t1,50\t\tCOMMISSIONI\n"
)


def _amounts(text: str, **choice: Any) -> list[int]:
    return [one.amount.minor for one in read(text.encode(), ACCOUNT, Choice(**choice)).lines]


def test_a_bank_with_words_above_its_columns():
    statement = read(BANK.encode("utf-8-sig"), ACCOUNT)
    first, second = statement.lines
    assert (first.amount, second.amount) == (Money(123_450, "EUR"), Money(-1200, "EUR"))
    assert (first.booked_on, first.value_on) == (date(2026, 11, 23), date(2026, 11, 24))
    assert (first.name, first.text) == ("Società Ànna", "Bonifico RF18 5390 0754 7034")
    assert (statement.kind, first.place) == ("csv/bank", "row 3")


def test_paypal_tells_the_fee_and_leaves_out_what_is_not_complete():
    statement = read(PAYPAL.encode(), "paypal")
    [line] = statement.lines
    assert (line.amount.minor, line.charge, line.gross.minor) == (448, Money(52, "EUR"), 500)
    assert (line.bank_ref, line.name, line.text) == ("1AB", "Anna, Rossi", "Pozzo")
    [problem] = statement.problems
    assert (problem.place, problem.why) == ("row 3", "It is not completed: Pending.")


def test_the_post_has_money_in_and_out_in_two_columns():
    statement = read(POSTE.encode(), ACCOUNT)
    assert [one.amount.minor for one in statement.lines] == [2000, -150]
    assert statement.lines[0].booked_on == date(2026, 4, 3)
    assert statement.kind == "csv/poste"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters_are_found(delimiter):
    assert _amounts(BANK.replace(";", delimiter)) == [123_450, -1200]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_all_line_ends_are_read_even_mixed(end):
    assert _amounts(BANK.replace("\n", end)) == [123_450, -1200]
    assert _amounts(BANK.replace("\n", end, 2)) == [123_450, -1200]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_that_show_themselves(encoding):
    assert read(BANK.encode(encoding), ACCOUNT).lines[0].name == "Società Ànna"


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_other_encodings_are_asked_with_a_word_to_look_at(encoding):
    content = BANK.encode(encoding)
    preview = inspect(content)
    assert preview.questions == ("encoding",)
    assert "Ànna" in preview.accents[0] or "Società" in preview.accents[0]
    with pytest.raises(NotAStatement, match="encoding"):
        read(content, ACCOUNT)
    statement = read(content, ACCOUNT, preview.choice)
    assert statement.lines[0].name == "Società Ànna"


def test_days_that_may_be_read_twice_are_asked_once():
    text = "Data;Importo;Descrizione\n03/04/2026;5,00;x\n05/06/2026;7,00;y\n"
    assert inspect(text.encode()).questions == ("date_order",)
    with pytest.raises(NotAStatement, match="date_order"):
        read(text.encode(), ACCOUNT)
    for order, month in (("dmy", 4), ("mdy", 3)):
        line = read(text.encode(), ACCOUNT, Choice(date_order=order)).lines[0]
        assert line.booked_on.month == month


def test_one_day_beyond_the_twelfth_tells_the_order_of_all():
    text = "Data;Importo;Descrizione\n03/04/2026;5,00;x\n25/06/26;7,00;y\n"
    days = [one.booked_on for one in read(text.encode(), ACCOUNT).lines]
    assert days == [date(2026, 4, 3), date(2026, 6, 25)]
    american = text.replace("25/06/26", "06/25/26")
    assert read(american.encode(), ACCOUNT).lines[0].booked_on == date(2026, 3, 4)


def test_a_thousand_that_may_be_one_is_asked():
    text = "Data;Importo;Descrizione\n2026-11-23;1.000;x\n"
    assert inspect(text.encode()).questions == ("decimal",)
    assert _amounts(text, decimal=",") == [100_000]
    assert read(text.encode(), ACCOUNT, Choice(decimal=".")).lines[0].amount == Money(100, "EUR")


def test_one_amount_tells_the_sign_of_all():
    text = "Data;Importo;Descrizione\n2026-11-23;1.000;x\n2026-11-23;5,50;y\n"
    assert _amounts(text) == [100_000, 550]


def test_whole_amounts_need_no_sign():
    assert _amounts("Data;Importo\n2026-11-23;5\n") == [500]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"), (b"\xef\xbb\xbf", "empty"), (b" \r\n \n", "empty"), (b"\x00\x00", "empty"),
        (b"Data;Importo\n", "header and no rows"),
        (b"Data;Importo\n;\n\n", "header and no rows"),
        (b"Data;Descrizione\n23/11/2026;x\n", "Columns are missing: amount"),
        (b"a;b\n1;2\n", "No row names columns we know"),
        ("D\u0430ta;Imp\u043erto\n23/11/2026;5,00\n".encode(), "No row names columns we know"),
        (b"just words", "No row names"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(content, why):
    with pytest.raises(NotAStatement, match=why):
        read(content, ACCOUNT)


def test_columns_beyond_ours_and_rows_too_short_do_no_harm():
    text = "Colore;Data;Importo;Altro\nrosso;2026-11-23;5,00\nblu;2026-11-24;6,00;a;b;c\n"
    assert _amounts(text) == [500, 600]


def test_a_header_that_comes_again_is_left_out_and_told():
    text = "Data;Importo\n2026-11-23;5,00\nData;Importo\n2026-11-24;6,00\n"
    statement = read(text.encode(), ACCOUNT)
    assert [one.amount.minor for one in statement.lines] == [500, 600]
    assert [one.place for one in statement.problems] == ["row 3"]


@pytest.mark.parametrize(
    ("row", "field", "why"),
    [
        ("23/11/2026;0,001", "amount", "more decimals"), ("23/11/2026;5-10", "amount", "no amount"),
        ("23/11/2026;NaN", "amount", "no amount"), ("23/11/2026;1e9", "amount", "spreadsheet"),
        ("23/11/2026;3,93E+11", "amount", "spreadsheet"), ("23/11/2026;", "amount", "no amount"),
        ("23/11/2026;٥", "amount", "no amount"), ("23/11/2026;５", "amount", "no amount"),
        ("23/11/2026;=1+1", "amount", "no amount"), ("23/11/2026;12.34,00", "amount", "no amount"),
        ("23/11/2026;--5,00", "amount", "no amount"), ("23/11/2026;-5,00-", "amount", "no amount"),
        ("23/11/2026;" + "9" * 17 + ",00", "amount", "larger"),
        ("23/11/2026;" + "9" * 90, "amount", "larger"),
        ("31/02/2026;5,00", "date", "no day of any year"), ("30/13/2026;5,00", "date", "no day"),
        ("23/11/1899;5,00", "date", "not of these years"), ("45678;5,00", "date", "spreadsheet"),
        ("ieri;5,00", "date", "no day"), (";5,00", "date", "no day"),
        ("0/0/2026;5,00", "date", "no day"),
    ],
)  # fmt: skip
def test_a_bad_row_is_told_with_its_field_and_the_rest_is_kept(row, field, why):
    text = f"Data;Importo\n{row}\n24/11/2026;7,00\n"
    statement = read(text.encode(), ACCOUNT)
    assert [one.amount.minor for one in statement.lines] == [700]
    [problem] = statement.problems
    assert (problem.place, problem.field) == ("row 2", field)
    assert why in problem.why


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('24/11/2026;5,00;"never closed', "never closed"),
        ("24/11/2026;5,00;a\x00b", "NUL"),
        ("24/11/2026;5,00;" + "x" * 5_000, "longer than"),
        ("24/11/2026;5,00;" + "x" * 140_000, "cells|longer"),
        ('24/11/2026;5,00;"a"b', "cells"),
    ],
)
def test_a_broken_row_is_told_with_its_line_and_the_rest_is_kept(row, why):
    text = f'Data;Importo;Descrizione\n23/11/2026;6,00;a\n{row}\n24/11/2026;7,00;"b\nc"\n'
    statement = read(text.encode(), ACCOUNT)
    assert [one.amount.minor for one in statement.lines] == [600, 700]
    [problem] = statement.problems
    assert problem.place == "row 3"
    assert any(part in problem.why for part in why.split("|"))


def test_formulas_stay_text():
    text = 'Data;Importo;Ordinante\n23/11/2026;5,00;"=HYPERLINK(""http://x"")"\n'
    assert read(text.encode(), ACCOUNT).lines[0].name == '=HYPERLINK("http://x")'


@pytest.mark.parametrize("name", ["Null", "O'Brien", "ALL CAPS", "李", "آمنة", "𝓐nna", "x"])
def test_names_are_kept_as_they_are(name):
    text = f"Data;Importo;Ordinante\n23/11/2026;5,00;{name}\n"
    assert read(text.encode(), ACCOUNT).lines[0].name == name


def test_too_large_a_file_is_refused_before_it_is_cut(monkeypatch):
    monkeypatch.setattr(csv_rows, "FILE_BYTES_MAX", 10)
    with pytest.raises(NotAStatement, match="by month"):
        read(BANK.encode(), ACCOUNT)
    monkeypatch.setattr(csv_rows, "FILE_BYTES_MAX", 10_000)
    monkeypatch.setattr(csv_statement, "ROWS_MAX", 2)
    with pytest.raises(NotAStatement, match="by month"):
        read(BANK.encode(), ACCOUNT)


def test_the_same_file_read_twice_has_the_same_identities():
    first, second = read(BANK.encode(), ACCOUNT), read(BANK.encode("utf-16"), ACCOUNT)
    assert [one.identity for one in first.lines] == [one.identity for one in second.lines]
    assert first.sha256 != second.sha256
    other = read(BANK.encode(), "another account")
    assert not {one.identity for one in first.lines} & {one.identity for one in other.lines}


def test_two_equal_gifts_of_one_day_stay_two():
    text = "Data;Importo;Ordinante\n23/11/2026;5,00;Anna\n23/11/2026;5,00;Anna\n"
    assert len({one.identity for one in read(text.encode(), ACCOUNT).lines}) == 2


def test_staff_may_name_the_columns_themselves():
    text = "quando;quanto\n2026-11-23;5,00\n"
    choice = Choice(columns={"date": 0, "amount": 1})
    assert [one.amount.minor for one in read(text.encode(), ACCOUNT, choice).lines] == [500]


@pytest.mark.parametrize(
    "odd", [{"encoding": "rot13"}, {"delimiter": "a"}, {"decimal": "x"}, {"date_order": "ymd"},
            {"layout": "no such"}],
)  # fmt: skip
def test_an_odd_choice_is_refused(odd):
    with pytest.raises(NotAStatement):
        read(BANK.encode(), ACCOUNT, Choice(**odd))


@pytest.mark.parametrize(
    ("cell", "minor"),
    [
        ("5,00", 500), ("+5,00", 500), ("-5,00", -500), ("\u22125,00", -500), ("5,00-", -500),
        ("(5,00)", -500), ("5,00 €", 500), ("€ 5,00", 500), ("EUR 5,00", 500), ("5 euro", 500),
        ("1.234,5", 123_450), ("1'234,50", 123_450), ("1 234,50", 123_450), ("5,500", 550),
        ("0", 0), ("5,", 500),
    ],
)  # fmt: skip
def test_amounts_as_banks_write_them(cell, minor):
    assert csv_cells.amount(cell, ",", "EUR") == Money(minor, "EUR")


def test_other_currencies_have_their_own_decimals():
    assert csv_cells.amount("500", ",", "XOF") == Money(500, "XOF")
    assert csv_cells.amount("5,001", ",", "KWD") == Money(5001, "KWD")
    with pytest.raises(BadCell):
        csv_cells.amount("5,50", ",", "JPY")


@given(st.integers(-(10**12), 10**12), st.sampled_from([(",", "."), (".", ",")]))
def test_any_amount_is_read_back_exactly(minor, signs):
    decimal, group = signs
    whole, cents = divmod(abs(minor), 100)
    cell = f"{'-' if minor < 0 else ''}{whole:,}".replace(",", group) + f"{decimal}{cents:02d}"
    assert csv_cells.amount(cell, decimal, "EUR") == Money(minor, "EUR")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_any_day_is_read_back_exactly(day):
    written = f"{day.day}/{day.month}/{day.year}"
    assert csv_cells.day(written, "dmy") == csv_cells.day(day.isoformat(), "mdy") == day


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    with pytest.raises(NotAStatement):
        read(content, ACCOUNT)


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_row_is_a_line_or_a_problem(row):
    text = f"Data;Importo\n23/11/2026;5,00\n{row}\n"
    content = text.encode("utf-8", "surrogatepass")
    try:
        statement = read(content, ACCOUNT)
    except NotAStatement:
        return
    assert statement.lines[0].amount == Money(500, "EUR")
