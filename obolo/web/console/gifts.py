"""The list of gifts: searched by person, receipt, reference or amount, fifty on a page."""

from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from obolo.causes import queries as causes
from obolo.giving import finding
from obolo.giving.finding import Wanted
from obolo.giving.models import Gift
from obolo.organisations import queries as organisations
from obolo.web.console import money
from obolo.web.console.amounts import AmountUnclear, read_amount
from obolo.web.console.page import language

PAGE: Final = 50
PAGES_MAX: Final = 200  # whoever looks further back searches


def show_all(request: HttpRequest) -> HttpResponse:
    """One page of the gifts that fit the search."""
    lang = language(request)
    words = request.GET.get("q", "")[: finding.WORDS_CHARS_MAX]
    cause = causes.by_slug(request.GET.get("cause", "")[:60])
    odd = request.GET.get("odd", "")
    number = _page_number(request.GET.get("page", "1"))
    wanted = Wanted(
        words=words,
        amount_minor=_amount_minor(words),
        cause_id=cause.id if cause else None,
        odd=odd if odd in finding.ODD else "",
    )
    found = finding.find(wanted, offset=(number - 1) * PAGE, limit=PAGE + 1)
    asked = {"q": words, "cause": cause.slug if cause else "", "odd": wanted.odd}
    kept = {name: value for name, value in asked.items() if value}
    context = {
        "rows": [(gift, gift.cause.name(lang), _receipt(gift)) for gift in found[:PAGE]],
        "asked": asked,
        "searched": bool(kept),
        "causes": [(one.slug, one.name(lang)) for one in causes.all_causes()],
        "odds": list(finding.ODD),
        "newer": urlencode({**kept, "page": number - 1}) if number > 1 else "",
        "older": (
            urlencode({**kept, "page": number + 1})
            if len(found) > PAGE and number < PAGES_MAX
            else ""
        ),
    }
    return money.page(request, "console/gifts.html", context, tab="console-gifts")


def _receipt(gift: Gift) -> str:
    last = max(gift.receipts.all(), key=lambda one: (one.issued_at, one.id), default=None)
    return last.shown if last else ""


def _amount_minor(words: str) -> int | None:
    try:
        return read_amount(words, organisations.current().currency).minor
    except AmountUnclear:
        return None


def _page_number(text: str) -> int:
    return min(int(text), PAGES_MAX) if text.isascii() and text.isdigit() and int(text) else 1
