"""`obolo bench reply`: from a donor's message to an answer the (simulated) Graph API accepted.

Owns: a demo of its own, people who each write once at a steady rate that waits for nobody (open
loop), and the times read back from their phones. Both times are the simulator's: when the message
was sent from the phone, when the answer came to it. No language model takes part. Baseline: a bare
POST of a text to the same Graph API.
"""

import asyncio
import itertools
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from obolo.cli.bench.figures import Measured, percentile, ratio
from obolo.cli.bench.processes import demo, resident_mb, say

PER_SECOND = 50
WARM_UP_SECONDS = 1  # at the same rate, not counted: the first sentence loads the dictionaries
GRACE_SECONDS = 15.0  # answers may come this long after the last message
LOOK_SECONDS = 0.5
TOGETHER = 8  # requests of ours at a time while nothing is measured
BARE_POSTS = 200
MILLISECOND = timedelta(milliseconds=1)

# What people write to a charity: one line a language in turn, so that all are mixed evenly.
WORDS = {
    "it": (
        "Ciao!",
        "vorrei dare 5 euro per il pozzo",
        "dove sono finiti i miei soldi?",
        "Buongiorno, che progetti avete?",
        "grazie mille 🙏",
        "vorrei parlare con una persona",
        "quanto costa un kit per la scuola?",
    ),
    "en": (
        "Hello",
        "where is my money?",
        "I would like to give 10 euros for the school",
        "how do I know this is not a scam",
        "5",
        "thank you so much",
        "please stop writing to me",
    ),
    "ar": (
        "السلام عليكم",
        "أريد أن أتبرع بخمسة يورو للبئر",
        "أين ذهبت أموالي؟",
        "شكرا جزيلا",
        "ما هي مشاريعكم؟",
        "أريد التحدث مع شخص",
        "٢٠ يورو للمدرسة",
    ),
}


@dataclass(frozen=True)
class Person:
    """Somebody with a phone, and what they are going to write."""

    id: str
    words: str


def measure(seconds: int) -> Measured:
    """Send for `seconds`; raises PartDied when the demo does not start or ends by itself."""
    with (
        tempfile.TemporaryDirectory(prefix="obolo-bench-") as folder,
        demo(Path(folder)) as (ready, pid),
    ):
        return asyncio.run(_measure(ready, pid, seconds))


async def _measure(ready: dict[str, Any], pid: int, seconds: int) -> Measured:
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    async with httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) as http:
        phones = Phones(http, ready["sim"])
        total = (WARM_UP_SECONDS + seconds) * PER_SECOND
        say(f"Making {total} people")
        people = await phones.people(total)
        first = WARM_UP_SECONDS * PER_SECOND
        say(f"{PER_SECOND} messages a second for {seconds} s, after {WARM_UP_SECONDS} s of warm-up")
        late_ms = await phones.write(people)
        say("Reading the answers from the phones")
        times = await phones.times(people[first:])
        say(f"{BARE_POSTS} bare posts")
        bare = await _bare_posts(http, ready["whatsapp"], await phones.phone(people[0]))
    return _measured(times, bare, late_ms, resident_mb(pid))


class Phones:
    """The people of the simulator, through its control API."""

    def __init__(self, http: httpx.AsyncClient, sim: str) -> None:
        """`sim` is the address of the control API."""
        self._http, self._people = http, f"{sim}/people"

    async def people(self, count: int) -> list[Person]:
        """As many new people, languages and sentences in turn."""
        texts = [
            (lang, words)
            for sentences in zip(*WORDS.values(), strict=True)
            for lang, words in zip(WORDS, sentences, strict=True)
        ]
        wanted = list(itertools.islice(itertools.cycle(texts), count))

        async def make(number: int, lang: str, words: str) -> Person:
            made = await self._http.post(
                self._people, json={"name": f"Bench {number}", "lang": lang}
            )
            return Person(made.raise_for_status().json()["id"], words)

        return await _few_at_a_time([make(n, *one) for n, one in enumerate(wanted)])

    async def phone(self, person: Person) -> str:
        """The person's telephone number."""
        everybody = (await self._http.get(self._people)).raise_for_status().json()
        return next(str(one["phone"]) for one in everybody if one["id"] == person.id)

    async def write(self, people: list[Person]) -> float:
        """Each writes once, PER_SECOND of them; how late in ms the latest was sent."""
        began, late = time.monotonic(), 0.0
        sending = []
        for number, person in enumerate(people):
            due = began + number / PER_SECOND
            await asyncio.sleep(max(due - time.monotonic(), 0))
            late = max(late, time.monotonic() - due)
            sending.append(asyncio.create_task(self._write(person)))
        await asyncio.gather(*sending)
        return late * 1000

    async def _write(self, person: Person) -> None:
        answer = await self._http.post(
            f"{self._people}/{person.id}/messages", json={"text": person.words}
        )
        answer.raise_for_status()

    async def times(self, people: list[Person]) -> list[float | None]:
        """Per person the ms from message to answer; None where no answer came."""
        until = time.monotonic() + GRACE_SECONDS
        found: dict[str, float | None] = dict.fromkeys(one.id for one in people)
        while True:
            missing = [person for person in people if found[person.id] is None]
            looked = await _few_at_a_time([self._time(person) for person in missing])
            found |= {person.id: ms for person, ms in zip(missing, looked, strict=True)}
            if None not in found.values() or time.monotonic() > until:
                return list(found.values())
            await asyncio.sleep(LOOK_SECONDS)

    async def _time(self, person: Person) -> float | None:
        seen = await self._http.get(f"{self._people}/{person.id}/messages")
        return answered_ms(seen.raise_for_status().json())


def answered_ms(messages: list[dict[str, Any]]) -> float | None:
    """From the first message in to the first one out after it, in ms; None without one."""
    written = [datetime.fromisoformat(m["at"]) for m in messages if m["direction"] == "in"]
    answers = [datetime.fromisoformat(m["at"]) for m in messages if m["direction"] == "out"]
    later = [at for at in answers if written and at >= written[0]]
    return (min(later) - written[0]) / MILLISECOND if later else None


async def _few_at_a_time(work: list[Any]) -> list[Any]:
    turn = asyncio.Semaphore(TOGETHER)

    async def one(job: Any) -> Any:
        async with turn:
            return await job

    return list(await asyncio.gather(*map(one, work)))


async def _bare_posts(http: httpx.AsyncClient, whatsapp: dict[str, Any], to: str) -> list[float]:
    """The ms each of BARE_POSTS posts took, one after the other."""
    url = f"{whatsapp['graph']}/{whatsapp['phone_number_id']}/messages"
    headers = {"Authorization": f"Bearer {whatsapp['access_token']}"}
    text = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "Ciao"}}
    took = []
    for _ in range(BARE_POSTS):
        began = time.perf_counter()
        (await http.post(url, headers=headers, json=text)).raise_for_status()
        took.append((time.perf_counter() - began) * 1000)
    return took


def _measured(
    times: list[float | None], bare: list[float], late_ms: float, memory_mb: int
) -> Measured:
    answered = sorted(ms for ms in times if ms is not None)
    bare = sorted(bare)
    p50, p99 = percentile(answered, 50), percentile(answered, 99)
    bare_p50, bare_p99 = percentile(bare, 50), percentile(bare, 99)
    return Measured(
        bench="reply",
        figures={
            "messages_per_second": PER_SECOND,
            "messages_count": len(times),
            "answered_count": len(answered),
            "answered_percent": round(100 * len(answered) / len(times), 2),
            "p50_ms": round(p50, 1),
            "p99_ms": round(p99, 1),
            "max_ms": round(percentile(answered, 100), 1),
            "sent_late_max_ms": round(late_ms, 1),
            "resident_without_postgresql_mb": memory_mb,
        },
        baselines={
            "bare_post_p50_ms": round(bare_p50, 2),
            "bare_post_p99_ms": round(bare_p99, 2),
        },
        ratios={
            "reply_to_bare_post_p50": ratio(p50, bare_p50),
            "reply_to_bare_post_p99": ratio(p99, bare_p99),
        },
    )
