"""Files over time: added, replaced by another version, withdrawn, found to be alike."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from obolo.causes import files, handed_in, originals
from obolo.causes.errors import NotAPicture, ReasonMissing
from obolo.causes.file_models import KeptFile, Withdrawal
from obolo.causes.handed_in import NewEvidence
from obolo.causes.likeness import ALIKE_BITS_MAX
from obolo.causes.models import Evidence, EvidenceKind, Purchase
from obolo.causes.purchase_models import DraftFile
from obolo.causes.story_models import OutcomePhoto
from obolo.kit.clock import now
from obolo.kit.text import shown, without_invisible
from obolo.organisations.bell import ring
from obolo.organisations.wall import current_id

_WITH_PHOTOS: tuple[type[KeptFile], ...] = (Evidence, OutcomePhoto, DraftFile)


@dataclass(frozen=True, slots=True)
class Alike:
    """A file of one purchase that was also handed in with another one."""

    evidence_id: UUID
    other_purchase: Purchase
    other_id: UUID
    same: bool  # the same bytes; else a picture that looks nearly the same


def add_evidence(
    *, purchase: Purchase, evidence: NewEvidence, added_by: UUID | None = None
) -> Evidence:
    """Add a file to a purchase; raises what `handed_in.keep` raises."""
    fields = handed_in.keep(evidence, added_by=added_by)
    added = Evidence.objects.create(purchase=purchase, kind=evidence.kind, **fields)
    ring(f"fund:{purchase.cause.fund_id}")
    return added


@transaction.atomic
def replace_photo(*, evidence: Evidence, by: NewEvidence, added_by: UUID | None) -> Evidence:
    """Another version of a photo, with another cut or other words about consent.

    The former one is shown no more; its hash and its sealed original stay. The same version again
    is the same row. Raises NotAPicture (what is no photo has no versions), and what
    `handed_in.keep` raises.
    """
    if evidence.kind != EvidenceKind.PHOTO:
        raise NotAPicture
    fields = handed_in.keep(by, added_by=added_by)
    newest = Evidence.objects.filter(replaces=evidence, sha256=fields["sha256"]).first()
    if newest and newest.consent == fields["consent"]:
        return newest
    hide(evidence)
    fresh = Evidence.objects.create(
        purchase=evidence.purchase, kind=evidence.kind, replaces=evidence, **fields
    )
    ring(f"fund:{evidence.purchase.cause.fund_id}")
    return fresh


@transaction.atomic
def withdraw_photo(*, photo: KeptFile, by: UUID, reason: str) -> Withdrawal:
    """Those shown took their consent back: the photo is gone everywhere, its record stays.

    Everywhere means each place where these bytes, or others with the same picture, were used. The
    original is destroyed; the hash is kept. Again: the same. Raises ReasonMissing, NotAPicture.
    """
    why = " ".join(without_invisible(shown(reason, 300)).split())
    if not why:
        raise ReasonMissing
    if not photo.is_photo:
        raise NotAPicture
    met = Q(sha256=bytes(photo.sha256)) | Q(file_name=photo.file_name)
    hashes = {bytes(photo.sha256)}
    for model in _WITH_PHOTOS:
        for one in model.objects.filter(met):  # type: ignore[attr-defined]
            hashes.add(bytes(one.sha256))
            hide(one)
    Withdrawal.objects.bulk_create(
        [Withdrawal(sha256=one, reason=why, withdrawn_by=by) for one in hashes],
        ignore_conflicts=True,
    )
    for one in hashes:
        originals.destroy(one)
    ring(*(f"fund:{fund_id}" for fund_id in _funds_showing(hashes)))
    return Withdrawal.objects.get(sha256=bytes(photo.sha256))


def hide(photo: KeptFile) -> None:
    """Show a photo no more; its copy leaves the store unless another row still shows it."""
    if photo.hidden_at is None:
        photo.hidden_at = now()
        photo.save(update_fields=["hidden_at"])
    if not photo.is_photo:
        return
    organisation_id, name = current_id(), photo.file_name
    shown_still = any(
        model.objects.filter(file_name=name, hidden_at=None).exists()  # type: ignore[attr-defined]
        for model in _WITH_PHOTOS
    )
    if not shown_still:
        transaction.on_commit(lambda: files.remove(organisation_id, name))


def look_alikes(purchase: Purchase) -> list[Alike]:
    """Files of this purchase that were handed in with another one too, or look as if."""
    told: list[Alike] = []
    for mine in purchase.evidence.all():
        found = [(other, True) for other in _same_bytes(mine)]
        if mine.likeness is not None:
            found += [(other, False) for other in _looking_alike(mine)]
        for other, same in found:
            told.append(Alike(mine.id, other.purchase, other.id, same))
    return told


def _same_bytes(mine: Evidence) -> list[Evidence]:
    found = Evidence.objects.filter(sha256=bytes(mine.sha256)).exclude(purchase=mine.purchase_id)
    return list(_with_purchase(list(found.values_list("id", flat=True))))


def _looking_alike(mine: Evidence) -> list[Evidence]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM causes_evidence WHERE purchase_id <> %s AND sha256 <> %s"
            " AND likeness IS NOT NULL AND bit_count((likeness # %s)::bit(64)) <= %s"
            " ORDER BY id LIMIT 20",
            [mine.purchase_id, bytes(mine.sha256), mine.likeness, ALIKE_BITS_MAX],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return _with_purchase(ids)


def _with_purchase(ids: list[UUID]) -> list[Evidence]:
    # `select_related` follows the key to purchases that wait, too: the warning is for staff.
    return list(Evidence.objects.filter(id__in=ids).select_related("purchase__cause"))


def _funds_showing(hashes: set[bytes]) -> set[UUID]:
    bought = Evidence.objects.filter(sha256__in=hashes).values_list(
        "purchase__cause__fund_id", flat=True
    )
    told = OutcomePhoto.objects.filter(sha256__in=hashes).values_list(
        "outcome__cause__fund_id", flat=True
    )
    return {*bought, *told}
