"""Calls to the product: Stripe's signed notices and Satispay's silent callbacks.

Owns the order, the signature and the retries: Stripe tries for three days with growing pauses,
Satispay four times and never again. Each attempt is signed at its own moment.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from obolo.kit import clock
from obolo.simulator.faults import Faults
from obolo.simulator.providers.settings import ProviderSettings
from obolo.simulator.providers.shelf import Call, Shelf

STRIPE_GIVES_UP = timedelta(days=3)
STRIPE_PAUSE_MAX_SECONDS = 60
SATISPAY_PAUSES_SECONDS = (1, 2, 4)
_EMPTY_DIGEST = "SHA-256=" + base64.b64encode(hashlib.sha256(b"").digest()).decode()


class Caller:
    """Makes the calls that are owed, oldest first, each in a task of its own when it must wait."""

    def __init__(
        self,
        settings: ProviderSettings,
        shelf: Shelf,
        client: httpx.AsyncClient,
        faults: Callable[[], Faults],
    ) -> None:
        """`faults` are asked at each call; nothing is called before `start`."""
        self._settings, self._shelf, self._client, self._faults = settings, shelf, client, faults
        self._wake = asyncio.Event()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, first with what an earlier run still owed."""
        self._loop = asyncio.create_task(self._run())
        self._wake.set()

    async def stop(self) -> None:
        """Stop; what is owed stays owed."""
        running = [*self._tasks.values(), *([self._loop] if self._loop else [])]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._tasks.clear()

    def ring(self) -> None:
        """Something is owed."""
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            for number, call in list(self._shelf.state.owed.items()):
                if number not in self._tasks and call.url:
                    self._tasks[number] = asyncio.create_task(self._deliver(call))

    async def _deliver(self, call: Call) -> None:
        tries = 0
        while not self._faults().payment_silent:
            self._shelf.flush()  # what the product is told must survive us
            if await self._call(call) or self._is_over(call, tries):
                break
            pause = min(2**tries, STRIPE_PAUSE_MAX_SECONDS)
            await asyncio.sleep(
                SATISPAY_PAUSES_SECONDS[tries] if call.provider == "satispay" else pause
            )
            tries += 1
        self._shelf.write(done=[call.number])
        self._shelf.flush()
        self._tasks.pop(call.number, None)

    def _is_over(self, call: Call, tries: int) -> bool:
        if call.provider == "satispay":
            return tries >= len(SATISPAY_PAUSES_SECONDS)
        return clock.now() - datetime.fromisoformat(call.at) > STRIPE_GIVES_UP

    async def _call(self, call: Call) -> bool:
        taken = False
        for _copy in range(1 + self._faults().payment_duplicate):
            taken = await self._once(call) or taken
        return taken

    async def _once(self, call: Call) -> bool:
        try:
            if call.provider == "satispay":
                got = await self._client.get(call.url, headers={"Digest": _EMPTY_DIGEST})
            else:
                body = json.dumps(call.body, indent=2).encode()
                seal = stripe_seal(self._settings.stripe_hook_secret, body)
                headers = {"Content-Type": "application/json", "Stripe-Signature": seal}
                got = await self._client.post(call.url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return False
        return 200 <= got.status_code < 300


def stripe_seal(secret: str, body: bytes) -> str:
    """The header `Stripe-Signature`, made without the library that the product checks it with."""
    at = str(int(clock.now().timestamp()))
    mac = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"
