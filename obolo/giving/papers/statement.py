"""The paper of a person's gifts of one year.

Owns its drawing and its sums. Pure: the same facts make the same bytes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from obolo.giving.papers.receipt import FOOT, heading
from obolo.giving.papers.sheet import INK, INNER, MARGIN, SOFT, Sheet
from obolo.giving.papers.words import day, money, word
from obolo.giving.receipts.printed import Body
from obolo.kit.money import Money

_DEDUCTIBLE = ("odv", "ets")
# Beginning and width of the columns, from the start side; the amount ends at the end margin.
_COLUMNS = {"paid_on": (0, 100), "cause": (104, 128), "method": (236, 88), "receipt": (328, 68)}
_AMOUNT = 75


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One gift. `returns` are (year, minor units that went back in it)."""

    paid_on: date
    cause: str
    method: str
    number: str  # of its living receipt, else of the void one
    verdict: str
    gift_minor: int
    currency: str
    returns: tuple[tuple[int, int], ...] = ()

    @property
    def left_minor(self) -> int:
        """What the organisation kept of it."""
        return self.gift_minor - sum(minor for _, minor in self.returns)

    @property
    def deductible(self) -> bool:
        """Does its receipt speak of a tax credit or deduction?"""
        return self.verdict in _DEDUCTIBLE


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementPaper:
    """All gifts of one person in one year, in the order they were paid."""

    language: str
    year: int
    body: Body
    donor_name: str
    donor_tax_code: str
    rows: tuple[Row, ...]
    as_of: date  # the day of the last record it rests on, never the clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """The sums of one currency, in minor units."""

    currency: str
    given_minor: int
    returned_minor: int
    deductible_minor: int

    @property
    def left_minor(self) -> int:
        """Given in all, less what was returned."""
        return self.given_minor - self.returned_minor


def sums(rows: Iterable[Row]) -> list[Sums]:
    """The sums by currency, in the order of their codes."""
    listed = list(rows)
    return [
        Sums(
            currency=code,
            given_minor=sum(r.gift_minor for r in listed if r.currency == code),
            returned_minor=sum(r.gift_minor - r.left_minor for r in listed if r.currency == code),
            deductible_minor=sum(
                r.left_minor for r in listed if r.currency == code and r.deductible
            ),
        )
        for code in sorted({row.currency for row in listed})
    ]


def statement_pdf(paper: StatementPaper) -> bytes:
    """Draw the paper, as many A4 pages as it needs."""
    lang = paper.language
    title = word("statement.title", lang, year=paper.year)
    sheet = Sheet(lang, title, paper.as_of)
    y = heading(sheet, paper.body, title, paper.donor_name or word("unnamed", lang))
    if paper.donor_tax_code:
        code = word("tax_code", lang, code=paper.donor_tax_code)
        y = sheet.write(code, x=MARGIN, y=y - 10, width=INNER, size=9, colour=SOFT) + 6
    head = word("statement.heading", lang, year=paper.year)
    y = sheet.write(head, x=MARGIN, y=y, width=INNER, size=12, bold=True) + 10
    y = _table(sheet, paper, y)
    _totals(sheet, paper, _room(sheet, y, 150))
    _feet(sheet, paper)
    return sheet.as_bytes()


def _table(sheet: Sheet, paper: StatementPaper, y: int) -> int:
    lang = paper.language
    if not paper.rows:
        return sheet.write(word("statement.none", lang), x=MARGIN, y=y, width=INNER) + 10
    names = {name: word(f"statement.{name}", lang) for name in (*_COLUMNS, "amount")}
    y = _line(sheet, names, y, small=True)
    for row in paper.rows:
        y = _room(sheet, y, 24 + 16 * len(row.returns))
        sheet.rule(y)
        y = _line(sheet, _cells(row, lang), y + 5)
        for year, minor in row.returns:
            label = word("statement.returned_in", lang, year=year)
            y = _pair(sheet, label, f"−{_money(minor, row.currency, lang)}", y - 2, small=True)
    sheet.rule(y)
    return y + 14


def _cells(row: Row, lang: str) -> dict[str, str]:
    mark = "" if row.deductible else " *"
    return {
        "paid_on": day(row.paid_on, lang),
        "cause": row.cause,
        "method": word(f"method.{row.method}", lang),
        "receipt": row.number,
        "amount": _money(row.gift_minor, row.currency, lang) + mark,
    }


def _line(sheet: Sheet, cells: dict[str, str], y: int, *, small: bool = False) -> int:
    size, colour = (8, SOFT) if small else (9, INK)
    ends = [
        sheet.write(cells[name], x=MARGIN + x, y=y, width=width, size=size, colour=colour)
        for name, (x, width) in _COLUMNS.items()
    ]
    x = MARGIN + INNER - _AMOUNT
    ends.append(
        sheet.write(cells["amount"], x=x, y=y, width=_AMOUNT, size=size, colour=colour, side="end")
    )
    return max(ends) + 5


def _pair(
    sheet: Sheet, label: str, value: str, y: int, *, small: bool = False, bold: bool = False
) -> int:
    size, colour = (8, SOFT) if small else (10, INK)
    half = INNER * 3 // 4
    start = sheet.write(
        label, x=MARGIN + INNER - half, y=y, width=half - 110, size=size, bold=bold, colour=colour
    )
    end = sheet.write(
        value, x=MARGIN + INNER - 106, y=y, width=106, size=size, bold=bold, colour=colour,
        side="end",
    )  # fmt: skip
    return max(start, end) + 3


def _totals(sheet: Sheet, paper: StatementPaper, y: int) -> None:
    lang = paper.language
    for one in sums(paper.rows):
        lines = [("total_left", one.left_minor, True)]
        if one.returned_minor:
            lines = [
                ("total_given", one.given_minor, False),
                ("total_returned", -one.returned_minor, False),
                *lines,
            ]
        lines.append(("deductible", one.deductible_minor, False))
        if one.left_minor - one.deductible_minor:
            lines.append(("not_deductible", one.left_minor - one.deductible_minor, False))
        for key, minor, bold in lines:
            value = ("−" if minor < 0 else "") + _money(abs(minor), one.currency, lang)
            y = _pair(sheet, word(f"statement.{key}", lang), value, y, bold=bold)
        y += 10
    notes = [word("statement.law_note", lang)]
    if any(not row.deductible for row in paper.rows):
        notes.append(word("statement.mark_note", lang))
    sheet.write("\n".join(notes), x=MARGIN, y=y, width=INNER, size=9, colour=SOFT)


def _room(sheet: Sheet, y: int, height: int) -> int:
    """The same y when so much still fits on the page, else the top of a new one."""
    if y + height <= FOOT - 16:
        return y
    sheet.pdf.add_page()
    return MARGIN


def _feet(sheet: Sheet, paper: StatementPaper) -> None:
    lang, pages = paper.language, sheet.pdf.pages_count
    as_of = word("statement.as_of", lang, day=day(paper.as_of, lang))
    for number in range(1, pages + 1):
        sheet.pdf.page = number
        page = word("page", lang, page=number, pages=pages)
        sheet.foot(FOOT, as_of, page)


def _money(minor: int, currency: str, lang: str) -> str:
    return money(Money(minor, currency), lang)
