"""POSTs on the machine's own network, fast: one kept connection a lane, no ceremony.

Owns the bytes of HTTP/1.1 requests to an `http://` address (RFC 9112). A general client spends a
millisecond on each call, and the simulator makes four calls for every message of a load test.
Never: TLS, redirects, proxies, bodies of answers; for anything but plain http there is httpx.
"""

import asyncio
from typing import cast
from urllib.parse import urlsplit

import httptools

TIMEOUT_SECONDS = 10


class Unanswered(OSError):
    """The connection ended, or the time was over, before a whole answer had come."""


class Wire:
    """One connection, used by one caller at a time; made when needed, kept while it holds."""

    def __init__(self) -> None:
        """Nothing is opened before the first `post`."""
        self._line: _Line | None = None
        self._origin = ("", 0)

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer. Raises OSError when there is none."""
        address = urlsplit(url)
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        head = [f"POST {target} HTTP/1.1", f"Host: {address.netloc}"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        head += [f"Content-Length: {len(body)}", "\r\n"]
        request = "\r\n".join(head).encode("latin-1") + body
        host, port = address.hostname or "", address.port or 80
        if self._is_open(host, port):
            try:
                return await self._exchange(request, host, port)
            except OSError:
                pass  # a server may close a resting connection just as we write: once more
        return await self._exchange(request, host, port)

    def close(self) -> None:
        """Let go of the connection."""
        if self._line:
            self._line.transport.abort()
            self._line = None

    async def _exchange(self, request: bytes, host: str, port: int) -> int:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                if not self._is_open(host, port):
                    self.close()
                    loop = asyncio.get_running_loop()
                    _transport, self._line = await loop.create_connection(_Line, host, port)
                    self._origin = (host, port)
                assert self._line is not None
                return await self._line.exchange(request)
        except (TimeoutError, OSError) as lost:
            self.close()
            raise Unanswered(str(lost)) from None

    def _is_open(self, host: str, port: int) -> bool:
        line = self._line
        return line is not None and line.is_good and self._origin == (host, port)


class _Line(asyncio.Protocol):
    """The protocol of one connection: a request out, a status back."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.is_good = True
        self._answer: asyncio.Future[int] | None = None
        self._parser = httptools.HttpResponseParser(self)

    def exchange(self, request: bytes) -> "asyncio.Future[int]":
        self._answer = asyncio.get_running_loop().create_future()
        if self.is_good:
            self.transport.write(request)
        else:
            self._fail("The connection was closed.")
        return self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class is no subclass

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.is_good = False
            self._fail("The answer is not HTTP.")
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_good = False
        self._fail("The connection was closed.")

    def on_message_complete(self) -> None:
        """Called by the parser."""
        status = self._parser.get_status_code()
        if status < 200:
            return
        self.is_good = self.is_good and self._parser.should_keep_alive()
        if self._answer and not self._answer.done():
            self._answer.set_result(status)

    def _fail(self, why: str) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(Unanswered(why))
