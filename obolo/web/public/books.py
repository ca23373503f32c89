"""The pages that everybody may find: an organisation, a cause, what was bought for it.

Owns their views. They show the ledger's sums as of now, in the words of one language, with no donor
and no single gift. Search engines may list them; browsers may keep them, but ask each time.
"""

import hashlib
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from obolo.causes import files
from obolo.causes import queries as causes
from obolo.causes.models import Cause, Evidence, Purchase
from obolo.ledger import queries as ledger
from obolo.ledger import rules
from obolo.organisations import queries as organisations
from obolo.organisations.models import Organisation
from obolo.organisations.wall import current_id
from obolo.trace import open_books
from obolo.web.public import around, card_image
from obolo.web.public.chat import chat_url
from obolo.web.public.flow import flow_of_books, fund_bar
from obolo.web.words import LANGUAGES, pick, word

_ASK_EACH_TIME = "public, no-cache"
PURCHASES_MAX = 50


@require_safe
def organisation_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All causes of an organisation with their sums."""
    return _page(request, "public/organisation.html", _organisation_words(request, slug))


@require_safe
def organisation_part(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The changing part of that page."""
    return _page(request, "public/_organisation.html", _organisation_words(request, slug))


@require_safe
def cause_page(request: HttpRequest, slug: str, cause: str) -> HttpResponseBase:
    """A cause: its sums, what was bought, how it is counted."""
    found = causes.by_slug(cause)
    if found is None:
        return nothing(request)
    return _page(request, "public/cause.html", _cause_words(request, slug, found))


@require_safe
def cause_part(request: HttpRequest, slug: str, cause: str) -> HttpResponseBase:
    """The changing part of that page."""
    found = causes.by_slug(cause)
    if found is None:
        return nothing(request)
    return _page(request, "public/_cause.html", _cause_words(request, slug, found))


@require_safe
def purchase_page(
    request: HttpRequest, slug: str, cause: str, purchase_id: UUID
) -> HttpResponseBase:
    """What was bought, to be shared: a photo and words, no name and no amount."""
    found = _purchase(cause, purchase_id)
    if found is None:
        return nothing(request)
    words = _common(request, slug)
    lang = words["lang"]
    words |= {
        "cause": found.cause,
        "purchase": found,
        "photos": _photos(found),
        "place": around.place(found, lang),
        "title": found.description,
        "about": word("books.shared_about", lang, cause=found.cause.name(lang)),
        "card": _card(reverse("purchase_card", args=[slug, cause, purchase_id]), lang),
        "chat_url": chat_url(word("books.wish", lang, cause=found.cause.name(lang))),
    }
    return _page(request, "public/purchase.html", words)


@require_safe
def public_photo(request: HttpRequest, slug: str, evidence_id: UUID) -> HttpResponseBase:
    """A photo of a purchase, as long as it may be shown."""
    found = causes.evidence(evidence_id)
    if found is None or not found.public:
        return nothing(request)
    try:
        content = files.read(current_id(), found.file_name)
    except FileNotFoundError:
        return nothing(request)
    return _kept(request, found.file_name, content, "image/jpeg")


@require_safe
def outcome_photo(request: HttpRequest, slug: str, photo_id: UUID) -> HttpResponseBase:
    """A photo of what came of the money, as long as it may be shown."""
    found = causes.outcome_photo(photo_id)
    if found is None or not found.public:
        return nothing(request)
    try:
        content = files.read(current_id(), found.file_name)
    except FileNotFoundError:
        return nothing(request)
    return _kept(request, found.file_name, content, "image/jpeg")


@require_safe
def cause_card(request: HttpRequest, slug: str, cause: str) -> HttpResponseBase:
    """The picture that a shared link to a cause shows."""
    found = causes.by_slug(cause)
    if found is None:
        return nothing(request)
    organisation = organisations.current()
    lang = _lang(request, organisation)
    shot = next((s for p in causes.purchases_of(found.id, limit=5) for s in _photos(p)), None)
    words = card_image.Words(found.name(lang), found.summary(lang), organisation.name, lang)
    return _drawn(request, words, shot)


@require_safe
def organisation_card(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The picture that a shared link to the organisation shows."""
    organisation = organisations.current()
    lang = _lang(request, organisation)
    about = word("books.organisation_about", lang, organisation=organisation.name)
    return _drawn(request, card_image.Words(organisation.name, about, "", lang), None)


@require_safe
def purchase_card(
    request: HttpRequest, slug: str, cause: str, purchase_id: UUID
) -> HttpResponseBase:
    """The picture that a shared link to a purchase shows."""
    found = _purchase(cause, purchase_id)
    if found is None:
        return nothing(request)
    organisation = organisations.current()
    lang = _lang(request, organisation)
    about = word("books.shared_about", lang, cause=found.cause.name(lang))
    words = card_image.Words(found.description, about, organisation.name, lang)
    return _drawn(request, words, next(iter(_photos(found)), None))


def nothing(request: HttpRequest) -> HttpResponse:
    """The same kind page for every address that opens nothing, whatever the reason."""
    words = {"lang": "it", "languages": LANGUAGES}
    return render(request, "public/nothing.html", words, status=404)


def _purchase(cause: str, purchase_id: UUID) -> Purchase | None:
    found = causes.purchases([purchase_id]).get(purchase_id)
    return found if found and found.cause.slug == cause else None


def _photos(purchase: Purchase) -> list[Evidence]:
    return [one for one in purchase.evidence.all() if one.public]


def _lang(request: HttpRequest, organisation: Organisation) -> str:
    first_wish = request.headers.get("Accept-Language", "").partition(",")[0]
    wished = pick(first_wish) if first_wish else ""
    spoken = first_wish.lower().startswith(wished) if wished else False
    return pick(request.GET.get("lang"), wished if spoken else None, organisation.language)


def _common(request: HttpRequest, slug: str) -> dict[str, Any]:
    organisation = organisations.current()
    lang = _lang(request, organisation)
    return {
        "lang": lang,
        "languages": LANGUAGES,
        "zone": organisation.time_zone,
        "organisation": organisation,
        "slug": slug,
        "canonical": f"{settings.BASE_URL}{request.path.removesuffix('/part')}",
    }


def _organisation_words(request: HttpRequest, slug: str) -> dict[str, Any]:
    words = _common(request, slug)
    lang = words["lang"]
    living, ended = open_books.causes_told()
    return words | {
        "shown": [(one, fund_bar(one.main)) for one in open_books.all_books(living)],
        "ended": [(one, fund_bar(one.main)) for one in open_books.all_books(ended)],
        "title": words["organisation"].name,
        "about": word("books.organisation_about", lang, organisation=words["organisation"].name),
        "card": _card(reverse("organisation_card", args=[slug]), lang),
        "live": f"/live/o/{slug}",
        "part": f"{reverse('organisation_part', args=[slug])}?lang={lang}",
    }


def _cause_words(request: HttpRequest, slug: str, cause: Cause) -> dict[str, Any]:
    words = _common(request, slug)
    lang = words["lang"]
    found = open_books.books(cause)
    bought = list(causes.purchases_of(cause.id, limit=PURCHASES_MAX))
    told = around.facts(bought, lang)
    count = open_books.purchases_count(cause)
    name, why = words["organisation"].name, around.waiting(cause, lang)
    return words | {
        "cause": cause,
        "books": found,
        "flow": flow_of_books(found, bought, count, name, why, lang),
        "purchases": [(one, _photos(one), told[one.id]) for one in bought],
        "came": around.came(cause, lang),
        "ended": around.ended(cause, lang),
        "moves": open_books.moves([cause.fund_id]),
        "rules": rules.words(ledger.rule_of(cause.fund_id), lang),
        "title": cause.name(lang),
        "about": cause.summary(lang),
        "card": _card(reverse("cause_card", args=[slug, cause.slug]), lang),
        "live": f"/live/c/{slug}/{cause.slug}",
        "part": f"{reverse('cause_part', args=[slug, cause.slug])}?lang={lang}",
        "chat_url": chat_url(word("books.wish", lang, cause=cause.name(lang))),
    }


def _card(path: str, lang: str) -> str:
    return f"{settings.BASE_URL}{path}?lang={lang}"


def _page(request: HttpRequest, template: str, words: dict[str, Any]) -> HttpResponseBase:
    response = render(request, template, words)
    response.headers["X-Robots-Tag"] = "all"
    response.headers["Vary"] = "Accept-Language"
    return _conditional(request, response, hashlib.sha256(response.content).hexdigest()[:32])


def _drawn(
    request: HttpRequest, words: card_image.Words, shot: Evidence | None
) -> HttpResponseBase:
    photo = b""
    if shot is not None:
        try:
            photo = files.read(current_id(), shot.file_name)
        except FileNotFoundError:
            shot = None
    told = repr((card_image.VERSION, words, shot.file_name if shot else ""))
    tag = hashlib.sha256(told.encode()).hexdigest()[:32]
    fresh = get_conditional_response(request, etag=f'"{tag}"')
    if isinstance(fresh, HttpResponseNotModified):
        fresh.headers["Cache-Control"] = _ASK_EACH_TIME
        return fresh
    return _kept(request, tag, card_image.draw(words, photo), "image/png")


def _kept(request: HttpRequest, tag: str, content: bytes, media_type: str) -> HttpResponseBase:
    response = HttpResponse(content, media_type, headers={"X-Content-Type-Options": "nosniff"})
    return _conditional(request, response, tag)


def _conditional(request: HttpRequest, response: HttpResponse, tag: str) -> HttpResponseBase:
    response.headers["Cache-Control"] = _ASK_EACH_TIME
    response.headers["ETag"] = f'"{tag}"'
    answer = get_conditional_response(request, etag=f'"{tag}"', response=response)
    return answer if answer is not None else response
