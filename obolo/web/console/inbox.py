"""The inbox: conversations, those that wait for a person first. The list renews itself live."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from obolo.conversations import queries as conversations
from obolo.conversations.models import Conversation, HandOff
from obolo.organisations import queries as organisations
from obolo.web.console.page import language, name_of, page
from obolo.web.console.shown import hour_or_day

LAST_WORDS_CHARS = 160


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation in the list."""

    id: UUID
    name: str
    language: str
    last_words: str
    from_us: bool
    at: str
    waits_because: str  # empty: the assistant answers


def show(request: HttpRequest) -> HttpResponse:
    """The page."""
    return page(request, "console/inbox.html", {"section": "inbox", "rows": rows(request)})


def part(request: HttpRequest) -> HttpResponse:
    """The list alone; `?open=<id>` marks the conversation one is looking at."""
    context = {"rows": rows(request), "open_id": request.GET.get("open", "")}
    return page(request, "console/_inbox.html", context)


def rows(request: HttpRequest) -> list[Row]:
    """The newest hundred. Two queries, whatever their number, and the organisation's."""
    lang, zone = language(request), organisations.current().time_zone
    found: list[Any] = list(conversations.inbox())
    reasons = _reasons(found)
    return [
        Row(
            id=one.id,
            name=one.person.name,
            language=one.person.language,
            last_words=(one.last_text or "")[:LAST_WORDS_CHARS],
            from_us=one.last_direction == "out",
            at=hour_or_day(one.last_at, lang, zone),
            waits_because=name_of("reason", reasons[one.id], lang) if one.id in reasons else "",
        )
        for one in found
    ]


def _reasons(found: Iterable[Conversation]) -> dict[UUID, str]:
    waiting = HandOff.objects.filter(ended_at=None, conversation__in=[one.id for one in found])
    return dict(waiting.values_list("conversation_id", "reason"))
