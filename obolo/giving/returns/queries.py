"""Questions about what was done after booking."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from obolo.giving.models import Gift
from obolo.giving.returns.models import (
    Deed,
    DeedKind,
    Move,
    MoveKind,
    MoveState,
    Refund,
    RefundState,
)
from obolo.kit.money import Money
from obolo.ledger.returns import gift_state

SUCCESSORS_MAX = 16  # funds that ended one into the other; a ring would be a fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A gift as it stands now, in minor units of its currency."""

    currency: str
    gross_minor: int  # booked, less what was voided, and what came back
    fee_minor: int
    fee_is_estimate: bool
    refunded_minor: int  # gone back, by whatever way
    planned_minor: int  # on its way back

    @property
    def left_minor(self) -> int:
        """What can still be given back."""
        return self.gross_minor - self.refunded_minor - self.planned_minor

    @property
    def left(self) -> Money:
        """The same as money."""
        return Money(self.left_minor, self.currency)


def standing(gift: Gift) -> Standing:
    """The gift as the books have it now. Raises ledger.NoSuchGift."""
    booked = gift_state(gift.id)
    planned = Refund.objects.filter(gift=gift, state=RefundState.PLANNED)
    true_fee = Deed.objects.filter(gift=gift, kind=DeedKind.FEE_KNOWN).exists()
    return Standing(
        currency=booked.currency,
        gross_minor=booked.gross_minor,
        fee_minor=booked.fee_minor,
        fee_is_estimate=gift.fee_is_estimate and not true_fee,
        refunded_minor=booked.refunded_minor,
        planned_minor=planned.aggregate(t=Sum("amount_minor"))["t"] or 0,
    )


def history(gift_id: UUID) -> list[Deed]:
    """What was done about a gift, in order; moves of its cents and gifts that match it too."""
    return list(
        Deed.objects.filter(Q(gift_id=gift_id) | Q(other_gift_id=gift_id))
        .select_related("person_from", "person_to", "gift__person", "other_gift__person")
        .order_by("at", "id")
    )


def refund(refund_id: UUID) -> Refund | None:
    """One refund."""
    return Refund.objects.select_related("gift__payment").filter(id=refund_id).first()


def refunds_of(gift_id: UUID) -> list[Refund]:
    """The refunds of a gift, oldest first."""
    return list(Refund.objects.filter(gift_id=gift_id).order_by("asked_at", "id"))


def matches_of(gift_id: UUID) -> list[Deed]:
    """Gifts that others gave because of this one."""
    found = Deed.objects.filter(kind=DeedKind.MATCHED, other_gift_id=gift_id)
    return list(found.select_related("gift__person").order_by("at", "id"))


def move(move_id: UUID) -> Move | None:
    """One move."""
    return Move.objects.filter(id=move_id).first()


def moves(limit: int = 100) -> list[Move]:
    """Moves that wait first, then the newest."""
    rows: Any = Move.objects.order_by("-asked_at", "-id")
    waiting = list(rows.filter(state=MoveState.WAITING))
    return waiting + list(rows.exclude(state=MoveState.WAITING)[:limit])


def moves_by_id(ids: Iterable[UUID]) -> dict[UUID, Move]:
    """These moves."""
    return {one.id: one for one in Move.objects.filter(id__in=list(ids))}


def successor_of(fund_id: UUID) -> UUID:
    """Where money for a fund belongs by now: a fund that ended has named another one."""
    for _ in range(SUCCESSORS_MAX):
        ended = Move.objects.filter(
            from_fund_id=fund_id, kind__in=(MoveKind.CLOSING, MoveKind.FAILED), state=MoveState.DONE
        ).first()
        if ended is None:
            break
        fund_id = ended.to_fund_id
    return fund_id


def deeds_about(subject_id: UUID) -> list[Deed]:
    """What was done about one refund or move, in order."""
    return list(Deed.objects.filter(about=subject_id).order_by("at", "id"))
