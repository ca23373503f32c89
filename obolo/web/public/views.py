"""Views of the donor's page, and of the front page. Every request is a GET and changes nothing."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from obolo.causes import files
from obolo.causes import queries as causes
from obolo.causes.models import Purchase
from obolo.conversations.models import Direction, Message
from obolo.giving.models import Gift
from obolo.ledger import queries as ledger
from obolo.ledger import rules
from obolo.organisations import queries as organisations
from obolo.organisations.models import Listing
from obolo.organisations.wall import current_id, within
from obolo.trace import log_keys, open_books, proofs
from obolo.trace import queries as trace
from obolo.web import turned
from obolo.web.public import around, shown, together
from obolo.web.public.books import nothing
from obolo.web.public.chat import PHONE_URL
from obolo.web.public.flow import flow
from obolo.web.words import LANGUAGES, pick, word

PHOTO_KEPT_SECONDS = 3600  # in the browser of the one who looks, nowhere else
PROOF_NAME = "gift.tlog-proof"
TOUR_STEPS = 5


# ---- The donor's page ------------------------------------------------------------------------


@require_safe
def gift_page(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The page of one gift; whoever holds the address may see it."""
    gift = trace.gift_by_token(token)
    if gift is None:
        return nothing(request)
    return render(request, "public/gift.html", _gift_words(request, gift, slug, token))


@require_safe
def gift_part(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The changing part of that page, for a page that is already open."""
    gift = trace.gift_by_token(token)
    if gift is None:
        return nothing(request)
    return render(request, "public/_gift.html", _gift_words(request, gift, slug, token))


@require_safe
def photo(request: HttpRequest, slug: str, token: str, evidence_id: UUID) -> HttpResponse:
    """A photo of a purchase of the gift's own cause; papers are never shown."""
    gift = trace.gift_by_token(token)
    found = causes.evidence(evidence_id) if gift else None
    if gift is None or found is None or not found.public:
        return nothing(request)
    if found.purchase.cause_id != gift.cause_id:
        return nothing(request)
    try:
        content = files.read(current_id(), found.file_name)
    except FileNotFoundError:
        return nothing(request)
    headers = {
        "Cache-Control": f"private, max-age={PHOTO_KEPT_SECONDS}",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="image/jpeg", headers=headers)


@require_safe
def gift_proof(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The proof file of the gift (c2sp.org/tlog-proof), to be kept and checked anywhere."""
    gift = trace.gift_by_token(token)
    told = proofs.gift_proof(gift.id) if gift else None
    if told is None:
        return nothing(request)
    headers = {"Content-Disposition": f'attachment; filename="{PROOF_NAME}"'}
    return HttpResponse(told, content_type="text/plain; charset=utf-8", headers=headers)


def _gift_words(request: HttpRequest, gift: Gift, slug: str, token: str) -> dict[str, Any]:
    organisation = organisations.current()
    lang = pick(request.GET.get("lang"), gift.payment.language, organisation.language)
    path = trace.path(gift)
    because = around.because(path, organisation.name, lang)
    told = around.facts(causes.purchases(one.purchase_id for one in path.counted).values(), lang)
    return {
        "lang": lang,
        "languages": LANGUAGES,
        "zone": organisation.time_zone,
        "organisation": organisation,
        "slug": slug,
        "token": token,
        "gift": gift,
        "cause_name": gift.cause.name(lang),
        "path": path,
        "steps": shown.steps(path, organisation.name, lang),
        "counted": [
            (one, shown.numbers_text(one.numbers, lang), told.get(one.purchase_id, []))
            for one in path.counted
        ],
        "flow": flow(path, organisation.name, because, lang),
        "came": _came(path, lang),
        "standing": turned.standing(path, lang),
        "turned": [(turn.at, turned.sentence(turn, lang)) for turn in path.turns],
        "alone": together.is_alone(gift),
        "ended": around.ended(gift.cause, lang),
        "whole": trace.whole(gift.cause),
        "counted_ids": {one.purchase_id for one in path.counted},
        "proof": proofs.standing(gift.id) if path.numbers else "",
        "log_key": log_keys.public(),
        "overhead_lines": " ".join(str(one) for one in open_books.overhead_lines()),
        "rules": rules.words(ledger.rule_of(gift.cause.fund_id), lang),
    }


def _came(path: trace.Path, lang: str) -> list[around.Came]:
    """What came of the cause's money, and of the purchases this gift counted towards."""
    own = {one.purchase_id for one in path.counted}
    return [one for one in around.came(path.gift.cause, lang) if one.purchase_id in {None, *own}]


# ---- The front page and the tour of the demo -------------------------------------------------


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The guided tour beside the simulator; elsewhere a page that names nobody."""
    first_wish = request.headers.get("Accept-Language", "").partition(",")[0]
    lang = pick(request.GET.get("lang"), first_wish)
    listing = Listing.objects.order_by("organisation_id").first() if settings.SIMULATOR else None
    if listing is None:
        return render(request, "public/front.html", {"lang": lang})
    words = {
        "lang": lang,
        "languages": LANGUAGES,
        "phone_url": PHONE_URL,
        "console_url": reverse("console-inbox", args=[listing.slug]),
        "login": getattr(settings, "DEMO_LOGIN", None),
        "steps": [(at, word(f"tour.step_{at}", lang)) for at in range(1, TOUR_STEPS + 1)],
    }
    return render(request, "public/tour.html", words)


@require_safe
def tour_state(request: HttpRequest) -> HttpResponse:
    """How much happened so far, as plain counts: the tour ticks its steps by what is added."""
    listing = Listing.objects.order_by("organisation_id").first() if settings.SIMULATOR else None
    if listing is None:
        return JsonResponse({"detail": "There is no tour here."}, status=404)
    with within(listing.organisation_id):
        counts = {
            "messages": Message.objects.filter(direction=Direction.IN).count(),
            "gifts": Gift.objects.count(),
            "purchases": Purchase.objects.count(),
        }
    return JsonResponse(counts)
