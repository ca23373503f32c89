"""The organisation writes: who is meant, whether it may arrive, what happens to it.

Owns the rules of the pretend network: the 24-hour window, blocks, stopped marketing, prices of
messages (facts: WhatsApp 1.2, 1.8, 1.10-1.12). Pure: reads the world, returns what to write down.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from obolo.simulator.errors import GraphError
from obolo.simulator.faults import described
from obolo.simulator.naming import phone_digits
from obolo.simulator.rendering import rendered
from obolo.simulator.world import Person, World

# As published for October 2026; a figure that may change, so it is one name in one place.
FREE_SERVICE_MESSAGES_PER_MONTH = 1000
_TEMPLATE_PROBLEMS = {"PAUSED": 132015, "DISABLED": 132016}


@dataclass(frozen=True, slots=True)
class Address:
    """The recipient as it was given: `shown` is echoed, `key` finds the person."""

    shown: str
    key: str
    by_user_id: bool


def recipient(body: dict[str, Any]) -> Address:
    """Whom `body` is for; `to` wins over `recipient`. Raises GraphError when neither is given."""
    to = body.get("to")
    shown = str(to or body.get("recipient") or "")
    if not shown.strip():
        raise GraphError(100, "The parameter to is required.", details="body: to is missing")
    digits = phone_digits(shown)
    return Address(shown, digits or shown, by_user_id=not to or shown.startswith("IT."))


def template_named(world: World, name: Any, language: Any) -> dict[str, Any] | None:
    """The stored template with this name and language code."""
    for template in world.templates.values():
        if template["name"] == name and template["language"] == language:
            return template
    return None


def look(world: World, body: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """How the message is shown, and its price category. Raises GraphError for a bad template.

    A template nobody has created is accepted and shown by its name and values: a newcomer can
    send before having registered anything.
    """
    if body.get("type") != "template":
        return rendered(body, None), "service"
    sent = body["template"]
    template = template_named(world, sent.get("name"), (sent.get("language") or {}).get("code"))
    if template is None:
        return rendered(body, None), "utility"
    if template["status"] != "APPROVED":
        error = described(_TEMPLATE_PROBLEMS.get(template["status"], 132001), template["status"])
        raise GraphError(error["code"], error["title"], details=f"status: {error['details']}")
    return rendered(body, template), str(template["category"]).lower()


def pricing(world: World, person: Person, category: str, at: datetime) -> dict[str, Any]:
    """The pricing object of the statuses (facts: WhatsApp 1.8)."""
    used = world.free_service.get(at.isoformat()[:7], 0)
    if person.entry_until and at < person.entry_until:
        kind = "free_entry_point"
    elif category == "service" and used < FREE_SERVICE_MESSAGES_PER_MONTH:
        kind = "free_customer_service"
    else:
        kind = "regular"
    price = {"billable": kind == "regular", "pricing_model": "PMP", "type": kind}
    return price | {"category": category}


def failure(
    person: Person, kind: str, category: str, at: datetime, outsider: bool
) -> dict[str, Any] | None:
    """Why a message that was accepted does not arrive, or None.

    An `outsider` is a silent phone that exists only because somebody wrote to it: no rule of
    windows holds for it, so that published examples can be played as they are.
    """
    if person.blocked:
        return described(131026, "Unable to deliver message. The recipient may have blocked you.")
    if category == "marketing" and person.marketing_stopped:
        return described(131050, "The user has stopped marketing messages from this business.")
    if kind != "template" and not outsider and not person.window_open(at):
        details = "More than 24 hours have passed since the customer last replied to this number."
        return described(131047, f"Message failed to send because: {details}")
    return None


def steps(
    person: Person, kind: str, failed: dict[str, Any] | None, is_reading: bool
) -> list[dict[str, Any]]:
    """The statuses that follow at once, in order."""
    if failed:
        return [{"status": "failed", "error": failed}]
    names = ["sent"] if kind == "reaction" else ["sent", "delivered"]
    if is_reading and not person.silent and kind != "reaction":
        names.append("read")
    return [{"status": name} for name in names]
