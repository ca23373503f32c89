"""A simulator on a temporary folder, with a recorder where the product would be."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from obolo.kit import clock
from obolo.simulator.app import Simulator, create_app
from obolo.simulator.settings import SimulatorSettings

BASE = "http://sim.test"
TOKEN = {"Authorization": "Bearer some-token"}
MERCHANT = {"Authorization": "Bearer pay-secret"}


class Product:
    """Takes what the simulator posts; `answers` are given first, then 200."""

    def __init__(self) -> None:
        self.posts: list[httpx.Request] = []
        self.payments: list[httpx.Request] = []
        self.answers: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            asked = request.url.params
            good = asked["hub.verify_token"] == "verify"
            return httpx.Response(200 if good else 403, text=asked["hub.challenge"])
        if request.url.path == "/hooks/pay":
            self.payments.append(request)
        else:
            wanted = hmac.new(b"app-secret", request.content, hashlib.sha256).hexdigest()
            assert request.headers["x-hub-signature-256"] == f"sha256={wanted}"
            self.posts.append(request)
        return httpx.Response(self.answers.pop(0) if self.answers else 200)

    @property
    def changes(self) -> list[dict[str, Any]]:
        """All change objects posted so far, in order."""
        bodies = [json.loads(post.content) for post in self.posts]
        return [c for b in bodies for entry in b["entry"] for c in entry["changes"]]

    def of(self, name: str) -> list[dict[str, Any]]:
        """All objects of one list in the values: messages, statuses, user_preferences."""
        return [one for change in self.changes for one in change["value"].get(name, [])]


def settings(folder: Path, **changed: Any) -> SimulatorSettings:
    told: dict[str, Any] = {
        "data_dir": folder,
        "public_base": BASE,
        "hook_url": "http://product.test/hooks/whatsapp",
        "verify_token": "verify",
        "app_secret": "app-secret",
        "access_token": "some-token",
        "number_id": "106540352242922",
        "display_phone": "390212345678",
        "waba_id": "102290129340398",
        "org_name": "Acqua Chiara",
        "payment_hook_url": "http://product.test/hooks/pay",
        "payment_secret": "pay-secret",
        "seed": "a test",
    }
    return SimulatorSettings(**(told | changed))


class Set:
    """What a test holds: the simulator, a client of it, and the product."""

    def __init__(self, app: Simulator, client: httpx.AsyncClient, product: Product) -> None:
        self.app, self.client, self.product = app, client, product

    async def post(self, path: str, content: Any = None, **more: Any) -> Any:
        """POST to the control API; the answer's JSON, which must not be a refusal."""
        answer = await self.client.post(path, json=content, **more)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def get(self, path: str, **more: Any) -> Any:
        answer = await self.client.get(path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, body: dict[str, Any]) -> httpx.Response:
        """POST to the Graph API as the product does."""
        path = f"/v23.0/{self.app.stage.settings.number_id}/messages"
        body = {"messaging_product": "whatsapp"} | body
        return await self.client.post(path, json=body, headers=TOKEN)

    async def settled(self, seconds: float = 5) -> None:
        """Wait until nothing is owed to the product any more."""
        async with asyncio.timeout(seconds):
            while self.app.stage.world.owed:  # noqa: ASYNC110 - the world rings no bell
                await asyncio.sleep(0.005)


@asynccontextmanager
async def a_set(folder: Path, **changed: Any) -> AsyncIterator[Set]:
    (folder / "clock").parent.mkdir(exist_ok=True)
    clock.follow(folder / "clock")
    product = Product()
    told = settings(folder, **changed)
    app = create_app(told, production=False, transport=httpx.MockTransport(product))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE)
    try:
        async with client:
            await app.startup()
            yield Set(app, client, product)
    finally:
        await app.shutdown()
        clock.follow(None)


def play(folder: Path, scene: Callable[[Set], Awaitable[None]], **changed: Any) -> Set:
    """Run one scene on a fresh stage over `folder`."""

    async def run() -> Set:
        async with a_set(folder, **changed) as stage_set:
            await scene(stage_set)
        return stage_set

    return asyncio.run(run())
