"""The API's doors for money after it was booked: refunds, corrections, moves between funds.

Each POST carries a `key`: the same key and content do one thing once, other content under the same
key is refused with 409. A key of the API is somebody's own: whoever asked for a move cannot approve
it, so that takes the key of another person.
"""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field, StrictInt

from obolo.causes import queries as causes
from obolo.causes.errors import AlreadyClosed
from obolo.giving import queries as giving
from obolo.giving.returns import errors as returns
from obolo.giving.returns import queries as returned
from obolo.giving.returns.actions import Asked
from obolo.giving.returns.models import Deed, Move, Refund
from obolo.kit.errors import OboloError
from obolo.kit.money import Money
from obolo.ledger import actions as ledger
from obolo.ledger import errors as books
from obolo.ledger.models import Purpose
from obolo.people import queries as people
from obolo.stories import correct_a_gift, give_back, move_money
from obolo.web.api.allowed import need
from obolo.web.api.keys import holder

router = Router(tags=["money"])
RESERVE: Final = "reserve"
_CONFLICTS: Final = (
    returns.KeyReused, returns.NotEnoughLeft, returns.AllGivenBack, returns.NoWayBack,
    returns.TooLate, returns.SamePerson, books.NotEnoughCents, books.FundClosed, books.TooMuch,
    books.Overtaken, books.KeyReused, AlreadyClosed,
)  # fmt: skip
_MISSING: Final = (returns.NoSuchGift, returns.NoSuchRefund, returns.NoSuchMove)

Key = Annotated[str, Field(min_length=1, max_length=150)]
Minor = Annotated[StrictInt, Field(ge=0, le=10**14)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class NewRefund(Schema):
    """Money to give back. `way` rail: through the provider; hand: it was paid back on that day."""

    amount_minor: Minor
    currency: Currency
    reason: str
    key: Key
    way: Literal["rail", "hand"] = "rail"
    account: Literal["bank", "cash"] = "bank"
    on: date | None = None


class NewCorrection(Schema):
    """What was booked wrongly. `kind`: void, add, owner (with `person`), match (with `gift`)."""

    kind: Literal["void", "add", "owner", "match"]
    reason: str
    key: Key
    amount_minor: Minor = 0
    fee_minor: Minor = 0
    currency: Currency | None = None
    person: str = ""  # id or address
    gift: UUID | None = None  # the one it matches


class NewMove(Schema):
    """Money to another fund. `from_cause`, `to_cause`: id or slug of a cause, or "reserve"."""

    kind: Literal["designation", "correction", "failed", "closing"]
    from_cause: str
    to_cause: str
    currency: Currency
    legal_basis: str
    reason: str
    key: Key
    amount_minor: Minor | None = None
    gift: UUID | None = None
    public_words: dict[Literal["it", "en", "ar"], str] = {}


def status_of(wrong: OboloError) -> int | None:
    """The HTTP status of an error of these doors; None for others."""
    if isinstance(wrong, _MISSING):
        return 404
    return 409 if isinstance(wrong, _CONFLICTS) else None


@router.post("gifts/{uuid:gift_id}/refunds", response={201: dict})
def refund(request: HttpRequest, gift_id: UUID, wish: NewRefund) -> Any:
    """Give a gift back, all or part: planned and carried out within moments, or noted by hand."""
    need(request, "money")
    told: dict[str, Any] = {
        "gift_id": gift_id, "amount": Money(wish.amount_minor, wish.currency),
        "reason": wish.reason, "by": holder(request), "key": f"api:{wish.key}",
    }  # fmt: skip
    if wish.way == "rail":
        return Status(201, refund_shape(give_back.ask(**told)))
    if wish.on is None:
        raise HttpError(400, "on: the day on which it was paid back is missing.")
    account = f"cash:{wish.account}"
    made = give_back.pay_back_by_hand(**told, account=account, on=wish.on)
    return Status(201, refund_shape(returned.refund(made.id) or made))


@router.get("gifts/{uuid:gift_id}/refunds")
def list_refunds(request: HttpRequest, gift_id: UUID) -> list[dict[str, Any]]:
    """The refunds of a gift, oldest first, each with how far it got."""
    if giving.gift(gift_id) is None:
        raise HttpError(404, "There is no such gift.")
    return [refund_shape(one) for one in returned.refunds_of(gift_id)]


@router.post("gifts/{uuid:gift_id}/corrections", response={201: dict})
def correct(request: HttpRequest, gift_id: UUID, wish: NewCorrection) -> Any:
    """Put right what was booked wrongly. (A wrong cause is a move of kind `correction`.)"""
    need(request, "money")
    gift = giving.gift(gift_id)
    if gift is None:
        raise returns.NoSuchGift
    told: dict[str, Any] = {
        "gift_id": gift_id, "reason": wish.reason, "by": holder(request), "key": f"api:{wish.key}",
    }  # fmt: skip
    if wish.kind == "owner":
        return Status(201, deed_shape(correct_a_gift.change_owner(person_id=_person(wish), **told)))
    if wish.kind == "match":
        if wish.gift is None:
            raise HttpError(400, "gift: name the gift that it matches.")
        return Status(201, deed_shape(correct_a_gift.match(matched_id=wish.gift, **told)))
    currency = wish.currency or gift.currency
    told |= {"gross": Money(wish.amount_minor, currency), "fee": Money(wish.fee_minor, currency)}
    verb = correct_a_gift.void if wish.kind == "void" else correct_a_gift.add
    return Status(201, deed_shape(verb(**told)))


@router.get("moves")
def list_moves(request: HttpRequest) -> list[dict[str, Any]]:
    """Moves between funds: those that wait first, then the newest."""
    return [move_shape(one) for one in returned.moves()]


@router.post("moves", response={201: dict})
def ask_move(request: HttpRequest, wish: NewMove) -> Any:
    """Ask for a move. It waits for somebody else's approval."""
    need(request, "money")
    minor = wish.amount_minor
    asked = Asked(
        kind=wish.kind, from_fund_id=_fund(wish.from_cause), to_fund_id=_fund(wish.to_cause),
        currency=wish.currency, legal_basis=wish.legal_basis, reason=wish.reason,
        amount=None if minor is None else Money(minor, wish.currency), gift_id=wish.gift,
        public_words={str(lang): text for lang, text in wish.public_words.items()},
    )  # fmt: skip
    move = move_money.ask(asked, by=holder(request), key=f"api:{wish.key}")
    return Status(201, move_shape(move))


@router.post("moves/{uuid:move_id}/approval")
def approve_move(request: HttpRequest, move_id: UUID) -> dict[str, Any]:
    """Approve and carry out a move that somebody else asked for. Repeating changes nothing."""
    need(request, "money")
    return move_shape(move_money.approve(move_id=move_id, by=holder(request)))


@router.post("moves/{uuid:move_id}/withdrawal")
def withdraw_move(request: HttpRequest, move_id: UUID) -> dict[str, Any]:
    """Undo a move that nobody has decided yet. Repeating changes nothing."""
    need(request, "money")
    return move_shape(move_money.withdraw(move_id=move_id, by=holder(request)))


def refund_shape(one: Refund) -> dict[str, Any]:
    """A refund and how far it got."""
    return {
        "id": str(one.id),
        "gift": str(one.gift_id),
        "amount_minor": one.amount_minor,
        "currency": one.currency,
        "way": one.way,
        "state": one.state,
        "reason": one.reason,
        "asked_at": one.asked_at.isoformat(),
        "returned_on": one.returned_on.isoformat() if one.returned_on else None,
    }


def deed_shape(one: Deed) -> dict[str, Any]:
    """What was done, once."""
    return {
        "id": str(one.id),
        "kind": one.kind,
        "gift": str(one.gift_id),
        "amount_minor": one.amount_minor,
        "currency": one.currency or None,
        "at": one.at.isoformat(),
        "reason": one.reason,
    }


def move_shape(one: Move) -> dict[str, Any]:
    """A move and how far it got; an amount of null is all that is left."""
    return {
        "id": str(one.id),
        "kind": one.kind,
        "from_cause": _named(one.from_fund_id),
        "to_cause": _named(one.to_fund_id),
        "gift": str(one.gift_id) if one.gift_id else None,
        "amount_minor": one.amount_minor,
        "currency": one.currency,
        "legal_basis": one.legal_basis,
        "reason": one.reason,
        "state": one.state,
        "asked_at": one.asked_at.isoformat(),
    }


def _named(fund_id: UUID) -> str:
    cause = causes.by_fund(fund_id)
    return cause.slug if cause else RESERVE


def _fund(text: str) -> UUID:
    if text == RESERVE:
        found: UUID = ledger.system_fund(Purpose.RESERVE, causes.open_causes()[0].currency).id
        return found
    try:
        cause = causes.get(UUID(text))
    except ValueError:
        cause = causes.by_slug(text[:60])
    if cause is None:
        raise HttpError(400, f"There is no cause {text[:60]!r}.")
    return cause.fund_id


def _person(wish: NewCorrection) -> UUID:
    try:
        return UUID(wish.person)
    except ValueError:
        found = people.by_address(wish.person)
        if found is None:
            raise HttpError(404, "Nobody has this id or address.") from None
        return found.id
