"""The hook itself, in raw ASGI: nothing between the socket and the stored bytes that could be slow.

`GET  /hooks/whatsapp/<key>` is Meta's verification handshake (Webhooks, "Verification requests").
`POST /hooks/<whatsapp|pay|stripe>/<key>` stores a notice, and so does Satispay's call,
`GET /hooks/satispay/<key>?payment_id=…`, whose query is the notice. 200 means: on the disk.
403: not authentic, nothing stored. 503 within 5 seconds: could not be stored, please repeat.
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from obolo.gateways.inbox import Inbox, NotStored
from obolo.gateways.messaging.whatsapp import signature
from obolo.gateways.payments import pretend, satispay
from obolo.web.hooks.senders import NotAsked, Sender, Senders

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

BODY_BYTES_MAX = 4 * 1024 * 1024  # Meta's batches of 1,000 updates stay far below
READ_SECONDS = 10.0  # a sender slower than this holds a connection for nothing
# URL name -> the kind of account that delivers there, which is also the notice's source
KINDS = {"whatsapp": "whatsapp", "pay": "pay_simulator", "stripe": "stripe", "satispay": "satispay"}

_TEXT = ((b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff"))
_TOO_LATE = "the body took too long"

log = logging.getLogger(__name__)


class Hooks:
    """The ASGI application of `/hooks/`."""

    def __init__(self, inbox: Inbox, senders: Senders) -> None:
        """`inbox` stores, `senders` knows the secrets; the caller starts and stops both."""
        self._inbox, self._senders = inbox, senders

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        status, body, extra = await self._answer(scope, receive)
        headers = [(b"content-length", b"%d" % len(body)), *(_TEXT if body else ()), *extra]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes, Headers]:
        _, _, name, *rest = f"{scope['path']}/".split("/")
        kind, key = KINDS.get(name), rest[0] if rest else ""
        if kind is None or any(rest[1:]):
            return 404, b"no such hook", []
        if scope["method"] not in ("GET", "POST"):
            return 405, b"only GET and POST", [(b"allow", b"GET, POST")]
        try:
            sender = await self._senders.find(kind, key)
        except NotAsked:
            return _unavailable()
        if kind == "satispay" and (scope["method"] != "GET" or not key):
            # Its calls are not signed: the unguessable address is what keeps strangers out.
            return 403, b"Satispay calls by GET, at the address of its account", []
        if scope["method"] == "GET" and kind != "satispay":
            return _handshake(scope, sender)
        return await self._take_in(scope, receive, kind, sender)

    async def _take_in(
        self, scope: Scope, receive: Receive, kind: str, sender: Sender | None
    ) -> tuple[int, bytes, Headers]:
        headers: Headers = list(scope["headers"])
        if any(name == b"content-encoding" for name, _ in headers):
            return 415, b"send the body uncompressed", []
        try:
            body = await _read_in_time(receive)
        except TimeoutError:
            return 408, b"the body took too long", [(b"connection", b"close")]
        if body is None:
            return 413, b"the body is too large", [(b"connection", b"close")]
        if sender is None or not await _is_authentic(kind, sender, body, headers):
            log.warning("a notice was refused: its signature is wrong or missing")
            return 403, b"the signature is wrong or missing", []
        try:
            await self._inbox.store(
                organisation_id=sender.organisation_id,
                account_id=sender.account_id,
                source=kind,
                body=scope["query_string"] if kind == "satispay" else body,
            )
        except NotStored:
            return _unavailable()
        return 200, b"", []


def _unavailable() -> tuple[int, bytes, Headers]:
    return 503, b"cannot be stored now, please repeat", [(b"retry-after", b"1")]


def _handshake(scope: Scope, sender: Sender | None) -> tuple[int, bytes, Headers]:
    """Give the challenge back to whoever knows our verify token."""
    try:
        asked = dict(parse_qsl(scope["query_string"].decode("ascii"), strict_parsing=True))
    except ValueError:
        return 400, b"this is Meta's verification address", []
    token, challenge = asked.get("hub.verify_token", ""), asked.get("hub.challenge", "")
    right = str(sender.secrets.get("verify_token", "")) if sender else ""
    if not right or not hmac.compare_digest(token.encode(), right.encode()):
        return 403, b"the verify token is wrong", []
    if asked.get("hub.mode") != "subscribe" or not challenge:
        return 400, b"hub.mode=subscribe and hub.challenge are needed", []
    return 200, challenge.encode(), []


async def _is_authentic(kind: str, sender: Sender, body: bytes, headers: Iterable[Any]) -> bool:
    if kind == "whatsapp":
        return signature.is_authentic(_in_force(sender, "app_secret"), body, headers)
    if kind == "stripe":
        secrets = _in_force(sender, "webhook_secret")
        return await asyncio.to_thread(_is_of_stripe, secrets, body, headers)
    if kind == "satispay":
        return satispay.is_authentic(body, headers)
    return pretend.is_authentic(str(sender.secrets.get("secret", "")), body, headers)


def _in_force(sender: Sender, name: str) -> list[str]:
    """Two secrets may be in force while one is being rotated."""
    return [s for s in (sender.secrets.get(name), sender.secrets.get("old")) if s]


def _is_of_stripe(secrets: list[str], body: bytes, headers: Iterable[Any]) -> bool:
    # In a thread and here, because the library takes most of a second to load, once.
    from obolo.gateways.payments import stripe

    return any(stripe.is_authentic(secret, body, headers) for secret in secrets)


async def _read_in_time(receive: Receive) -> bytes | None:
    """The whole body, or None when it is too large. Raises TimeoutError after READ_SECONDS.

    `asyncio.timeout` in short, at half its price: this runs for every notice.
    """
    task = asyncio.current_task()
    assert task is not None
    timer = asyncio.get_running_loop().call_later(READ_SECONDS, task.cancel, _TOO_LATE)
    try:
        return await _read(receive)
    except asyncio.CancelledError as cancelled:
        if cancelled.args != (_TOO_LATE,):
            raise
        task.uncancel()
        raise TimeoutError from None
    finally:
        timer.cancel()


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None when it is too large."""
    first = await receive()
    if not first.get("more_body") and len(first.get("body", b"")) <= BODY_BYTES_MAX:
        return bytes(first.get("body", b""))
    parts, size = [first.get("body", b"")], len(first.get("body", b""))
    while first.get("more_body"):
        first = await receive()
        parts.append(first.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES_MAX:
            return None
    return b"".join(parts) if size <= BODY_BYTES_MAX else None
