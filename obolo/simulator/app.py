"""The simulator as one ASGI application.

Owns the table of routes, start and stop, the handshake of the webhook. The host mounts it so that
it sees whole paths, asks `owns(path)`, and calls `startup()` and `shutdown()` in its own loop.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from obolo.simulator import control, graph, pay, phone
from obolo.simulator.answers import answer, refusal
from obolo.simulator.errors import Refused, SimulatorRefused
from obolo.simulator.providers import app as providers
from obolo.simulator.settings import SimulatorSettings
from obolo.simulator.stage import Stage

HANDSHAKE_TRIES, HANDSHAKE_PAUSE_SECONDS = 5, 1.0
STATIC = Path(__file__).parent / "static"
_log = logging.getLogger(__name__)
_Handler = Callable[[Stage, Request], Awaitable[Response]]

_ROUTES: tuple[tuple[str, str, _Handler], ...] = (
    ("POST", "/sim/people/{id}/messages", control.say),
    ("GET", "/sim", control.overview),
    ("GET", "/sim/people", control.people),
    ("POST", "/sim/people", control.add_person),
    ("GET", "/sim/people/{id}/messages", control.messages),
    ("GET", "/sim/people/{id}/live", control.live),
    ("POST", "/sim/people/{id}/read", control.read),
    ("POST", "/sim/people/{id}/block", control.block),
    ("POST", "/sim/people/{id}/stop_marketing", control.stop_marketing),
    ("POST", "/sim/people/{id}/resume_marketing", control.resume_marketing),
    ("POST", "/sim/people/{id}/change_number", control.change_number),
    ("GET", "/sim/clock", control.read_clock),
    ("POST", "/sim/clock", control.turn_clock),
    ("GET", "/sim/faults", control.read_faults),
    ("POST", "/sim/faults", control.set_faults),
    ("GET", "/sim/payments/{ref}", control.read_payment),
    ("POST", "/sim/payments/{ref}/pay", control.pay_payment),
    ("POST", "/sim/payments/{ref}/fail", control.fail_payment),
    ("POST", "/sim/payments/{ref}/method", control.set_method),
    ("GET", "/sim/files/{id}", control.file),
    ("GET", "/sim/media/{media_id}", graph.media_bytes),
    ("GET", "/sim/phone", phone.page),
    ("POST", "/sim/pay/v1/payments", pay.create),
    ("GET", "/sim/pay/v1/payments", pay.listed),
    ("GET", "/sim/pay/v1/payments/{id}", pay.read),
    ("POST", "/sim/pay/v1/payments/{id}/refund", pay.refund),
    ("POST", "/sim/pay/v1/payments/{id}/cancel", pay.cancel),
    ("GET", "/sim/pay/{id}", pay.page),
    ("POST", "/sim/pay/{id}", pay.pressed),
)


def owns(path: str) -> bool:
    """Whether the host should send this path to the simulator."""
    return path == "/sim" or path.startswith("/sim/") or bool(graph.PATH.fullmatch(path))


class Simulator:
    """An ASGI application with a life: `startup()` before the first call, `shutdown()` at last."""

    def __init__(
        self, settings: SimulatorSettings, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """Read the journal back. `transport` replaces the network in tests."""
        limits = httpx.Limits(max_connections=16, max_keepalive_connections=16)
        # No environment proxies: the product listens on this machine.
        self._client = httpx.AsyncClient(
            transport=transport, limits=limits, timeout=10, trust_env=False
        )
        urls = (settings.hook_url, settings.payment_hook_url)
        is_plain = transport is None and not any(url.startswith("https:") for url in urls)
        self.stage = Stage(settings, None if is_plain else self._client)
        routes = [
            Route(path, self._bound(handler), methods=[method]) for method, path, handler in _ROUTES
        ]
        files = Mount("/sim/static", StaticFiles(directory=STATIC))
        self._router = Router([files, *routes], redirect_slashes=False)
        self._handshake: asyncio.Task[None] | None = None
        self.providers: providers.Providers | None = None
        if settings.providers is not None:
            self.providers = providers.Providers(
                settings.providers,
                production=False,
                faults=lambda: self.stage.faults,
                transport=transport,
            )

    async def startup(self) -> None:
        """Begin to post what is owed, and introduce the webhook."""
        self.stage.start()
        if self.providers is not None:
            await self.providers.startup()
        if self.stage.settings.hook_url:
            self._handshake = asyncio.create_task(self._shake_hands())

    async def shaken_hands(self) -> None:
        """Wait until the handshake of the webhook has an outcome."""
        if self._handshake:
            await self._handshake

    async def shutdown(self) -> None:
        """Stop posting, close the journal and the connections."""
        if self._handshake:
            self._handshake.cancel()
        if self.providers is not None:
            await self.providers.shutdown()
        await self.stage.stop()
        await self._client.aclose()

    def end_streams(self) -> None:
        """Let go of open phone pages, so that the server can stop at once."""
        self.stage.end_streams()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"The simulator does not speak {scope['type']}.")
        request = Request(scope, receive)
        response = _foreign(request)
        if response is None and graph.PATH.fullmatch(scope["path"]):
            response = await graph.handle(self.stage, request)
        if response is not None:
            await response(scope, receive, send)
            return
        part: ASGIApp = self._router
        if self.providers is not None and providers.owns(scope["path"]):
            part = self.providers
        try:
            await part(scope, receive, send)
        except HTTPException as missing:
            sentence = "There is nothing at this path." if missing.status_code == 404 else ""
            refused = answer({"error": sentence or missing.detail}, missing.status_code)
            await refused(scope, receive, send)

    def _bound(self, handler: _Handler) -> Callable[[Request], Awaitable[Response]]:
        async def call(request: Request) -> Response:
            try:
                response = await handler(self.stage, request)
            except Refused as error:
                response = refusal(error)
            self.stage.journal.flush()
            return response

        return call

    async def _shake_hands(self) -> None:
        """Verify the webhook as the real service does when it is registered; never fatal."""
        settings = self.stage.settings
        challenge = "1158201444"
        params = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": settings.verify_token,
        }
        for _attempt in range(HANDSHAKE_TRIES):
            try:
                got = await self._client.get(settings.hook_url, params=params)
            except (httpx.HTTPError, httpx.InvalidURL):
                self.stage.handshake = "not reached"
                await asyncio.sleep(HANDSHAKE_PAUSE_SECONDS)
                continue
            good = got.status_code == 200 and got.text == challenge
            self.stage.handshake = "verified" if good else f"refused with {got.status_code}"
            break
        _log.info("Webhook handshake with the product: %s.", self.stage.handshake)


def _foreign(request: Request) -> Response | None:
    """Refuse what a page of another site posts: nobody else's page may turn this clock."""
    origin = request.headers.get("origin")
    if request.method == "GET" or origin is None:
        return None
    if urlsplit(origin).netloc == request.headers.get("host"):
        return None
    return answer({"error": "A page of another site may not do this."}, 403)


def create_app(
    settings: SimulatorSettings,
    *,
    production: bool,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Simulator:
    """The simulator for `settings`. Raises SimulatorRefused in production, before any file."""
    if production:
        raise SimulatorRefused
    return Simulator(settings, transport)
