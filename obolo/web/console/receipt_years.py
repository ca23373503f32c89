"""A year for the treasurer: the list of receipts as a file, and a statement for each person."""

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Final
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from obolo.giving.models import Receipt
from obolo.giving.receipts import paper, queries, yearly
from obolo.giving.receipts.paper import File
from obolo.giving.receipts.yearly import Giver
from obolo.kit.money import Money
from obolo.people import queries as people
from obolo.people.models import Person
from obolo.stories import issue_receipts
from obolo.web.console import money
from obolo.web.console.page import slug_of, staff
from obolo.web.console.receipts import TAB, form_key, whole_number
from obolo.web.public.receipt import pdf_file

PART: Final = 50  # statements in one archive: it is drawn while the treasurer waits
_COLUMNS: Final = (
    "number", "paid_on", "state", "voided_on", "void_reason", "replaces", "replaced_by",
    "donor", "tax_code", "amount", "gift", "currency", "method", "cause", "deductible", "gift_id",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def show(request: HttpRequest, year: int) -> HttpResponse:
    """Everybody who gave that year, with their statements."""
    givers = yearly.givers(year)
    parts = range(1, -(-len(givers) // PART) + 1)
    context = {
        "year": year,
        "years": queries.years(),
        "givers": givers,
        "parts": [(n, (n - 1) * PART + 1, min(n * PART, len(givers))) for n in parts],
        "receipts_count": yearly.receipts_of(year).count(),
        "sent": request.GET.get("sent") == "1",
        "key": uuid4(),
    }
    return money.page(request, "console/receipt_year.html", context, tab=TAB)


def listed(request: HttpRequest, year: int) -> HttpResponse:
    """All receipts of the year, void ones among them, as CSV for a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    writer.writerows(_lines(year))
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    return _download(f"receipts-{year}.csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf", file)


def archive(request: HttpRequest, year: int, part: int) -> HttpResponse:
    """The statements of `PART` people as one ZIP."""
    givers = yearly.givers(year)[(part - 1) * PART : part * PART] if part else []
    if not givers:
        raise Http404
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as whole:
        for at, giver in enumerate(givers, (part - 1) * PART + 1):
            file = yearly.statement(person=giver.person, year=year)
            # A fixed day inside, so that the same records make the same archive.
            whole.writestr(zipfile.ZipInfo(_name(at, giver), (1980, 1, 1, 0, 0, 0)), file.content)
    name = f"statements-{year}-{part}.zip"
    return _attachment(name, "application/zip", packed.getvalue())


def statement(request: HttpRequest, year: int, person_id: UUID) -> HttpResponse:
    """One person's statement."""
    person = _person(person_id, year)
    return pdf_file(yearly.statement(person=person, year=year))


def send(request: HttpRequest, year: int, person_id: UUID) -> HttpResponse:
    """Send a statement to the person it is about."""
    person = _person(person_id, year)
    issue_receipts.send_statement(
        person_id=person.id, year=year, key=form_key(request), staff_id=staff(request).id
    )
    address = reverse("console-receipt-year", args=[slug_of(request), year])
    return redirect(f"{address}?sent=1")


def choose(request: HttpRequest) -> HttpResponse:
    """The page of the year asked for; without one, that of the newest."""
    year = whole_number(request.GET.get("year", "")) or next(iter(queries.years()), None)
    if year is None:
        return redirect("console-receipts", slug_of(request))
    return redirect("console-receipt-year", slug_of(request), year)


def _lines(year: int) -> Iterator[list[str]]:
    for receipt in yearly.receipts_of(year):
        yield [_plain(cell) for cell in _cells(receipt)]


def _cells(receipt: Receipt) -> list[str]:
    printed = queries.printed_of(receipt)
    void, successor = queries.void_of(receipt), queries.successor_of(receipt)
    return [
        receipt.shown,
        printed.paid_on.isoformat(),
        "void" if void else "living",
        paper.local_day(void.at).isoformat() if void else "",
        void.reason if void else "",
        receipt.replaces.shown if receipt.replaces else "",
        successor.shown if successor else "",
        printed.donor_name,
        printed.donor_tax_code,
        Money(printed.amount_minor, printed.currency).decimal_text(),
        Money(printed.gift_minor, printed.currency).decimal_text(),
        printed.currency,
        printed.method,
        printed.cause,
        printed.verdict,
        str(receipt.gift_id),
    ]


def _plain(cell: str) -> str:
    """A cell no spreadsheet takes for a formula: names are what donors wrote."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _name(at: int, giver: Giver) -> str:
    kept = "".join(c if c.isalnum() else "-" for c in giver.name)[:40].strip("-")
    return f"{at:04d}-{kept or 'statement'}.pdf"


def _person(person_id: UUID, year: int) -> Person:
    found = people.get(person_id)
    if found is None or not yearly.is_year(year):
        raise Http404
    return found


def _download(name: str, kind: str, mark: bytes, file: io.StringIO) -> HttpResponse:
    return _attachment(name, kind, mark + file.getvalue().encode())


def _attachment(name: str, kind: str, content: bytes) -> HttpResponse:
    response = pdf_file(File(name, content))
    response.headers["Content-Type"] = kind
    return response
