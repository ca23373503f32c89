"""Causes beside their money: what came in, what was spent, what waits, and what was bought."""

from django.http import Http404, HttpRequest, HttpResponse

from obolo.causes import queries as causes
from obolo.conversations.models import Conversation
from obolo.giving.models import Gift
from obolo.organisations import queries as organisations
from obolo.trace import queries as trace
from obolo.web.console.page import language, page, staff

GIFTS_MAX = 50


def show_all(request: HttpRequest) -> HttpResponse:
    """Every open cause with its totals."""
    lang = language(request)
    wholes = [(one.name(lang), trace.whole(one)) for one in causes.open_causes()]
    context = {"section": "causes", "wholes": wholes, "may_buy": _may_buy(request)}
    return page(request, "console/causes.html", context)


def show(request: HttpRequest, cause: str) -> HttpResponse:
    """One cause: totals, purchases with their evidence, the newest gifts."""
    found = causes.by_slug(cause)
    if found is None:
        raise Http404
    lang = language(request)
    gifts = list(
        Gift.objects.filter(cause=found).select_related("person").order_by("-paid_at")[:GIFTS_MAX]
    )
    talks = dict(
        Conversation.objects.filter(person__in={g.person_id for g in gifts}).values_list(
            "person_id", "id"
        )
    )
    context = {
        "section": "causes",
        "cause": found,
        "name": found.name(lang),
        "summary": found.summary(lang),
        "whole": trace.whole(found),
        "gifts": [(gift, talks.get(gift.person_id)) for gift in gifts],
        "may_buy": _may_buy(request),
    }
    return page(request, "console/cause.html", context)


def _may_buy(request: HttpRequest) -> bool:
    return organisations.may(staff(request).role, "purchase")
