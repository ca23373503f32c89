"""Moves between funds: those that wait for a second person, and those that were decided."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.giving.returns import queries as returned
from obolo.giving.returns.models import Deed, Move, MoveState
from obolo.kit.errors import OboloError
from obolo.organisations import queries as organisations
from obolo.stories import move_money
from obolo.web.console import deed_form, money
from obolo.web.console.move_deeds import KINDS, fund_name
from obolo.web.console.page import language, slug_of, staff

TAB: Final = "console-moves"


@dataclass(frozen=True, slots=True)
class Row:
    """A move with its names."""

    move: Move
    old: str
    new: str


def show_all(request: HttpRequest) -> HttpResponse:
    """All moves, those that wait first."""
    lang = language(request)
    rows = [_row(one, lang) for one in returned.moves()]
    context = {
        "waiting": [row for row in rows if row.move.state == MoveState.WAITING],
        "decided": [row for row in rows if row.move.state != MoveState.WAITING],
        "kinds": list(KINDS),
    }
    return money.page(request, "console/moves.html", context, tab=TAB)


def show(request: HttpRequest, move_id: UUID) -> HttpResponse:
    """One move: what, why, on what basis, who did what when; and what the reader may decide."""
    return _page(request, _found(move_id))


def decide(request: HttpRequest, move_id: UUID) -> HttpResponse:
    """Approve, decline (with a reason) or withdraw."""
    move = _found(move_id)
    verb = _VERBS.get(request.POST.get("verb", ""))
    if verb is None:
        raise Http404
    try:
        with transaction.atomic():
            verb(move_id, staff(request).id, request.POST.get("reason", ""))
    except OboloError as odd:
        said = deed_form.sentence(odd, language(request), move.currency)
        return _page(request, move, problem=said, status=409)
    return redirect("console-move", slug_of(request), move_id)


def with_names(deeds: list[Deed]) -> list[tuple[Deed, str]]:
    """Deeds with the name of whoever did them, or of their key; empty for the provider."""
    names = organisations.holder_names({deed.by for deed in deeds if deed.by})
    return [(deed, names.get(deed.by, "") if deed.by else "") for deed in deeds]


def _page(
    request: HttpRequest, move: Move, *, problem: str = "", status: int = 200
) -> HttpResponse:
    reader = staff(request).id
    is_open = move.state == MoveState.WAITING and money.may_change(request)
    context = {
        "row": _row(move, language(request)),
        "history": with_names(returned.deeds_about(move.id)),
        "may_decide": is_open and reader != move.asked_by,
        "may_withdraw": is_open,
        "problem": problem,
    }
    return money.page(request, "console/move.html", context, tab=TAB, status=status)


def _row(move: Move, lang: str) -> Row:
    return Row(move, fund_name(move.from_fund_id, lang), fund_name(move.to_fund_id, lang))


def _found(move_id: UUID) -> Move:
    move = returned.move(move_id)
    if move is None:
        raise Http404
    return move


def _approve(move_id: UUID, by: UUID, reason: str) -> object:
    return move_money.approve(move_id=move_id, by=by)


def _decline(move_id: UUID, by: UUID, reason: str) -> object:
    return move_money.decline(move_id=move_id, by=by, reason=reason)


def _withdraw(move_id: UUID, by: UUID, reason: str) -> object:
    return move_money.withdraw(move_id=move_id, by=by)


_VERBS: Final[dict[str, Callable[[UUID, UUID, str], object]]] = {
    "approve": _approve,
    "decline": _decline,
    "withdraw": _withdraw,
}
