"""Verbs about trace links and reports owed.

A token is computed from the installation's key and the link's random id (HMAC-SHA256, 256 bits),
so that a message can be written down with a placeholder and the link is put in only when it is
handed over: no table ever holds an open link.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from obolo.kit.clock import now
from obolo.kit.ids import new_id, token_hash
from obolo.organisations import queries as organisations
from obolo.organisations.bell import ring
from obolo.trace.models import Report, TraceLink


def link_for(*, gift_id: UUID) -> TraceLink:
    """The living link of a gift, made when there is none."""
    known = TraceLink.objects.filter(gift_id=gift_id, revoked_at=None).first()
    if known:
        return known
    link_id = new_id()
    fresh = TraceLink(id=link_id, gift_id=gift_id, token_hash=token_hash(_token(link_id)))
    TraceLink.objects.bulk_create([fresh], ignore_conflicts=True)
    # Somebody else may be making it at the same moment: then theirs is found.
    return TraceLink.objects.get(gift_id=gift_id, revoked_at=None)


def url(link_id: UUID) -> str:
    """The address of the page this link opens."""
    slug = organisations.current().slug
    return f"{settings.BASE_URL}/t/{slug}/{_token(link_id)}"


def revoke(*, gift_id: UUID, by: UUID | None = None, why: str = "") -> None:
    """From now on the old link opens nothing; the next message brings a new one.

    `by` is a member of staff, None the donor or a rule; `why` in their words, at most 200 signs.
    """
    living = TraceLink.objects.filter(gift_id=gift_id, revoked_at=None)
    living.update(revoked_at=now(), revoked_by=by, revoked_why=why[:200])


def owe_report(*, purchase_id: UUID) -> None:
    """From the purchase's own transaction: those whose cents it took shall be told."""
    _, new = Report.objects.get_or_create(purchase_id=purchase_id)
    if new:
        ring("tell")


def claim_report() -> Report | None:
    """The oldest open duty, locked for this transaction; other workers skip it."""
    return (
        Report.objects.select_for_update(skip_locked=True)
        .filter(done_at=None)
        .order_by("created_at")
        .first()
    )


def report_told(*, report: Report, count: int, of: int) -> None:
    """`count` more gifts were told about, of `of` in all."""
    told = report.told_count + count
    Report.objects.filter(id=report.id).update(
        told_count=told, done_at=now() if told >= of else None
    )
    if told < of:
        ring("tell")


def _token(link_id: UUID) -> str:
    mac = hmac.new(settings.SECRET_KEY.encode(), b"trace:" + link_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()
