"""Files that come before their form: over a slow line each is sent by itself and waits here.

A draft is named by the key under which its form will record the purchase.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from obolo.causes import handed_in, originals
from obolo.causes.errors import TooManyFiles
from obolo.causes.handed_in import ConsentTold, NewEvidence
from obolo.causes.models import Evidence, Purchase
from obolo.causes.purchase_models import DraftFile
from obolo.causes.showing import hide
from obolo.kit.clock import now

FILES_MAX: Final = 10
KEPT: Final = timedelta(days=30)  # then whoever began it has forgotten it
_FIELDS: Final = (
    "file_name", "shown_name", "media_type", "sha256", "width", "height", "likeness",
    "near_lat_tenths", "near_lon_tenths", "added_by",
)  # fmt: skip


@transaction.atomic
def keep_draft(*, key: str, evidence: NewEvidence, by: UUID) -> DraftFile:
    """Keep a file for the form with this key; the same file again is the same row.

    Raises TooManyFiles and what `handed_in.keep` raises.
    """
    fields = handed_in.keep(evidence, added_by=by)
    mine = DraftFile.objects.filter(draft_key=key)
    known = mine.filter(sha256=fields["sha256"], kind=evidence.kind).first()
    if known:
        return known
    if mine.count() >= FILES_MAX:
        raise TooManyFiles
    return DraftFile.objects.create(draft_key=key, kind=evidence.kind, **fields)


def draft_files(key: str) -> list[DraftFile]:
    """What waits for this form, in the order it came."""
    return list(DraftFile.objects.filter(draft_key=key).order_by("added_at", "id"))


@transaction.atomic
def drop_draft(*, key: str, file_id: UUID) -> None:
    """Take a file out of a draft; nothing happens when it is not there."""
    for one in DraftFile.objects.filter(draft_key=key, id=file_id):
        _forget(one)


@transaction.atomic
def forget_old() -> int:
    """Forget files whose form was never sent; how many."""
    old = list(DraftFile.objects.filter(added_at__lt=now() - KEPT)[:100])
    for one in old:
        _forget(one)
    return len(old)


def into_purchase(purchase: Purchase, told: ConsentTold | None) -> None:
    """From the purchase's own transaction: what waited for its form becomes its evidence.

    `told` is what the form says about those in the photos; nothing said: nobody agreed yet.
    """
    consent = handed_in.consent_fields((told or handed_in.UNTOLD).checked())
    for one in draft_files(purchase.key):
        fields: dict[str, Any] = {name: getattr(one, name) for name in _FIELDS}
        if one.kind == "photo":
            fields |= consent
        Evidence.objects.create(purchase=purchase, kind=one.kind, **fields)
    DraftFile.objects.filter(draft_key=purchase.key).delete()


def _forget(one: DraftFile) -> None:
    sha256 = bytes(one.sha256)
    hide(one)
    one.delete()
    used = Evidence.objects.filter(sha256=sha256).exists()
    if not used and not DraftFile.objects.filter(sha256=sha256).exists():
        originals.forget(sha256)
