"""Requests read and answers written, for all routes of the simulator.

Owns the JSON of the control API and the reading of bodies. Never: what a route means.
"""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from obolo.simulator.errors import Refused

BODY_MAX_BYTES = 1_000_000


def answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON, escaped to ASCII: what people type may hold lone surrogates."""
    body = json.dumps(content, ensure_ascii=True).encode("ascii")
    return Response(body, status, headers, media_type="application/json")


def refusal(error: Refused) -> Response:
    """The answer to a control call that cannot be carried out."""
    return answer({"error": error.sentence}, error.status)


async def json_body(request: Request) -> Any:
    """The JSON in the body; an empty body counts as `{}`. Raises Refused."""
    body = await request.body()
    if len(body) > BODY_MAX_BYTES:
        raise Refused(f"The body is larger than {BODY_MAX_BYTES} bytes.")
    if not body.strip():
        return {}
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("The body is not JSON.") from None


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body; an empty body counts as `{}`. Raises Refused."""
    content = await json_body(request)
    if not isinstance(content, dict):
        raise Refused("The body is not a JSON object.")
    return content
