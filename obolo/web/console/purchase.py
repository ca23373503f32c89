"""A purchase: what shows it, who decided, what came back, and whose gifts counted towards it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.causes import actions, limits
from obolo.causes import queries as causes
from obolo.causes.actions import NewPlace
from obolo.causes.errors import (
    AlreadyDecided,
    BadPlace,
    NotWaiting,
    OwnPurchase,
    ReasonMissing,
)
from obolo.causes.models import Purchase
from obolo.causes.placing import place_of
from obolo.causes.purchase_models import Place, PlaceSource
from obolo.causes.showing import look_alikes
from obolo.conversations.models import Conversation
from obolo.giving import queries as giving
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.ledger import queries as ledger
from obolo.ledger.errors import FundClosed, NotEnoughCents
from obolo.organisations import queries as organisations
from obolo.stories import spend_and_trace
from obolo.web import words
from obolo.web.console import shown_files
from obolo.web.console.page import language, page, slug_of, staff

GIFTS_SHOWN_MAX = 100


def show(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    """What was bought, whether it counts, what shows it, and whose gifts it counted towards."""
    return page_of(request, found(purchase_id))


def approve(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    """A second person says yes."""
    return _decide(
        request,
        purchase_id,
        lambda: spend_and_trace.approve(purchase_id=purchase_id, by=staff(request).id),
    )


def refuse(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    """A second person says no, and why."""
    reason = request.POST.get("reason", "")
    return _decide(
        request,
        purchase_id,
        lambda: actions.refuse_purchase(
            purchase_id=purchase_id, by=staff(request).id, reason=reason
        ),
    )


def put_place(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    """Tell where it was bought: by name, or as a photo of it says."""
    purchase = found(purchase_id)
    near = next(
        (
            (one.near_lat_tenths, one.near_lon_tenths)
            for one in purchase.evidence.all()
            if str(one.id) == request.POST.get("photo") and one.near_lat_tenths is not None
        ),
        None,
    )
    region = request.POST.get("region", "")
    place = NewPlace(region, *near, PlaceSource.PHOTO) if near else NewPlace(region)
    try:
        actions.put_place(purchase=purchase, place=place, by=staff(request).id)
    except BadPlace:
        lang = language(request)
        return page_of(request, purchase, problem=words.word("field.form_place", lang), status=422)
    return redirect("console-purchase", slug_of(request), purchase_id)


def found(purchase_id: UUID) -> Purchase:
    """The purchase, whatever its state; 404 without one."""
    purchase = causes.recorded_purchase(purchase_id)
    if purchase is None:
        raise Http404
    return purchase


def today() -> date:
    """The day on the organisation's clock."""
    return now().astimezone(ZoneInfo(organisations.current().time_zone)).date()


def _decide(
    request: HttpRequest, purchase_id: UUID, decide: Callable[[], Purchase]
) -> HttpResponse:
    purchase, lang = found(purchase_id), language(request)
    try:
        decide()
    except ReasonMissing:
        problem, status = words.word("field.reason_empty", lang), 422
    except OwnPurchase:
        problem, status = words.word("field.own_purchase", lang), 403
    except (AlreadyDecided, NotWaiting):
        purchase, status = found(purchase_id), 409
        problem = words.word("field.decided_already", lang)
    except NotEnoughCents as short:
        missing = words.money(Money(short.missing_minor, purchase.currency), lang)
        problem, status = words.word("field.not_enough_now", lang, missing=missing), 422
    except FundClosed:
        problem, status = words.word("field.fund_closed", lang), 422
    else:
        return redirect("console-purchase", slug_of(request), purchase_id)
    return page_of(request, purchase, problem=problem, status=status)


def page_of(
    request: HttpRequest, purchase: Purchase, *, problem: str = "", status: int = 200
) -> HttpResponse:
    lang, role = language(request), staff(request).role
    decision = next(iter(purchase.decisions.all()), None)
    corrections = sorted(purchase.corrections.all(), key=lambda one: one.made_at)
    files = shown_files.of_purchase(purchase)
    people = [purchase.recorded_by, *(one.made_by for one in corrections)]
    people += [decision.decided_by] if decision else []
    people += [opened.opened_by for file in files for opened in file.openings]
    names = organisations.staff_names([one for one in people if one])
    context = {
        "section": "causes",
        "purchase": purchase,
        "cause_name": purchase.cause.name(lang),
        "problem": problem,
        "decision": decision,
        "decider": names.get(decision.decided_by, "") if decision else "",
        "recorder": names.get(purchase.recorded_by, "") if purchase.recorded_by else "",
        "corrections": [(one, names.get(one.made_by, "")) for one in corrections],
        "limit_minor": limits.limit_minor(purchase.currency),
        "own": purchase.recorded_by == staff(request).id,
        "may_buy": organisations.may(role, "purchase"),
        "may_money": organisations.may(role, "money"),
        "files": [
            (one, [(opened, names.get(opened.opened_by, "")) for opened in one.openings])
            for one in files
        ],
        "look_alikes": look_alikes(purchase),
        "place": place_of(purchase),
        "near": _degrees(place_of(purchase)),
        "owed_minor": _owed(purchase),
        "today": today().isoformat(),
        **_gifts(purchase),
    }
    return page(request, "console/purchase.html", context, status=status)


def _gifts(purchase: Purchase) -> dict[str, Any]:
    shares = ledger.gifts_of_use(purchase.id) if purchase.booked_at else []
    gifts = giving.people_of([gift_id for gift_id, _ in shares[:GIFTS_SHOWN_MAX]])
    talks = dict(
        Conversation.objects.filter(person__in={g.person_id for g in gifts.values()}).values_list(
            "person_id", "id"
        )
    )
    rows = [
        (gifts[gift_id], minor, talks.get(gifts[gift_id].person_id))
        for gift_id, minor in shares[:GIFTS_SHOWN_MAX]
        if gift_id in gifts
    ]
    more = max(0, len(shares) - len(rows))
    return {"gifts_count": len(shares), "gifts": rows, "more_count": more}


def _owed(purchase: Purchase) -> int | None:
    """What the fund still owes the reserve for it; None when the fund paid itself."""
    if not purchase.from_reserve or not purchase.booked_at:
        return None
    cause = purchase.cause
    owed = dict(ledger.outstanding_advances(cause.fund_id, cause.currency))
    return owed.get(purchase.id, 0)


def _degrees(place: Place | None) -> tuple[str, str] | None:
    if place is None or place.lat_tenths is None or place.lon_tenths is None:
        return None
    return shown_files.degrees(place.lat_tenths), shown_files.degrees(place.lon_tenths)
