"""What the API says, as JSON-safe dictionaries. Amounts are minor units, times ISO 8601 in UTC."""

from typing import Any

from obolo.causes.models import Cause, Purchase
from obolo.conversations import queries as talk
from obolo.conversations.models import Message
from obolo.giving.models import Gift
from obolo.giving.pledges import queries as pledges
from obolo.people import queries as people
from obolo.people.models import Person
from obolo.trace import queries as paths


def cause(one: Cause) -> dict[str, Any]:
    """A cause with the state of its fund."""
    whole = paths.whole(one)
    return {
        "id": str(one.id),
        "slug": one.slug,
        "names": one.names,
        "summaries": one.summaries,
        "currency": one.currency,
        "goal_minor": one.goal_minor,
        "received_minor": whole.received_minor,
        "spent_minor": whole.spent_minor,
        "free_minor": whole.free_minor,
        "gifts_count": whole.gifts_count,
    }


def gift(one: Gift) -> dict[str, Any]:
    """A gift as it was booked."""
    receipt = max(one.receipts.all(), key=lambda r: (r.issued_at, r.id), default=None)
    return {
        "id": str(one.id),
        "person": str(one.person_id),
        "cause": one.cause.slug,
        "gross_minor": one.gross_minor,
        "fee_minor": one.fee_minor,
        "net_minor": one.gross_minor - one.fee_minor,
        "asked_minor": one.asked_minor,
        "other_amount": one.other_amount,
        "currency": one.currency,
        "method": one.method,
        "paid_at": one.paid_at.isoformat(),
        "booked_at": one.booked_at.isoformat(),
        "receipt": receipt.shown if receipt else None,
    }


def purchase(one: Purchase) -> dict[str, Any]:
    """A purchase with its evidence."""
    return {
        "id": str(one.id),
        "cause": one.cause.slug,
        "amount_minor": one.amount_minor,
        "currency": one.currency,
        "description": one.description,
        "date": one.bought_on.isoformat(),
        "recorded_at": one.recorded_at.isoformat(),
        "evidence": [
            {"id": str(f.id), "kind": f.kind, "sha256": bytes(f.sha256).hex(), "public": f.public}
            for f in one.evidence.all()
        ],
    }


def message(one: Message) -> dict[str, Any]:
    """A message with how far it got."""
    delivery = next(iter(one.deliveries.all()), None)
    return {
        "id": str(one.id),
        "direction": one.direction,
        "author": one.author,
        "kind": one.kind,
        "text": one.text,
        "tap": one.tap_id,
        "said_at": one.said_at.isoformat(),
        "recorded_at": one.recorded_at.isoformat(),
        "state": delivery.state if delivery else None,
        "reason": delivery.reason if delivery else "",
        "purpose": delivery.purpose if delivery else None,
    }


def person(one: Person, gifts: list[Gift]) -> dict[str, Any]:
    """A person with consent, gifts and conversation."""
    conversation = talk.of_person(one.id)
    hand_off = talk.open_hand_off(conversation.id) if conversation else None
    return {
        "id": str(one.id),
        "name": one.name,
        "language": one.language,
        "consent": people.consent(one.id),
        "gifts": [gift(g) for g in gifts],
        "pledges": [pledges.as_json(view) for view in pledges.pledges_of(one.id)],
        "conversation": str(conversation.id) if conversation else None,
        "handed_off": hand_off is not None,
        "alerts": [hand_off.reason] if hand_off else [],
    }
