"""A conversation as a phone shows it, with what staff may know besides: ticks, troubles, reasons.

Owns: turning messages, deliveries and turns into bubbles. Never: writing, or a rule about sending.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from obolo.assistant import queries as assistant
from obolo.assistant.models import Turn
from obolo.conversations import queries as conversations
from obolo.conversations.models import Delivery, DeliveryState, Direction, Message
from obolo.web import words
from obolo.web.console.page import name_of
from obolo.web.console.shown import hour

TURNS_MAX = 200  # as many as messages are shown
_MARKS: Final = {
    DeliveryState.QUEUED: "◷",
    DeliveryState.CLAIMED: "◷",
    DeliveryState.ACCEPTED: "✓",
    DeliveryState.SENT: "✓",
    DeliveryState.DELIVERED: "✓✓",
    DeliveryState.READ: "✓✓",
    DeliveryState.FAILED: "!",
    DeliveryState.UNKNOWN: "?",
    DeliveryState.REFUSED: "⊘",
}
# The gate's sentences, by their beginning; a test holds them to the gate's own words.
_REFUSALS: Final = {
    "This person has no WhatsApp": "closed_no_address",
    "The person did not agree": "closed_no_consent",
    "More than 24 hours": "closed_window",
}


@dataclass(frozen=True, slots=True)
class Tick:
    """How far a message of ours got, and in words what went wrong."""

    mark: str
    state: str
    label: str
    trouble: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """What was understood and decided, for whoever asks "why did it say that?"."""

    id: UUID
    silent: bool  # nothing was said in this very turn
    intent: str
    sure_percent: int | None
    language: str
    also: str
    slots: tuple[tuple[str, str], ...]
    risk: str
    act: str
    reasons: tuple[str, ...]
    versions: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bubble:
    """One message."""

    id: UUID
    inbound: bool
    author: str
    text: str
    kind: str  # in words, when it is more or other than text
    buttons: tuple[str, ...]
    said_at: datetime
    hour: str
    new_day: date | None  # set on the first bubble of a day
    tick: Tick | None
    why: Why | None


def bubbles(conversation_id: UUID, lang: str, zone: str) -> list[Bubble]:
    """The newest messages in order. Four queries, whatever their number."""
    messages = conversations.messages(conversation_id)
    deliveries = {one.id: _delivery(one) for one in messages}
    buttons = _buttons(messages)
    reasons = _reasons(assistant.turns_of(conversation_id, limit=TURNS_MAX), deliveries)
    made: list[Bubble] = []
    day = None
    for one in messages:
        today = one.said_at.astimezone(ZoneInfo(zone)).date()
        turn = reasons.get(one.id)
        made.append(
            Bubble(
                id=one.id,
                inbound=one.direction == Direction.IN,
                author=name_of("author", one.author, lang),
                text=one.text,
                kind=_kind(one, lang),
                buttons=buttons.get(one.id, ()),
                said_at=one.said_at,
                hour=hour(one.said_at, lang, zone),
                new_day=today if today != day else None,
                tick=_tick(deliveries[one.id], lang),
                why=_why(turn, lang, silent=one.direction == Direction.IN) if turn else None,
            )
        )
        day = today
    return made


def refusal(because: str) -> str | None:
    """The key of our own words for a sentence of the gate; None when it is not one of them."""
    return next((key for start, key in _REFUSALS.items() if because.startswith(start)), None)


def _delivery(message: Message) -> Delivery | None:
    return next(iter(message.deliveries.all()), None)


def _tick(delivery: Delivery | None, lang: str) -> Tick | None:
    if delivery is None:
        return None
    state = DeliveryState(delivery.state)
    label = words.word(f"console.state_{state.value}", lang)
    return Tick(_MARKS[state], state.value, label, _trouble(delivery, lang))


def _trouble(delivery: Delivery, lang: str) -> str:
    if not delivery.reason:
        return ""
    known = refusal(delivery.reason)
    sentence = words.word(f"console.{known}", lang) if known else delivery.reason
    return f"{sentence} ({delivery.error_code})" if delivery.error_code else sentence


def _kind(message: Message, lang: str) -> str:
    plain = message.kind in ("text", "interactive", "button", "template") or message.tap_id
    return "" if plain and message.text else name_of("kind", message.kind, lang)


def _buttons(messages: Iterable[Message]) -> dict[UUID, tuple[str, ...]]:
    """The titles under our messages: the body is asked for here alone, and only where there are."""
    ids = [one.id for one in messages if one.kind == "interactive"]
    bodies = Delivery.objects.filter(message__in=ids).values_list("message_id", "body")
    return {message_id: tuple(_titles(body)) for message_id, body in bodies}


def _titles(body: Mapping[str, Any]) -> list[str]:
    action = body.get("interactive", {}).get("action", {})
    titles = [b.get("reply", {}).get("title", "") for b in action.get("buttons", [])]
    titles += [r.get("title", "") for s in action.get("sections", []) for r in s.get("rows", [])]
    titles.append(action.get("parameters", {}).get("display_text", ""))
    return [title for title in titles if title]


def _reasons(turns: Iterable[Turn], deliveries: Mapping[UUID, Delivery | None]) -> dict[UUID, Turn]:
    """Each turn beside the message it said; a turn that said nothing beside the words it read."""
    by_key = {one.key: message_id for message_id, one in deliveries.items() if one}
    found: dict[UUID, Turn] = {}
    for turn in turns:
        last_read = str(turn.message_ids[-1]) if turn.message_ids else ""
        said = by_key.get(f"turn:{last_read}")
        if said or last_read:
            found[said or UUID(last_read)] = turn
    return found


def _why(turn: Turn, lang: str, *, silent: bool) -> Why:
    reading, decision = turn.reading, turn.decision
    sure = reading.get("confidence")
    return Why(
        id=turn.id,
        silent=silent,
        intent=name_of("intent", str(reading.get("intent", "?")), lang),
        sure_percent=round(sure * 100) if isinstance(sure, int | float) else None,
        language=str(reading.get("lang") or "?"),
        also=", ".join(name_of("intent", str(one), lang) for one in reading.get("also") or []),
        slots=tuple((key, _plain(part)) for key, part in (reading.get("slots") or {}).items()),
        risk=", ".join(str(one).replace("_", " ") for one in reading.get("risk") or []),
        act=name_of("act", str(decision.get("act", "?")), lang),
        reasons=tuple(str(one) for one in decision.get("reasons") or []),
        versions=turn.versions,
    )


def _plain(part: Any) -> str:
    return part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
