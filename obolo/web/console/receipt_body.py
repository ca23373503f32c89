"""How the organisation is named on its receipts: the form, what is missing, and a preview."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from obolo.giving.papers.words import law
from obolo.giving.receipts import actions, paper, queries
from obolo.giving.receipts.models import BodyType
from obolo.giving.receipts.printed import LAW, METHODS, Body, verdict
from obolo.web.console import money
from obolo.web.console.page import language, slug_of, staff
from obolo.web.console.receipts import TAB
from obolo.web.public.receipt import pdf_file
from obolo.web.words import LANGUAGES, pick

LIMITS: Final = {
    "name": 200,
    "address": 300,
    "tax_code": 20,
    "body_type": 10,
    "runts_section": 200,
    "contact": 200,
    "signed_by": 100,
}


def show(request: HttpRequest) -> HttpResponse:
    """The form as it was saved last, and who saved it."""
    return _page(request, queries.body())


def save(request: HttpRequest) -> HttpResponse:
    """From now on receipts say this. Those given out stay as they are."""
    actions.keep_issuer(by=staff(request).id, **_given(request))
    address = reverse("console-receipt-body", args=[slug_of(request)])
    return redirect(f"{address}?saved=1")


def preview(request: HttpRequest) -> HttpResponse:
    """A receipt with sample data and what the form says now, saved or not."""
    lang = pick(request.POST.get("lang"), language(request))
    method = "cash" if request.POST.get("method") == "cash" else "card"
    return pdf_file(paper.preview(Body(**_given(request)), language=lang, method=method))


def _given(request: HttpRequest) -> dict[str, str]:
    given = {name: request.POST.get(name, "").strip()[:limit] for name, limit in LIMITS.items()}
    if given["body_type"] not in BodyType.values:
        given["body_type"] = ""
    return given


def _page(request: HttpRequest, body: Body) -> HttpResponse:
    lang = language(request)
    told = {
        v: law(LAW, v, lang) for v in dict.fromkeys(verdict(body.body_type, m) for m in METHODS)
    }
    context = {
        "body": body,
        "missing": body.missing,
        "body_types": BodyType.values,
        "limits": LIMITS,
        "languages": LANGUAGES,
        "law": told.items(),
        "saved": request.GET.get("saved") == "1",
        "history": queries.issuers(),
    }
    return money.page(request, "console/receipt_body.html", context, tab=TAB)
