"""The wire: one kept connection, any honest answer, and no hang when there is none."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from obolo.simulator import wire
from obolo.simulator.wire import Unanswered, Wire

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return head + await reader.readexactly(length)


def answering(*answers: bytes, close: bool = False) -> tuple[Serve, list[tuple[int, bytes]]]:
    """A server that gives these answers in turn, and what it was asked on which connection."""
    left, seen = list(answers), []
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        number = connections
        try:
            while left:
                seen.append((number, await read_request(reader)))
                writer.write(left.pop(0))
                await writer.drain()
                if close:
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    return serve, seen


def posted(serve: Serve, times: int) -> list[int | str]:
    """The statuses of so many POSTs; a failure is given by its name."""

    async def run() -> list[int | str]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        line, found = Wire(), list[int | str]()
        for _turn in range(times):
            try:
                url = f"http://127.0.0.1:{port}/hook?a=1"
                found.append(await line.post(url, b'{"x":1}', {"X-Name": "v"}))
            except Unanswered:
                found.append("unanswered")
            await asyncio.sleep(0.01)
        line.close()
        server.close()
        await server.wait_closed()
        return found

    return asyncio.run(run())


def test_one_connection_carries_all_posts_byte_for_byte():
    serve, seen = answering(OK, OK, OK)
    assert posted(serve, 3) == [200, 200, 200]
    assert {number for number, _request in seen} == {1}
    head, body = seen[0][1].split(b"\r\n\r\n")
    assert head.startswith(b"POST /hook?a=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nX-Name: v\r\n" in head
    assert body == b'{"x":1}'


def test_chunked_answers_interim_answers_and_failures():
    chunked = b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    serve, seen = answering(chunked, interim + OK, b"HTTP/1.1 204 Empty\r\n\r\n")
    assert posted(serve, 3) == [503, 200, 204]
    assert {number for number, _request in seen} == {1}


def test_a_closed_connection_is_made_anew():
    serve, seen = answering(OK, OK, OK, close=True)
    assert posted(serve, 3) == [200, 200, 200]
    assert [number for number, _request in seen] == [1, 2, 3]


def test_a_connection_that_closes_while_we_write_is_tried_once_more():
    seen = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            seen.append(await read_request(reader))
            writer.write(OK)
            seen.append(b"second: " + await read_request(reader))
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    assert posted(serve, 2) == [200, 200]
    assert [request[:8] == b"second: " for request in seen] == [False, True, False]


def test_an_answer_that_is_not_http_is_none():
    serve, _seen = answering(b"hello\r\n\r\n", OK)
    assert posted(serve, 2) == ["unanswered", 200]


def test_a_hook_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(wire, "TIMEOUT_SECONDS", 0.1)
    serve, _seen = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", OK)
    assert posted(serve, 1) == ["unanswered"]


def test_nobody_there():
    async def run() -> None:
        with pytest.raises(Unanswered):
            await Wire().post("http://127.0.0.1:9/hook", b"", {})

    asyncio.run(run())
