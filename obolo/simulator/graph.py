"""The pretend Graph API: the same paths, envelopes and errors as the real one.

Owns the routing of `/vN.N/…` and the answers (facts: WhatsApp 1.2-1.5). Never: what happens to a
message, which is the stage's.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from obolo.kit import clock
from obolo.simulator import graph_templates
from obolo.simulator.answers import answer
from obolo.simulator.checking import read_body
from obolo.simulator.errors import GraphError, Unknown
from obolo.simulator.stage import UPLOADED_MEDIA_LIFE, Stage
from obolo.simulator.world import Media

PATH = re.compile(r"(?:/sim)?/v\d{1,3}\.\d{1,2}/([^/]+)(?:/([^/]+))?/?")
MEDIA_URL_SECONDS = 300
UPLOAD_MAX_BYTES = 25_000_000
_Handler = Callable[[Stage, Request, str], Awaitable[Response]]


async def handle(stage: Stage, request: Request) -> Response:
    """Answer one Graph call; every refusal is the error envelope."""
    try:
        node, edge = _parts(request.url.path)
        authorise(request)
        return await _route(stage, request.method, node, edge)(stage, request, node)
    except GraphError as error:
        digest = hashlib.sha256(f"{request.url.path} {error}".encode("utf-8", "replace"))
        trace_id = "A" + digest.hexdigest()[:22]
        return answer(error.envelope(trace_id), error.status)


def authorise(request: Request) -> None:
    """Raise GraphError unless a Bearer token is there; the token "expired" is an expired one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        message = "An access token is required to request this resource."
        raise GraphError(190, message, status=401)
    if token.strip() == "expired":
        message = "Error validating access token: Session has expired."
        raise GraphError(190, message, subcode=463, status=401)


async def media_bytes(stage: Stage, request: Request) -> Response:
    """The second hop of a download: Bearer token and a URL that lives five minutes."""
    try:
        authorise(request)
        media = stage.media(request.path_params["media_id"])
    except GraphError as error:
        return answer(error.envelope("A0"), error.status)
    except Unknown:
        return Response(status_code=404)
    until = request.query_params.get("until", "")
    seal = request.query_params.get("seal", "")
    good = hmac.compare_digest(seal.encode(), _seal(stage, media.id, until).encode())
    if not good or not until.isdigit() or clock.now().timestamp() >= int(until):
        return Response(status_code=404)
    return FileResponse(stage.file_path(media), media_type=media.mime)


def media_url(stage: Stage, media: Media) -> str:
    """The URL of the bytes, good for five minutes of the house's clock."""
    until = str(int(clock.now().timestamp()) + MEDIA_URL_SECONDS)
    seal = _seal(stage, media.id, until)
    base = stage.settings.public_base
    return f"{base}/sim/media/{media.id}?until={until}&seal={seal}"


def _parts(path: str) -> tuple[str, str]:
    found = PATH.fullmatch(path)
    assert found is not None, "the app sends only Graph paths here"
    return found[1], found[2] or ""


def _route(stage: Stage, method: str, node: str, edge: str) -> _Handler:
    owner = {stage.settings.number_id: "number", stage.settings.waba_id: "waba"}.get(node)
    if owner is None and not edge:
        owner = "media" if node in stage.world.media else None
        owner = "template" if node in stage.world.templates else owner
    handler = _ROUTES.get((owner or "", edge, method))
    if handler is None:
        detail = f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist"
        more = ", cannot be loaded due to missing permissions, or does not support this operation."
        raise GraphError(100, detail + more, subcode=33)
    return handler


async def _messages(stage: Stage, request: Request, _node: str) -> Response:
    body = read_body(await _json(request))
    if body.get("status") == "read":
        stage.org_read(body["message_id"], typing="typing_indicator" in body)
        content: dict[str, Any] = {"success": True}
    else:
        content = _accepted(stage, body)
    stage.journal.flush()
    if stage.faults.drops_answer():
        return Response(status_code=500)
    return answer(content)


def _accepted(stage: Stage, body: dict[str, Any]) -> dict[str, Any]:
    address, person, message = stage.send(body)
    contact = {"input": address.shown}
    if address.by_user_id:
        contact["user_id"] = person.user_id
    else:
        contact["wa_id"] = address.key
    sent: dict[str, Any] = {"id": message.id}
    if body.get("type") == "template":
        sent["message_status"] = "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


async def _upload(stage: Stage, request: Request, _node: str) -> Response:
    async with request.form(max_part_size=UPLOAD_MAX_BYTES) as form:
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, UploadFile):
            details = "messaging_product=whatsapp and a file are required"
            raise GraphError(100, "Invalid parameter", details=details)
        content = await file.read(UPLOAD_MAX_BYTES + 1)
        mime = str(form.get("type") or file.content_type or "application/octet-stream")
        if not content or len(content) > UPLOAD_MAX_BYTES:
            raise GraphError(131053, "Media upload error", details="empty or too large")
        media = stage.keep_file(content, mime, file.filename, UPLOADED_MEDIA_LIFE)
    return answer({"id": media.id})


async def _media(stage: Stage, _request: Request, node: str) -> Response:
    try:
        media = stage.media(node)
    except Unknown as gone:
        raise GraphError(100, gone.sentence, subcode=33) from None
    return answer(
        {
            "messaging_product": "whatsapp",
            "url": media_url(stage, media),
            "mime_type": media.mime,
            "sha256": media.sha256,
            "file_size": str(media.size_bytes),
            "id": media.id,
        }
    )


async def _delete_media(stage: Stage, _request: Request, node: str) -> Response:
    stage.write("media_deleted", id=node)
    return answer({"success": True})


async def _number(stage: Stage, _request: Request, _node: str) -> Response:
    return answer(_number_shown(stage))


async def _numbers(stage: Stage, _request: Request, _node: str) -> Response:
    return answer({"data": [_number_shown(stage)]})


async def _subscribe(_stage: Stage, _request: Request, _node: str) -> Response:
    return answer({"success": True})


async def _subscriptions(stage: Stage, _request: Request, _node: str) -> Response:
    app = {"id": "1", "name": stage.settings.org_name, "link": stage.settings.public_base}
    return answer({"data": [{"whatsapp_business_api_data": app}]})


def _number_shown(stage: Stage) -> dict[str, Any]:
    return {
        "id": stage.settings.number_id,
        "display_phone_number": stage.settings.display_phone,
        "verified_name": stage.settings.org_name,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API",
    }


def _seal(stage: Stage, media_id: str, until: str) -> str:
    key = stage.settings.app_secret.encode()
    return hmac.new(key, f"{media_id}.{until}".encode(), hashlib.sha256).hexdigest()[:32]


async def _json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        details = "The body is not valid JSON"
        raise GraphError(100, "Invalid parameter", details=details) from None


_ROUTES: dict[tuple[str, str, str], _Handler] = {
    ("number", "messages", "POST"): _messages,
    ("number", "media", "POST"): _upload,
    ("number", "", "GET"): _number,
    ("media", "", "GET"): _media,
    ("media", "", "DELETE"): _delete_media,
    ("waba", "phone_numbers", "GET"): _numbers,
    ("waba", "subscribed_apps", "GET"): _subscriptions,
    ("waba", "subscribed_apps", "POST"): _subscribe,
    ("waba", "subscribed_apps", "DELETE"): _subscribe,
    ("waba", "message_templates", "GET"): graph_templates.listed,
    ("waba", "message_templates", "POST"): graph_templates.create,
    ("waba", "message_templates", "DELETE"): graph_templates.delete,
    ("template", "", "GET"): graph_templates.read,
    ("template", "", "POST"): graph_templates.edit,
}
