"""From the rows of a receipt to its paper: what is printed, and what became of it since.

Never: the clock. The same rows make the same bytes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from obolo.giving.models import Receipt
from obolo.giving.papers.receipt import ReceiptPaper, receipt_pdf
from obolo.giving.papers.words import word
from obolo.giving.receipts import queries
from obolo.giving.receipts.printed import Body, Printed
from obolo.organisations import queries as organisations

PDF = "application/pdf"
_SAMPLE_DAY = date(2026, 1, 15)


@dataclass(frozen=True, slots=True)
class File:
    """A finished paper: a name that is safe on any disk, and its bytes."""

    name: str
    content: bytes


def of_receipt(receipt: Receipt) -> File:
    """The paper of a receipt as `queries.get` gives it."""
    printed = queries.printed_of(receipt)
    void, successor = queries.void_of(receipt), queries.successor_of(receipt)
    paper = ReceiptPaper(
        printed=printed,
        number=receipt.shown,
        issued_on=local_day(receipt.issued_at),
        replaces=receipt.replaces.shown if receipt.replaces else "",
        void_on=local_day(void.at) if void else None,
        replaced_by=successor.shown if successor else "",
    )
    return File(receipt_file_name(receipt), receipt_pdf(paper))


def receipt_file_name(receipt: Receipt) -> str:
    """`ricevuta-2026-000012.pdf`: safe on any phone and disk."""
    title = word("receipt.title", queries.printed_of(receipt).language).lower()
    # A name in Arabic letters is cut to pieces by some of them.
    plain = title if title.isascii() else "receipt"
    return f"{plain}-{receipt.shown.replace('/', '-')}.pdf"


def preview(body: Body, *, language: str, method: str = "card") -> File:
    """A receipt with sample data, marked as such, to see how the organisation's own look."""
    printed = Printed(
        language=language,
        body=body,
        donor_name=word("receipt.sample_donor", language),
        donor_tax_code="",
        gift_minor=2500,
        amount_minor=2500,
        currency=organisations.current().currency,
        method=method,
        paid_on=_SAMPLE_DAY,
        cause=word("receipt.sample_cause", language),
    )
    number = f"{_SAMPLE_DAY.year}/000000"
    paper = ReceiptPaper(printed=printed, number=number, issued_on=_SAMPLE_DAY, preview=True)
    return File("preview.pdf", receipt_pdf(paper))


def local_day(moment: datetime) -> date:
    """The day of a moment where the organisation is."""
    return moment.astimezone(ZoneInfo(organisations.current().time_zone)).date()
