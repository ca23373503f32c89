"""Posting of what is owed to the product: signed, in order, again until it is taken.

Owns the lanes, the retries and the faults on the way (facts: WhatsApp 1.6). A notice leaves the
list of what is owed only when the product answered 200, or after seven days of the house's clock.
Never: what a notice says.
"""

import asyncio
import hashlib
import hmac
import json
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from obolo.gateways.messaging.whatsapp import signature
from obolo.kit import clock
from obolo.simulator import updates
from obolo.simulator.faults import Faults
from obolo.simulator.settings import SimulatorSettings
from obolo.simulator.updates import Owed
from obolo.simulator.wire import Wire

LANES = 8
GIVE_UP_AFTER = timedelta(days=7)
BACKOFF_MAX_SECONDS = 60
GATHER_SECONDS = 0.2  # how long a batch or a window of reordering waits to fill
# When the product lags behind, several updates travel in one POST, as the real service does.
BACKLOG, MERGED_MAX = 8, 50


@dataclass(slots=True)
class Parcel:
    """One POST: its notices, and how often it was tried."""

    owed: list[Owed]
    tries: int = 0


class Poster:
    """Posts notices; `posted` is told the numbers that are done, `before` runs before each POST.

    Without a `client` the POSTs go by plain HTTP on wires of the lanes' own.
    """

    def __init__(
        self,
        settings: SimulatorSettings,
        faults: Faults,
        client: httpx.AsyncClient | None,
        *,
        before: Callable[[], None],
        posted: Callable[[list[int]], None],
    ) -> None:
        """Prepare the lanes; nothing runs before `start`."""
        self._settings, self._faults, self._client = settings, faults, client
        self._before, self._posted = before, posted
        self._lanes: list[deque[Parcel]] = [deque() for _ in range(LANES)]
        self._wake: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._timers: set[asyncio.TimerHandle] = set()
        self._held: list[Owed] = []
        self._wires = [Wire() for _ in self._lanes]

    def start(self) -> None:
        """Begin to post; must be called inside the running loop."""
        self._wake = [asyncio.Event() for _ in self._lanes]
        self._tasks = [asyncio.create_task(self._run(n)) for n in range(LANES)]

    async def stop(self) -> None:
        """Stop posting; what is still owed stays owed."""
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for wire in self._wires:
            wire.close()

    def offer(self, owed: Owed) -> None:
        """Take a notice to be posted, now or as the faults have it."""
        if not self._tasks or not self._url(owed):
            return
        if owed.payment and self._faults.payment_silent:
            self._posted([owed.number])
        elif self._faults.delay:
            self._later(self._faults.delay, lambda: self._admit(owed))
        else:
            self._admit(owed)

    def _admit(self, owed: Owed) -> None:
        window = max(self._faults.batch, self._faults.reorder)
        if owed.payment or not window:
            self._queue(Parcel([owed]))
            return
        self._held.append(owed)
        if len(self._held) >= window:
            self._release()
        elif len(self._held) == 1:
            self._later(GATHER_SECONDS, self._release)

    def _release(self) -> None:
        held, self._held = self._held, []
        if self._faults.reorder:
            self._faults.dice.shuffle(held)
        size = max(1, self._faults.batch)
        for start in range(0, len(held), size):
            self._queue(Parcel(held[start : start + size]))

    def _queue(self, parcel: Parcel) -> None:
        lane = zlib.crc32(parcel.owed[0].lane.encode()) % LANES
        self._lanes[lane].append(parcel)
        self._wake[lane].set()

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        def fire() -> None:
            self._timers.discard(timer)
            call()

        timer = asyncio.get_running_loop().call_later(seconds, fire)
        self._timers.add(timer)

    async def _run(self, number: int) -> None:
        lane, wake = self._lanes[number], self._wake[number]
        while True:
            if not lane:
                wake.clear()
                await wake.wait()
            parcel = self._next(lane)
            if await self._post(parcel, self._wires[number]):
                self._posted([owed.number for owed in parcel.owed])
            else:
                self._again(parcel)

    def _next(self, lane: deque[Parcel]) -> Parcel:
        parcel = lane.popleft()
        if len(lane) < BACKLOG or parcel.tries or parcel.owed[0].payment:
            return parcel
        while lane and len(parcel.owed) < MERGED_MAX:
            if lane[0].tries or lane[0].owed[0].payment:
                break
            parcel.owed += lane.popleft().owed
        return parcel

    async def _post(self, parcel: Parcel, wire: Wire) -> bool:
        payment = parcel.owed[0].payment
        body, headers = self._sealed(parcel.owed)
        copies = self._faults.payment_duplicate if payment else self._faults.duplicate
        taken = False
        self._before()
        for _copy in range(1 + copies):
            status = await self._status(wire, self._url(parcel.owed[0]), body, headers)
            taken = taken or status == 200
        return taken

    async def _status(self, wire: Wire, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of one POST; 0 when nobody answered."""
        try:
            if self._client is None:
                return await wire.post(url, body, headers)
            answer = await self._client.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return 0
        return answer.status_code

    def _again(self, parcel: Parcel) -> None:
        oldest = datetime.fromisoformat(parcel.owed[0].at)
        if clock.now() - oldest > GIVE_UP_AFTER:
            self._posted([owed.number for owed in parcel.owed])
            return
        seconds = min(2**parcel.tries, BACKOFF_MAX_SECONDS)
        parcel.tries += 1
        self._later(seconds, lambda: self._queue(parcel))

    def _url(self, owed: Owed) -> str:
        return self._settings.payment_hook_url if owed.payment else self._settings.hook_url

    def _sealed(self, owed: Sequence[Owed]) -> tuple[bytes, dict[str, str]]:
        """The bytes of one POST and its headers, signed on exactly these bytes."""
        if owed[0].payment:
            body = json.dumps(owed[0].change, separators=(",", ":")).encode()
            seal = payment_seal(self._settings.payment_secret, body)
            return body, {"Content-Type": "application/json", "Obolo-Pay-Signature": seal}
        phone, number_id = self._settings.display_phone, self._settings.number_id
        entry: dict[str, Any] = {
            "id": self._settings.waba_id,
            "changes": [updates.with_metadata(o.change, phone, number_id) for o in owed],
        }
        if owed[0].change["field"] != "messages":
            entry["time"] = int(datetime.fromisoformat(owed[0].at).timestamp())
        notice = {"object": "whatsapp_business_account", "entry": [entry]}
        # Escaped to ASCII: the real service signs that form, so a re-encoded body must fail.
        body = json.dumps(notice, ensure_ascii=True, separators=(",", ":")).encode("ascii")
        seal = signature.sign(self._settings.app_secret, body)
        return body, {"Content-Type": "application/json", "X-Hub-Signature-256": seal}


def payment_seal(secret: str, body: bytes) -> str:
    """The header `Obolo-Pay-Signature`: the time in Unix seconds and an HMAC over both."""
    moment = str(int(clock.now().timestamp()))
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={digest.hexdigest()}"
