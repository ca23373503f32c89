"""One listening connection for all open pages of this process, heard by topic."""

import asyncio
import logging
from collections import defaultdict
from typing import Any

import psycopg

from obolo.organisations.bell import CHANNEL

CONNECT_AGAIN_SECONDS = 2.0
log = logging.getLogger(__name__)


class Exchange:
    """Hears the bell of the database and wakes whoever waits for a topic."""

    def __init__(self, dsn: str) -> None:
        """`dsn` of the application role; nothing is opened before `start`."""
        self._dsn = dsn
        self._ears: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self.closed = False

    def start(self) -> None:
        """Begin to listen; call within the running loop."""
        self._task = asyncio.create_task(self._listen())

    def close(self) -> None:
        """Wake everybody for the last time: open streams end."""
        self.closed = True
        self._wake_all()

    async def stop(self) -> None:
        """Stop listening."""
        self.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def attend(self, topics: list[str]) -> asyncio.Event:
        """An event that is set whenever one of the topics rings."""
        ear = asyncio.Event()
        for topic in topics:
            self._ears[topic].add(ear)
        return ear

    def leave(self, topics: list[str], ear: asyncio.Event) -> None:
        """Nobody waits there any more."""
        for topic in topics:
            self._ears[topic].discard(ear)
            if not self._ears[topic]:
                del self._ears[topic]

    async def _listen(self) -> None:
        while True:
            try:
                connection: psycopg.AsyncConnection[Any]
                async with await psycopg.AsyncConnection.connect(
                    self._dsn, autocommit=True, connect_timeout=3
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._wake_all()  # what rang while we were away is read again
                    async for heard in connection.notifies():
                        for ear in self._ears.get(heard.payload, ()):
                            ear.set()
            except psycopg.Error as away:
                log.warning("not listening, trying again: %s", type(away).__name__)
                await asyncio.sleep(CONNECT_AGAIN_SECONDS)

    def _wake_all(self) -> None:
        for ears in self._ears.values():
            for ear in ears:
                ear.set()
