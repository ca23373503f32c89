"""Receipts as staff see them: the list, one of them with its chain, its paper, and sending it."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from obolo.giving.models import Receipt
from obolo.giving.receipts import paper, queries
from obolo.kit.money import Money
from obolo.kit.text import shown
from obolo.organisations import queries as organisations
from obolo.stories import issue_receipts
from obolo.web import words
from obolo.web.console import money
from obolo.web.console.page import language, slug_of, staff
from obolo.web.public.receipt import pdf_file

TAB: Final = "console-receipts"
PAGE: Final = 50
PAGES_MAX: Final = 200
STATES: Final = ("living", "void")


def show_all(request: HttpRequest) -> HttpResponse:
    """One page of the receipts that fit the search."""
    asked = {
        "q": request.GET.get("q", "")[:100],
        "year": whole_number(request.GET.get("year", "")),
        "state": request.GET.get("state", ""),
    }
    number = max(1, min(whole_number(request.GET.get("page", "")) or 1, PAGES_MAX))
    found = list(
        queries.search(
            words=str(asked["q"]),
            year=whole_number(request.GET.get("year", "")),
            state=str(asked["state"]),
            offset=(number - 1) * PAGE,
            limit=PAGE + 1,
        )
    )
    kept = {name: value for name, value in asked.items() if value}
    context = {
        "rows": [row(one, language(request)) for one in found[:PAGE]],
        "asked": asked,
        "searched": bool(kept),
        "years": queries.years(),
        "states": STATES,
        "missing": queries.body().missing,
        "newer": urlencode({**kept, "page": number - 1}) if number > 1 else "",
        "older": urlencode({**kept, "page": number + 1}) if len(found) > PAGE else "",
    }
    return money.page(request, "console/receipts.html", context, tab=TAB)


def row(receipt: Receipt, lang: str) -> dict[str, Any]:
    """What a line about a receipt shows."""
    printed = queries.printed_of(receipt)
    return {
        "receipt": receipt,
        "printed": printed,
        "void": queries.void_of(receipt),
        "successor": queries.successor_of(receipt),
        "amount": words.money(Money(printed.amount_minor, printed.currency), lang),
    }


def show(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """One receipt: what it says, what became of it, and what can be done."""
    receipt = found(receipt_id)
    chain = queries.chain_of(receipt.gift_id)
    lang = language(request)
    voids = [void for one in chain if (void := queries.void_of(one))]
    named = {one.by for one in voids if one.by} | {one.by for one in chain if one.by}
    context = {
        **row(receipt, lang),
        "chain": [row(one, lang) for one in chain],
        "last": chain[-1] == receipt,
        "names": organisations.staff_names(named),
        "key": uuid4(),
        "sent": request.GET.get("sent") == "1",
    }
    return money.page(request, "console/receipt.html", context, tab=TAB)


def pdf(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Its paper."""
    return pdf_file(paper.of_receipt(found(receipt_id)))


def send(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Send it once more to the person whose gift it is."""
    receipt = found(receipt_id)
    issue_receipts.send_receipt(
        receipt_id=receipt.id, key=form_key(request), staff_id=staff(request).id
    )
    address = reverse("console-receipt", args=[slug_of(request), receipt.id])
    return redirect(f"{address}?sent=1")


def found(receipt_id: UUID) -> Receipt:
    """The receipt with this id; raises Http404."""
    receipt = queries.get(receipt_id)
    if receipt is None:
        raise Http404
    return receipt


def form_key(request: HttpRequest) -> str:
    """The key a form carries, with the member of staff in it; a form without one has its own."""
    return f"{staff(request).id}:{shown(request.POST.get('key', ''), 60) or uuid4()}"


def whole_number(text: str) -> int | None:
    """A number as an address has it; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else None
