"""Receipts for programs: list, one, its paper, voiding, replacing; a person's year as a paper.

Errors are those of `v1`: 404 for what is not there, 409 when it was done before in other words.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from ninja.errors import HttpError

from obolo.giving.models import Receipt
from obolo.giving.receipts import actions, paper, queries, yearly
from obolo.giving.receipts.errors import AlreadyVoid, ReissueKeyReused
from obolo.kit.ids import new_token
from obolo.people import queries as people
from obolo.web.api.allowed import need
from obolo.web.public.receipt import pdf_file

PAGE_MAX = 500
router = Router()


class Void(Schema):
    """Why a receipt is voided. The same reason again changes nothing."""

    reason: str


class Reissue(Schema):
    """Why a receipt is replaced, and under which name. The same `key` replaces once."""

    reason: str
    key: str | None = None
    name: str = ""
    tax_code: str = ""


@router.get("receipts")
def list_receipts(
    request: HttpRequest,
    q: str = "",
    year: int | None = None,
    state: str = "",
    offset: int = 0,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Receipts, the newest number first: by number, name or tax code, of a year, living or void."""
    if not 1 <= limit <= PAGE_MAX:
        raise HttpError(400, f"limit must lie between 1 and {PAGE_MAX}.")
    if not 0 <= offset <= 10**9:
        raise HttpError(400, "offset must not be negative.")
    if state not in ("", "living", "void"):
        raise HttpError(400, "state is living, void, or empty for both.")
    found = queries.search(words=q, year=year, state=state, offset=offset, limit=limit)
    return [shape(one) for one in found]


@router.get("receipts/{uuid:receipt_id}")
def show_receipt(request: HttpRequest, receipt_id: UUID) -> dict[str, Any]:
    """One receipt."""
    return shape(_found(receipt_id))


@router.get("receipts/{uuid:receipt_id}.pdf")
def receipt_paper(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Its paper, in the language it was issued in."""
    return pdf_file(paper.of_receipt(_found(receipt_id)))


@router.post("receipts/{uuid:receipt_id}/void")
def void_receipt(request: HttpRequest, receipt_id: UUID, words: Void) -> dict[str, Any]:
    """Void a receipt; its number stays."""
    need(request, "money")
    receipt = _found(receipt_id)
    try:
        actions.void(receipt_id=receipt.id, reason=words.reason, by=None)
    except AlreadyVoid as done:
        raise HttpError(409, str(done)) from done
    return shape(_found(receipt_id))


@router.post("receipts/{uuid:receipt_id}/reissue", response={201: dict})
def reissue_receipt(request: HttpRequest, receipt_id: UUID, words: Reissue) -> Any:
    """Put another receipt in the place of the last one of its gift, which is voided."""
    need(request, "money")
    receipt = _found(receipt_id)
    try:
        made = actions.reissue(
            gift_id=receipt.gift_id,
            reason=words.reason,
            by=None,
            key=f"api:{(words.key or new_token())[:100]}",
            name=words.name,
            tax_code=words.tax_code,
        )
    except ReissueKeyReused as other:
        raise HttpError(409, str(other)) from other
    return Status(201, shape(_found(made.id)))


@router.get("people/{uuid:person_id}/statements/{int:year}.pdf")
def statement_paper(request: HttpRequest, person_id: UUID, year: int) -> HttpResponse:
    """The statement of a person's gifts of one year."""
    person = people.get(person_id)
    if person is None or not yearly.is_year(year):
        raise HttpError(404, "There is no such person or year.")
    return pdf_file(yearly.statement(person=person, year=year))


def shape(receipt: Receipt) -> dict[str, Any]:
    """A receipt as it was printed, and what became of it."""
    printed = queries.printed_of(receipt)
    void, successor = queries.void_of(receipt), queries.successor_of(receipt)
    return {
        "id": str(receipt.id),
        "number": receipt.shown,
        "gift": str(receipt.gift_id),
        "issued_at": receipt.issued_at.isoformat(),
        "amount_minor": printed.amount_minor,
        "gift_minor": printed.gift_minor,
        "currency": printed.currency,
        "paid_on": printed.paid_on.isoformat(),
        "method": printed.method,
        "donor_name": printed.donor_name,
        "donor_tax_code": printed.donor_tax_code,
        "cause": printed.cause,
        "language": printed.language,
        "deductible": printed.verdict,
        "missing": list(printed.body.missing),
        "replaces": receipt.replaces.shown if receipt.replaces else None,
        "replaced_by": successor.shown if successor else None,
        "voided_at": void.at.isoformat() if void else None,
        "void_reason": void.reason if void else None,
    }


def _found(receipt_id: UUID) -> Receipt:
    receipt = queries.get(receipt_id)
    if receipt is None:
        raise HttpError(404, "There is no such receipt.")
    return receipt
