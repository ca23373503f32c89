"""The inbox: storing notices durably, many in one commit.

A caller of `store` is answered after COMMIT, never before (promise: a 2xx means the bytes are on
disk). While one commit is on its way to the disk, those who come wait for the next together; so
the disk decides how many go into a batch, and no timer adds delay.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from obolo.kit.clock import now
from obolo.kit.errors import OboloError
from obolo.kit.ids import new_id

BATCH_NOTICES_MAX = 500  # keeps one statement below a few MB in ordinary traffic
BATCH_BYTES_MAX = 8 * 1024 * 1024
WAITING_MAX = 20_000  # beyond this we are not keeping up: say so instead of queueing
WAIT_SECONDS_MAX = 4.0  # nobody waits longer for an answer; the hook promises 5
LOOK_SECONDS = 0.25  # how often we look for those who waited too long
WRITERS = 2  # one fills while the other waits for the disk
CONNECT_TIMEOUT_SECONDS = 3
STATEMENT_TIMEOUT_MS = 3_000
CHANNEL = "obolo"  # the one NOTIFY channel; payloads are "<organisation>:<topic>"

# A batch comes from few senders: each is passed once and its notices name it by its place.
_STORE = """
WITH sender AS (
    SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::text[])
        WITH ORDINALITY AS s (organisation_id, account_id, source, place)
), stored AS (
    INSERT INTO gateways_notice
        (organisation_id, id, source, account_id, body, received_at, attempts)
    SELECT organisation_id, id, source, account_id, body, %b, 0
    FROM unnest(%b::int8[], %b::uuid[], %b::bytea[]) AS n (place, id, body)
    JOIN sender USING (place)
)
SELECT pg_notify('obolo', o || ':notice') FROM unnest(%b::text[]) AS o
"""

log = logging.getLogger(__name__)


class NotStored(OboloError):
    """The notice could not be stored now; the sender should try again."""

    retryable = True


@dataclass(slots=True, eq=False)
class _Waiting:
    sender: tuple[UUID, UUID, str]  # organisation, account, source
    body: bytes
    stored: asyncio.Future[None]
    since: float  # of the loop's clock


class Inbox:
    """Batches notices into commits over its own connections (role `ingest`: INSERT only)."""

    def __init__(self, dsn: str) -> None:
        """Remember where; nothing happens before `start`."""
        self._dsn = dsn
        self._waiting: list[_Waiting] = []
        self._in_hand: list[list[_Waiting]] = []  # what the writers are storing now
        self._some = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.commits = 0

    def start(self) -> None:
        """Begin to write; call within the running loop."""
        self._tasks = [asyncio.create_task(self._write()) for _ in range(WRITERS)]
        self._tasks.append(asyncio.create_task(self._look()))

    async def stop(self) -> None:
        """Stop writing; whoever waits is told that nothing was stored."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        _refuse(self._waiting, "The server is stopping.")
        self._waiting.clear()

    async def store(
        self, *, organisation_id: UUID, account_id: UUID, source: str, body: bytes
    ) -> None:
        """Return when the notice is committed; raises NotStored when it surely or maybe is not.

        Either comes within WAIT_SECONDS_MAX, whatever the database does. After NotStored the
        sender repeats, and a repeated notice changes nothing.
        """
        if len(self._waiting) >= WAITING_MAX:
            raise NotStored("Too many notices are waiting.")
        loop = asyncio.get_running_loop()
        sender = (organisation_id, account_id, source)
        one = _Waiting(sender, body, loop.create_future(), loop.time())
        self._waiting.append(one)
        self._some.set()
        await one.stored

    async def _write(self) -> None:
        connection: psycopg.AsyncConnection[Any] | None = None
        try:
            while True:
                await self._some.wait()
                batch = self._take()
                if batch:  # else the other writer took them all
                    connection = await self._write_batch(batch, connection)
        finally:
            if connection is not None:
                await connection.close()

    async def _write_batch(
        self, batch: list[_Waiting], connection: psycopg.AsyncConnection[Any] | None
    ) -> psycopg.AsyncConnection[Any] | None:
        """Store a batch in one commit; returns the connection to go on with."""
        self._in_hand.append(batch)
        why = "The server is stopping."
        try:
            if connection is None or connection.closed:
                connection = await self._connect()
            await _store(connection, batch)
            self.commits += 1
            _confirm(batch)
        except psycopg.Error as failed:
            log.warning("notices not stored: %s", type(failed).__name__)
            why = ""
            if connection is not None:
                await connection.close()
        except asyncio.CancelledError:
            if connection is not None:
                await connection.close()
            raise
        finally:
            self._in_hand.remove(batch)
            _refuse(batch, why)  # whoever was not confirmed above
        return connection

    async def _look(self) -> None:
        """Answer those who waited too long: a frozen database must not hold the senders."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            overdue = asyncio.get_running_loop().time() - WAIT_SECONDS_MAX
            for batch in (*self._in_hand, self._waiting):
                _refuse([one for one in batch if one.since < overdue], "It takes too long.")
            self._waiting = [one for one in self._waiting if not one.stored.done()]

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
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            tcp_user_timeout=STATEMENT_TIMEOUT_MS,  # a machine that vanished says nothing at all
            options=f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
        )


async def _store(connection: psycopg.AsyncConnection[Any], batch: list[_Waiting]) -> None:
    if not batch:
        return
    places: dict[tuple[UUID, UUID, str], int] = {}
    places_of_notices = [places.setdefault(one.sender, len(places) + 1) for one in batch]
    organisations, accounts, sources = zip(*places, strict=True)
    await connection.execute(
        _STORE,
        (
            list(organisations),
            list(accounts),
            list(sources),
            now(),  # they came within the same milliseconds
            places_of_notices,
            [new_id() for _ in batch],
            [one.body for one in batch],
            list({str(organisation) for organisation in organisations}),
        ),
    )


def _confirm(batch: Sequence[_Waiting]) -> None:
    for one in batch:
        if not one.stored.done():
            one.stored.set_result(None)


def _refuse(batch: Sequence[_Waiting], why: str) -> None:
    for one in batch:
        if not one.stored.done():
            one.stored.set_exception(NotStored(why))
