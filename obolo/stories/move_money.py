"""Money changes its fund, or its currency; a cause ends and what is left goes elsewhere.

1. `ask`: one person asks, with the legal basis and the reason; nothing has moved yet.
2. `approve`: another person says yes, and in the same transaction the ledger moves the cents. Of a
   cause that ends (`closing`, `failed`) all that is left moves, its lines are frozen, the cause is
   closed with the sentence that everybody reads, and payment links for it stop.
3. `withdraw` undoes it before that; `decline` is the other person's no. Who, when and why stays.
Donors see the move on their pages, which are rung at commit.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db import transaction

from obolo.causes import queries as causes
from obolo.causes import telling
from obolo.giving import actions as giving
from obolo.giving.returns import actions as returns
from obolo.giving.returns.actions import Asked
from obolo.giving.returns.models import Move, MoveKind

_ENDS: Final[Mapping[str, str]] = {MoveKind.CLOSING: "finished", MoveKind.FAILED: "failed"}


def ask(asked: Asked, *, by: UUID, key: str) -> Move:
    """Ask for a move; raises what `returns.actions.ask_move` raises."""
    return returns.ask_move(asked, by=by, key=key)


@transaction.atomic
def approve(*, move_id: UUID, by: UUID) -> Move:
    """Approve and carry out; raises what `returns.actions.approve_move` does, and AlreadyClosed."""
    move = returns.approve_move(move_id=move_id, by=by)
    cause = causes.by_fund(move.from_fund_id)
    if move.kind in _ENDS and cause is not None:
        telling.close(cause, _ENDS[move.kind], move.public_words, by)
        giving.cancel_of_cause(cause_id=cause.id)
    return move


def decline(*, move_id: UUID, by: UUID, reason: str) -> Move:
    """The other person's no; raises what `returns.actions.decline_move` raises."""
    return returns.decline_move(move_id=move_id, by=by, reason=reason)


def withdraw(*, move_id: UUID, by: UUID) -> Move:
    """Undo before anybody decided; raises what `returns.actions.withdraw_move` raises."""
    return returns.withdraw_move(move_id=move_id, by=by)
