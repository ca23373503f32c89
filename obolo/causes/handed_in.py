"""Files handed in: what is said about each, and what of it is kept.

Owns: the way from bytes to the fields of a `KeptFile`. Never: which purchase or outcome it shows.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from obolo.causes import files, originals
from obolo.causes.errors import ConsentUnclear, PhotoWithdrawn
from obolo.causes.file_models import Consent, Withdrawal
from obolo.causes.models import EvidenceKind
from obolo.kit.clock import now
from obolo.kit.text import shown
from obolo.organisations.wall import current_id

TOLD_CHARS_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentTold:
    """What whoever hands in a photo says about the people in it."""

    kind: Consent = Consent.NOBODY
    by: str = ""  # who agreed
    how: str = ""
    on: date | None = None
    children: bool = False
    guardian: bool = False

    def checked(self) -> "ConsentTold":
        """Itself; raises ConsentUnclear when "they agreed" does not say who, how and when."""
        if self.kind == Consent.GIVEN and not (self.by.strip() and self.how.strip() and self.on):
            raise ConsentUnclear("Say who agreed, how and on which day.")
        if self.on and self.on > now().date():
            raise ConsentUnclear("The day lies in the future.")
        return self

    @property
    def shows(self) -> bool:
        """May the photo be shown?"""
        if self.kind == Consent.GIVEN:
            return self.guardian or not self.children
        return self.kind == Consent.NOBODY


UNTOLD = ConsentTold(kind=Consent.OPEN)


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """A file handed in. Without another word a photo is said to show nobody recognisable."""

    kind: EvidenceKind
    content: bytes
    name: str = ""
    consent: ConsentTold = field(default_factory=ConsentTold)


def keep(one: NewEvidence, *, added_by: UUID | None) -> dict[str, Any]:
    """Store a file and its sealed original; the fields of its row.

    Raises NotAPicture, NotAPaper, FileTooLarge, ConsentUnclear, PhotoWithdrawn.
    """
    told = one.consent.checked()
    is_photo = one.kind == EvidenceKind.PHOTO
    stored = (files.keep_photo if is_photo else files.keep_paper)(current_id(), one.content)
    if Withdrawal.objects.filter(sha256=stored.sha256).exists():
        raise PhotoWithdrawn
    originals.keep(one.content, stored.sha256)
    kept = {
        "file_name": stored.file_name,
        "shown_name": shown(one.name, TOLD_CHARS_MAX),
        "media_type": stored.media_type,
        "sha256": stored.sha256,
        "width": stored.width,
        "height": stored.height,
        "likeness": stored.likeness,
        "added_by": added_by,
    }
    return kept | (_of_photo(told, stored) if is_photo else {})


def _of_photo(told: ConsentTold, stored: files.Stored) -> dict[str, Any]:
    lat, lon = stored.near or (None, None)
    return consent_fields(told) | {"near_lat_tenths": lat, "near_lon_tenths": lon}


def consent_fields(told: ConsentTold) -> dict[str, Any]:
    """What was said about the people in a photo, as its row holds it."""
    return {
        "consent": told.kind,
        "consent_by": shown(told.by, TOLD_CHARS_MAX).strip(),
        "consent_how": shown(told.how, TOLD_CHARS_MAX).strip(),
        "consent_on": told.on,
        "shows_children": told.children,
        "guardian_agreed": told.guardian,
        "hidden_at": None if told.shows else now(),
    }
