"""The inbox: storing notices durably, many in one commit.

A caller of `store` is answered after COMMIT, never before (promise: a 2xx means the bytes are on
disk). While one commit is on its way to the disk, those who come wait for the next together; so
the disk decides how many go into a batch, and no timer adds delay.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from obolo.kit.errors import OboloError
from obolo.kit.ids import new_id

BATCH_NOTICES_MAX = 500  # keeps one statement below a few MB in ordinary traffic
BATCH_BYTES_MAX = 8 * 1024 * 1024
WAITING_MAX = 20_000  # beyond this we are not keeping up: say so instead of queueing
WRITERS = 2  # one fills while the other waits for the disk
STATEMENT_TIMEOUT_MS = 3_000
CHANNEL = "obolo"  # the one NOTIFY channel; payloads are "<organisation>:<topic>"

_STORE = """
WITH stored AS (
    INSERT INTO gateways_notice
        (organisation_id, id, source, account_id, body, received_at, attempts)
    SELECT o, i, s, a, b, r, 0
    FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::uuid[], %b::bytea[], %b::timestamptz[])
        AS n (o, i, s, a, b, r)
)
SELECT pg_notify('obolo', o || ':notice') FROM unnest(%b::text[]) AS o
"""

log = logging.getLogger(__name__)


class NotStored(OboloError):
    """The notice could not be stored now; the sender should try again."""

    retryable = True


@dataclass(slots=True)
class _Waiting:
    organisation_id: UUID
    account_id: UUID
    source: str
    body: bytes
    received_at: datetime
    stored: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Inbox:
    """Batches notices into commits over its own connections (role `ingest`: INSERT only)."""

    def __init__(self, dsn: str) -> None:
        """Remember where; nothing happens before `start`."""
        self._dsn = dsn
        self._waiting: list[_Waiting] = []
        self._some = asyncio.Event()
        self._writers: list[asyncio.Task[None]] = []
        self.commits = 0

    def start(self) -> None:
        """Begin to write; call within the running loop."""
        self._writers = [asyncio.create_task(self._write()) for _ in range(WRITERS)]

    async def stop(self) -> None:
        """Stop writing; whoever waits is told that nothing was stored."""
        for writer in self._writers:
            writer.cancel()
        await asyncio.gather(*self._writers, return_exceptions=True)
        for one in self._waiting:
            _refuse(one, NotStored("The server is stopping."))
        self._waiting.clear()

    async def store(
        self, *, organisation_id: UUID, account_id: UUID, source: str, body: bytes, at: datetime
    ) -> None:
        """Return when the notice is committed; raises NotStored when it surely or maybe is not.

        After NotStored the sender repeats, and a repeated notice changes nothing.
        """
        if len(self._waiting) >= WAITING_MAX:
            raise NotStored("Too many notices are waiting.")
        one = _Waiting(organisation_id, account_id, source, body, at)
        self._waiting.append(one)
        self._some.set()
        await one.stored

    async def _write(self) -> None:
        connection: psycopg.AsyncConnection[Any] | None = None
        while True:
            await self._some.wait()
            batch = self._take()
            why = NotStored("The server is stopping.")
            try:
                if connection is None or connection.closed:
                    connection = await self._connect()
                await _store(connection, batch)
                self.commits += 1
                _confirm(batch)
            except psycopg.Error as failed:
                log.warning("notices not stored: %s", type(failed).__name__)
                why = NotStored()
                if connection is not None:
                    await connection.close()
            finally:
                for one in batch:  # whoever was not confirmed above
                    _refuse(one, why)

    def _take(self) -> list[_Waiting]:
        size = taken = 0
        for one in self._waiting[:BATCH_NOTICES_MAX]:
            if taken and size + len(one.body) > BATCH_BYTES_MAX:
                break
            size += len(one.body)
            taken += 1
        batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
        if not self._waiting:
            self._some.clear()
        return batch

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(
            self._dsn,
            autocommit=True,
            connect_timeout=3,
            options=f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
        )


async def _store(connection: psycopg.AsyncConnection[Any], batch: list[_Waiting]) -> None:
    if not batch:
        return
    await connection.execute(
        _STORE,
        (
            [one.organisation_id for one in batch],
            [new_id() for _ in batch],
            [one.source for one in batch],
            [one.account_id for one in batch],
            [one.body for one in batch],
            [one.received_at for one in batch],
            list({str(one.organisation_id) for one in batch}),
        ),
    )


def _confirm(batch: list[_Waiting]) -> None:
    for one in batch:
        if not one.stored.done():
            one.stored.set_result(None)


def _refuse(one: _Waiting, why: NotStored) -> None:
    if not one.stored.done():
        one.stored.set_exception(why)
