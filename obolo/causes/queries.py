"""Questions about causes."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from obolo.causes import files, originals
from obolo.causes.drafts import draft_files as draft_files
from obolo.causes.errors import NoSuchOriginal, OriginalDestroyed
from obolo.causes.file_models import KeptFile, Original
from obolo.causes.models import Cause, Evidence, Purchase
from obolo.causes.story_models import Closing, Outcome, OutcomePhoto, WaitingNote
from obolo.organisations.wall import current_id

_AROUND: Final = ("evidence", "places", "corrections", "decisions")


def open_causes() -> list[Cause]:
    """Causes one can give to, in the organisation's order."""
    return list(Cause.objects.filter(closed_at=None).order_by("position", "created_at"))


def all_causes() -> list[Cause]:
    """Causes of all times, in the organisation's order."""
    return list(Cause.objects.order_by("position", "created_at"))


def get(cause_id: UUID) -> Cause | None:
    """The cause with this id."""
    return Cause.objects.filter(id=cause_id).first()


def by_slug(slug: str) -> Cause | None:
    """The cause with this short name."""
    return Cause.objects.filter(slug=slug).first()


def by_fund(fund_id: UUID) -> Cause | None:
    """The cause whose money lies in this fund."""
    return Cause.objects.filter(fund_id=fund_id).first()


def purchases(ids: Iterable[UUID]) -> dict[UUID, Purchase]:
    """Those of these purchases that count, with evidence, places and corrections, by id."""
    found = Purchase.objects.filter(id__in=list(ids)).select_related("cause")
    return {one.id: one for one in found.prefetch_related(*_AROUND)}


def purchases_of(cause_id: UUID, limit: int = 50) -> list[Purchase]:
    """What was bought for a cause and counts, newest first, with all around it."""
    found = Purchase.objects.filter(cause_id=cause_id).select_related("cause")
    return list(found.prefetch_related(*_AROUND).order_by("-recorded_at")[:limit])


def recorded_purchase(purchase_id: UUID) -> Purchase | None:
    """A purchase whether it counts, waits or was refused: for staff only."""
    found = Purchase.recorded.filter(id=purchase_id).select_related("cause")
    one: Purchase | None = found.prefetch_related(*_AROUND).first()
    return one


def waiting_purchases() -> list[Purchase]:
    """Purchases that wait for a second person, oldest first: for staff only."""
    found = _waiting().select_related("cause").prefetch_related(*_AROUND)
    return list(found.order_by("recorded_at"))


def waiting_count() -> int:
    """How many purchases wait for a second person."""
    return int(_waiting().count())


def with_advances() -> list[Cause]:
    """Causes for which the reserve paid something in advance, repaid or not."""
    return list(Cause.objects.filter(purchases__from_reserve=True).distinct().order_by("position"))


def _waiting() -> Any:
    return Purchase.recorded.filter(booked_at=None, decisions=None)


def evidence(evidence_id: UUID) -> Evidence | None:
    """One file of evidence with its purchase."""
    return Evidence.objects.select_related("purchase__cause").filter(id=evidence_id).first()


def content(one: KeptFile) -> bytes:
    """The bytes of a file as its own organisation may read them; raises FileNotFoundError.

    Of a picture the copy drawn anew, of a paper its original, unsealed.
    """
    if not one.is_photo:
        with suppress(NoSuchOriginal, OriginalDestroyed):
            return originals.content_of(bytes(one.sha256))
    return files.read(current_id(), one.file_name)


def waiting_note(cause_id: UUID) -> WaitingNote | None:
    """Why money of the cause is not spent yet: the newest word, if it still stands."""
    found = WaitingNote.objects.filter(cause_id=cause_id).order_by("-written_at", "-id").first()
    return found if found and found.texts else None


def outcomes_of(cause_id: UUID) -> list[Outcome]:
    """What came of the money, newest first, with photos: only what somebody approved by name.

    One with a `purchase_id` tells of that purchase, the others of the whole cause. Show a photo
    when it is `public`.
    """
    found = Outcome.objects.filter(cause_id=cause_id, taken_back_at=None).exclude(approved_at=None)
    return list(found.prefetch_related("photos").order_by("-day", "-approved_at"))


def all_outcomes_of(cause_id: UUID) -> list[Outcome]:
    """What was ever told of the cause, newest first, approved or not: for staff only."""
    found = Outcome.objects.filter(cause_id=cause_id).prefetch_related("photos")
    return list(found.order_by("-written_at", "-id"))


def originals_of(hashes: Iterable[bytes]) -> list[Original]:
    """The sealed originals with these hashes and who opened them."""
    found = Original.objects.filter(sha256__in=list(hashes))
    return list(found.prefetch_related("openings"))


def outcome_photo(photo_id: UUID) -> OutcomePhoto | None:
    """One photo with its outcome and cause."""
    return OutcomePhoto.objects.select_related("outcome__cause").filter(id=photo_id).first()


def closing_of(cause_id: UUID) -> Closing | None:
    """How the cause ended; None while it goes on."""
    return Closing.objects.filter(cause_id=cause_id).first()
