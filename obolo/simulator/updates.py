"""What the product will be told, in the shapes of the real services.

Owns the change objects of WhatsApp webhooks (facts: WhatsApp 1.7-1.9) and the notification of the
payment provider. Never: signing, posting, deciding when.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from obolo.simulator.naming import token

if TYPE_CHECKING:
    from obolo.simulator.world import Message, Person

NOT_WRITTEN_BY_PEOPLE = frozenset({"system"})
_HREF = "/documentation/business-messaging/whatsapp/support/error-codes"


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice that must reach the product; `number` is the record that caused it."""

    number: int
    at: str
    lane: str  # notices of one lane are posted in order, as long as nothing fails
    change: dict[str, Any]
    payment: bool = False


def inbound(number: int, person: "Person", message: "Message", address: str | None) -> Owed:
    """A message from a person. `address` names the sender of a system message instead."""
    spoken = dict(message.body)
    head: dict[str, Any] = {}
    if address:
        head["from" if address.isdigit() else "from_user_id"] = address
    elif person.phone:
        head["from"] = person.phone
    if not address:
        head["from_user_id"] = person.user_id
    head |= {"id": message.id, "timestamp": _seconds(message.at)}
    value: dict[str, Any] = {} if address else {"contacts": [_contact(person)]}
    value["messages"] = [head | spoken]
    return _messages(number, message.at.isoformat(), person.id, value)


def status(number: int, person: "Person", message: "Message", happened: dict[str, Any]) -> Owed:
    """One step of a message on its way to a person."""
    at = datetime.fromisoformat(happened["at"])
    told: dict[str, Any] = {
        "id": message.id,
        "status": happened["status"],
        "timestamp": _seconds(at),
    }
    if person.phone:
        told["recipient_id"] = person.phone
    told["recipient_user_id"] = person.user_id
    if message.opaque is not None:
        told["biz_opaque_callback_data"] = message.opaque
    value: dict[str, Any] = {"statuses": [told]}
    if happened["status"] == "failed":
        told["errors"] = [_error(happened["error"])]
    else:
        value["contacts"] = [_contact(person)]
    first_arrival = happened["status"] in ("sent", "delivered")
    if first_arrival and message.pricing:
        told["pricing"] = message.pricing
    if first_arrival and message.pricing and message.pricing["type"] == "free_entry_point":
        told["conversation"] = {"id": person.user_id[3:], "origin": {"type": "referral_conversion"}}
        if person.entry_until:
            told["conversation"]["expiration_timestamp"] = _seconds(person.entry_until)
    return _messages(number, happened["at"], person.id, value)


def preference(number: int, person: "Person", value: str, at: str) -> Owed:
    """The person stopped or resumed marketing messages. Its timestamp is an integer."""
    verb = "stop" if value == "stop" else "resume"
    told = {
        "wa_id": person.phone or "",
        "user_id": person.user_id,
        "detail": f"User requested to {verb} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": int(datetime.fromisoformat(at).timestamp()),
    }
    content = {"contacts": [_contact(person)], "user_preferences": [told]}
    return _messages(number, at, person.id, content, field="user_preferences")


def template_status(number: int, template: dict[str, Any], happened: str, at: str) -> Owed:
    """A template was reviewed, paused, disabled or deleted. Its id is a JSON number here."""
    value: dict[str, Any] = {
        "event": happened,
        "message_template_id": int(template["id"]),
        "message_template_name": template["name"],
        "message_template_language": template["language"],
        "reason": template.get("rejected_reason", "NONE"),
        "message_template_category": template["category"],
    }
    if happened in ("PAUSED", "DISABLED"):
        value["other_info"] = {"title": "FIRST_PAUSE", "description": "Paused for low quality."}
    change = {"field": "message_template_status_update", "value": value}
    return Owed(number, at, "templates", change)


def payment(number: int, seed: str, payment_id: str, at: str) -> Owed:
    """The provider's notification. It says only: look."""
    told = {
        "id": token(seed, "ntf", number),
        "type": "payment.updated",
        "payment": payment_id,
    }
    return Owed(number, at, payment_id, told, payment=True)


def with_metadata(change: dict[str, Any], display_phone: str, number_id: str) -> dict[str, Any]:
    """The change as it is posted: the channel is named only now, the world knows no settings."""
    if change["value"].get("messaging_product") != "whatsapp":
        return change
    metadata = {"display_phone_number": display_phone, "phone_number_id": number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata}
    return {"field": change["field"], "value": value | change["value"]}


def _messages(
    number: int, at: str, lane: str, value: dict[str, Any], field: str = "messages"
) -> Owed:
    change = {"field": field, "value": {"messaging_product": "whatsapp", **value}}
    return Owed(number, at, lane, change)


def _contact(person: "Person") -> dict[str, Any]:
    contact: dict[str, Any] = {"profile": {"name": person.name}}
    if person.phone:
        contact["wa_id"] = person.phone
    return contact | {"user_id": person.user_id}


def _error(error: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": error["code"],
        "title": error["title"],
        "message": error["title"],
        "error_data": {"details": error["details"]},
        "href": _HREF,
    }


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))
