"""What the API says, as JSON-safe dictionaries. Amounts are minor units, times ISO 8601 in UTC."""

from typing import Any

from obolo.causes.models import Cause, Purchase
from obolo.causes.placing import place_of
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
    """A purchase with its evidence. `state`: counted, waiting (for a second person), refused."""
    place = place_of(one)
    return {
        "id": str(one.id),
        "state": one.state,
        "cause": one.cause.slug,
        "amount_minor": one.amount_minor,
        "left_minor": one.left_minor,
        "currency": one.currency,
        "paid": _paid(one),
        "description": one.description,
        "date": one.bought_on.isoformat(),
        "region": place.region if place else "",
        "recorded_at": one.recorded_at.isoformat(),
        "booked_at": one.booked_at.isoformat() if one.booked_at else None,
        "evidence": [
            {"id": str(f.id), "kind": f.kind, "sha256": bytes(f.sha256).hex(), "public": f.public}
            for f in one.evidence.all()
        ],
    }


def _paid(one: Purchase) -> dict[str, Any] | None:
    """What was paid in another currency, and the rate; None when it was the cause's own."""
    if one.paid_minor is None or one.rate_on is None:
        return None
    return {
        "amount_minor": one.paid_minor,
        "currency": one.paid_currency,
        "rate": one.rate,
        "rate_date": one.rate_on.isoformat(),
        "rate_source": one.rate_source,
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
