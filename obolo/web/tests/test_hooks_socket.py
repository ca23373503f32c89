"""The hooks behind the real HTTP server: what only shows on the wire."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
import uvicorn

from obolo.web.hooks import app as hooks
from obolo.web.tests.test_hooks import BODY, RIGHT, House

HEAD = b"POST /hooks/whatsapp/acqua HTTP/1.1\r\nHost: h\r\n"
SIGNED = b"X-Hub-Signature-256: " + RIGHT + b"\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
Scenario = Callable[[House, int], Awaitable[None]]


def served(scenario: Scenario) -> None:
    """Run the scenario against the hooks on a port of this machine."""

    async def serve() -> None:
        house = House()
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            config = uvicorn.Config(
                house.app, http="httptools", lifespan="off", log_level="critical"
            )
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            while not server.started:  # noqa: ASYNC110 - it says so in no other way
                await asyncio.sleep(0.01)
            try:
                await scenario(house, listening.getsockname()[1])
            finally:
                server.should_exit = True
                await serving

    asyncio.run(serve())


async def say(port: int, *pieces: bytes, pause: float = 0.0) -> int:
    """Send the pieces `pause` seconds apart; the status of the answer, 0 for none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    # Heard while we still speak: a server that gives up hangs up on the rest.
    answer = asyncio.create_task(asyncio.wait_for(reader.readline(), 5))
    with suppress(OSError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
    line = await answer
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return int(line.split()[1]) if line else 0


def test_a_plain_request_is_stored():
    async def scenario(house: House, port: int) -> None:
        assert await say(port, HEAD + SIGNED + LENGTH + b"\r\n" + BODY) == 200
        assert house.bodies == [BODY]

    served(scenario)


def test_a_chunked_body_is_put_together_before_it_is_verified():
    async def scenario(house: House, port: int) -> None:
        chunks = [b"%x\r\n%s\r\n" % (1, BODY[at : at + 1]) for at in range(len(BODY))]
        head = HEAD + SIGNED + b"Transfer-Encoding: chunked\r\n\r\n"
        assert await say(port, head, *chunks, b"0\r\n\r\n") == 200
        assert house.bodies == [BODY]

    served(scenario)


@pytest.mark.parametrize(
    "headers",
    [SIGNED * 2, SIGNED[:-4] + b"\xe9\r\n", b"X-Hub-Signature-256: \xd9\xa3\r\n", b""],
    ids=["twice", "non-ASCII end", "non-ASCII", "none"],
)
def test_odd_signature_headers_are_403(headers: bytes):
    async def scenario(house: House, port: int) -> None:
        assert await say(port, HEAD + headers + LENGTH + b"\r\n" + BODY) == 403
        assert house.bodies == []

    served(scenario)


def test_an_understated_length_is_refused_and_nothing_is_stored():
    async def scenario(house: House, port: int) -> None:
        short = b"Content-Length: %d\r\n" % (len(BODY) - 1)
        # The byte left over is no request, which the server may notice before or after the first.
        assert await say(port, HEAD + SIGNED + short + b"\r\n" + BODY) in (400, 403)
        assert house.bodies == []

    served(scenario)


def test_a_body_that_drips_is_408_while_others_are_served(monkeypatch: Any):
    monkeypatch.setattr(hooks, "READ_SECONDS", 0.3)

    async def scenario(house: House, port: int) -> None:
        drops = [bytes([one]) for one in BODY[:12]]
        head = HEAD + SIGNED + LENGTH + b"\r\n"
        dripping = asyncio.create_task(say(port, head, *drops, pause=0.05))
        await asyncio.sleep(0.05)
        assert await say(port, head + BODY) == 200
        assert not dripping.done()
        assert await dripping == 408
        assert house.bodies == [BODY]

    served(scenario)


def test_a_sender_that_hangs_up_half_way_leaves_nothing():
    async def scenario(house: House, port: int) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD + SIGNED + LENGTH + b"\r\n" + BODY[:5])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert await say(port, HEAD + SIGNED + LENGTH + b"\r\n" + BODY) == 200
        assert house.bodies == [BODY]

    served(scenario)


@pytest.mark.parametrize("head", [b"X-Short: y\r\n", b"X-Long: " + b"y" * 70_000 + b"\r\n"])
def test_headers_of_any_size_do_not_stop_the_server(head: bytes):
    async def scenario(house: House, port: int) -> None:
        await say(port, HEAD + head * 100 + SIGNED + LENGTH + b"\r\n" + BODY)
        assert await say(port, HEAD + SIGNED + LENGTH + b"\r\n" + BODY) == 200
        assert BODY in house.bodies

    served(scenario)
