"""Whether a request body is one the Graph API would take.

Owns the translation of the gateway's findings into the error envelope. Never: its own limits.
"""

from typing import Any

from obolo.gateways.messaging.whatsapp.errors import NotARequest
from obolo.gateways.messaging.whatsapp.limits import problems
from obolo.gateways.messaging.whatsapp.requests import SendRequest, read_request
from obolo.simulator.errors import GraphError


def read_body(data: Any) -> dict[str, Any]:
    """The body itself, its type made explicit; raises GraphError 100 with what is wrong."""
    if not isinstance(data, dict):
        raise GraphError(100, "Invalid parameter", details="The body is not a JSON object")
    try:
        request = read_request(data)
    except NotARequest as wrong:
        raise GraphError(100, "Invalid parameter", details=f"body: {wrong.detail}") from None
    if found := problems(request):
        raise GraphError(100, "Invalid parameter", details="body: " + " ".join(found))
    return data | {"type": request.kind} if isinstance(request, SendRequest) else data
