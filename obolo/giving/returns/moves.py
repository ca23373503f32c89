"""Moves between funds: asked by one person, approved by another, never by oneself.

Owns the wait between the two and the undo before it. A cause that ends (`closing`, `failed`) gives
all that is left to another fund, in each currency, and its lines are frozen for good.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from obolo.giving.models import Gift
from obolo.giving.returns import deeds
from obolo.giving.returns.errors import BadMove, NoSuchMove, SamePerson, TooLate
from obolo.giving.returns.models import Deed, DeedKind, Move, MoveKind, MoveState
from obolo.kit.money import Money
from obolo.ledger import actions as ledger
from obolo.ledger import queries as books
from obolo.ledger.actions import Approval
from obolo.ledger.errors import NotEnoughCents
from obolo.ledger.queries import gift_path
from obolo.organisations.bell import ring

ENDING: Final = (MoveKind.CLOSING, MoveKind.FAILED)
LEGAL_BASIS_CHARS: Final = 200
PUBLIC_WORDS_CHARS: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A move as it is asked for. Without `amount` all that is left moves."""

    kind: str
    from_fund_id: UUID
    to_fund_id: UUID
    currency: str
    legal_basis: str
    reason: str
    amount: Money | None = None
    gift_id: UUID | None = None
    public_words: dict[str, str] | None = None  # by language; what everybody may read


@transaction.atomic
def ask_move(asked: Asked, *, by: UUID, key: str) -> Move:
    """Ask for a move; it waits for another person. The same key and inputs: the same move.

    Raises BadMove, ReasonMissing, NoSuchGift, KeyReused, ledger.NotEnoughCents, CurrencyMismatch.
    """
    reason = deeds.reason_of(asked.reason)
    minor = asked.amount.minor if asked.amount else None
    told = deeds.told_hash(
        "move", asked.kind, asked.from_fund_id, asked.to_fund_id, asked.currency,
        asked.legal_basis, reason, minor, asked.gift_id, asked.public_words or {},
    )  # fmt: skip
    known = Move.objects.filter(key=deeds.checked_key(key)).first()
    if known is not None:
        deeds.same(known.told, told)
        return known
    _check(asked)
    gift = deeds.lock(asked.gift_id) if asked.gift_id else None
    move = Move.objects.create(
        kind=asked.kind, from_fund_id=asked.from_fund_id, to_fund_id=asked.to_fund_id, gift=gift,
        amount_minor=minor, currency=asked.currency, legal_basis=asked.legal_basis.strip(),
        reason=reason, public_words=asked.public_words or {}, asked_by=by, key=key, told=told,
    )  # fmt: skip
    _note(DeedKind.MOVE_ASKED, move, by, reason=reason)
    return move


@transaction.atomic
def approve_move(*, move_id: UUID, by: UUID) -> Move:
    """Approve and carry out a move. Approved before by the same person: nothing changes.

    Raises NoSuchMove, SamePerson, TooLate, ledger.NotEnoughCents, FundClosed.
    """
    move = _locked(move_id)
    if move.state == MoveState.DONE and _who(move, DeedKind.MOVED) == by:
        return move
    if move.state != MoveState.WAITING:
        raise TooLate
    if by == move.asked_by or move.asked_by is None:
        raise SamePerson
    _carry_out(move, Approval(move.legal_basis, (move.asked_by, by)))
    _finish(move, MoveState.DONE)
    _note(DeedKind.MOVED, move, by, on=deeds.today())
    ring(f"fund:{move.from_fund_id}", f"fund:{move.to_fund_id}")
    return move


@transaction.atomic
def decline_move(*, move_id: UUID, by: UUID, reason: str) -> Move:
    """Another person says no; raises NoSuchMove, SamePerson, TooLate, ReasonMissing."""
    reason = deeds.reason_of(reason)
    move = _locked(move_id)
    if move.state == MoveState.DECLINED and _who(move, DeedKind.MOVE_DECLINED) == by:
        return move
    if move.state != MoveState.WAITING:
        raise TooLate
    if by == move.asked_by:
        raise SamePerson
    _finish(move, MoveState.DECLINED)
    _note(DeedKind.MOVE_DECLINED, move, by, reason=reason)
    return move


@transaction.atomic
def withdraw_move(*, move_id: UUID, by: UUID) -> Move:
    """Undo a move that nobody has decided yet; raises NoSuchMove, TooLate."""
    move = _locked(move_id)
    if move.state == MoveState.WITHDRAWN:
        return move
    if move.state != MoveState.WAITING:
        raise TooLate
    _finish(move, MoveState.WITHDRAWN)
    _note(DeedKind.MOVE_WITHDRAWN, move, by)
    return move


def movable_minor(gift_id: UUID, fund_id: UUID, currency: str) -> int:
    """How many of a gift's own cents on a fund's line are free to move, in minor units."""
    path = gift_path(gift_id)
    return sum(
        part.free_minor
        for part in (*path.parts, *path.onward)
        if part.own and part.fund_id == fund_id and part.currency == currency
    )


def _check(asked: Asked) -> None:
    if asked.kind not in MoveKind.values or asked.from_fund_id == asked.to_fund_id:
        raise BadMove("Choose a reason from the list, and two different funds.")
    if not 0 < len(asked.legal_basis.strip()) <= LEGAL_BASIS_CHARS:
        raise BadMove(
            f"Name what allows the move, in at most {LEGAL_BASIS_CHARS} characters: a decision of"
            " the board, the words of the appeal, the donor's consent."
        )
    if asked.kind in ENDING:
        _check_ending(asked)
    elif asked.amount is None or asked.amount.minor <= 0:
        raise BadMove("The amount must be more than zero.")
    else:
        _check_free(asked, asked.amount)


def _check_ending(asked: Asked) -> None:
    if asked.amount is not None or asked.gift_id is not None:
        raise BadMove("When a cause ends, all that is left moves: leave the amount out.")
    said = asked.public_words or {}
    if not any(said.get(lang, "").strip() for lang in said):
        raise BadMove("Tell donors in a plain sentence why, and what happens with what is left.")
    if any(len(text) > PUBLIC_WORDS_CHARS for text in said.values()):
        raise BadMove(f"The public words have at most {PUBLIC_WORDS_CHARS} characters.")


def _check_free(asked: Asked, amount: Money) -> None:
    _ = amount - Money(0, asked.currency)
    if asked.kind == MoveKind.CORRECTION and asked.gift_id is None:
        raise BadMove("A correction names the gift that was booked for the wrong cause.")
    if asked.gift_id is None:
        free = books.free_minor(asked.from_fund_id, asked.currency)
    else:
        free = movable_minor(asked.gift_id, asked.from_fund_id, asked.currency)
    if amount.minor > free:
        raise NotEnoughCents(amount.minor - free)


def _carry_out(move: Move, approval: Approval) -> None:
    on = deeds.today()
    if move.kind in ENDING:
        ledger.close_fund(
            fund_id=move.from_fund_id, to_fund_id=move.to_fund_id, approval=approval,
            key=f"close:{move.id}", value_date=on,
        )  # fmt: skip
        return
    assert move.amount is not None
    ledger.post_transfer(
        transfer_id=move.id, from_fund_id=move.from_fund_id, to_fund_id=move.to_fund_id,
        amount=move.amount, reason=move.kind, approval=approval, key=f"move:{move.id}",
        value_date=on, gift_id=move.gift_id,
    )  # fmt: skip


def _finish(move: Move, state: MoveState) -> None:
    Move.objects.filter(id=move.id).update(state=state)
    move.state = state


def _note(kind: DeedKind, move: Move, by: UUID, **more: object) -> None:
    key = f"move:{move.id}:{kind}"
    gift: Gift | None = move.gift
    deeds.write(kind, key, b"", about=move.id, gift=gift, by=by, amount=move.amount, **more)


def _who(move: Move, kind: DeedKind) -> UUID | None:
    """Who did that to the move."""
    found: UUID | None = (
        Deed.objects.filter(about=move.id, kind=kind).values_list("by", flat=True).first()
    )
    return found


def _locked(move_id: UUID) -> Move:
    move = Move.objects.select_for_update(of=("self",)).filter(id=move_id).first()
    if move is None:
        raise NoSuchMove
    return move
