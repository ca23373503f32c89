"""Notices after they were stored: claimed, finished, set aside, tried again; their bytes stay."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from obolo.gateways import actions, queries
from obolo.gateways.models import REASON_CHARS, Notice
from obolo.gateways.tests.at_once import at_once
from obolo.kit.clock import now
from obolo.organisations.wall import within


def _notice(body: bytes = b"{}", minutes_ago: int = 0, source: str = "whatsapp") -> Notice:
    return Notice.objects.create(
        source=source,
        account_id=uuid4(),
        body=body,
        received_at=now() - timedelta(minutes=minutes_ago),
    )


def _claimed() -> list[bytes]:
    return [bytes(n.body) for n in actions.claim_notices(source="whatsapp", limit=10)]


def test_the_oldest_open_ones_come_first(charity):
    _notice(b"new")
    _notice(b"old", minutes_ago=5)
    assert _claimed() == [b"old", b"new"]
    assert [bytes(n.body) for n in actions.claim_notices(source="whatsapp", limit=1)] == [b"old"]


def test_what_is_done_is_done_once(charity, clock):
    notice = _notice()
    actions.finish(ids=[notice.id])
    notice.refresh_from_db()
    first = notice.done_at
    clock(hours=1)
    actions.finish(ids=[notice.id])
    notice.refresh_from_db()
    assert notice.done_at == first
    assert _claimed() == []
    assert queries.open_count() == 0


def test_unknown_pieces_are_counted(charity):
    actions.finish_with_unknown(notice=_notice(), count=2)
    actions.finish_with_unknown(notice=_notice(), count=3)
    assert queries.unknown_count() == 5
    assert _claimed() == []


def test_a_quarantined_notice_keeps_its_bytes_and_a_reason_staff_can_see(charity):
    notice = _notice(b"\x00\xff")
    actions.quarantine(notice=notice, reason="Odd \x00\ud800 " + "x" * 2_000)
    [seen] = queries.quarantined()
    assert seen.quarantine_reason.startswith("Odd \ufffd? x")
    assert len(seen.quarantine_reason) == REASON_CHARS
    assert bytes(seen.body) == b"\x00\xff"
    assert _claimed() == []


def test_a_try_is_counted_before_it_runs_and_the_next_one_waits(charity, clock):
    notice = _notice()
    waits = []
    for tries in (1, 2, 3):
        assert actions.begin_try(notice_id=notice.id) == tries
        notice.refresh_from_db()
        assert notice.retry_at is not None
        waits.append(round((notice.retry_at - now()).total_seconds()))
        assert _claimed() == []
        clock(seconds=waits[-1] + 1)
        assert _claimed() == [b"{}"]
    assert waits == [10, 20, 30]


def test_a_notice_put_off_waits_without_a_try(charity, clock):
    _notice()
    actions.put_off(source="whatsapp")
    assert _claimed() == []
    clock(seconds=11)
    [again] = actions.claim_notices(source="whatsapp", limit=10)
    assert again.attempts == 0


def test_another_organisation_sees_no_notice(charity, other_charity):
    _notice()
    with within(other_charity.id):
        assert Notice.objects.count() == 0
        assert _claimed() == []


@pytest.mark.parametrize("column", ["body", "received_at", "source", "account_id"])
def test_what_came_in_is_never_altered(charity, column):
    notice = _notice()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Notice.objects.filter(id=notice.id).update(**{column: getattr(notice, column)})
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Notice.objects.filter(id=notice.id).delete()


def test_workers_claim_different_notices(committed):
    from threading import Barrier

    with within(committed.id):
        for _ in range(8):
            _notice()
    all_claimed = Barrier(4)

    def work(_):
        with within(committed.id):
            claimed = actions.claim_notices(source="whatsapp", limit=2)
            all_claimed.wait(10)
            return [n.id for n in claimed]

    ids = [one for claimed in at_once(work, threads=4) for one in claimed]
    assert len(ids) == len(set(ids)) == 8


def test_one_alone_is_left_to_whoever_took_it(charity, clock):
    _notice(b"words", minutes_ago=9)
    _notice(b"second", source="stripe", minutes_ago=1)
    _notice(b"first", source="satispay", minutes_ago=2)
    taken = [actions.claim_alone(apart_from="whatsapp") for _ in range(3)]
    assert [n and (bytes(n.body), n.attempts) for n in taken] == [
        (b"first", 1),
        (b"second", 1),
        None,
    ]
    clock(seconds=11)
    again = actions.claim_alone(apart_from="whatsapp")
    assert again is not None
    assert (bytes(again.body), again.attempts) == (b"first", 2)
