"""Verbs about deliveries: claiming, and noting what became of them.

A claim is committed before anything leaves the house. An answer that got lost leaves the delivery
`unknown`: a status with our id settles it, it is never blindly repeated.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from obolo.conversations import gate
from obolo.conversations.models import Delivery, DeliveryState, Message, Status
from obolo.kit.clock import now
from obolo.kit.text import shown
from obolo.organisations.bell import ring
from obolo.people import queries as people
from obolo.people.models import Purpose

TRIES_MAX = 5
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
    going: list[tuple[Delivery, bool]] = []
    for delivery in due:
        verdict = gate.decide(_facts(delivery, at))
        if isinstance(verdict, gate.Go):
            going.append((delivery, verdict.as_template))
        else:
            _mark(delivery.id, DeliveryState.REFUSED, reason=verdict.because)
            ring(f"conversation:{delivery.message.conversation_id}")
    Delivery.objects.filter(id__in=[d.id for d, _ in going]).update(
        state=DeliveryState.CLAIMED, claimed_at=at, attempts=F("attempts") + 1
    )
    return going


def _facts(delivery: Delivery, at: datetime) -> gate.Facts:
    conversation = delivery.message.conversation
    phone, user_id = people.whatsapp_address(conversation.person_id)
    purpose = Purpose(delivery.purpose)
    return gate.Facts(
        purpose=purpose,
        agreed=people.agrees(conversation.person_id, purpose),
        last_in_at=conversation.last_in_at,
        has_address=bool(phone or user_id),
        has_template=delivery.template is not None,
        now=at,
    )


def accepted(*, delivery: Delivery, provider_id: str) -> None:
    """The provider took it and named it; statuses that came before us are read now."""
    Delivery.objects.filter(id=delivery.id).update(provider_id=provider_id)
    Message.objects.filter(id=delivery.message_id).update(provider_id=provider_id)
    _advance(delivery.id, DeliveryState.ACCEPTED)
    for known in Status.objects.filter(provider_id=provider_id).order_by("recorded_at"):
        _apply(delivery.id, known.state, known.detail)
    ring(f"conversation:{delivery.message.conversation_id}")


def failed(*, delivery: Delivery, reason: str, code: int | None) -> None:
    """It will not be tried again."""
    _mark(delivery.id, DeliveryState.FAILED, reason=reason, code=code)
    ring(f"conversation:{delivery.message.conversation_id}")


def lost(*, delivery: Delivery) -> None:
    """No answer came: it may or may not have gone out."""
    _mark(delivery.id, DeliveryState.UNKNOWN, reason="WhatsApp's answer was lost.")


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


def note_status(
    *, provider_id: str, state: str, at: datetime | None, detail: dict[str, Any]
) -> bool:
    """Record what the provider says of a message of ours; False when it was told before."""
    status = Status(provider_id=shown(provider_id, 256), state=state[:40], at=at, detail=detail)
    Status.objects.bulk_create([status], ignore_conflicts=True)
    if not Status.objects.filter(id=status.id).exists():
        return False
    delivery = _delivery_of(provider_id, detail)
    if delivery is not None:
        _apply(delivery.id, state, detail)
        ring(f"conversation:{delivery.message.conversation_id}")
    return True


def _delivery_of(provider_id: str, detail: dict[str, Any]) -> Delivery | None:
    found = Delivery.objects.filter(provider_id=provider_id).select_related("message").first()
    if found is not None:
        return found
    try:  # an answer that was lost: our own id came back with the status
        ours = UUID(str(detail.get("opaque")))
    except ValueError:
        return None
    found = Delivery.objects.filter(id=ours, provider_id=None).select_related("message").first()
    if found is not None:
        Delivery.objects.filter(id=ours).update(provider_id=provider_id)
        Message.objects.filter(id=found.message_id).update(provider_id=provider_id)
    return found


def _apply(delivery_id: UUID, state: str, detail: dict[str, Any]) -> None:
    if state == "failed":
        first = (detail.get("errors") or [{}])[0]
        reason = str(first.get("details") or first.get("title") or "WhatsApp gave no reason.")
        code = first.get("code") if isinstance(first.get("code"), int) else None
        _advance(delivery_id, DeliveryState.FAILED, reason=reason, code=code)
    elif state in ("sent", "delivered", "read"):
        _advance(delivery_id, DeliveryState(state))
    elif state == "played":
        _advance(delivery_id, DeliveryState.READ)


def _advance(delivery_id: UUID, state: DeliveryState, **details: Any) -> None:
    """States only go up in rank, whatever order they are told in."""
    lower = [s for s, rank in _RANK.items() if rank < _RANK[state]]
    _mark(delivery_id, state, only_from=lower, **details)


def _mark(
    delivery_id: UUID,
    state: DeliveryState,
    *,
    reason: str = "",
    code: int | None = None,
    only_from: Iterable[DeliveryState] | None = None,
) -> None:
    rows = Delivery.objects.filter(id=delivery_id)
    if only_from is not None:
        rows = rows.filter(state__in=list(only_from))
    rows.update(state=state, reason=shown(reason, 300), error_code=code)
