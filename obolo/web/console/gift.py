"""One gift as staff see it: its path, its receipt, its payment, and what was done with it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from obolo.conversations import queries as talk
from obolo.giving import queries as giving
from obolo.giving.models import Gift
from obolo.giving.returns import queries as returned
from obolo.giving.returns.models import RefundState
from obolo.trace import queries as trace
from obolo.web import turned
from obolo.web.console import money, moves
from obolo.web.console.page import language


def show(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """The gift."""
    return page(request, found(gift_id))


def found(gift_id: UUID) -> Gift:
    """The gift with this id; raises Http404."""
    gift = giving.gift(gift_id)
    if gift is None:
        raise Http404
    return gift


def page(request: HttpRequest, gift: Gift, *, problem: str = "", status: int = 200) -> HttpResponse:
    """The page of a gift; `problem` is a sentence about what could not be done."""
    lang = language(request)
    path = trace.path(gift)
    refunds = returned.refunds_of(gift.id)
    context = {
        "gift": gift,
        "cause_name": gift.cause.name(lang),
        "path": path,
        "standing": turned.standing(path, lang),
        "turns": [(turn, turned.sentence(turn, lang)) for turn in path.turns],
        "talk": talk.of_person(gift.person_id),
        "history": moves.with_names(returned.history(gift.id)),
        "on_the_way": [one for one in refunds if one.state == RefundState.PLANNED],
        "left": returned.standing(gift).left,
        "deeds": ["refund", "amount", "owner", "cause", "match"],
        "problem": problem,
        "done": request.GET.get("done", ""),
    }
    return money.page(request, "console/gift.html", context, tab="console-gifts", status=status)
