"""The form of a purchase: what was typed, what it means, and a sentence for each field that is odd.

Owns: reading the fields. Never: recording anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from obolo.causes.actions import FUTURE, Exchange, NewEvidence, NewPlace
from obolo.causes.errors import BadRate
from obolo.causes.exchange import checked_rate
from obolo.causes.files import FILE_BYTES_MAX
from obolo.causes.models import EvidenceKind
from obolo.causes.purchase_models import PlaceSource
from obolo.kit.money import Money
from obolo.web import words
from obolo.web.console import consent_form
from obolo.web.console.amounts import AmountUnclear, read_amount
from obolo.web.console.consent_form import ConsentFields

PHOTOS_MAX = 8
DESCRIPTION_CHARS_MAX = 300
OLDEST = date(2000, 1, 1)  # a year with a slip of the finger, not an old invoice
# Where small charities buy: the fund's own currency stands first, whatever it is.
_CODES: Final = (
    "EUR XOF XAF USD GBP CHF KES UGX TZS ETB RWF CDF MGA GHS NGN MZN ZMW LBP JOD EGP MAD TND DZD"
    " ILS SYP IQD TRY UAH INR BDT NPR PKR PHP IDR BRL COP PEN GTQ HTG"
)
CURRENCIES: Final = tuple(_CODES.split())


@dataclass(slots=True)
class PurchaseForm:
    """The fields as typed, their meaning once read, and what is wrong, by field."""

    amount_text: str = ""
    currency: str = ""
    rate_text: str = ""
    rate_day_text: str = ""
    rate_source: str = ""
    description: str = ""
    day_text: str = ""
    region: str = ""
    lat_text: str = ""
    lon_text: str = ""
    from_reserve: bool = False
    consent: ConsentFields = field(default_factory=ConsentFields)
    amount: Money | None = None
    exchange: Exchange | None = None
    bought_on: date | None = None
    place: NewPlace | None = None
    evidence: list[NewEvidence] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    files_given: bool = False


def empty(today: date, currency: str) -> PurchaseForm:
    """A form to begin with."""
    return PurchaseForm(day_text=today.isoformat(), currency=currency)


def currencies(own: str) -> list[str]:
    """What may be chosen, the fund's own first."""
    return [own, *(code for code in CURRENCIES if code != own)]


def read(
    request: HttpRequest, *, currency: str, today: date, lang: str, photos_wait: bool
) -> PurchaseForm:
    """The form as it was sent; `problems` is empty exactly when it can be recorded.

    `photos_wait`: photos came before the form, and it must say who is in them.
    """
    told = request.POST
    form = PurchaseForm(
        amount_text=told.get("amount", "")[:100],
        currency=told.get("currency", "")[:3].upper() or currency,
        rate_text=told.get("rate", "")[:30],
        rate_day_text=told.get("rate_on", "")[:20],
        rate_source=" ".join(told.get("rate_source", "")[:100].split()),
        description=" ".join(told.get("description", "").split()),
        day_text=told.get("bought_on", "")[:20],
        region=" ".join(told.get("region", "")[:120].split()),
        lat_text=told.get("lat_tenths", "")[:6],
        lon_text=told.get("lon_tenths", "")[:6],
        from_reserve=told.get("from_reserve") == "yes",
        files_given=bool(request.FILES),
    )
    if form.currency not in currencies(currency):
        form.currency = currency
    _read_amount(form, lang)
    _read_exchange(form, currency, today, lang)
    _read_description(form, lang)
    form.bought_on = _read_day(form, form.day_text, "bought_on", today, lang)
    _read_place(form)
    _read_files(form, request, photos_wait, lang)
    return form


def _read_amount(form: PurchaseForm, lang: str) -> None:
    try:
        form.amount = read_amount(form.amount_text, form.currency)
    except AmountUnclear as unclear:
        example = words.money(Money(1250, form.currency), lang)
        key = f"console.amount_{unclear.reason}"
        form.problems["amount"] = words.word(key, lang, example=example, currency=form.currency)


def _read_exchange(form: PurchaseForm, currency: str, today: date, lang: str) -> None:
    if form.currency == currency:
        return
    day = _read_day(form, form.rate_day_text, "rate_on", today, lang)
    if not form.rate_source:
        form.problems["rate_source"] = words.word("field.rate_source_empty", lang)
    try:
        rate = checked_rate(form.rate_text.replace(",", "."))
    except BadRate:
        form.problems["rate"] = words.word("field.rate_bad", lang)
        return
    if day:
        form.exchange = Exchange(rate, day, form.rate_source)


def _read_description(form: PurchaseForm, lang: str) -> None:
    if not form.description:
        form.problems["description"] = words.word("console.description_empty", lang)
    elif len(form.description) > DESCRIPTION_CHARS_MAX:
        key = "console.description_long"
        form.problems["description"] = words.word(key, lang, limit=DESCRIPTION_CHARS_MAX)


def _read_day(form: PurchaseForm, text: str, name: str, today: date, lang: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        form.problems[name] = words.word("console.day_bad", lang)
        return None
    if day > today + FUTURE:
        form.problems[name] = words.word("console.day_future", lang)
    elif day < OLDEST:
        form.problems[name] = words.word("console.day_old", lang)
    return day


def _read_place(form: PurchaseForm) -> None:
    """A place told by a device comes in tenths of a degree; what is no such number is no place."""
    try:
        lat, lon = int(form.lat_text), int(form.lon_text)
    except ValueError:
        form.place = NewPlace(form.region) if form.region else None
        return
    form.place = NewPlace(form.region, lat, lon, PlaceSource.DEVICE)


def _read_files(form: PurchaseForm, request: HttpRequest, photos_wait: bool, lang: str) -> None:
    photos = [one for one in request.FILES.getlist("photos") if isinstance(one, UploadedFile)]
    invoices = [one for one in request.FILES.getlist("invoice") if isinstance(one, UploadedFile)]
    form.consent = consent_form.read(request, needed=bool(photos) or photos_wait, lang=lang)
    form.problems |= form.consent.problems
    _take(form, "photos", photos, EvidenceKind.PHOTO, lang)
    _take(form, "invoice", invoices[:1], EvidenceKind.INVOICE, lang)


def _take(
    form: PurchaseForm,
    name: str,
    files: Sequence["UploadedFile[Any]"],
    kind: EvidenceKind,
    lang: str,
) -> None:
    if len(files) > PHOTOS_MAX:
        form.problems[name] = words.word("console.photos_many", lang, limit=PHOTOS_MAX)
        return
    told = form.consent.told
    for one in files:
        if (one.size or 0) > FILE_BYTES_MAX:
            form.problems[name] = words.word("console.file_large", lang)
            return
        if kind == EvidenceKind.PHOTO and told:
            form.evidence.append(NewEvidence(kind, one.read(), one.name or "", told))
        else:
            form.evidence.append(NewEvidence(kind, one.read(), one.name or ""))
