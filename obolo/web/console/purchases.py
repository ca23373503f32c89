"""Recording what was bought, and showing a purchase with its evidence and the gifts behind it.

A form's address carries the key of what it records, so that a double click, a reload or the back
button meets the same key and records once.
"""

from datetime import date
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from obolo.causes import queries as causes
from obolo.causes.errors import (
    BadPurchase,
    FileTooLarge,
    NotAPaper,
    NotAPicture,
    PurchaseKeyReused,
)
from obolo.causes.models import Cause, Purchase
from obolo.conversations.models import Conversation
from obolo.giving import queries as giving
from obolo.kit.clock import now
from obolo.kit.errors import OboloError
from obolo.kit.money import Money
from obolo.ledger import queries as ledger
from obolo.ledger.errors import NotEnoughCents
from obolo.organisations import queries as organisations
from obolo.stories import spend_and_trace
from obolo.web import words
from obolo.web.console import purchase_form
from obolo.web.console.page import language, page, slug_of, staff
from obolo.web.console.purchase_form import PurchaseForm

GIFTS_SHOWN_MAX = 100


def begin(request: HttpRequest, cause: str) -> HttpResponse:
    """Give the form an address of its own."""
    found = _cause(cause)
    return redirect("console-purchase-form", slug_of(request), found.slug, uuid4())


def form(request: HttpRequest, cause: str, draft: UUID) -> HttpResponse:
    """The empty form; when it was sent already, what it recorded."""
    found = _cause(cause)
    known = _recorded(request, draft)
    if known:
        return redirect("console-purchase", slug_of(request), known.id)
    return _form_page(request, found, draft, purchase_form.empty(_today()))


def record(request: HttpRequest, cause: str, draft: UUID) -> HttpResponse:
    """Record a purchase; 422 with a sentence per field when something is odd."""
    found, lang = _cause(cause), language(request)
    filled = purchase_form.read(request, currency=found.currency, today=_today(), lang=lang)
    if filled.problems or filled.amount is None or filled.bought_on is None:
        return _form_page(request, found, draft, filled, status=422)
    try:
        purchase = spend_and_trace.record(
            cause_id=found.id,
            amount=filled.amount,
            description=filled.description,
            bought_on=filled.bought_on,
            key=_key(request, draft),
            evidence=filled.evidence,
            recorded_by=staff(request).id,
        )
    except PurchaseKeyReused:
        known = _recorded(request, draft)
        context = {"section": "causes", "cause": found, "purchase": known}
        return page(request, "console/already_recorded.html", context, status=409)
    except (BadPurchase, FileTooLarge, NotAPaper, NotAPicture, NotEnoughCents) as odd:
        name, sentence = _sentence(odd, found, lang)
        filled.problems[name] = sentence
        return _form_page(request, found, draft, filled, status=422)
    return redirect("console-purchase", slug_of(request), purchase.id)


def show(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    """What was bought, what shows it, and whose gifts it counted towards."""
    purchase = causes.purchases([purchase_id]).get(purchase_id)
    if purchase is None:
        raise Http404
    shares = ledger.gifts_of_use(purchase.id)
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
    context = {
        "section": "causes",
        "purchase": purchase,
        "cause_name": purchase.cause.name(language(request)),
        "gifts_count": len(shares),
        "gifts": rows,
        "more_count": max(0, len(shares) - len(rows)),
    }
    return page(request, "console/purchase.html", context)


def evidence_file(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """A file of evidence: pictures in the page, papers to keep, neither able to do anything."""
    found = causes.evidence(evidence_id)
    if found is None:
        raise Http404
    try:
        content = causes.content(found)
    except FileNotFoundError:
        raise Http404 from None
    picture = found.media_type == "image/jpeg"
    name = found.shown_name or found.file_name
    return HttpResponse(
        content,
        content_type=found.media_type,
        headers={
            "Content-Disposition": content_disposition_header(not picture, name) or "attachment",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        },
    )


def _cause(slug: str) -> Cause:
    found = causes.by_slug(slug)
    if found is None:
        raise Http404
    return found


def _key(request: HttpRequest, draft: UUID) -> str:
    # With the staff member in it nobody can meet another's draft, however they got its address.
    return f"console:{staff(request).id}:{draft}"


def _recorded(request: HttpRequest, draft: UUID) -> Purchase | None:
    known: Purchase | None = Purchase.recorded.filter(key=_key(request, draft)).first()
    return known


def _today() -> date:
    return now().astimezone(ZoneInfo(organisations.current().time_zone)).date()


def _form_page(
    request: HttpRequest, cause: Cause, draft: UUID, filled: PurchaseForm, *, status: int = 200
) -> HttpResponse:
    free = ledger.free_minor(cause.fund_id, cause.currency)
    lang = language(request)
    context = {
        "section": "causes",
        "cause": cause,
        "cause_name": cause.name(lang),
        "draft": draft,
        "form": filled,
        "free_minor": free,
        "today": _today().isoformat(),
        "description_chars_max": purchase_form.DESCRIPTION_CHARS_MAX,
    }
    return page(request, "console/purchase_form.html", context, status=status)


def _sentence(odd: OboloError, cause: Cause, lang: str) -> tuple[str, str]:
    """Which field is meant, and what to say there."""
    if isinstance(odd, NotEnoughCents):
        free = ledger.free_minor(cause.fund_id, cause.currency)
        return "amount", words.word(
            "console.not_enough",
            lang,
            free=words.money(Money(free, cause.currency), lang),
            missing=words.money(Money(odd.missing_minor, cause.currency), lang),
        )
    named = {NotAPicture: "photos", NotAPaper: "invoice", FileTooLarge: "photos"}
    keys = {
        NotAPicture: "not_a_picture",
        NotAPaper: "not_a_paper",
        FileTooLarge: "file_large",
        BadPurchase: "purchase_bad",
    }
    kind = type(odd)
    return named.get(kind, "form"), words.word(f"console.{keys[kind]}", lang)
