"""The address of a gift's page, for staff: a new one, or none; the reason is kept."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from obolo.giving import queries as giving
from obolo.giving.models import Gift
from obolo.kit.text import shown
from obolo.stories import renew_a_link
from obolo.trace import queries as trace
from obolo.web.console.page import page, slug_of, staff

WHY_CHARS_MAX = 200
VERBS = {"renew": renew_a_link.renew, "close": renew_a_link.close}


def show(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """Since when the page has its address, and what may be done."""
    return _page(request, _found(gift_id))


def change(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """Renew or close; 422 without a reason or for another verb."""
    gift = _found(gift_id)
    why = shown(request.POST.get("why", "")).strip()[:WHY_CHARS_MAX]
    verb = request.POST.get("verb", "")
    if not why or verb not in VERBS:
        return _page(request, gift, why=why, missing=True, status=422)
    VERBS[verb](gift=gift, by=staff(request).id, why=why)
    address = reverse("console-page-link", args=[slug_of(request), gift_id])
    return redirect(f"{address}?done={verb}")


def _page(
    request: HttpRequest, gift: Gift, *, why: str = "", missing: bool = False, status: int = 200
) -> HttpResponse:
    links = trace.links_of(gift.id)
    done = request.GET.get("done", "")
    context = {
        "gift": gift,
        "living": next((one for one in links if one.revoked_at is None), None),
        "ended": [one for one in links if one.revoked_at],
        "why": why,
        "missing": missing,
        "done": done if done in VERBS else "",
        "why_max": WHY_CHARS_MAX,
    }
    return page(request, "console/page_link.html", context, status=status)


def _found(gift_id: UUID) -> Gift:
    gift = giving.gift(gift_id)
    if gift is None:
        raise Http404
    return gift
