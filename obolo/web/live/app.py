"""The ASGI application of the streams.

`/live/t/<organisation>/<token>` signals when the fund of that gift changed (the donor's page);
`/live/c/<organisation>/<cause>` and `/live/o/<organisation>` do so for the public pages;
`/console/<organisation>/live` when a conversation of the staff's organisation did. The latter lies
under the console because a staff session's cookie goes nowhere else.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from obolo.giving import queries as giving
from obolo.organisations import queries as organisations
from obolo.organisations.errors import NoSuchOrganisation
from obolo.organisations.wall import within
from obolo.trace import open_books
from obolo.trace import queries as trace
from obolo.web.hooks.app import Receive, Scope, Send
from obolo.web.live.exchange import Exchange

KEEP_ALIVE_SECONDS = 20.0
STREAMS_MAX = 5_000
PUBLIC_STREAMS_MAX = 3_000  # the others are kept for donors and staff
SETTLE_SECONDS = 0.15  # changes that come together are one signal
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]


_CONSOLE = re.compile(r"/console/[a-z0-9-]+/live(?:/[0-9a-f-]{36})?")


def is_stream(path: str) -> bool:
    """Does this path lead here rather than to a page?"""
    return path.startswith("/live/") or _CONSOLE.fullmatch(path) is not None


class Live:
    """Streams of signals."""

    def __init__(self, exchange: Exchange, staff_organisation: Callable[[Scope], Any]) -> None:
        """`staff_organisation(scope)` awaits the organisation id of a logged-in member of staff."""
        self._exchange, self._staff = exchange, staff_organisation
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: a stream, or 404 for whoever may not hear it."""
        topics = await self._topics(scope)
        is_public = scope["path"].startswith(("/live/c/", "/live/o/"))
        limit = PUBLIC_STREAMS_MAX if is_public else STREAMS_MAX
        if scope["method"] != "GET" or not topics or self._open >= limit:
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        self._open += 1
        ear = self._exchange.attend(topics)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await self._stream(ear, receive, send)
        finally:
            self._open -= 1
            self._exchange.leave(topics, ear)

    async def _topics(self, scope: Scope) -> list[str]:
        parts = scope["path"].strip("/").split("/")
        if parts[:2] == ["live", "t"] and (len(parts) == 4 or parts[4:] == ["all"]):
            return await sync_to_async(_topics_of_gift)(*parts[2:])
        if parts[0] == "live" and parts[1:2] in (["c"], ["o"]) and len(parts) in (3, 4):
            return await sync_to_async(_topics_of_causes)(parts[2], "".join(parts[3:]))
        if not is_stream(scope["path"]) or parts[0] != "console":
            return []
        organisation_id = await self._staff(scope)
        if organisation_id is None:
            return []
        open_one = [f"{organisation_id}:conversation:{one}" for one in parts[3:]]
        return [f"{organisation_id}:inbox", *open_one]

    async def _stream(self, ear: asyncio.Event, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_wait_until_gone(receive))
        try:
            await send(_part(b"retry: 2000\n\n"))
            while not gone.done() and not self._exchange.closed:
                heard = asyncio.create_task(ear.wait())
                await asyncio.wait(
                    {heard, gone}, timeout=KEEP_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                heard.cancel()
                if ear.is_set():
                    await asyncio.sleep(SETTLE_SECONDS)
                    ear.clear()
                    await send(_part(b"event: changed\ndata: \n\n"))
                elif not gone.done():
                    await send(_part(b": still here\n\n"))
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()


def _topics_of_gift(slug: str, token: str, together: str = "") -> list[str]:
    """The fund of a gift; with `together` the funds of all gifts of the same donor."""
    try:
        organisation_id = organisations.id_by_slug(slug)
        with within(organisation_id):
            gift = trace.gift_by_token(token)
            if gift is None:
                return []
            gifts = list(giving.gifts_of(gift.person_id)) if together else [gift]
            return sorted({f"{organisation_id}:fund:{one.cause.fund_id}" for one in gifts})
    except NoSuchOrganisation:
        return []
    finally:
        close_old_connections()


def _topics_of_causes(slug: str, cause: str) -> list[str]:
    """The funds of one cause, or of all when none is named: what everybody may hear."""
    try:
        organisation_id = organisations.id_by_slug(slug)
        with within(organisation_id):
            living, ended = open_books.causes_told()
            named = [one for one in (*living, *ended) if cause in ("", one.slug)]
            return [f"{organisation_id}:fund:{one.fund_id}" for one in named]
    except NoSuchOrganisation:
        return []
    finally:
        close_old_connections()


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _part(data: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": True}
