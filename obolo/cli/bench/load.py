"""Webhooks as fast as they are answered: the load of `obolo bench ingest`, a process of its own.

Each connection posts, waits for the answer and posts the next (closed loop), for a fixed time.
Bodies are single messages as WhatsApp sends them, every one with its own id and signed. Prints one
JSON object; writes the SHA-256 of each acknowledged body, 32 bytes each, into a file.

    python -m obolo.cli.bench.load --port N --path /hooks/… --secret S --connections 64 --seconds 8
        --acknowledged FILE
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import uvloop

from obolo.cli.bench.figures import percentile

WARM_UP_SECONDS = 0.5  # its answers count as acknowledged, not as figures
LAST_ANSWER_SECONDS = 6.0  # an answer may take 5 seconds
NS_PER_MS = 1_000_000
END = b"\r\n\r\n"

_BODY = json.dumps(
    {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "102290129340398",
                "changes": [
                    {
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {
                                "display_phone_number": "15550783881",
                                "phone_number_id": "106540352242922",
                            },
                            "contacts": [
                                {
                                    "profile": {"name": "Pozzi è Più"},
                                    "wa_id": "39320WHO",
                                    "user_id": "IT.13491208655302741918",
                                }
                            ],
                            "messages": [
                                {
                                    "from": "39320WHO",
                                    "from_user_id": "IT.13491208655302741918",
                                    "id": "wamid.HBgLBENCH",
                                    "timestamp": "1750091045",
                                    "type": "text",
                                    "text": {
                                        "body": "Buongiorno! Vorrei dare 5 euro per il pozzo, e"
                                        " sapere che cosa è diventato il dono di marzo. Grazie 🙏"
                                    },
                                }
                            ],
                        },
                        "field": "messages",
                    }
                ],
            }
        ],
    }
)


class Letters:
    """Makes bodies that differ from each other, with their requests around them."""

    def __init__(self, path: str, secret: str, mark: str) -> None:
        """`mark` sets this run's ids apart from those of other runs."""
        self._parts = [
            part.encode()
            for part in _BODY.replace("39320WHO", "393201234567").split("wamid.HBgLBENCH")
        ]
        self._key, self._mark, self._made = secret.encode(), mark.encode(), 0
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: facebookexternalua\r\n"
            "Accept: */*\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256="
        ).encode()

    def next(self) -> tuple[bytes, bytes]:
        """The next body and the whole request that carries it."""
        self._made += 1
        name = b"wamid.HBgMMzkzMjAxMjM0NTY3FQIAERgS%s%012dAA==" % (self._mark, self._made)
        body = self._parts[0] + name + self._parts[1]
        signature = hmac.digest(self._key, body, "sha256").hex().encode()
        length = b"\r\nContent-Length: %d\r\n\r\n" % len(body)
        return body, b"".join((self._head, signature, length, body))


@dataclass
class Tally:
    """What happened, over all connections."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    acknowledged: list[bytes] = field(default_factory=list)
    took_ns: list[int] = field(default_factory=list)
    counting: bool = False


class Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, letters: Letters, tally: Tally) -> None:
        """Share the letters and the tally with the other connections."""
        self._letters, self._tally = letters, tally
        self._transport: asyncio.Transport | None = None
        self._body, self._sent_ns, self._heard = b"", 0, b""
        self._stopping = False
        self.idle = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected; the first request waits for `post`."""
        self._transport = cast("asyncio.Transport", transport)

    def post(self) -> None:
        """Send the next request."""
        assert self._transport is not None
        self._body, request = self._letters.next()
        self._tally.sent += 1
        self._sent_ns = time.perf_counter_ns()
        self._transport.write(request)

    def stop(self) -> None:
        """Send nothing after the answer that is awaited."""
        self._stopping = True

    def data_received(self, data: bytes) -> None:
        """An answer, or a piece of one."""
        heard = self._heard + data if self._heard else data
        if not _is_whole(heard):
            self._heard = heard
            return
        self._heard = b""
        tally = self._tally
        if tally.counting:
            tally.took_ns.append(time.perf_counter_ns() - self._sent_ns)
        status = int(heard[9:12])
        tally.statuses[status] += 1
        if status == 200:
            tally.acknowledged.append(hashlib.sha256(self._body).digest())
        if self._stopping:
            self._rest()
        else:
            self.post()

    def connection_lost(self, exc: Exception | None) -> None:
        """The request in hand has no answer, so it was not acknowledged."""
        if not self.idle.done():
            self._tally.broken += 1
            self._rest()

    def _rest(self) -> None:
        if not self.idle.done():
            self.idle.set_result(None)
        if self._transport is not None:
            self._transport.close()


def _is_whole(heard: bytes) -> bool:
    """Whether this is a complete answer. Ours always carry a Content-Length."""
    end = heard.find(END)
    if end < 0:
        return False
    head = heard[:end].lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    return len(heard) >= end + len(END) + length


async def call(
    *, port: int, letters: Letters, connections: int, seconds: float
) -> tuple[Tally, float, float]:
    """Keep `connections` busy for `seconds` after a warm-up.

    Returns the tally, the seconds measured, and this process's own CPU seconds among them.
    """
    loop = asyncio.get_running_loop()
    tally = Tally()
    callers = [
        (await loop.create_connection(lambda: Caller(letters, tally), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    for caller in callers:
        caller.post()
    await asyncio.sleep(WARM_UP_SECONDS)
    tally.counting, began, cpu_began = True, time.perf_counter(), time.process_time()
    await asyncio.sleep(seconds)
    tally.counting, measured = False, time.perf_counter() - began
    cpu_seconds = time.process_time() - cpu_began
    for caller in callers:
        caller.stop()
    await asyncio.wait([caller.idle for caller in callers], timeout=LAST_ANSWER_SECONDS)
    return tally, measured, cpu_seconds


def result(tally: Tally, measured: float, cpu_seconds: float) -> dict[str, object]:
    """The JSON object printed at the end."""
    took = sorted(tally.took_ns)
    return {
        "sent_count": tally.sent,
        "acknowledged_count": len(tally.acknowledged),
        "statuses": {str(status): count for status, count in sorted(tally.statuses.items())},
        "broken_count": tally.broken,
        "per_second": round(len(took) / measured),
        "p50_ms": round(percentile(took, 50) / NS_PER_MS, 2),
        "p99_ms": round(percentile(took, 99) / NS_PER_MS, 2),
        "max_ms": round(percentile(took, 100) / NS_PER_MS, 2),
        "measured_seconds": round(measured, 3),
        "cpu_seconds": round(cpu_seconds, 3),
    }


def main() -> None:
    """Read the arguments, call, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--mark", default="A", help="sets the ids of runs apart")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--acknowledged", type=Path, required=True)
    asked = parser.parse_args()
    letters = Letters(asked.path, asked.secret, asked.mark)
    tally, measured, cpu_seconds = uvloop.run(
        call(port=asked.port, letters=letters, connections=asked.connections, seconds=asked.seconds)
    )
    asked.acknowledged.write_bytes(b"".join(tally.acknowledged))
    sys.stdout.write(json.dumps(result(tally, measured, cpu_seconds)) + "\n")


if __name__ == "__main__":
    main()
