"""All gifts and promises of one donor on one page, opened by the address of any of them.

Owns the view. Totals by currency, gifts newest first with how far each is, pledges with their next
day. Whoever holds one living address sees them together; the page says so and never says a name.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from obolo.giving import queries as giving
from obolo.giving.models import Gift
from obolo.giving.pledges import queries as pledges
from obolo.organisations import queries as organisations
from obolo.trace import actions as links
from obolo.trace import queries as trace
from obolo.web import turned
from obolo.web.public.books import nothing
from obolo.web.words import LANGUAGES, pick

GIFTS_MAX: Final = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class GiftTogether:
    """One gift in the list; `address` is empty while its own page is closed."""

    gift: Gift
    path: trace.Path
    spent: int  # of 1000 units, for the bar
    free: int
    address: str
    standing: list[str]  # what must be known first: that money went back


@dataclass(frozen=True, slots=True)
class Total:
    """What was given in one currency, minor units."""

    currency: str
    minor: int
    count: int


@require_safe
def page(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The whole page."""
    return _answer(request, "public/together.html", slug, token)


@require_safe
def part(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Its changing part."""
    return _answer(request, "public/_together.html", slug, token)


def is_alone(gift: Gift) -> bool:
    """Is there nothing to show together: one gift and no promise?"""
    others = Gift.objects.filter(person_id=gift.person_id).exclude(id=gift.id).exists()
    return not others and not pledges.pledges_of(gift.person_id)


def _answer(request: HttpRequest, template: str, slug: str, token: str) -> HttpResponse:
    gift = trace.gift_by_token(token)
    if gift is None:
        return nothing(request)
    organisation = organisations.current()
    lang = pick(request.GET.get("lang"), gift.payment.language, organisation.language)
    own = reverse("together_part", args=[slug, token])
    words: dict[str, Any] = {
        "lang": lang,
        "languages": LANGUAGES,
        "zone": organisation.time_zone,
        "organisation": organisation,
        "slug": slug,
        "token": token,
        "totals": _totals(gift.person_id),
        "gifts": _gifts(gift.person_id, lang),
        "gifts_max": GIFTS_MAX,
        "pledges": pledges.pledges_of(gift.person_id),
        "part": f"{own}?lang={lang}",
    }
    return render(request, template, words)


def _totals(person_id: UUID) -> list[Total]:
    rows = (
        Gift.objects.filter(person_id=person_id)
        .values("currency")
        .annotate(given=Sum("gross_minor"), count=Count("id"))
        .order_by("currency")
    )
    return [Total(row["currency"], row["given"], row["count"]) for row in rows]


def _gifts(person_id: UUID, lang: str) -> list[GiftTogether]:
    found = list(giving.gifts_of(person_id, limit=GIFTS_MAX))
    living = trace.living_links([one.id for one in found])
    return [_together(one, living.get(one.id), lang) for one in found]


def _together(gift: Gift, link_id: UUID | None, lang: str) -> GiftTogether:
    path = trace.path(gift)
    address = links.url(link_id).removeprefix(settings.BASE_URL) if link_id else ""
    return GiftTogether(
        gift=gift,
        path=path,
        spent=path.spent_minor * 1000 // (path.gross_minor or 1),
        free=path.free_minor * 1000 // (path.gross_minor or 1),
        address=f"{address}?lang={lang}" if address else "",
        standing=turned.standing(path, lang),
    )
