"""Purchases and their files, held against the ledger and against the disk, row by row.

Reads everything: for `obolo check`, never for a page.
"""

import hashlib
from collections.abc import Iterator
from typing import Final

from django.db import connection

from obolo.causes import exchange, files, originals
from obolo.causes.errors import BadRate
from obolo.causes.file_models import KeptFile, Original
from obolo.causes.models import Evidence, Purchase
from obolo.causes.story_models import OutcomePhoto
from obolo.kit.errors import OboloError
from obolo.kit.money import Money
from obolo.organisations.wall import current_id

_CHECKS: Final = {
    "purchase {} took other cents than its amount": """
        SELECT p.id FROM causes_purchase p
        LEFT JOIN (SELECT u.source_id, sum(r.hi - r.lo) AS minor FROM ledger_use u
                   JOIN ledger_userange r ON r.use_id = u.id AND r.live
                   WHERE u.kind = 'purchase' GROUP BY 1) took ON took.source_id = p.id
        LEFT JOIN (SELECT purchase_id, sum(amount_minor) AS minor FROM causes_correction
                   GROUP BY 1) back ON back.purchase_id = p.id
        WHERE p.booked_at IS NOT NULL
          AND coalesce(took.minor, 0) <> p.amount_minor - coalesce(back.minor, 0)""",
    "purchase {} is not booked and yet took cents": """
        SELECT p.id FROM causes_purchase p WHERE p.booked_at IS NULL
          AND EXISTS (SELECT 1 FROM ledger_entry e WHERE e.key = 'purchase:' || p.id)""",
    "purchase {} is above the limit and nobody else approved it": """
        SELECT p.id FROM causes_purchase p
        CROSS JOIN LATERAL (SELECT s.limit_minor FROM causes_spendinglimit s
            WHERE s.currency = p.currency AND s.set_at <= p.recorded_at
            ORDER BY s.set_at DESC, s.id DESC LIMIT 1) held
        WHERE p.booked_at IS NOT NULL AND p.amount_minor > held.limit_minor
          AND NOT EXISTS (SELECT 1 FROM causes_decision d WHERE d.purchase_id = p.id
              AND d.verdict = 'approved' AND d.decided_by IS DISTINCT FROM p.recorded_by)""",
    "correction {} is not in the ledger": """
        SELECT c.id FROM causes_correction c WHERE NOT EXISTS (
            SELECT 1 FROM ledger_entry e WHERE e.key = 'correction:' || c.id)""",
    "photo {} is shown although its consent was withdrawn": """
        SELECT e.id FROM causes_evidence e JOIN causes_withdrawal w ON w.sha256 = e.sha256
        WHERE e.hidden_at IS NULL""",
}


def breaches() -> list[str]:
    """Everything about purchases that does not hold in the organisation, one sentence each."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for sentence, query in _CHECKS.items():
            cursor.execute(query)
            found += [sentence.format(row[0]) for row in cursor.fetchall()]
    return [*found, *_rates(), *_pictures(), *_originals()]


def _rates() -> Iterator[str]:
    for one in Purchase.recorded.exclude(paid_minor=None).iterator():
        try:
            worth = exchange.counted(
                Money(one.paid_minor, one.paid_currency), one.rate, one.currency
            )
        except BadRate:
            worth = None
        if worth is None or worth.minor != one.amount_minor:
            yield f"purchase {one.id} counts another amount than its rate says"


def _pictures() -> Iterator[str]:
    models: tuple[type[KeptFile], ...] = (Evidence, OutcomePhoto)
    for model in models:
        shown = model.objects.filter(media_type="image/jpeg", hidden_at=None)  # type: ignore[attr-defined]
        for one in shown.order_by("added_at").iterator():
            try:
                content = files.read(current_id(), one.file_name)
            except FileNotFoundError:
                yield f"the picture of evidence {one.id} is not there"
                continue
            if one.file_name != f"{hashlib.sha256(content).hexdigest()}.jpg":
                yield f"the picture of evidence {one.id} is not the one that was stored"


def _originals() -> Iterator[str]:
    for one in Original.objects.filter(destroyed_at=None).order_by("kept_at").iterator():
        try:
            originals.content_of(bytes(one.sha256))
        except OboloError:
            yield f"original {bytes(one.sha256).hex()} does not open to the bytes it came with"
