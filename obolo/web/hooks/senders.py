"""Who may deliver through which hook: looked up by the key in the URL, kept for some seconds."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from obolo.kit.errors import OboloError
from obolo.organisations.seal import SealBroken, unseal

KEEP_SECONDS = 15.0  # a rotated secret is known this soon
KEEP_UNKNOWN_SECONDS = 2.0
KEYS_MAX = 10_000  # guesses at keys must not fill the memory
CONNECT_TIMEOUT_SECONDS = 3
STATEMENT_TIMEOUT_MS = 3_000
ASK_SECONDS = 4.0  # whatever the database does: the hook promises an answer within 5

_LOOK_UP = """
SELECT organisation_id, id, sealed FROM organisations_outsideaccount
WHERE kind = %s AND (hook_key = %s OR %s = '') ORDER BY created_at LIMIT 2
"""


@dataclass(frozen=True, slots=True)
class Sender:
    """An outside account that may deliver notices, with its opened secrets."""

    organisation_id: UUID
    account_id: UUID
    secrets: dict[str, Any]


class NotAsked(OboloError):
    """The database could not be asked who a sender is; the sender should try again."""

    retryable = True


class Senders:
    """Looks senders up with the ingest role, one connection, opened again when it breaks."""

    def __init__(self, dsn: str, master_key: str) -> None:
        """Nothing is opened before the first question."""
        self._dsn, self._master_key = dsn, master_key
        self._known: dict[tuple[str, str], tuple[float, Sender | None]] = {}
        self._asking: dict[tuple[str, str], asyncio.Task[Sender | None]] = {}
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._turn = asyncio.Lock()

    async def find(self, kind: str, hook_key: str) -> Sender | None:
        """The sender behind `/hooks/<kind>/<hook_key>`; an empty key means the only one there is.

        Raises NotAsked, within ASK_SECONDS, when the database does not say.
        """
        door = (kind, hook_key)
        kept = self._known.get(door)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        # All who come to one door meanwhile share one question.
        asking = self._asking.get(door)
        if asking is None:
            asking = self._asking[door] = asyncio.create_task(self._ask(*door))
            asking.add_done_callback(lambda _: self._asking.pop(door))
        await asyncio.wait([asking], timeout=ASK_SECONDS)
        if not asking.done() or asking.exception() is not None:
            raise NotAsked
        return asking.result()

    async def _ask(self, kind: str, hook_key: str) -> Sender | None:
        async with self._turn:
            found = await self._look_up(kind, hook_key)
        if len(self._known) >= KEYS_MAX:
            self._known.clear()
        lives = KEEP_SECONDS if found else KEEP_UNKNOWN_SECONDS
        self._known[kind, hook_key] = (time.monotonic() + lives, found)
        return found

    async def close(self) -> None:
        """Close the connection; questions without an answer are dropped."""
        for asking in self._asking.values():
            asking.cancel()
        if self._connection is not None:
            await self._connection.close()

    async def _look_up(self, kind: str, hook_key: str) -> Sender | None:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._dsn,
                    autocommit=True,
                    connect_timeout=CONNECT_TIMEOUT_SECONDS,
                    tcp_user_timeout=STATEMENT_TIMEOUT_MS,
                    options=f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
                )
            answer = await self._connection.execute(_LOOK_UP, (kind, hook_key, hook_key))
            rows = await answer.fetchall()
        except psycopg.Error:
            if self._connection is not None:
                await self._connection.close()
            self._connection = None
            raise
        if not rows or (not hook_key and len(rows) > 1):
            return None
        organisation_id, account_id, sealed = rows[0]
        try:
            purpose = f"outside_account:{organisation_id}:{account_id}"
            return Sender(
                organisation_id, account_id, unseal(self._master_key, purpose, bytes(sealed))
            )
        except SealBroken:
            return None
