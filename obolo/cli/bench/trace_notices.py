"""Part of `obolo bench trace`: from a payment to the changed page and the thanks, live.

Owns: a demo of its own, donors who have agreed to a gift each, and who then pay at a steady rate
that waits for nobody (open loop). Measured from the moment the provider takes the money, so the
provider's own way of telling us counts too. The page is that of an earlier donor to the same cause:
it hears that something changed and is fetched again; a gift is on it when the page counts it. The
thanks count when they are on the phone. Baseline: the same page fetched while nothing happens.
"""

import asyncio
import re
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from obolo.cli.bench.figures import Part, percentile, ratio
from obolo.cli.bench.processes import PartDied, demo, say

PER_SECOND = 20
GRACE_SECONDS = 20.0  # thanks and pages may come this long after the last payment
LOOK_SECONDS = 0.2
TOGETHER = 8
BARE_PAGES = 100
_WISH = "vorrei dare 5 euro per il pozzo"
_COUNTED = re.compile(r"<dd>(\d+)</dd>")  # the one whole number of the page: gifts to the cause


@dataclass
class Paying:
    """A donor who has the link, and when the money was taken."""

    id: str
    ref: str
    paid_at: float = 0.0  # monotonic
    paid_wall: datetime = field(default=datetime.min.replace(tzinfo=UTC))


def measure(seconds: int, gifts: int) -> Part:
    """Gifts for `seconds` at PER_SECOND; the size of the books (`gifts`) plays no part here."""
    with tempfile.TemporaryDirectory(prefix="obolo-bench-") as folder, demo(Path(folder)) as ready:
        return asyncio.run(_measure(ready[0], seconds))


async def _measure(ready: dict[str, Any], seconds: int) -> Part:
    limits = httpx.Limits(max_connections=60, max_keepalive_connections=60)
    async with httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) as http:
        town = _Town(http, ready["sim"])
        first = await town.agreed(0)
        await town.pay(first)
        page = await town.thanks_link(first)
        say(f"{PER_SECOND * seconds} people agree to a gift")
        payers = await town.all_agreed(PER_SECOND * seconds)
        bare = sorted([await _fetched_ms(http, page) for _ in range(BARE_PAGES)])
        say(f"{PER_SECOND} gifts a second for {seconds} s")
        watch = _Watch(http, page)
        task = asyncio.create_task(watch.run())
        before = await watch.look()
        late_ms = await town.pay_all(payers)
        seen = await watch.until(before + len(payers))
        task.cancel()
        say("Reading the thanks from the phones")
        thanked = sorted(ms for ms in await town.thanked_ms(payers) if ms is not None)
    times = sorted(page_times(payers, seen, before))
    return _part(payers, times, thanked, bare, late_ms)


class _Town:
    """The people of the simulator and their payments, through its control API."""

    def __init__(self, http: httpx.AsyncClient, sim: str) -> None:
        self._http, self._sim = http, sim

    async def agreed(self, number: int) -> Paying:
        """Somebody new who wished, confirmed, and has the link."""
        made = await self._post("people", {"name": f"Bench {number}", "lang": "it"})
        said = f"people/{made['id']}/messages"
        await self._post(said, {"text": _WISH})
        asked = await self._heard(made["id"], 1)
        button = next(b["id"] for b in asked["buttons"] if b["id"].startswith("confirm"))
        await self._post(said, {"tap": button})
        link = await self._heard(made["id"], 2)
        return Paying(made["id"], link["links"][0]["payment_ref"])

    async def all_agreed(self, count: int) -> list[Paying]:
        """As many, some at a time."""
        turn = asyncio.Semaphore(TOGETHER)

        async def one(number: int) -> Paying:
            async with turn:
                return await self.agreed(number)

        return list(await asyncio.gather(*(one(number + 1) for number in range(count))))

    async def pay(self, who: Paying) -> None:
        """The provider takes the money; from now on the time runs."""
        who.paid_at, who.paid_wall = time.monotonic(), datetime.now().astimezone()  # noqa: TID251
        await self._post(f"payments/{who.ref}/pay", {})

    async def pay_all(self, payers: list[Paying]) -> float:
        """Each pays once, PER_SECOND of them; how late in ms the latest was."""
        began, late, paying = time.monotonic(), 0.0, []
        for number, who in enumerate(payers):
            due = began + number / PER_SECOND
            await asyncio.sleep(max(due - time.monotonic(), 0))
            late = max(late, time.monotonic() - due)
            paying.append(asyncio.create_task(self.pay(who)))
        await asyncio.gather(*paying)
        return late * 1000

    async def thanks_link(self, who: Paying) -> str:
        """The address of the donor's page, from the thanks."""
        return str((await self._heard(who.id, 3))["links"][0]["url"])

    async def thanked_ms(self, payers: list[Paying]) -> list[float | None]:
        """Per payer the ms from payment to the thanks on the phone; None where none came."""
        until = time.monotonic() + GRACE_SECONDS
        found: list[float | None] = []
        for who in payers:
            said = await self._said(who.id, 3, until)
            at = datetime.fromisoformat(said["at"]) if said else None
            found.append((at - who.paid_wall).total_seconds() * 1000 if at else None)
        return found

    async def _heard(self, person: str, number: int) -> dict[str, Any]:
        said = await self._said(person, number, time.monotonic() + GRACE_SECONDS)
        if said is None:
            raise PartDied(f"Nothing was said for {GRACE_SECONDS:.0f} s.")
        return said

    async def _said(self, person: str, number: int, until: float) -> dict[str, Any] | None:
        """The `number`th message to this person; None when it does not come in time."""
        while True:
            answer = await self._http.get(f"{self._sim}/people/{person}/messages")
            screen: list[dict[str, Any]] = answer.raise_for_status().json()
            heard = [one for one in screen if one["direction"] == "out"]
            if len(heard) >= number:
                return heard[number - 1]
            if time.monotonic() > until:
                return None
            await asyncio.sleep(LOOK_SECONDS)

    async def _post(self, path: str, content: dict[str, Any]) -> Any:
        answer = await self._http.post(f"{self._sim}/{path}", json=content)
        return answer.raise_for_status().json()


class _Watch:
    """An open page: it hears that something changed and is fetched again."""

    def __init__(self, http: httpx.AsyncClient, page: str) -> None:
        self._http, self._page = http, httpx.URL(page)
        self.seen: list[tuple[float, int]] = []  # when it was fetched, how many gifts it told of

    async def run(self) -> None:
        """Listen until cancelled."""
        live = self._page.copy_with(path=f"/live{self._page.path}", query=None)
        async with self._http.stream("GET", live, timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line == "event: changed":
                    await self.look()

    async def look(self) -> int:
        """Fetch what a browser fetches; how many gifts it tells of."""
        part = self._page.copy_with(path=f"{self._page.path}/part")
        told = (await self._http.get(part)).raise_for_status().text
        found = _COUNTED.search(told)
        count = int(found[1]) if found else 0
        self.seen.append((time.monotonic(), count))
        return count

    async def until(self, count: int) -> list[tuple[float, int]]:
        """All looks, once the page tells of `count` gifts or the time is over."""
        end = time.monotonic() + GRACE_SECONDS
        while self.seen[-1][1] < count and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
        return self.seen


async def _fetched_ms(http: httpx.AsyncClient, page: str) -> float:
    url = httpx.URL(page)
    began = time.perf_counter()
    (await http.get(url.copy_with(path=f"{url.path}/part"))).raise_for_status()
    return (time.perf_counter() - began) * 1000


def page_times(payers: list[Paying], seen: list[tuple[float, int]], before: int) -> list[float]:
    """Ms until the page told of as many gifts as were paid: the nth payment, the nth gift."""
    found = []
    for number, who in enumerate(sorted(payers, key=lambda one: one.paid_at)):
        shown = [at for at, count in seen if count >= before + number + 1]
        if shown:
            found.append((shown[0] - who.paid_at) * 1000)
    return found


def _part(
    payers: list[Paying],
    pages: list[float],
    thanked: list[float],
    bare: list[float],
    late_ms: float,
) -> Part:
    bare_p50 = percentile(bare, 50)
    return Part(
        figures={
            "notice_gifts_per_second": PER_SECOND,
            "notice_gifts_count": len(payers),
            "notice_shown_count": len(pages),
            "notice_to_page_p50_ms": round(percentile(pages, 50), 1),
            "notice_to_page_p99_ms": round(percentile(pages, 99), 1),
            "notice_thanked_count": len(thanked),
            "notice_to_thanks_p50_ms": round(percentile(thanked, 50), 1),
            "notice_to_thanks_p99_ms": round(percentile(thanked, 99), 1),
            "notice_paid_late_max_ms": round(late_ms, 1),
        },
        baselines={"notice_bare_page_p50_ms": round(bare_p50, 1)},
        ratios={"notice_to_page_of_bare_page": ratio(percentile(pages, 50), bare_p50)},
    )
