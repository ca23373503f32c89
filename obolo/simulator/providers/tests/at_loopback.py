"""The pretend providers on a port of this machine, with a recorder where the product would be."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from obolo.gateways.payments.rail import Order
from obolo.kit import clock
from obolo.kit.money import Money
from obolo.simulator.faults import Faults
from obolo.simulator.providers.app import Providers
from obolo.simulator.providers.settings import ProviderSettings

KEY, HOOK_SECRET, CODE = "sk_test_pretend", "whsec_pretend", "ABC123"
IBAN = "IT60X0542811101000000123456"


class Product:
    """Takes what the providers call; `answers` are given first, then 200."""

    def __init__(self) -> None:
        self.calls: list[httpx.Request] = []
        self.answers: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        return httpx.Response(self.answers.pop(0) if self.answers else 200)


class House:
    """What a test holds: the address, the app, the product, a plain client, and the faults."""

    def __init__(self, base: str, app: Providers, product: Product, faults: Faults) -> None:
        self.base, self.app, self.product, self.faults = base, app, product, faults
        self.http = httpx.Client(base_url=base, trust_env=False)
        self.pool = httpx.Client(trust_env=False, timeout=5)  # for the rails

    def post(self, path: str, content: Any = None) -> Any:
        answer = self.http.post(path, json=content or {})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def until(self, true: Callable[[], Any], seconds: float = 5) -> None:
        """Wait until something holds; fails after some seconds."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.01)

    def nothing_owed(self) -> bool:
        return not self.app.shelf.state.owed


@contextmanager
def a_house(folder: Path) -> Iterator[House]:
    clock.follow(folder / "clock")
    port_socket = socket.socket()
    port_socket.bind(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{port_socket.getsockname()[1]}"
    product, faults = Product(), Faults()
    app = Providers(
        settings(folder, base),
        production=False,
        faults=lambda: faults,
        transport=httpx.MockTransport(product),
    )
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))

    async def live() -> None:
        await app.startup()
        await server.serve(sockets=[port_socket])
        await app.shutdown()

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    house = House(base, app, product, faults)
    try:
        house.until(lambda: server.started)
        yield house
    finally:
        house.http.close()
        house.pool.close()
        server.should_exit = True
        thread.join(10)
        port_socket.close()
        clock.follow(None)


def settings(folder: Path, base: str) -> ProviderSettings:
    return ProviderSettings(
        data_dir=folder,
        public_base=base,
        org_name="Acqua Chiara",
        stripe_secret_key=KEY,
        stripe_hook_url="http://product.test/hooks/stripe/k",
        stripe_hook_secret=HOOK_SECRET,
        satispay_code=CODE,
        bank_iban=IBAN,
        seed="a test",
    )


def an_order(reference: str = "gift-1", minor: int = 500, **changed: Any) -> Order:
    told: dict[str, Any] = {
        "reference": reference,
        "amount": Money(minor, "EUR"),
        "description": "Il pozzo",
        "return_url": "https://obolo.example/p/acqua/gift-1",
        "expires_at": clock.now() + timedelta(days=30),
        "language": "it",
    }
    return Order(**(told | changed))


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
