"""The inbox stores many notices with few commits, and says so quickly when it cannot."""

import asyncio
import time
from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from obolo.gateways import inbox as the_inbox
from obolo.gateways.inbox import Inbox, NotStored
from obolo.gateways.models import Notice
from obolo.organisations.wall import within
from obolo.project.database import owner_dsn, role_dsn

MANY = 300


@asynccontextmanager
async def _open(dsn: str):
    inbox = Inbox(dsn)
    inbox.start()
    try:
        yield inbox
    finally:
        await inbox.stop()


def _store(inbox: Inbox, organisation_id, body: bytes, source: str = "whatsapp"):
    return inbox.store(
        organisation_id=organisation_id, account_id=uuid4(), source=source, body=body
    )


def test_many_at_once_share_commits_and_all_are_there(committed):
    bodies = [b"%d \x00\xff" % n for n in range(MANY)]

    async def work():
        async with _open(role_dsn("ingest")) as inbox:
            await asyncio.gather(*(_store(inbox, committed.id, body) for body in bodies))
            return inbox.commits

    commits = asyncio.run(work())
    assert 1 <= commits < MANY / 10
    with within(committed.id):
        stored = list(Notice.objects.values_list("id", "body", "done_at", "attempts"))
    assert sorted(bytes(body) for _, body, _, _ in stored) == sorted(bodies)
    assert len({notice_id for notice_id, *_ in stored}) == MANY
    assert {(done, attempts) for *_, done, attempts in stored} == {(None, 0)}


def test_what_is_answered_is_committed(committed):
    """Another connection sees the notice as soon as `store` returns."""

    async def work():
        async with _open(role_dsn("ingest")) as inbox:
            for n in range(5):
                await _store(inbox, committed.id, b"%d" % n)
                with psycopg.connect(owner_dsn()) as owner:
                    query = "SELECT count(*) FROM gateways_notice WHERE organisation_id = %s"
                    assert owner.execute(query, [committed.id]).fetchone() == (n + 1,)

    asyncio.run(work())


def test_without_a_database_the_answer_is_a_quick_no():
    nowhere = make_conninfo(role_dsn("ingest"), host="127.0.0.1", port=9)

    async def work():
        async with _open(nowhere) as inbox:
            found = await asyncio.gather(
                *(_store(inbox, uuid4(), b"x") for _ in range(20)), return_exceptions=True
            )
            again = await asyncio.gather(_store(inbox, uuid4(), b"x"), return_exceptions=True)
            return [*found, *again], inbox.commits

    begun = time.monotonic()
    answers, commits = asyncio.run(work())
    assert time.monotonic() - begun < 5
    assert all(isinstance(answer, NotStored) for answer in answers)
    assert NotStored.retryable
    assert commits == 0


def test_after_trouble_it_stores_again(committed):
    """The writer outlives a statement that fails: here an organisation that is none."""

    async def work():
        async with _open(role_dsn("ingest")) as inbox:
            with pytest.raises(NotStored):
                await _store(inbox, uuid4(), b"of nobody")
            await _store(inbox, committed.id, b"after")

    asyncio.run(work())
    with within(committed.id):
        assert [bytes(n.body) for n in Notice.objects.all()] == [b"after"]


def test_too_many_waiting_are_turned_away(monkeypatch):
    monkeypatch.setattr(the_inbox, "WAITING_MAX", 3)

    async def work():
        inbox = Inbox(role_dsn("ingest"))  # not started: nobody takes what waits
        waiting = [asyncio.create_task(_store(inbox, uuid4(), b"x")) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(NotStored, match="Too many"):
            await _store(inbox, uuid4(), b"x")
        await inbox.stop()
        return await asyncio.gather(*waiting, return_exceptions=True)

    answers = asyncio.run(work())
    assert [str(a) for a in answers] == [str(NotStored("The server is stopping."))] * 3


def test_large_notices_go_in_several_commits(committed, monkeypatch):
    monkeypatch.setattr(the_inbox, "BATCH_BYTES_MAX", 1_000)

    async def work():
        async with _open(role_dsn("ingest")) as inbox:
            await asyncio.gather(*(_store(inbox, committed.id, b"x" * 900) for _ in range(6)))
            return inbox.commits

    assert asyncio.run(work()) == 6


def test_the_hook_may_add_notices_and_nothing_else(committed):
    with psycopg.connect(role_dsn("ingest"), autocommit=True) as hook:
        hook.execute("SELECT set_config('obolo.organisation', %s, false)", [str(committed.id)])
        for refused in (
            "SELECT body FROM gateways_notice",
            "UPDATE gateways_notice SET attempts = 1",
            "DELETE FROM gateways_notice",
            "SELECT text FROM conversations_message",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                hook.execute(refused)
