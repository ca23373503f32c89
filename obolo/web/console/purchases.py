"""Recording what was bought: the form, and the files that come before it over a slow line.

A form's address carries the key of what it records, so that a double click, a reload or the back
button meets the same key and records once.
"""

from datetime import date
from typing import Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.causes import limits
from obolo.causes import queries as causes
from obolo.causes.errors import (
    BadPlace,
    BadPurchase,
    BadRate,
    ConsentUnclear,
    FileTooLarge,
    NotAPaper,
    NotAPicture,
    PhotoWithdrawn,
    PurchaseKeyReused,
    TooManyFiles,
)
from obolo.causes.models import Cause, Purchase
from obolo.kit.clock import now
from obolo.kit.errors import OboloError
from obolo.kit.money import Money
from obolo.ledger import queries as ledger
from obolo.ledger.errors import FundClosed, NotEnoughCents
from obolo.organisations import queries as organisations
from obolo.stories import spend_and_trace
from obolo.web import words
from obolo.web.console import purchase_form
from obolo.web.console.page import language, page, slug_of, staff
from obolo.web.console.purchase_form import PurchaseForm

# What can be wrong with a purchase: the field that is meant, and the sentence for it.
SENTENCES: Final[dict[type[OboloError], tuple[str, str]]] = {
    NotAPicture: ("photos", "console.not_a_picture"),
    NotAPaper: ("invoice", "console.not_a_paper"),
    FileTooLarge: ("photos", "console.file_large"),
    ConsentUnclear: ("consent", "field.consent_unclear"),
    PhotoWithdrawn: ("photos", "field.withdrawn_photo"),
    TooManyFiles: ("photos", "console.photos_many"),
    BadRate: ("rate", "field.form_rate"),
    BadPlace: ("region", "field.form_place"),
    FundClosed: ("form", "field.fund_closed"),
    BadPurchase: ("form", "console.purchase_bad"),
}
_ODD: Final[tuple[type[OboloError], ...]] = (*SENTENCES, NotEnoughCents)
# The form may ask the device where it is; no other page may.
_ASKS_PLACE: Final = "camera=(), geolocation=(self), microphone=()"


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
    return _form_page(request, found, draft, purchase_form.empty(_today(), found.currency))


def record(request: HttpRequest, cause: str, draft: UUID) -> HttpResponse:
    """Record a purchase; 422 with a sentence per field when something is odd."""
    found, lang = _cause(cause), language(request)
    waiting = any(one.is_photo for one in causes.draft_files(draft_key(request, draft)))
    filled = purchase_form.read(
        request, currency=found.currency, today=_today(), lang=lang, photos_wait=waiting
    )
    if filled.problems or filled.amount is None or filled.bought_on is None:
        return _form_page(request, found, draft, filled, status=422)
    try:
        purchase = spend_and_trace.record(
            cause_id=found.id,
            amount=filled.amount,
            description=filled.description,
            bought_on=filled.bought_on,
            key=draft_key(request, draft),
            evidence=filled.evidence,
            recorded_by=staff(request).id,
            exchange=filled.exchange,
            place=filled.place,
            from_reserve=filled.from_reserve and _may_advance(request),
            draft_consent=filled.consent.told,
        )
    except PurchaseKeyReused:
        known = _recorded(request, draft)
        context = {"section": "causes", "cause": found, "purchase": known}
        return page(request, "console/already_recorded.html", context, status=409)
    except _ODD as odd:
        name, sentence = sentence_of(odd, found, lang)
        filled.problems[name] = sentence
        return _form_page(request, found, draft, filled, status=422)
    return redirect("console-purchase", slug_of(request), purchase.id)


def draft_key(request: HttpRequest, draft: UUID) -> str:
    """The key of what a form records.

    With the staff member in it nobody can meet another's draft, however they got its address.
    """
    return f"console:{staff(request).id}:{draft}"


def sentence_of(odd: OboloError, cause: Cause, lang: str) -> tuple[str, str]:
    """Which field is meant, and what to say there."""
    if isinstance(odd, NotEnoughCents):
        free = ledger.free_minor(cause.fund_id, cause.currency)
        return "amount", words.word(
            "console.not_enough",
            lang,
            free=words.money(Money(free, cause.currency), lang),
            missing=words.money(Money(odd.missing_minor, cause.currency), lang),
        )
    name, key = SENTENCES[type(odd)]
    return name, words.word(key, lang, limit=purchase_form.PHOTOS_MAX)


def _cause(slug: str) -> Cause:
    found = causes.by_slug(slug)
    if found is None:
        raise Http404
    return found


def _recorded(request: HttpRequest, draft: UUID) -> Purchase | None:
    return Purchase.recorded.filter(key=draft_key(request, draft)).first()


def _may_advance(request: HttpRequest) -> bool:
    return organisations.may(staff(request).role, "money")


def _today() -> date:
    return now().astimezone(ZoneInfo(organisations.current().time_zone)).date()


def _form_page(
    request: HttpRequest, cause: Cause, draft: UUID, filled: PurchaseForm, *, status: int = 200
) -> HttpResponse:
    lang = language(request)
    context = {
        "section": "causes",
        "cause": cause,
        "cause_name": cause.name(lang),
        "draft": draft,
        "form": filled,
        "files": causes.draft_files(draft_key(request, draft)),
        "currencies": purchase_form.currencies(cause.currency),
        "free_minor": ledger.free_minor(cause.fund_id, cause.currency),
        "limit_minor": limits.limit_minor(cause.currency),
        "may_advance": _may_advance(request),
        "today": _today().isoformat(),
        "description_chars_max": purchase_form.DESCRIPTION_CHARS_MAX,
    }
    response = page(request, "console/purchase_form.html", context, status=status)
    response.headers["Permissions-Policy"] = _ASKS_PLACE
    return response
