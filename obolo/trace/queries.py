"""The path of a gift, read back from the records.

States, each with its date once reached: received (the person paid), settled (booked, fee known),
assigned (its cents have numbers), spent (purchases counted on them), evidenced (a file shows it).
What happened beside purchases (given back, moved, converted, put right) are its `turns`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from obolo.causes import queries as causes
from obolo.causes.models import Cause, Evidence, EvidenceKind, Purchase
from obolo.giving import queries as giving
from obolo.giving.models import Gift, Payment, Receipt
from obolo.giving.returns import queries as returns
from obolo.giving.returns.models import DeedKind
from obolo.kit.ids import token_hash
from obolo.ledger import queries as ledger
from obolo.ledger.returns import gift_state
from obolo.trace import turns
from obolo.trace.models import TraceLink
from obolo.trace.turns import Turn

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
    currency: str = ""  # another than the gift's when its cents were converted
    numbers: tuple[Numbers, ...]
    photos: tuple[Evidence, ...]
    papers: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """A gift from the donor's hand to what it counted towards; amounts in minor units.

    `gift` is what was booked first; gross, fee and what went back are as they stand now. Of the
    cents for the cause: restricted = spent + free + returned + converted (see `turns.Sums`).
    """

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
    gross_minor: int
    fee_minor: int
    fee_is_estimate: bool
    refunded_minor: int  # of the gross: given back, or taken back by a bank
    returned_minor: int
    covered_minor: int
    converted_minor: int
    standing: str  # whole, partly_returned, returned
    turns: tuple[Turn, ...]


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


def living_links(gift_ids: list[UUID]) -> dict[UUID, UUID]:
    """The id of the living link of each of these gifts that has one. One query."""
    found = TraceLink.objects.filter(gift_id__in=gift_ids, revoked_at=None)
    return dict(found.values_list("gift_id", "id"))


def living_link(payment: Payment) -> TraceLink | None:
    """The living link of the gift a payment brought; None when there is none, or it was revoked.

    Also None when the gift is somebody else's by now: whoever holds the payment's address is whom
    it was made for.
    """
    links = TraceLink.objects.filter(gift__payment_id=payment.id, revoked_at=None)
    return links.filter(gift__person_id=payment.person_id).first()


def links_of(gift_id: UUID) -> list[TraceLink]:
    """All links a gift's page has had, newest first, with who ended them and why."""
    return list(TraceLink.objects.filter(gift_id=gift_id).order_by("-created_at", "-id"))


def path(gift: Gift) -> Path:
    """The path of a gift as the ledger has it now."""
    booked = ledger.gift_path(gift.id)
    state = gift_state(gift.id)
    deeds = returns.history(gift.id)
    counted = _counted(turns.everywhere(booked))
    sums = turns.sums(booked, gift.currency)
    return Path(
        gift=gift,
        receipt=giving.receipt_of(gift.id),
        steps=_steps(gift, counted, restricted=sums.restricted_minor, free=sums.free_minor),
        net_minor=booked.net_minor,
        overhead_minor=sum(p.hi - p.lo for p in booked.parts if p.purpose == turns.OVERHEAD),
        restricted_minor=sums.restricted_minor,
        spent_minor=sums.spent_minor,
        free_minor=sums.free_minor,
        numbers=tuple(_numbers(p.purpose, p.lo, p.hi) for p in booked.parts),
        counted=counted,
        gross_minor=state.gross_minor,
        fee_minor=state.fee_minor,
        fee_is_estimate=gift.fee_is_estimate
        and not any(deed.kind == DeedKind.FEE_KNOWN for deed in deeds),
        refunded_minor=state.refunded_minor,
        returned_minor=sums.returned_minor,
        covered_minor=sums.covered_minor,
        converted_minor=sums.converted_minor,
        standing=turns.standing(state),
        turns=turns.turns(gift, booked, deeds),
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
        currency=purchase.currency,
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
        "standing": found.standing,
        "gross_minor": found.gross_minor,
        "fee_minor": found.fee_minor,
        "fee_is_estimate": found.fee_is_estimate,
        "refunded_minor": found.refunded_minor,
        "asked_minor": gift.asked_minor,
        "net_minor": found.net_minor,
        "overhead_minor": found.overhead_minor,
        "restricted_minor": found.restricted_minor,
        "spent_minor": found.spent_minor,
        "free_minor": found.free_minor,
        "returned_minor": found.returned_minor,
        "covered_minor": found.covered_minor,
        "converted_minor": found.converted_minor,
        "receipt": found.receipt.shown if found.receipt else None,
        "steps": [
            {"state": s.state, "at": s.at.isoformat() if s.at else None, "partly": s.partly}
            for s in found.steps
        ],
        "numbers": [_numbers_json(n) for n in found.numbers],
        "purchases": [_counted_json(c) for c in found.counted],
        "turns": [_turn_json(t) for t in found.turns],
    }


def _turn_json(turn: Turn) -> dict[str, Any]:
    """A turn without what does not concern its kind."""
    told = {
        "kind": turn.kind,
        "at": turn.at.isoformat(),
        "minor": turn.minor,
        "currency": turn.currency,
        "cause": turn.cause.slug if turn.cause else None,
        "to_minor": turn.to_minor,
        "to_currency": turn.to_currency,
        "why": turn.why,
        "rate": turn.rate,
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


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
        "currency": counted.currency,
        "numbers": [_numbers_json(n) for n in counted.numbers],
        "evidence": [
            {"kind": f.kind, "sha256": bytes(f.sha256).hex(), "public": f.public} for f in files
        ],
    }
