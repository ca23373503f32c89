"""Statements as CSV: of banks, of PayPal, of the post. First looked at, then read.

Owns the way from rows to lines. `inspect` guesses and says what it could not know; a person answers
the open questions once; `read` takes the answers. Header words are data: `csv_layouts.toml`.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from obolo.gateways.payments.bank import csv_cells
from obolo.gateways.payments.bank import iban as ibans
from obolo.gateways.payments.bank.csv_cells import BadCell
from obolo.gateways.payments.bank.csv_rows import (
    DELIMITERS,
    Row,
    decoded,
    delimiters_by_likelihood,
    rows,
)
from obolo.gateways.payments.bank.statement import (
    Line,
    NotAStatement,
    Problem,
    Statement,
    file_digest,
    with_identities,
)
from obolo.kit.money import Money
from obolo.kit.text import fold, shown

HEADER_WITHIN = 40  # banks write the holder's name and the balance above their columns
PREVIEW_ROWS = 5
ROWS_MAX = 100_000  # read in some seconds; a month of a large nonprofit has a tenth
WORDS_CHARS_MAX = 1_000
_MONEY = ("amount", "credit", "debit", "gross", "fee", "net")
Question = Literal["encoding", "decimal", "date_order"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """How a file is to be read; what is empty is guessed. `columns` overrules the layout's."""

    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    date_order: str = ""
    currency: str = "EUR"
    layout: str = ""
    columns: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What was understood. `choice` is complete but for the questions; `accents` shows the guess
    of the encoding in a word or two of the file.
    """

    choice: Choice
    questions: tuple[Question, ...]
    header: tuple[str, ...]
    header_row: int
    rows: tuple[tuple[str, ...], ...]
    accents: tuple[str, ...]
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    header: Row
    body: tuple[Row, ...]
    problems: tuple[Problem, ...]
    layout: Mapping[str, Any]
    choice: Choice
    questions: tuple[Question, ...]
    accents: tuple[str, ...]


def inspect(content: bytes, choice: Choice | None = None) -> Preview:
    """What the file seems to say, for a person to look at. Raises NotAStatement."""
    table = _table(content, choice or Choice())
    lines, problems = _lines(table, table.body[:PREVIEW_ROWS]) if not table.questions else ((), ())
    return Preview(
        choice=table.choice,
        questions=table.questions,
        header=table.header.cells,
        header_row=table.header.number,
        rows=tuple(row.cells for row in table.body[:PREVIEW_ROWS]),
        accents=table.accents,
        lines=tuple(lines),
        problems=(*table.problems, *problems),
    )


def read(content: bytes, account: str, choice: Choice | None = None) -> Statement:
    """All lines of the file, and a problem for each row that was left out.

    `account` is ours: a CSV does not say. Raises NotAStatement when a question is still open.
    """
    table = _table(content, choice or Choice())
    if table.questions:
        raise NotAStatement(f"Say first: {', '.join(table.questions)}.")
    lines, problems = _lines(table, table.body)
    return Statement(
        account=account,
        currency=table.choice.currency,
        lines=with_identities(account, lines),
        sha256=file_digest(content),
        kind=f"csv/{table.choice.layout}",
        problems=(*table.problems, *problems),
    )


@cache
def layouts() -> dict[str, Any]:
    """The layouts we know, by name, in the order they are tried."""
    path = Path(__file__).with_name("csv_layouts.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _table(content: bytes, choice: Choice) -> _Table:
    text, encoding, is_certain = decoded(content, choice.encoding)
    delimiter = choice.delimiter or _delimiter(text, choice)
    if delimiter not in DELIMITERS or len(delimiter) != 1:
        raise NotAStatement("The delimiter is a semicolon, a comma, a tab or a bar.")
    read_rows, problems = [], []
    for one in rows(text, delimiter):
        if isinstance(one, Problem):
            problems.append(one)
        else:
            read_rows.append(one)
    if len(read_rows) > ROWS_MAX:
        raise NotAStatement(f"It has more than {ROWS_MAX} rows: send it by month.")
    header, name, columns = _header(read_rows, choice)
    body, again = _body(read_rows, header)
    if not body:
        raise NotAStatement("It has a header and no rows.")
    done = replace(choice, encoding=encoding, delimiter=delimiter, layout=name, columns=columns)
    done, questions = _answered(done, body)
    asked: list[Question] = [] if is_certain else ["encoding"]
    return _Table(
        header,
        tuple(body),
        (*problems, *again),
        layouts().get(name, {}),
        done,
        (*asked, *questions),
        _accents(text),
    )


def _delimiter(text: str, choice: Choice) -> str:
    """The likeliest delimiter with which a header is found; decimal commas cut rows as well."""
    likely = delimiters_by_likelihood(text)
    top = "\n".join(text.splitlines()[:HEADER_WITHIN])
    for delimiter in likely:
        try:
            _header([one for one in rows(top, delimiter) if isinstance(one, Row)], choice)
        except NotAStatement:
            continue
        return delimiter
    return likely[0]


def _header(found: Sequence[Row], choice: Choice) -> tuple[Row, str, dict[str, int]]:
    """The first row that names the columns of a layout. Raises NotAStatement with what it saw."""
    if choice.columns and found:
        return found[0], choice.layout or "own", dict(choice.columns)
    near: tuple[int, str, list[str]] | None = None
    for row in found[:HEADER_WITHIN]:
        for name, layout in layouts().items():
            if choice.layout not in ("", name):
                continue
            columns = _columns(row, layout["columns"])
            missing = [need for need in layout["required"] if need not in columns]
            if not missing:
                return row, name, columns
            if columns and (near is None or len(missing) < near[0]):
                near = (len(missing), ", ".join(row.cells)[:200], missing)
    if near:
        raise NotAStatement(f"Columns are missing: {', '.join(near[2])}. It has: {near[1]}.")
    first = ", ".join(found[0].cells)[:200] if found else ""
    raise NotAStatement(f"No row names columns we know. It begins with: {first}.")


def _columns(row: Row, wanted: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Which cell names which column. Letters that only look alike do not match."""
    words = [fold(cell) for cell in row.cells]
    found: dict[str, int] = {}
    for name, aliases in wanted.items():
        for alias in aliases:
            if alias in words and words.index(alias) not in found.values():
                found[name] = words.index(alias)
                break
    return found


def _body(found: Sequence[Row], header: Row) -> tuple[list[Row], list[Problem]]:
    body, again = [], []
    for row in found:
        if row.number <= header.number or not any(row.cells):
            continue
        if row.cells == header.cells:
            again.append(Problem(place=f"row {row.number}", why="The header stands here again."))
        else:
            body.append(row)
    return body, again


def _answered(choice: Choice, body: Sequence[Row]) -> tuple[Choice, list[Question]]:
    """The choice with decimal sign and order of days, as given, as the layout or the file tells."""
    layout = layouts().get(choice.layout, {})
    money = [_cell(row, choice, name) for row in body for name in _MONEY]
    decimal = choice.decimal or layout.get("decimal") or ""
    decimal = decimal or csv_cells.decimal_sign(money, choice.currency) or ""
    questions: list[Question] = []
    if not decimal and any("." in cell or "," in cell for cell in money):
        questions.append("decimal")
    days = [_cell(row, choice, name) for row in body for name in ("date", "value_date")]
    order = choice.date_order or layout.get("date_order") or csv_cells.day_order(days) or ""
    if not order and csv_cells.needs_order(days):
        questions.append("date_order")
    known = {"decimal": ("", ",", "."), "date_order": ("", "dmy", "mdy")}
    if decimal not in known["decimal"] or order not in known["date_order"]:
        raise NotAStatement("The decimal sign is , or . and the order of days dmy or mdy.")
    return replace(choice, decimal=decimal or ".", date_order=order or "dmy"), questions


def _lines(table: _Table, body: Iterable[Row]) -> tuple[tuple[Line, ...], tuple[Problem, ...]]:
    lines, problems = [], []
    for row in body:
        try:
            lines.append(_line(row, table))
        except _Skipped as skipped:
            problems.append(Problem(place=f"row {row.number}", why=str(skipped)))
        except _BadField as bad:
            problems.append(Problem(place=f"row {row.number}", field=bad.field, why=bad.why))
    return tuple(lines), tuple(problems)


class _Skipped(Exception):
    """A row that is no movement."""


class _BadField(Exception):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.field, self.why = name, why


def _line(row: Row, table: _Table) -> Line:
    choice, done = table.choice, table.layout.get("done")
    status = _cell(row, choice, "status")
    if done and fold(status) not in done:
        raise _Skipped(f"It is not completed: {status[:40]}.")
    currency = (_cell(row, choice, "currency") or choice.currency).upper()
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise _BadField("currency", f"{currency[:30]!r} is no currency.")
    amount, charge = _money(row, choice, currency)
    iban = _cell(row, choice, "iban")
    value_on = _cell(row, choice, "value_date")
    return Line(
        amount=amount,
        charge=charge,
        booked_on=_day(row, choice, "date"),
        value_on=_day(row, choice, "value_date") if value_on else None,
        iban=ibans.normal(iban) if ibans.is_iban(iban) else "",
        place=f"row {row.number}",
        text=_words(row, choice, "text"),
        name=_words(row, choice, "name"),
        reference=_words(row, choice, "reference"),
        end_to_end=_words(row, choice, "end_to_end"),
        bank_ref=_words(row, choice, "bank_ref"),
    )


def _money(row: Row, choice: Choice, currency: str) -> tuple[Money, Money | None]:
    """(amount, charge): one signed column, or in and out apart, or gross with its fee."""
    if "gross" in choice.columns:
        net = _amount(row, choice, "net", currency)
        gross = _amount(row, choice, "gross", currency)
        kept = gross - net
        return net, kept if kept.minor > 0 and net.minor > 0 else None
    if "amount" in choice.columns:
        return _amount(row, choice, "amount", currency), None
    came, went = _cell(row, choice, "credit"), _cell(row, choice, "debit")
    if bool(came) == bool(went):
        raise _BadField("credit", "It says neither or both of money in and money out.")
    if came:
        return _amount(row, choice, "credit", currency), None
    minor = abs(_amount(row, choice, "debit", currency).minor)
    return Money(-minor, currency), None


def _amount(row: Row, choice: Choice, name: str, currency: str) -> Money:
    try:
        return csv_cells.amount(_cell(row, choice, name), choice.decimal, currency)
    except BadCell as bad:
        raise _BadField(name, str(bad)) from bad


def _day(row: Row, choice: Choice, name: str) -> date:
    try:
        return csv_cells.day(_cell(row, choice, name), choice.date_order)
    except BadCell as bad:
        raise _BadField(name, str(bad)) from bad


def _words(row: Row, choice: Choice, name: str) -> str:
    return shown(_cell(row, choice, name), WORDS_CHARS_MAX)


def _cell(row: Row, choice: Choice, name: str) -> str:
    place = choice.columns.get(name)
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def _accents(text: str) -> tuple[str, ...]:
    """Some words with letters beyond ASCII: a wrong encoding is seen at a glance."""
    found: dict[str, None] = {}
    for word in text[:200_000].split():
        if not word.isascii():
            found[word[:30]] = None
        if len(found) == PREVIEW_ROWS:
            break
    return tuple(found)
