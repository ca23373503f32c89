"""The one ASGI application: notices and streams in raw ASGI, pages in Django, files beside them.

With the simulator switched on, its paths are served from here too, as if they were elsewhere: the
product reaches them only through HTTP.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from django.conf import settings
from django.core.asgi import get_asgi_application
from starlette.staticfiles import StaticFiles

from obolo.gateways.inbox import Inbox
from obolo.project import config
from obolo.project.database import role_dsn
from obolo.web.console.staff import organisation_of
from obolo.web.hooks.app import Hooks
from obolo.web.hooks.senders import Senders
from obolo.web.live.app import Live, is_stream
from obolo.web.live.exchange import Exchange

App = Callable[[Any, Any, Any], Awaitable[None]]


class House:
    """Everything one web process serves; `start` and `stop` run within its loop."""

    def __init__(self) -> None:
        """Build the parts; nothing connects before `start`."""
        ingest = role_dsn("ingest")
        self._inbox = Inbox(ingest)
        self._senders = Senders(ingest, settings.SECRET_KEY)
        self._exchange = Exchange(role_dsn("app"))
        self._hooks = Hooks(self._inbox, self._senders)
        self._live = Live(self._exchange, organisation_of)
        self._static = StaticFiles(directory=settings.PACKAGE_ROOT / "web" / "static")
        self._pages: App = get_asgi_application()
        self._simulator = _simulator() if settings.SIMULATOR else None

    async def start(self) -> None:
        """Open connections and begin to listen."""
        self._inbox.start()
        self._exchange.start()
        if self._simulator is not None:
            await self._simulator.startup()

    def end_streams(self) -> None:
        """The server is told to stop: let open pages go, so that it need not wait for them."""
        self._exchange.close()
        if self._simulator is not None:
            self._simulator.end_streams()

    async def stop(self) -> None:
        """Close everything; whoever waits for a commit that will not come is told so."""
        if self._simulator is not None:
            await self._simulator.shutdown()
        await self._exchange.stop()
        await self._inbox.stop()
        await self._senders.close()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on to its part."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._part(scope)(scope, receive, send)

    def _part(self, scope: Any) -> App:
        path: str = scope["path"]
        if path.startswith("/hooks/"):
            return self._hooks
        if is_stream(path):
            return self._live
        if path.startswith("/static/"):
            scope["root_path"] = "/static"
            return self._static
        if path == "/healthz":
            return _healthy
        if self._simulator is not None and _is_simulators(path):
            return cast("App", self._simulator)
        return self._pages

    async def _lifespan(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _is_simulators(path: str) -> bool:
    from obolo.simulator.app import owns

    return owns(path)


def _simulator() -> Any:
    from obolo.project import sample_facts as sample
    from obolo.project.sample import public_pem, secrets_of
    from obolo.simulator.app import create_app
    from obolo.simulator.providers.settings import ProviderSettings
    from obolo.simulator.settings import SimulatorSettings

    data = config.read().data
    secrets = secrets_of(data)
    base = settings.BASE_URL
    return create_app(
        SimulatorSettings(
            data_dir=data,
            public_base=base,
            hook_url=f"{base}/hooks/whatsapp/{sample.HOOK_KEY}",
            verify_token=secrets["verify_token"],
            app_secret=secrets["app_secret"],
            access_token=secrets["access_token"],
            number_id=sample.NUMBER_ID,
            display_phone=sample.DISPLAY_PHONE,
            waba_id=sample.WABA_ID,
            org_name=sample.NAME,
            payment_hook_url=f"{base}/hooks/pay/{sample.HOOK_KEY}",
            payment_secret=secrets["payment_secret"],
            providers=ProviderSettings(
                data_dir=data,
                public_base=base,
                org_name=sample.NAME,
                stripe_secret_key=secrets["stripe_secret_key"],
                stripe_hook_url=f"{base}/hooks/stripe/{sample.HOOK_KEY}",
                stripe_hook_secret=secrets["stripe_webhook_secret"],
                satispay_code=secrets["satispay_code"],
                satispay_paired=(sample.SATISPAY_KEY_ID, public_pem(secrets["satispay_pem"])),
                bank_iban=sample.IBAN,
            ),
        ),
        production=config.read().mode == "production",
    )


async def _healthy(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
