"""The pretend providers as one ASGI application.

Owns the table of routes, start and stop. A host mounts it so that it sees whole paths (all begin
with `/sim/stripe`, `/sim/satispay` or `/sim/bank`) and calls `startup()` and `shutdown()`.
"""

from collections.abc import Awaitable, Callable

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from obolo.simulator.answers import answer, refusal
from obolo.simulator.errors import Refused, SimulatorRefused
from obolo.simulator.faults import Faults
from obolo.simulator.providers.bank_api import BankApi
from obolo.simulator.providers.calls import Caller
from obolo.simulator.providers.satispay_api import SatispayApi, SatispayError
from obolo.simulator.providers.settings import ProviderSettings
from obolo.simulator.providers.shelf import Shelf
from obolo.simulator.providers.stripe_api import StripeApi
from obolo.simulator.providers.stripe_params import StripeError

_Handler = Callable[[Request], Awaitable[Response]]


def owns(path: str) -> bool:
    """Whether the host should send this path here."""
    return path.startswith(("/sim/stripe/", "/sim/satispay/", "/sim/bank/")) or path == "/sim/bank"


class Providers:
    """Stripe, Satispay and a bank, for one organisation."""

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        production: bool,
        faults: Callable[[], Faults] = Faults,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Read the journal back. Raises SimulatorRefused in production, before any file.

        `faults` gives those of the simulator: `payment_duplicate` and `payment_silent` count here
        too. `transport` replaces the network in tests.
        """
        if production:
            raise SimulatorRefused
        self.shelf = Shelf(settings.data_dir / "providers.jsonl", settings.seed)
        self._client = httpx.AsyncClient(transport=transport, timeout=10, trust_env=False)
        self._caller = Caller(settings, self.shelf, self._client, faults)
        parts = (
            StripeApi(settings, self.shelf, self._caller.ring).routes(),
            SatispayApi(settings, self.shelf, self._caller.ring).routes(),
            BankApi(settings, self.shelf).routes(),
        )
        self.routes = [
            Route(path, self._bound(handler), methods=[method])
            for part in parts
            for method, path, handler in part
        ]
        self._router = Router(self.routes, redirect_slashes=False)

    async def startup(self) -> None:
        """Begin to call the product, first with what is still owed."""
        self._caller.start()

    async def shutdown(self) -> None:
        """Stop calling; close the journal and the connections."""
        await self._caller.stop()
        self.shelf.close()
        await self._client.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._router(scope, receive, send)

    def _bound(self, handler: _Handler) -> _Handler:
        async def call(request: Request) -> Response:
            try:
                response = await handler(request)
            except Refused as error:
                response = refusal(error)
            except StripeError as error:
                response = answer(error.envelope, error.status)
            except SatispayError as error:
                response = answer(error.shown(""), error.status)
            self.shelf.flush()
            return response

        return call
