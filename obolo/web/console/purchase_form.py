"""The form of a purchase: what was typed, what it means, and a sentence for each field that is odd.

Owns: reading the fields. Never: recording anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from obolo.causes.actions import FUTURE, NewEvidence
from obolo.causes.files import FILE_BYTES_MAX
from obolo.causes.models import EvidenceKind
from obolo.kit.money import Money
from obolo.web import words
from obolo.web.console.amounts import AmountUnclear, read_amount

PHOTOS_MAX = 8
DESCRIPTION_CHARS_MAX = 300
OLDEST = date(2000, 1, 1)  # a year with a slip of the finger, not an old invoice


@dataclass(slots=True)
class PurchaseForm:
    """The fields as typed, their meaning once read, and what is wrong, by field."""

    amount_text: str = ""
    description: str = ""
    day_text: str = ""
    amount: Money | None = None
    bought_on: date | None = None
    evidence: list[NewEvidence] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    files_given: bool = False


def empty(today: date) -> PurchaseForm:
    """A form to begin with."""
    return PurchaseForm(day_text=today.isoformat())


def read(request: HttpRequest, *, currency: str, today: date, lang: str) -> PurchaseForm:
    """The form as it was sent; `problems` is empty exactly when it can be recorded."""
    form = PurchaseForm(
        amount_text=request.POST.get("amount", "")[:100],
        description=" ".join(request.POST.get("description", "").split()),
        day_text=request.POST.get("bought_on", "")[:20],
        files_given=bool(request.FILES),
    )
    _read_amount(form, currency, lang)
    _read_description(form, lang)
    _read_day(form, today, lang)
    photos = [one for one in request.FILES.getlist("photos") if isinstance(one, UploadedFile)]
    invoices = [one for one in request.FILES.getlist("invoice") if isinstance(one, UploadedFile)]
    _read_files(form, "photos", photos, EvidenceKind.PHOTO, lang)
    _read_files(form, "invoice", invoices[:1], EvidenceKind.INVOICE, lang)
    return form


def _read_amount(form: PurchaseForm, currency: str, lang: str) -> None:
    try:
        form.amount = read_amount(form.amount_text, currency)
    except AmountUnclear as unclear:
        example = words.money(Money(1250, currency), lang)
        key = f"console.amount_{unclear.reason}"
        form.problems["amount"] = words.word(key, lang, example=example, currency=currency)


def _read_description(form: PurchaseForm, lang: str) -> None:
    if not form.description:
        form.problems["description"] = words.word("console.description_empty", lang)
    elif len(form.description) > DESCRIPTION_CHARS_MAX:
        key = "console.description_long"
        form.problems["description"] = words.word(key, lang, limit=DESCRIPTION_CHARS_MAX)


def _read_day(form: PurchaseForm, today: date, lang: str) -> None:
    try:
        form.bought_on = date.fromisoformat(form.day_text)
    except ValueError:
        form.problems["bought_on"] = words.word("console.day_bad", lang)
        return
    if form.bought_on > today + FUTURE:
        form.problems["bought_on"] = words.word("console.day_future", lang)
    elif form.bought_on < OLDEST:
        form.problems["bought_on"] = words.word("console.day_old", lang)


def _read_files(
    form: PurchaseForm,
    name: str,
    files: Sequence["UploadedFile[Any]"],
    kind: EvidenceKind,
    lang: str,
) -> None:
    if len(files) > PHOTOS_MAX:
        form.problems[name] = words.word("console.photos_many", lang, limit=PHOTOS_MAX)
        return
    for one in files:
        if (one.size or 0) > FILE_BYTES_MAX:
            form.problems[name] = words.word("console.file_large", lang)
            return
        form.evidence.append(NewEvidence(kind, one.read(), one.name or ""))
