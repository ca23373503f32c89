"""Message templates of the pretend Graph API: create, list, read, edit, delete, review.

Owns their checks and their life (facts: WhatsApp 1.5). The review here takes no time: an answer
says PENDING as the real one does, and the webhook with the verdict follows at once.
"""

import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from obolo.kit import clock
from obolo.simulator import naming, sending
from obolo.simulator.answers import answer
from obolo.simulator.errors import GraphError
from obolo.simulator.stage import Stage

CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_BODY_MAX = 1024
_EDGE_VARIABLE = re.compile(r"^\s*{{\s*\w+\s*}}|{{\s*\w+\s*}}\s*$")
_FILTERS = ("name", "status", "category", "language")


async def create(stage: Stage, request: Request, _node: str) -> Response:
    """Create a template; it is reviewed at once."""
    asked = await _object(request)
    _check(asked)
    if sending.template_named(stage.world, asked["name"], asked["language"]):
        message = "Content in this language already exists"
        raise GraphError(100, message, subcode=2388024)
    template_id = naming.digits_id(stage.world.seed, "template", stage.world.count)
    template = asked | {"id": template_id, "status": "PENDING"}
    stage.write("template_saved", template=template, at=_now())
    _review(stage, template)
    found = {"id": template_id, "status": "PENDING", "category": template["category"]}
    return answer(found)


async def listed(stage: Stage, request: Request, _node: str) -> Response:
    """List templates, filtered and in pages."""
    asked = request.query_params
    wanted = [(name, asked[name]) for name in _FILTERS if name in asked]
    found = [t for t in stage.world.templates.values() if all(t[n] == v for n, v in wanted)]
    start = _number(asked.get("after", "0"))
    size = max(1, min(1000, _number(asked.get("limit", "25"))))
    page = found[start : start + size]
    paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + len(page))}}
    if start + size < len(found):
        paging["next"] = f"{request.url.path}?limit={size}&after={start + size}"
    return answer({"data": page, "paging": paging} if page else {"data": []})


async def read(stage: Stage, _request: Request, node: str) -> Response:
    """One template."""
    return answer(stage.world.templates[node])


async def edit(stage: Stage, request: Request, node: str) -> Response:
    """Change category, components or lifetime; the result is reviewed again."""
    asked, old = await _object(request), stage.world.templates[node]
    allowed = {"category", "components", "message_send_ttl_seconds", "parameter_format"}
    if not asked or not set(asked) <= allowed:
        raise GraphError(100, "Invalid parameter", details=f"editable: {sorted(allowed)}")
    fresh = old | asked
    _check(fresh)
    if old["status"] == "APPROVED" and fresh["category"] != old["category"]:
        details = "The category of an approved template cannot change"
        raise GraphError(100, "Invalid parameter", details=details)
    _review(stage, fresh)
    return answer({"success": True})


async def delete(stage: Stage, request: Request, _node: str) -> Response:
    """Delete by name, in all languages or only the one with `hsm_id`."""
    name, one = request.query_params.get("name"), request.query_params.get("hsm_id")
    templates = list(stage.world.templates.values())
    found = [t for t in templates if t["name"] == name and one in (None, t["id"])]
    if not found:
        raise GraphError(100, "Message Template Not Found", subcode=2593002)
    for template in found:
        stage.write("template_deleted", id=template["id"])
    return answer({"success": True})


def _review(stage: Stage, template: dict[str, Any]) -> None:
    """Approve, or reject what the real review always rejects: variables at an edge."""
    texts = [part["text"] for part in template["components"] if part.get("type") == "BODY"]
    bad = any(_EDGE_VARIABLE.search(text) for text in texts)
    verdict = "REJECTED" if bad else "APPROVED"
    reason = "INVALID_FORMAT" if bad else "NONE"
    reviewed = template | {"status": verdict, "rejected_reason": reason}
    stage.write("template_saved", template=reviewed, happened=verdict, at=_now())


def _check(asked: dict[str, Any]) -> None:
    if not _NAME.fullmatch(str(asked.get("name"))):
        _refuse("name: lower-case letters, digits and underscores")
    if not _LANGUAGE.fullmatch(str(asked.get("language"))):
        _refuse("language: a code such as it or en_US")
    if asked.get("category") not in CATEGORIES:
        _refuse(f"category: one of {', '.join(CATEGORIES)}")
    parts = asked.get("components")
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        _refuse("components: a list of objects")
    bodies = [part for part in parts if part.get("type") == "BODY"]  # type: ignore[union-attr]
    texts = [part.get("text") for part in bodies]
    if len(texts) != 1 or not isinstance(texts[0], str) or not 1 <= len(texts[0]) <= _BODY_MAX:
        _refuse(f"components: exactly one BODY with a text of 1 to {_BODY_MAX} characters")
    for part in parts:  # type: ignore[union-attr]
        if part.get("type") == "BUTTONS" and not _are_buttons(part.get("buttons")):
            _refuse("components: BUTTONS has a list of at most 10 buttons")


def _are_buttons(buttons: Any) -> bool:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 10:
        return False
    return all(isinstance(button, dict) for button in buttons)


def _refuse(details: str) -> None:
    raise GraphError(100, "Invalid parameter", details=details)


async def _object(request: Request) -> dict[str, Any]:
    try:
        content = json.loads(await request.body())
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise GraphError(100, "Invalid parameter", details="The body is not a JSON object")
    return content


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _now() -> str:
    return clock.now().isoformat()
