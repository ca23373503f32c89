"""Under which terms the open data go out: the licence, and the identifier in IATI."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from obolo.kit.errors import OboloError
from obolo.trace import open_terms
from obolo.web.console import money
from obolo.web.console.page import slug_of, staff

TAB = "console-open-terms"


def show(request: HttpRequest) -> HttpResponse:
    """What holds now, and what may be chosen."""
    return _page(request, open_terms.terms())


def choose(request: HttpRequest) -> HttpResponse:
    """Publish under other terms from now on; 422 says what is wrong."""
    licence = request.POST.get("licence", "")
    identifier = request.POST.get("iati_identifier", "").strip()
    try:
        open_terms.choose(licence=licence, iati_identifier=identifier, by=staff(request).id)
    except (open_terms.NoSuchLicence, open_terms.NotAnIdentifier) as wrong:
        typed = open_terms.Terms(licence, identifier)
        return _page(request, typed, problem=_named(wrong), status=422)
    return redirect(f"{reverse(TAB, args=[slug_of(request)])}?done=1")


def _named(wrong: OboloError) -> str:
    return "identifier" if isinstance(wrong, open_terms.NotAnIdentifier) else "licence"


def _page(
    request: HttpRequest, terms: open_terms.Terms, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "terms": terms,
        "licences": list(open_terms.LICENCES),
        "problem": problem,
        "done": bool(request.GET.get("done")),
        "history": open_terms.chosen(),
    }
    return money.page(request, "console/open_terms.html", context, tab=TAB, status=status)
