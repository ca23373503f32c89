"""Voiding a receipt and putting another in its place: each a page that says what it means first."""

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.giving.models import Receipt
from obolo.giving.receipts import actions, queries
from obolo.giving.receipts.errors import (
    AlreadyVoid,
    NothingToReceipt,
    ReasonMissing,
    ReissueKeyReused,
    TaxCodeOdd,
)
from obolo.kit.errors import OboloError
from obolo.web import words
from obolo.web.console import money
from obolo.web.console.page import language, slug_of, staff
from obolo.web.console.receipts import TAB, form_key, found, row

_SENTENCES = {
    AlreadyVoid: "already_void",
    NothingToReceipt: "nothing_left",
    ReasonMissing: "reason_missing",
    ReissueKeyReused: "key_reused",
    TaxCodeOdd: "tax_code_odd",
}


_FIELDS = {"ReasonMissing": "reason", "TaxCodeOdd": "tax_code"}


def void_form(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """What voiding means, and the question why."""
    return _form(request, found(receipt_id), "void")


def void(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Void it; 422 with a sentence when something is odd."""
    receipt = found(receipt_id)
    try:
        actions.void(
            receipt_id=receipt.id, reason=request.POST.get("reason", ""), by=staff(request).id
        )
    except (ReasonMissing, AlreadyVoid) as odd:
        return _form(request, receipt, "void", odd)
    return redirect("console-receipt", slug_of(request), receipt.id)


def reissue_form(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """What another receipt would say, and the question why."""
    return _form(request, found(receipt_id), "reissue")


def reissue(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Put another in its place, in the name given; 422 with a sentence when something is odd."""
    receipt = found(receipt_id)
    try:
        actions.reissue(
            gift_id=receipt.gift_id,
            reason=request.POST.get("reason", ""),
            by=staff(request).id,
            key=f"console:{form_key(request)}",
            name=request.POST.get("name", ""),
            tax_code=request.POST.get("tax_code", ""),
        )
    except (ReasonMissing, NothingToReceipt, ReissueKeyReused, TaxCodeOdd) as odd:
        return _form(request, receipt, "reissue", odd)
    newest = queries.newest_of(receipt.gift_id) or receipt
    return redirect("console-receipt", slug_of(request), newest.id)


def _form(
    request: HttpRequest, receipt: Receipt, deed: str, odd: OboloError | None = None
) -> HttpResponse:
    lang = language(request)
    wished = queries.receipt_name(queries.owner_id(receipt.gift))
    printed = queries.printed_of(receipt)
    problem = words.word(f"receipts.{_SENTENCES[type(odd)]}", lang) if odd else ""
    context = {
        **row(receipt, lang),
        "deed": deed,
        "problem": problem,
        "odd_field": _FIELDS.get(type(odd).__name__, ""),
        "reason": request.POST.get("reason", ""),
        "name": request.POST.get("name", wished.name if wished else printed.donor_name),
        "tax_code": request.POST.get("tax_code", wished.tax_code if wished else ""),
        "key": request.POST.get("key") or uuid4(),
        "reason_chars_max": actions.REASON_CHARS_MAX,
    }
    status = 422 if odd else 200
    return money.page(request, "console/receipt_deed.html", context, tab=TAB, status=status)
