"""Purchases and their files, held against the ledger and against the disk, row by row.

Reads everything: for `obolo check`, never for a page.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, Final

from obolo.causes import exchange, files, originals
from obolo.causes.errors import BadRate
from obolo.causes.file_models import KeptFile, Original
from obolo.causes.models import Evidence, Purchase
from obolo.causes.story_models import OutcomePhoto
from obolo.kit.errors import OboloError
from obolo.kit.money import Money
from obolo.organisations.audit import findings, sentence
from obolo.organisations.wall import current_id

_CHECKS: Final = {
    "a purchase took other cents than its amount": """
        SELECT 'causes_purchase', p.id, 'what it took', coalesce(took.minor, 0),
               p.amount_minor - coalesce(back.minor, 0)
        FROM causes_purchase p
        LEFT JOIN (SELECT u.source_id, sum(r.hi - r.lo) AS minor FROM ledger_use u
                   JOIN ledger_userange r ON r.use_id = u.id AND r.live
                   WHERE u.kind = 'purchase' GROUP BY 1) took ON took.source_id = p.id
        LEFT JOIN (SELECT purchase_id, sum(amount_minor) AS minor FROM causes_correction
                   GROUP BY 1) back ON back.purchase_id = p.id
        WHERE p.booked_at IS NOT NULL
          AND coalesce(took.minor, 0) <> p.amount_minor - coalesce(back.minor, 0)
        ORDER BY p.id""",
    "a purchase is not booked and yet took cents": """
        SELECT 'causes_purchase', p.id, 'its entry', 'there', 'missing'
        FROM causes_purchase p WHERE p.booked_at IS NULL
          AND EXISTS (SELECT 1 FROM ledger_entry e WHERE e.key = 'purchase:' || p.id)
        ORDER BY p.id""",
    "a purchase is above the limit and nobody else approved it": """
        SELECT 'causes_purchase', p.id, 'its amount', p.amount_minor,
               'at most ' || held.limit_minor
        FROM causes_purchase p
        CROSS JOIN LATERAL (SELECT s.limit_minor FROM causes_spendinglimit s
            WHERE s.currency = p.currency AND s.set_at <= p.recorded_at
            ORDER BY s.set_at DESC, s.id DESC LIMIT 1) held
        WHERE p.booked_at IS NOT NULL AND p.amount_minor > held.limit_minor
          AND NOT EXISTS (SELECT 1 FROM causes_decision d WHERE d.purchase_id = p.id
              AND d.verdict = 'approved' AND d.decided_by IS DISTINCT FROM p.recorded_by)
        ORDER BY p.id""",
    "a correction is not in the ledger": """
        SELECT 'causes_correction', c.id, 'its entry', 'missing', 'there'
        FROM causes_correction c WHERE NOT EXISTS (
            SELECT 1 FROM ledger_entry e WHERE e.key = 'correction:' || c.id) ORDER BY c.id""",
    "a photo is shown although its consent was withdrawn": """
        SELECT 'causes_evidence', e.id, 'it', 'shown', 'hidden'
        FROM causes_evidence e JOIN causes_withdrawal w ON w.sha256 = e.sha256
        WHERE e.hidden_at IS NULL ORDER BY e.id""",
}


def breaches() -> list[str]:
    """Everything about purchases that does not hold in the organisation, one sentence each kind."""
    found = findings(_CHECKS)
    for fault, look in _LOOKS.items():
        if wrong := list(look()):
            found.append(sentence(fault, wrong))
    return found


def _rates() -> Iterator[tuple[Any, ...]]:
    for one in Purchase.recorded.exclude(paid_minor=None).order_by("id").iterator():
        try:
            paid = Money(one.paid_minor or 0, one.paid_currency)
            due = exchange.counted(paid, one.rate, one.currency).minor
        except BadRate:
            due = 0
        if due != one.amount_minor:
            yield "causes_purchase", one.id, "its amount", one.amount_minor, due


def _pictures() -> Iterator[tuple[Any, ...]]:
    models: tuple[type[KeptFile], ...] = (Evidence, OutcomePhoto)
    for model in models:
        shown = model.objects.filter(media_type="image/jpeg", hidden_at=None)  # type: ignore[attr-defined]
        for one in shown.order_by("id").iterator():
            name = (model._meta.db_table, one.id, "its picture")
            try:
                content = files.read(current_id(), one.file_name)
            except FileNotFoundError:
                yield *name, "missing", one.file_name
                continue
            told = f"{hashlib.sha256(content).hexdigest()}.jpg"
            if one.file_name != told:
                yield *name, told, one.file_name


def _originals() -> Iterator[tuple[Any, ...]]:
    for one in Original.objects.filter(destroyed_at=None).order_by("id").iterator():
        try:
            originals.content_of(bytes(one.sha256))
        except OboloError as odd:
            told = type(odd).__name__
            yield "causes_original", one.id, "its file", told, bytes(one.sha256).hex()


_LOOKS: Final[dict[str, Callable[[], Iterator[tuple[Any, ...]]]]] = {
    "a purchase counts another amount than its rate says": _rates,
    "a picture of evidence is not the one that was stored": _pictures,
    "an original does not open to the bytes it came with": _originals,
}
