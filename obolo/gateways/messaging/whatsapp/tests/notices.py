"""The sample notices and small makers of more."""

import json
from pathlib import Path
from typing import Any

from obolo.gateways.messaging.whatsapp.inbound import read_notice

DATA = Path(__file__).parent / "data"
WEBHOOKS = sorted((DATA / "webhooks").glob("*.json"))
REQUESTS = sorted((DATA / "requests").glob("*.json"))
ANNA = "16505551234"
ANNA_ID = "US.13491208655302741918"


def value(**more) -> Any:
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        **more,
    }


def change(given, field="messages") -> Any:
    return {"field": field, "value": given}


def notice(*changes, **entry) -> bytes:
    entries = [{"id": "419561257915477", "changes": list(changes), **entry}]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


def text_message(number=1, **more) -> Any:
    base = {"from": ANNA, "id": f"wamid.{number}", "timestamp": "1749416383", "type": "text"}
    return base | {"text": {"body": "Ciao"}} | more


def said(**message) -> bytes:
    """A notice with one message of Anna's; None removes a key."""
    base = {"from": ANNA, "id": "wamid.1", "timestamp": "1749416383"} | message
    return notice(change(value(messages=[{k: v for k, v in base.items() if v is not None}])))


def facts(body) -> list[Any]:
    """The facts in a notice's body."""
    return list(read_notice(body).facts)


def only(body) -> Any:
    """The one fact in a notice's body."""
    (fact,) = facts(body)
    return fact
