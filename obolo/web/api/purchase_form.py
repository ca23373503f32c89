"""The body of `POST purchases`: a multipart form with files, or JSON without."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from obolo.causes.actions import ConsentTold, Exchange, NewEvidence, NewPlace
from obolo.causes.file_models import Consent
from obolo.causes.models import EvidenceKind
from obolo.kit.clock import now
from obolo.kit.errors import OboloError
from obolo.kit.money import Money, NotAnAmount
from obolo.organisations import queries as organisations

FILES_MAX = 10
_FIELDS = {
    "cause": {"type": "string", "description": "id or slug"},
    "amount_minor": {"type": "integer", "minimum": 1},
    "currency": {"type": "string", "description": "ISO 4217"},
    "description": {"type": "string"},
    "date": {"type": "string", "format": "date", "description": "empty: today"},
    "key": {"type": "string", "description": "the same key records once"},
    "rate": {
        "type": "string",
        "description": "paid in another currency: how much of it one unit of the cause's was",
    },
    "rate_date": {"type": "string", "format": "date"},
    "rate_source": {"type": "string", "description": "where the rate was read"},
    "region": {"type": "string", "description": "where it was bought, by name only"},
    "photo_consent": {
        "type": "string",
        "enum": ["nobody", "given", "open"],
        "default": "nobody",
        "description": "nobody can be recognised, those shown agreed, or not asked (then hidden)",
    },
    "consent_by": {"type": "string", "description": "who agreed; needed with `given`"},
    "consent_how": {"type": "string", "description": "on paper, spoken, ..."},
    "consent_date": {"type": "string", "format": "date"},
    "shows_children": {"type": "boolean"},
    "guardian_agreed": {"type": "boolean"},
}
_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}}
_NEEDED = ["cause", "amount_minor", "currency", "description"]
DESCRIPTION = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": _NEEDED,
                    "properties": _FIELDS
                    | {"photo": _FILES, "invoice": _FILES, "evidence": _FILES},
                }
            },
            "application/json": {
                "schema": {"type": "object", "required": _NEEDED, "properties": _FIELDS}
            },
        },
    }
}


class BadField(OboloError):
    """A field of the purchase is wrong."""

    fault = "theirs"


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseForm:
    """What was handed in, read."""

    cause: str
    amount: Money
    description: str
    bought_on: date
    key: str
    evidence: tuple[NewEvidence, ...]
    exchange: Exchange | None
    place: NewPlace | None


def read(request: HttpRequest) -> PurchaseForm:
    """Read the body; raises BadField naming the first field that is wrong."""
    fields = _fields(request)
    files = [(name, f) for name in request.FILES for f in request.FILES.getlist(name)]
    if len(files) > FILES_MAX:
        raise BadField(f"At most {FILES_MAX} files.")
    consent = _consent(fields)
    return PurchaseForm(
        cause=_text(fields, "cause"),
        amount=_amount(fields),
        description=_text(fields, "description"),
        bought_on=_date(str(fields.get("date") or "")),
        key=str(fields.get("key") or "")[:150],
        evidence=tuple(_evidence(name, file, consent) for name, file in files),
        exchange=_exchange(fields),
        place=NewPlace(_optional(fields, "region")) if _optional(fields, "region") else None,
    )


def _fields(request: HttpRequest) -> Mapping[str, Any]:
    if request.content_type != "application/json":
        return request.POST
    try:
        fields = json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadField("The body is not JSON.") from None
    if not isinstance(fields, dict):
        raise BadField("The body is not a JSON object.")
    return fields


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadField(f"{name} is missing.")
    return value.strip()


def _amount(fields: Mapping[str, Any]) -> Money:
    given = fields.get("amount_minor")
    whole = str(given).strip() if isinstance(given, str | int) and given is not True else ""
    if not whole.isascii() or not whole.isdigit() or len(whole) > 15:
        raise BadField("amount_minor must be a whole number of minor units, more than zero.")
    try:
        return Money(int(whole), _text(fields, "currency").upper())
    except NotAnAmount as odd:
        raise BadField(str(odd)) from odd


def _optional(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def _exchange(fields: Mapping[str, Any]) -> Exchange | None:
    rate = _optional(fields, "rate")
    if not rate:
        return None
    source = _text(fields, "rate_source")
    return Exchange(rate, _day(_text(fields, "rate_date"), "rate_date"), source)


def _consent(fields: Mapping[str, Any]) -> ConsentTold:
    kind = _optional(fields, "photo_consent") or Consent.NOBODY.value
    if kind not in Consent.values:
        raise BadField(f"photo_consent must be one of {', '.join(Consent.values)}.")
    day = _optional(fields, "consent_date")
    return ConsentTold(
        kind=Consent(kind),
        by=_optional(fields, "consent_by"),
        how=_optional(fields, "consent_how"),
        on=_day(day, "consent_date") if day else None,
        children=_yes(fields, "shows_children"),
        guardian=_yes(fields, "guardian_agreed"),
    )


def _yes(fields: Mapping[str, Any], name: str) -> bool:
    return fields.get(name) is True or _optional(fields, name).lower() in ("true", "1", "yes", "on")


def _date(text: str) -> date:
    if not text.strip():
        return now().astimezone(ZoneInfo(organisations.current().time_zone)).date()
    return _day(text, "date")


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadField(f"{name} must be written YYYY-MM-DD.") from None


def _evidence(field: str, file: "UploadedFile[Any]", consent: ConsentTold) -> NewEvidence:
    content = file.read()
    is_paper = field.startswith("invoice") or (
        not field.startswith("photo") and content.startswith(b"%PDF-")
    )
    kind = EvidenceKind.INVOICE if is_paper else EvidenceKind.PHOTO
    return NewEvidence(kind, content, file.name or "", consent)
