"""What a message looks like on a phone: words, choices to tap, links to open, a file to see.

Owns the reading of both directions (facts: WhatsApp 1.3, 1.5, 1.7). Pure.
"""

import re
from typing import Any

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_FILES = ("image", "video", "audio", "document", "sticker")
BUTTONS_MAX = 10
Template = dict[str, Any]


def rendered(body: dict[str, Any], template: Template | None) -> dict[str, Any]:
    """Text, offers, links and file of a message of the organisation."""
    kind = body.get("type", "text")
    content = body.get(kind) or {}
    if kind == "template":
        return _template(content, template)
    if kind == "interactive":
        return _interactive(content)
    look = heard(body)
    if links := [{"title": url, "url": url} for url in _LINK.findall(look["text"])]:
        look["links"] = links
    return look


def heard(body: dict[str, Any]) -> dict[str, Any]:
    """Text and file of a message of a person, or of a plain one of the organisation."""
    kind = body.get("type", "text")
    content = body.get(kind) or {}
    look: dict[str, Any] = {"text": words(kind, content)}
    if kind in _FILES and isinstance(content, dict):
        look["file"] = {"kind": kind} | content
    return look


def words(kind: str, content: Any) -> str:
    """The readable words of a message of any kind, in or out; may be empty."""
    if kind == "contacts" and isinstance(content, list):
        return ", ".join(str(_at(c, "name", "formatted_name") or "?") for c in content)
    if not isinstance(content, dict):
        return ""
    if kind == "interactive":
        chosen = content.get(str(content.get("type"))) or {}
        return _text(chosen.get("title") or chosen.get("body"))
    if kind == "location":
        named = [content.get("name"), content.get("address")]
        spot = f"{content.get('latitude')}, {content.get('longitude')}"
        return ", ".join(_text(part) for part in named if part) or spot
    keys = {"text": "body", "reaction": "emoji", "button": "text", "system": "body"}
    return _text(content.get(keys.get(kind, "caption")))


def _interactive(content: dict[str, Any]) -> dict[str, Any]:
    header, action = content.get("header") or {}, content.get("action") or {}
    parts = [header.get("text"), _at(content, "body", "text"), _at(content, "footer", "text")]
    look: dict[str, Any] = {"text": "\n".join(_text(part) for part in parts if part)}
    if header.get("type") in _FILES:
        look["file"] = {"kind": header["type"]} | header.get(header["type"], {})
    offers = _buttons(action) + _rows(action)
    if offers:
        look["offers"] = offers
    if content.get("type") == "list":
        look["list_label"] = _text(action.get("button"))
    if content.get("type") == "cta_url":
        asked = action.get("parameters") or {}
        link = {"title": _text(asked.get("display_text")), "url": _text(asked.get("url"))}
        look["links"] = [link]
    if content.get("type") in ("location_request_message", "request_contact_info"):
        look["request"] = content["type"]
    return look


def _buttons(action: dict[str, Any]) -> list[dict[str, Any]]:
    replies = [button.get("reply") or {} for button in action.get("buttons") or ()]
    return [
        {"id": _text(r.get("id")), "title": _text(r.get("title")), "kind": "button"}
        for r in replies
    ]


def _rows(action: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": _text(row.get("id")),
            "title": _text(row.get("title")),
            "description": _text(row.get("description")),
            "section": _text(section.get("title")),
            "kind": "list",
        }
        for section in action.get("sections") or ()
        for row in section.get("rows") or ()
    ]


def _template(sent: dict[str, Any], template: Template | None) -> dict[str, Any]:
    given = [part for part in sent.get("components") or () if isinstance(part, dict)]
    stored = (template or {}).get("components") or []
    name = _text(sent.get("name"))
    look: dict[str, Any] = {"template": name}
    texts = [_filled(part, given) for part in stored if part.get("text")]
    if not stored:
        values = [v for part in given if part.get("type") == "body" for v in _values(part)]
        texts = [" · ".join([f"[{name}]", *values])]
    look["text"] = "\n".join(texts)
    for part in given:
        for value in part.get("parameters") or ():
            if part.get("type") == "header" and value.get("type") in _FILES:
                look["file"] = {"kind": value["type"]} | value.get(value["type"], {})
    offers, links = _template_buttons(stored, given)
    return look | ({"offers": offers} if offers else {}) | ({"links": links} if links else {})


def _filled(stored: dict[str, Any], given: list[dict[str, Any]]) -> str:
    """The text of a stored component with its variables replaced by the values sent."""
    kind = str(stored.get("type", "")).lower()
    known: dict[str, str] = {}
    for part in given:
        if part.get("type") == kind:
            for place, value in enumerate(part.get("parameters") or (), 1):
                known[_text(value.get("parameter_name")) or str(place)] = _value(value)
    return re.sub(
        r"{{\s*(\w+)\s*}}", lambda found: known.get(found[1], found[0]), _text(stored["text"])
    )


def _template_buttons(
    stored: list[dict[str, Any]], given: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    buttons = [b for part in stored if part.get("type") == "BUTTONS" for b in part["buttons"]]
    sent = {str(part.get("index")): part for part in given if part.get("type") == "button"}
    offers: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []
    for place in range(BUTTONS_MAX):
        if place >= len(buttons) and str(place) not in sent:
            continue
        button = buttons[place] if place < len(buttons) else {}
        part = sent.get(str(place), {})
        value = next((_value(v) for v in part.get("parameters") or ()), "")
        kind = str(part.get("sub_type") or button.get("type") or "").lower()
        title = _text(button.get("text")) or value or kind
        if kind == "quick_reply":
            offers.append({"id": value or title, "title": title, "kind": "template"})
        elif kind == "url":
            links.append({"title": title, "url": _url(_text(button.get("url")), value)})
    return offers, links


def _url(pattern: str, value: str) -> str:
    return re.sub(r"{{\s*\w+\s*}}", lambda _found: value, pattern) or value


def _values(part: dict[str, Any]) -> list[str]:
    return [_value(value) for value in part.get("parameters") or ()]


def _value(parameter: dict[str, Any]) -> str:
    kind = parameter.get("type")
    inner = parameter.get(str(kind))
    if isinstance(inner, dict):
        return _text(inner.get("fallback_value") or inner.get("filename"))
    return _text(inner)


def _at(content: Any, *path: str) -> Any:
    for step in path:
        content = content.get(step) if isinstance(content, dict) else None
    return content


def _text(value: Any) -> str:
    return "" if value is None else str(value)
