"""The load is what WhatsApp would send, and counts only what was really acknowledged."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable

from obolo.cli.bench.load import Letters, Tally, call, result
from obolo.gateways.messaging.whatsapp import signature
from obolo.gateways.messaging.whatsapp.facts import Message
from obolo.gateways.messaging.whatsapp.inbound import read_notice

SECRET = "of-the-bench"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def letters() -> Letters:
    return Letters("/hooks/whatsapp/bench", SECRET, "test")


def test_every_letter_is_signed_readable_and_unlike_the_others():
    made = letters()
    bodies = []
    for _ in range(50):
        body, request = made.next()
        head, _, sent = request.partition(b"\r\n\r\n")
        headers = [tuple(line.split(b": ", 1)) for line in head.split(b"\r\n")[1:]]
        named = {name.lower(): value for name, value in headers}
        assert sent == body
        assert int(named[b"content-length"]) == len(body)
        assert signature.is_authentic([SECRET], body, [(n.lower(), v) for n, v in headers])
        bodies.append(body)
    read = [fact for body in bodies for fact in read_notice(body).facts]
    ids = {fact.message_id for fact in read if isinstance(fact, Message)}
    assert len(ids) == 50
    assert all(700 <= len(body) <= 900 for body in bodies)
    assert (
        "Più"
        in json.loads(bodies[0])["entry"][0]["changes"][0]["value"]["contacts"][0]["profile"][
            "name"
        ]
    )


def answered_by(serve: Serve, seconds: float = 0.2) -> tuple[Tally, list[bytes]]:
    """Two connections to a server of the test; the tally and the bodies that server saw."""
    seen: list[bytes] = []

    async def each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                seen.append(await reader.readexactly(length))
                await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def run() -> Tally:
        server = await asyncio.start_server(each, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            tally, _, _ = await call(port=port, letters=letters(), connections=2, seconds=seconds)
        await asyncio.sleep(0.05)  # the last connections end
        return tally

    return asyncio.run(run()), seen


def test_acknowledged_are_the_digests_of_what_was_answered_200():
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)

    tally, seen = answered_by(serve)
    assert tally.sent == len(seen) == tally.statuses[200]
    assert set(tally.acknowledged) == {hashlib.sha256(body).digest() for body in seen}
    told = result(tally, 0.2, 0.0)
    assert told["acknowledged_count"] == tally.sent
    assert 0 < len(tally.took_ns) < tally.sent  # those of the warm-up are no figures


def test_a_refusal_is_counted_and_is_no_acknowledgement():
    answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\n"

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in (answer[:20], answer[20:], b"later"):  # an answer may come in pieces
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.002)

    tally, seen = answered_by(serve)
    assert tally.statuses == {503: len(seen)}
    assert tally.acknowledged == []


def test_a_connection_that_breaks_acknowledges_nothing():
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    tally, seen = answered_by(serve)
    assert tally.broken == len(seen) == 2
    assert tally.acknowledged == []
