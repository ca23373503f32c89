"""The path of a gift, read back from the records.

States, each with its date once reached: received (the person paid), settled (booked, fee known),
assigned (its cents have numbers), spent (purchases counted on them), evidenced (a file shows it).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from obolo.causes import queries as causes
from obolo.causes.models import Cause, Evidence, EvidenceKind, Purchase
from obolo.giving import queries as giving
from obolo.giving.models import Gift, Receipt
from obolo.kit.ids import token_hash
from obolo.ledger import queries as ledger
from obolo.trace.models import TraceLink

STATES = ("received", "settled", "assigned", "spent", "evidenced")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One state of the path; `at` is None while it is still to come."""

    state: str
    at: datetime | None
    partly: bool = False  # reached for some of the cents only

    @property
    def done(self) -> bool:
        """Was it reached, at least partly?"""
        return self.at is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """A run of numbered cents on one line: `low` to `high`, both included."""

    purpose: str
    low: int
    high: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A purchase this gift counted towards."""

    purchase_id: UUID
    description: str
    bought_on: date
    recorded_at: datetime
    counted_minor: int
    whole_minor: int
    numbers: tuple[Numbers, ...]
    photos: tuple[Evidence, ...]
    papers: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """A gift from the donor's hand to what it counted towards; amounts in minor units."""

    gift: Gift
    receipt: Receipt | None
    steps: tuple[Step, ...]
    net_minor: int
    overhead_minor: int
    restricted_minor: int
    spent_minor: int
    free_minor: int
    numbers: tuple[Numbers, ...]
    counted: tuple[Counted, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A cause with all its money: what everybody gave and what was bought."""

    cause: Cause
    received_minor: int
    spent_minor: int
    free_minor: int
    overhead_minor: int
    gifts_count: int
    purchases: tuple[Purchase, ...]

    @property
    def spent_percent(self) -> int:
        """How much of the fund is spent, whole percent, rounded down."""
        return self.spent_minor * 100 // self.received_minor if self.received_minor else 0


def gift_by_token(token: str) -> Gift | None:
    """The gift whose page a link opens; None for a wrong, revoked or foreign token."""
    if not 20 <= len(token) <= 100:
        return None
    link = TraceLink.objects.filter(token_hash=token_hash(token), revoked_at=None).first()
    return giving.gift(link.gift_id) if link else None


def links_of(gift_id: UUID) -> list[TraceLink]:
    """All links a gift's page has had, newest first, with who ended them and why."""
    return list(TraceLink.objects.filter(gift_id=gift_id).order_by("-created_at", "-id"))


def path(gift: Gift) -> Path:
    """The path of a gift as the ledger has it now."""
    booked = ledger.gift_path(gift.id)
    own = [part for part in booked.parts if part.purpose != "overhead"]
    counted = _counted(own)
    restricted = sum(part.hi - part.lo for part in own)
    free = sum(part.free_minor for part in own)
    return Path(
        gift=gift,
        receipt=giving.receipt_of(gift.id),
        steps=_steps(gift, counted, restricted=restricted, free=free),
        net_minor=booked.net_minor,
        overhead_minor=sum(p.hi - p.lo for p in booked.parts if p.purpose == "overhead"),
        restricted_minor=restricted,
        spent_minor=restricted - free,
        free_minor=free,
        numbers=tuple(_numbers(p.purpose, p.lo, p.hi) for p in booked.parts),
        counted=counted,
    )


def _numbers(purpose: str, lo: int, hi: int) -> Numbers:
    # The ledger counts from 0 and leaves the end out; people count from 1 and mean both ends.
    return Numbers(purpose=purpose, low=lo + 1, high=hi)


def _counted(parts: list[Any]) -> tuple[Counted, ...]:
    runs: dict[UUID, list[tuple[str, int, int]]] = {}
    for part in parts:
        for use in part.uses:
            if use.kind == "purchase":
                runs.setdefault(use.source_id, []).append((part.purpose, use.lo, use.hi))
    bought = causes.purchases(runs)
    found = [_one_counted(bought[pid], spans) for pid, spans in runs.items() if pid in bought]
    return tuple(sorted(found, key=lambda c: (c.recorded_at, c.purchase_id)))


def _one_counted(purchase: Purchase, spans: list[tuple[str, int, int]]) -> Counted:
    files = list(purchase.evidence.all())
    return Counted(
        purchase_id=purchase.id,
        description=purchase.description,
        bought_on=purchase.bought_on,
        recorded_at=purchase.booked_at or purchase.recorded_at,  # a second person's word counts
        counted_minor=sum(hi - lo for _, lo, hi in spans),
        whole_minor=purchase.amount_minor,
        numbers=tuple(_numbers(*span) for span in spans),
        photos=tuple(f for f in files if f.public),
        papers=tuple(f for f in files if f.kind != EvidenceKind.PHOTO),  # a hidden photo is neither
    )


def _steps(
    gift: Gift, counted: tuple[Counted, ...], *, restricted: int, free: int
) -> tuple[Step, ...]:
    shown = [c for c in counted if c.photos or c.papers]
    spent_at = max((c.recorded_at for c in counted), default=None)
    shown_at = max((f.added_at for c in shown for f in (*c.photos, *c.papers)), default=None)
    return (
        Step(state="received", at=gift.paid_at),
        Step(state="settled", at=gift.booked_at),
        Step(state="assigned", at=gift.booked_at if restricted else None),
        Step(state="spent", at=spent_at, partly=bool(counted) and free > 0),
        Step(
            state="evidenced",
            at=shown_at,
            partly=bool(shown) and len(shown) < len(counted),
        ),
    )


def whole(cause: Cause) -> Whole:
    """The fund of a cause beside its purchases."""
    totals = next(t for t in ledger.fund_totals(cause.fund_id) if t.currency == cause.currency)
    return Whole(
        cause=cause,
        received_minor=totals.received_minor,
        spent_minor=totals.spent_minor,
        free_minor=totals.free_minor,
        overhead_minor=totals.overhead_minor,
        gifts_count=totals.gifts_count,
        purchases=tuple(causes.purchases_of(cause.id)),
    )


def as_json(found: Path) -> dict[str, Any]:
    """The path for programs: `GET /api/v1/gifts/{id}/trace` and `obolo trace --json`."""
    gift = found.gift
    return {
        "gift": str(gift.id),
        "cause": gift.cause.slug,
        "currency": gift.currency,
        "gross_minor": gift.gross_minor,
        "fee_minor": gift.fee_minor,
        "fee_is_estimate": gift.fee_is_estimate,
        "asked_minor": gift.asked_minor,
        "net_minor": found.net_minor,
        "overhead_minor": found.overhead_minor,
        "restricted_minor": found.restricted_minor,
        "spent_minor": found.spent_minor,
        "free_minor": found.free_minor,
        "receipt": found.receipt.shown if found.receipt else None,
        "steps": [
            {"state": s.state, "at": s.at.isoformat() if s.at else None, "partly": s.partly}
            for s in found.steps
        ],
        "numbers": [_numbers_json(n) for n in found.numbers],
        "purchases": [_counted_json(c) for c in found.counted],
    }


def _numbers_json(numbers: Numbers) -> dict[str, Any]:
    return {"purpose": numbers.purpose, "low": numbers.low, "high": numbers.high}


def _counted_json(counted: Counted) -> dict[str, Any]:
    files = [*counted.photos, *counted.papers]
    return {
        "id": str(counted.purchase_id),
        "description": counted.description,
        "bought_on": counted.bought_on.isoformat(),
        "recorded_at": counted.recorded_at.isoformat(),
        "counted_minor": counted.counted_minor,
        "amount_minor": counted.whole_minor,
        "numbers": [_numbers_json(n) for n in counted.numbers],
        "evidence": [
            {"kind": f.kind, "sha256": bytes(f.sha256).hex(), "public": f.public} for f in files
        ],
    }
