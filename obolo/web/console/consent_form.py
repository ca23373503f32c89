"""What is said about the people in photos: the fields of each form that takes photos."""

from dataclasses import dataclass, field
from datetime import date

from django.http import HttpRequest

from obolo.causes.actions import ConsentTold
from obolo.causes.errors import ConsentUnclear
from obolo.causes.file_models import Consent
from obolo.web import words


@dataclass(slots=True)
class ConsentFields:
    """The fields as typed; `told` is what they mean, None while something is odd."""

    kind: str = ""
    by: str = ""
    how: str = ""
    day_text: str = ""
    children: bool = False
    guardian: bool = False
    told: ConsentTold | None = None
    problems: dict[str, str] = field(default_factory=dict)


def read(request: HttpRequest, *, needed: bool, lang: str) -> ConsentFields:
    """The fields as sent. `needed`: there are photos, so something must be said."""
    sent = request.POST
    fields = ConsentFields(
        kind=sent.get("consent", "")[:10],
        by=" ".join(sent.get("consent_by", "")[:200].split()),
        how=" ".join(sent.get("consent_how", "")[:200].split()),
        day_text=sent.get("consent_on", "")[:20],
        children=sent.get("shows_children") == "yes",
        guardian=sent.get("guardian_agreed") == "yes",
    )
    if not needed and not fields.kind:
        return fields
    if fields.kind not in Consent.values:
        fields.problems["consent"] = words.word("field.consent_empty", lang)
        return fields
    try:
        fields.told = ConsentTold(
            kind=Consent(fields.kind),
            by=fields.by,
            how=fields.how,
            on=date.fromisoformat(fields.day_text) if fields.day_text else None,
            children=fields.children,
            guardian=fields.guardian,
        ).checked()
    except (ConsentUnclear, ValueError):
        fields.problems["consent"] = words.word("field.consent_unclear", lang)
    return fields
