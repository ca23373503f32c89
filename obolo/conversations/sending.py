"""Verbs about deliveries: claiming, and noting what became of them.

A claim is committed before anything leaves the house. An answer that got lost leaves the delivery
`unknown`: a status with our id settles it, it is never blindly repeated.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from obolo.conversations import gate
from obolo.conversations.models import Delivery, DeliveryState, Message, Status
from obolo.kit.clock import now
from obolo.kit.text import shown
from obolo.organisations.bell import ring
from obolo.people import queries as people
from obolo.people.models import Purpose

TRIES_MAX = 5
CODE_MAX = 2**31 - 1  # what the column holds; no code of WhatsApp's is longer
CLAIM_LASTS = timedelta(minutes=2)  # a sender that died: after this its claim is `unknown`
_RANK = {
    state: rank
    for rank, state in enumerate(
        [
            DeliveryState.QUEUED,
            DeliveryState.CLAIMED,
            DeliveryState.UNKNOWN,
            DeliveryState.ACCEPTED,
            DeliveryState.SENT,
            DeliveryState.FAILED,
            DeliveryState.DELIVERED,
            DeliveryState.READ,
        ]
    )
}

_TOLD = frozenset({"sent", "delivered", "read", "failed"})


def claim(*, limit: int) -> list[tuple[Delivery, bool]]:
    """Claim due deliveries that the gate lets go; (delivery, send it as a template?).

    Refused ones are marked with the reason and not returned. Consent is read in this very
    transaction.
    """
    at = now()
    due = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("message__conversation")
        .filter(state=DeliveryState.QUEUED, due_at__lte=at)
        .order_by("due_at", "id")[:limit]
    )
    if not due:
        return []
    facts = _facts(due, at)
    going: list[tuple[Delivery, bool]] = []
    for delivery in due:
        verdict = gate.decide(facts[delivery.id])
        if isinstance(verdict, gate.Go):
            going.append((delivery, verdict.as_template))
        else:
            _mark([delivery.id], DeliveryState.REFUSED, reason=verdict.because)
            ring(f"conversation:{delivery.message.conversation_id}")
    Delivery.objects.filter(id__in=[d.id for d, _ in going]).update(
        state=DeliveryState.CLAIMED, claimed_at=at, attempts=F("attempts") + 1
    )
    return going


def _facts(due: Sequence[Delivery], at: datetime) -> dict[UUID, gate.Facts]:
    pairs = {d.id: (d.message.conversation.person_id, Purpose(d.purpose)) for d in due}
    addresses = people.whatsapp_addresses(person for person, _ in pairs.values())
    agreed = people.who_agree(pairs.values())
    return {
        d.id: gate.Facts(
            purpose=pairs[d.id][1],
            agreed=pairs[d.id] in agreed,
            last_in_at=d.message.conversation.last_in_at,
            has_address=pairs[d.id][0] in addresses,
            has_template=d.template is not None,
            now=at,
        )
        for d in due
    }


_ACCEPT = """
UPDATE conversations_delivery AS d
SET provider_id = n.provider_id,
    state = CASE WHEN d.state = ANY (%s::text[]) THEN 'accepted' ELSE d.state END
FROM unnest(%s::uuid[], %s::text[]) AS n (id, provider_id)
WHERE d.id = n.id
"""
_NAME_MESSAGES = """
UPDATE conversations_message AS m SET provider_id = n.provider_id
FROM unnest(%s::uuid[], %s::text[]) AS n (id, provider_id)
WHERE m.id = n.id
"""


def accepted(*, delivery: Delivery, provider_id: str) -> None:
    """The provider took it and named it; statuses that came before us are read now."""
    accepted_all([(delivery, provider_id)])


def accepted_all(taken: Sequence[tuple[Delivery, str]]) -> None:
    """`accepted` for many."""
    if not taken:
        return
    ids, names = [d.id for d, _ in taken], [name for _, name in taken]
    lower = [state.value for state, rank in _RANK.items() if rank < _RANK[DeliveryState.ACCEPTED]]
    locked = Delivery.objects.filter(id__in=ids).order_by("id").select_for_update()
    list(locked.values_list("id"))  # in one order for all who change deliveries
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPT, [lower, ids, names])
        cursor.execute(_NAME_MESSAGES, [[d.message_id for d, _ in taken], names])
    _move_on(list(Status.objects.filter(provider_id__in=names).order_by("recorded_at")))
    ring(*(f"conversation:{d.message.conversation_id}" for d, _ in taken))


def failed(*, delivery: Delivery, reason: str, code: int | None) -> None:
    """It will not be tried again."""
    _advance([delivery.id], DeliveryState.FAILED, reason=reason, code=code)
    ring(f"conversation:{delivery.message.conversation_id}")


def lost(*, delivery: Delivery) -> None:
    """No answer came: it may or may not have gone out; a status may have told already."""
    _advance([delivery.id], DeliveryState.UNKNOWN, reason="WhatsApp's answer was lost.")


def again(*, delivery: Delivery, after: timedelta, reason: str, code: int | None = None) -> None:
    """It surely did not go out: try later, at most TRIES_MAX times in all."""
    if delivery.attempts + 1 >= TRIES_MAX:
        failed(delivery=delivery, reason=reason, code=code)
        return
    Delivery.objects.filter(id=delivery.id, state=DeliveryState.CLAIMED).update(
        state=DeliveryState.QUEUED,
        due_at=now() + after,
        reason=shown(reason, 300),
        error_code=code,
    )


def give_up_claims() -> int:
    """Claims of senders that died become `unknown`; returns how many."""
    return Delivery.objects.filter(
        state=DeliveryState.CLAIMED, claimed_at__lt=now() - CLAIM_LASTS
    ).update(state=DeliveryState.UNKNOWN, reason="The sender stopped before an answer came.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the provider said of one message; `detail` holds errors, pricing, our opaque id."""

    provider_id: str
    state: str
    at: datetime | None
    detail: dict[str, Any]


def note_status(
    *, provider_id: str, state: str, at: datetime | None, detail: dict[str, Any]
) -> bool:
    """Record what the provider says of a message of ours; False when it was told before."""
    told = Told(provider_id=provider_id, state=state, at=at, detail=detail)
    return note_statuses([told]) == 1


def note_statuses(told: Sequence[Told]) -> int:
    """Record many at once, in a few queries; returns how many were new.

    Each state of a message counts once. A delivery moves to the highest state told of it.
    """
    rows = {
        (one.provider_id, one.state): Status(
            provider_id=shown(one.provider_id, 256),
            state=one.state[:40],
            at=one.at,
            detail=one.detail,
        )
        for one in reversed(told)  # of two alike the first one stays
    }
    Status.objects.bulk_create(rows.values(), ignore_conflicts=True)
    new_ids = Status.objects.filter(id__in=[row.id for row in rows.values()])
    new = set(new_ids.values_list("id", flat=True))
    _move_on([row for row in rows.values() if row.id in new])
    return len(new)


def _move_on(statuses: Sequence[Status]) -> None:
    if not statuses:
        return
    deliveries = _deliveries_of(statuses)
    highest: dict[UUID, Status] = {}
    for status in statuses:
        delivery = deliveries.get(status.provider_id)
        if delivery is not None and _state_of(status) is not None:
            best = highest.setdefault(delivery.id, status)
            if _rank(status) > _rank(best):
                highest[delivery.id] = status
    simple: dict[DeliveryState, list[UUID]] = defaultdict(list)
    for delivery_id, status in highest.items():
        state = _state_of(status)
        if state in (None, DeliveryState.FAILED):
            _apply(delivery_id, status.state, status.detail)
        else:
            simple[state].append(delivery_id)
    for state, ids in simple.items():
        _advance(ids, state)
    if deliveries:
        ring(*{f"conversation:{d.message.conversation_id}" for d in deliveries.values()})


def _deliveries_of(statuses: Sequence[Status]) -> dict[str, Delivery]:
    """By the provider's id; by our own, when the provider's answer was lost or is on its way."""
    # Locked in one order by all who change deliveries, so that nobody waits for each other.
    rows = (
        Delivery.objects.select_related("message")
        .defer("body", "template")
        .order_by("id")
        .select_for_update(of=("self",))
    )
    found = {
        str(d.provider_id): d
        for d in rows.filter(provider_id__in=[s.provider_id for s in statuses])
    }
    ours = {
        own: s.provider_id
        for s in statuses
        if s.provider_id not in found and (own := _uuid(s.detail.get("opaque")))
    }
    # Named by now, too: the answer may have been noted while we waited for the row.
    unnamed_or_ours = Q(provider_id=None) | Q(provider_id__in=ours.values())
    for delivery in rows.filter(unnamed_or_ours, id__in=ours) if ours else ():
        if delivery.provider_id is None:
            _name(delivery, ours[delivery.id])
        found[ours[delivery.id]] = delivery
    return found


def _name(delivery: Delivery, provider_id: str) -> None:
    Delivery.objects.filter(id=delivery.id).update(provider_id=provider_id)
    Message.objects.filter(id=delivery.message_id).update(provider_id=provider_id)


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _state_of(status: Status) -> DeliveryState | None:
    if status.state == "played":  # a voice message that was heard
        return DeliveryState.READ
    return DeliveryState(status.state) if status.state in _TOLD else None


def _rank(status: Status) -> int:
    state = _state_of(status)
    return _RANK[state] if state else -1


def _apply(delivery_id: UUID, state: str, detail: dict[str, Any]) -> None:
    if state == "failed":
        first = (detail.get("errors") or [{}])[0]
        reason = str(first.get("details") or first.get("title") or "WhatsApp gave no reason.")
        code = first.get("code")
        if not isinstance(code, int) or abs(code) > CODE_MAX:
            code = None
        _advance([delivery_id], DeliveryState.FAILED, reason=reason, code=code)
    elif state == "played":
        _advance([delivery_id], DeliveryState.READ)
    elif state in _TOLD:
        _advance([delivery_id], DeliveryState(state))


def _advance(ids: Sequence[UUID], state: DeliveryState, **details: Any) -> None:
    """States only go up in rank, whatever order they are told in."""
    lower = [s for s, rank in _RANK.items() if rank < _RANK[state]]
    _mark(ids, state, only_from=lower, **details)


def _mark(
    ids: Sequence[UUID],
    state: DeliveryState,
    *,
    reason: str = "",
    code: int | None = None,
    only_from: Iterable[DeliveryState] | None = None,
) -> None:
    rows = Delivery.objects.filter(id__in=ids)
    if only_from is not None:
        rows = rows.filter(state__in=list(only_from))
    rows.update(state=state, reason=shown(reason, 300), error_code=code)
