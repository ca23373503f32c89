"""The console's "Money": the tabs its pages share.

A page of money is drawn by `page`, which knows the tabs. To add one, add a line to `TABS`.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from obolo.organisations import queries as organisations
from obolo.web import words
from obolo.web.console import page as pages

ABILITY: Final = "money"  # who may change anything here; everybody on the staff may read

# (text key, name of the address)
TABS: Final = [
    ("money.tab_gifts", "console-gifts"),
    ("pledges.tab", "console-pledges"),
    ("bank.tab", "console-bank"),
    ("desk.tab", "console-desk"),
    ("receipts.tab", "console-receipts"),
    ("money.tab_moves", "console-moves"),
    ("field.waiting_heading", "console-waiting"),
    ("reconcile.tab", "console-reconciliation"),
    ("check.tab", "console-check"),
    ("publog.tab", "console-public-log"),
    ("terms.tab", "console-open-terms"),
]


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    tab: str,
    status: int = 200,
) -> HttpResponse:
    """A page below the tabs; `tab` is the name of the address whose tab is the present one."""
    slug, lang = pages.slug_of(request), pages.language(request)
    shared = {
        "section": "money",
        "tabs": [(words.word(key, lang), reverse(to, args=[slug]), to == tab) for key, to in TABS],
        "may_change": may_change(request),
    }
    return pages.page(request, template, {**shared, **(context or {})}, status=status)


def may_change(request: HttpRequest) -> bool:
    """May this reader move money?"""
    return organisations.may(pages.staff(request).role, ABILITY)
