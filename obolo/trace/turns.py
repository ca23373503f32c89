"""What became of a gift beside purchases: given back, moved, converted, put right; and its sums.

Reads the ledger's parts hop by hop (`ledger.queries.gift_path`) and the deeds about the gift. Says
nothing of who on the staff did it, or in what words: donors read this.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from obolo.causes import queries as causes
from obolo.causes.models import Cause
from obolo.giving.models import Gift
from obolo.giving.returns.models import Deed, DeedKind
from obolo.ledger import queries as ledger
from obolo.ledger.queries import GiftPath, Landing, Part
from obolo.ledger.returns import GiftState

OVERHEAD: Final = "overhead"
# Deeds that donors are told of; the others are steps towards these.
_TOLD: Final = {
    DeedKind.REFUNDED: "refunded",
    DeedKind.CHARGED_BACK: "charged_back",
    DeedKind.CAME_BACK: "came_back",
    DeedKind.VOIDED: "voided",
    DeedKind.RAISED: "raised",
    DeedKind.FEE_KNOWN: "fee_known",
    DeedKind.OWNER_CHANGED: "owner_changed",
}
# What the ledger alone knows: the kind of a use, and how a page calls it.
_OF_USE: Final = {
    "transfer": "moved",
    "conversion": "converted",
    "reimburse": "reimbursed_advance",  # these cents now stand for a purchase the reserve had paid
    "cover": "stood_in",  # a gift to the reserve: its cents stand for a gift that went back
    "reimbursed": "paid_back",  # a gift to the reserve: a fund paid its advance back
}
KINDS: Final = (*_TOLD.values(), *_OF_USE.values(), "matched")


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One thing that happened to a gift's money, beside purchases. Amounts in minor units.

    `kind` is one of `KINDS`. `minor` is of this gift, in `currency`. Of a move and a conversion:
    where it went (`cause`, None for a fund without one) and what it is there.
    """

    kind: str
    at: datetime
    minor: int | None
    currency: str
    cause: Cause | None = None
    to_minor: int | None = None
    to_currency: str = ""
    why: str = ""  # of a move: designation, correction, failed, closing
    rate: str = ""  # of a conversion, as the bank wrote it


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """What became of the cents for the cause, in minor units of the gift's currency.

    restricted = spent + free + returned + converted, and what a gift to the reserve paid in fees.
    """

    restricted_minor: int  # ever numbered for the cause
    spent_minor: int  # count towards purchases now, wherever they moved
    free_minor: int
    returned_minor: int  # went back or were taken off; for spent ones the reserve stands in
    covered_minor: int  # of those: already spent, so that the reserve stands in
    converted_minor: int  # are another currency now


def of_the_cause(booked: GiftPath) -> list[Part]:
    """The parts that are for the cause, where they were numbered."""
    return [part for part in booked.parts if part.purpose != OVERHEAD]


def everywhere(booked: GiftPath) -> list[Part]:
    """The same, and where they went from there."""
    return of_the_cause(booked) + [part for part in booked.onward if part.purpose != OVERHEAD]


def sums(booked: GiftPath, currency: str) -> Sums:
    """The sums of a path."""
    parts = [part for part in everywhere(booked) if part.currency == currency]
    covered = _used(parts, "covered")
    return Sums(
        restricted_minor=sum(part.hi - part.lo for part in of_the_cause(booked)),
        spent_minor=_used(parts, "purchase"),
        free_minor=sum(part.free_minor for part in parts),
        returned_minor=_used(parts, "refund") + _used(parts, "void") + covered,
        covered_minor=covered,
        converted_minor=_used(parts, "conversion"),
    )


def standing(state: GiftState) -> str:
    """`whole`, `partly_returned` or `returned`: how much of the gift is still a gift."""
    if state.refunded_minor >= state.gross_minor:
        return "returned"
    return "partly_returned" if state.refunded_minor else "whole"


def turns(gift: Gift, booked: GiftPath, deeds: Sequence[Deed]) -> tuple[Turn, ...]:
    """All turns of a gift in order of time."""
    found = [*_of_deeds(gift, deeds), *_of_uses(everywhere(booked))]
    return tuple(sorted(found, key=lambda turn: turn.at))


def _used(parts: Iterable[Part], kind: str) -> int:
    return sum(use.minor for part in parts for use in part.uses if use.kind == kind)


def _of_deeds(gift: Gift, deeds: Sequence[Deed]) -> Iterable[Turn]:
    for deed in deeds:
        if deed.kind == DeedKind.MATCHED and deed.other_gift_id == gift.id:
            yield _turn("matched", deed, deed.amount_minor)
        elif deed.kind == DeedKind.FEE_KNOWN:
            yield _turn("fee_known", deed, deed.fee_minor)
        elif deed.gift_id == gift.id and deed.kind in _TOLD:
            yield _turn(_TOLD[DeedKind(deed.kind)], deed, deed.amount_minor)


def _turn(kind: str, deed: Deed, minor: int | None) -> Turn:
    return Turn(kind=kind, at=deed.at, minor=minor, currency=deed.currency)


def _of_uses(parts: Sequence[Part]) -> Iterable[Turn]:
    """One turn for each source of uses that the ledger alone knows."""
    minor_of: dict[tuple[str, UUID], int] = {}
    first: dict[tuple[str, UUID], tuple[datetime, str]] = {}
    for part in parts:
        for use in part.uses:
            if use.kind in _OF_USE:
                one = (use.kind, use.source_id)
                minor_of[one] = minor_of.get(one, 0) + use.minor
                first.setdefault(one, (use.posted_at, part.currency))
    left = [source for kind, source in minor_of if kind in ("transfer", "conversion")]
    landed = ledger.landings(left) if left else []
    for (kind, source), minor in minor_of.items():
        at, currency = first[kind, source]
        there = [one for one in landed if one.source_id == source]
        yield _landed(_OF_USE[kind], at, minor, currency, there, parts)


def _landed(
    kind: str, at: datetime, minor: int, currency: str, there: list[Landing], parts: Sequence[Part]
) -> Turn:
    if not there:
        return Turn(kind=kind, at=at, minor=minor, currency=currency)
    reached = sum(
        max(0, min(part.hi, one.hi) - max(part.lo, one.lo))
        for one in there
        for part in parts
        if part.depth and part.line_id == one.line_id
    )
    details = there[0].details
    return Turn(
        kind=kind,
        at=at,
        minor=minor,
        currency=currency,
        cause=causes.by_fund(there[0].fund_id),
        to_minor=reached,
        to_currency=there[0].currency,
        why=str(details.get("reason", "")),
        rate=str(details.get("rate", "")),
    )
