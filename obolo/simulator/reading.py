"""A message as the control API and the phone page show it.

Owns the shape of one entry of `GET /sim/people/{id}/messages`. Pure; reads the world only.
"""

from typing import Any
from urllib.parse import urlsplit

from obolo.simulator.rendering import heard
from obolo.simulator.world import Message, World


def shown(world: World, message: Message, public_base: str) -> dict[str, Any]:
    """One message with its words, choices, links, file and statuses; JSON-safe."""
    body = message.body
    look = message.rendered if message.direction == "out" else heard(body)
    file = look.get("file")
    entry: dict[str, Any] = {
        "id": message.id,
        "direction": message.direction,
        "type": body.get("type", "text"),
        "text": look.get("text", ""),
        "buttons": _choices(look, ("button", "template"), ("id", "title")),
        "rows": _choices(look, ("list",), ("id", "title", "description", "section")),
        "links": [_link(world, link) for link in look.get("links", ())],
        "template": look.get("template"),
        "status": message.status if message.direction == "out" else _received(message),
        "statuses": message.statuses,
        "at": message.at.isoformat(),
        "reply_to": _reply_to(message),
        "raw": body,
    }
    for name in ("list_label", "request"):
        if name in look:
            entry[name] = look[name]
    if file:
        entry[file["kind"]] = _file(world, file, public_base)
    return entry


def _received(message: Message) -> str:
    return "read" if message.statuses else "sent"


def _reply_to(message: Message) -> str | None:
    context = message.body.get("context")
    if not isinstance(context, dict):
        return None
    found = context.get("message_id" if message.direction == "out" else "id")
    return found if isinstance(found, str) else None


def _choices(
    look: dict[str, Any], kinds: tuple[str, ...], keys: tuple[str, ...]
) -> list[dict[str, Any]]:
    offers = [offer for offer in look.get("offers", ()) if offer["kind"] in kinds]
    return [{key: offer.get(key, "") for key in keys} for offer in offers]


def _file(world: World, file: dict[str, Any], public_base: str) -> dict[str, Any]:
    """Where a browser finds the file: its own link, or the bytes kept here."""
    media = world.media.get(str(file.get("id")))
    url = file.get("link") or (f"{public_base}/sim/files/{media.id}" if media else None)
    name = file.get("filename") or (media.filename if media else None)
    return {"url": url, "caption": file.get("caption"), "filename": name}


def _link(world: World, link: dict[str, Any]) -> dict[str, Any]:
    """The link with the payment it leads to, when its path names one."""
    for part in reversed(urlsplit(link["url"]).path.split("/")):
        if part in world.payments:
            return link | {"payment_ref": part}
        if part and part in world.by_reference:
            return link | {"payment_ref": world.by_reference[part]}
    return link
