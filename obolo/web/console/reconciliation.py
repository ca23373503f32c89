"""Reconciliation: each provider's list beside our books, what differs, and a button to look now."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.giving import rails
from obolo.giving.models import Gift
from obolo.giving.reconciliation import actions, queries
from obolo.giving.reconciliation.models import Finding
from obolo.web.console import money
from obolo.web.console.page import slug_of, staff

TAB: Final = "console-reconciliation"


def show(request: HttpRequest) -> HttpResponse:
    """The newest run of each rail and what was found."""
    standings = queries.standings(rails.names())
    earlier = queries.earlier_findings()
    gifts = _gifts([*earlier, *(one for rail in standings for one in rail.findings)])
    context = {
        "rails": [
            {"standing": one, "findings": [(f, gifts.get(f.payment_id)) for f in one.findings]}
            for one in standings
        ],
        "earlier": [(one, gifts.get(one.payment_id)) for one in earlier],
        "waits": any(one.waiting for one in standings),
    }
    return money.page(request, "console/reconciliation.html", context, tab=TAB)


def ask(request: HttpRequest) -> HttpResponse:
    """Look now; the answer is on the page in a moment."""
    actions.ask(rails=rails.names(), by=staff(request).id)
    return redirect(TAB, slug_of(request))


def _gifts(findings: list[Finding]) -> dict[Any, Any]:
    """The gifts behind findings, by payment."""
    wanted = {one.payment_id for one in findings if one.payment_id}
    return dict(Gift.objects.filter(payment__in=wanted).values_list("payment_id", "id"))
