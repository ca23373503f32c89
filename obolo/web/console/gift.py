"""One gift as staff see it: its path, its receipt, its payment, and what was done with it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from obolo.conversations import queries as talk
from obolo.giving import queries as giving
from obolo.giving.models import Gift
from obolo.trace import queries as trace
from obolo.web.console import money
from obolo.web.console.page import language


def show(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """The gift."""
    return money.page(
        request, "console/gift.html", about(request, found(gift_id)), tab="console-gifts"
    )


def found(gift_id: UUID) -> Gift:
    """The gift with this id; raises Http404."""
    gift = giving.gift(gift_id)
    if gift is None:
        raise Http404
    return gift


def about(request: HttpRequest, gift: Gift) -> dict[str, object]:
    """What every page about one gift shows above."""
    lang = language(request)
    return {
        "gift": gift,
        "cause_name": gift.cause.name(lang),
        "path": trace.path(gift),
        "talk": talk.of_person(gift.person_id),
    }
