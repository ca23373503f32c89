"""What becomes of a message: claimed once, told in any order, never blindly repeated."""

from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from obolo.conversations import queries, sending
from obolo.conversations.models import Delivery, DeliveryState, Status
from obolo.conversations.sending import CLAIM_LASTS, TRIES_MAX, Told, note_status, note_statuses
from obolo.conversations.tests.cast import heard, say
from obolo.gateways.tests.at_once import at_once
from obolo.kit.clock import now
from obolo.organisations.wall import within
from obolo.people.actions import move_address, note_consent
from obolo.people.models import Address, Purpose
from obolo.people.tests.cast import anna, emma

WAMID = "wamid.out.1"


@pytest.fixture
def talk(charity):
    """Anna just wrote."""
    return heard(anna())


def _claimed() -> Delivery:
    [(delivery, _)] = sending.claim(limit=5)
    return delivery


def _accepted(talk: Any) -> Delivery:
    say(talk)
    delivery = _claimed()
    sending.accepted(delivery=delivery, provider_id=WAMID)
    return delivery


def _now(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def _told(state: str, **detail: Any) -> bool:
    return note_status(provider_id=WAMID, state=state, at=now(), detail=detail)


def test_a_due_delivery_is_claimed_once(talk):
    say(talk)
    [(delivery, as_template)] = sending.claim(limit=5)
    assert not as_template
    assert sending.claim(limit=5) == []
    assert (_now(delivery).state, delivery.attempts) == ("claimed", 1)


def test_at_most_a_batch_is_claimed(talk):
    for _ in range(5):
        say(talk)
    assert [len(sending.claim(limit=2)) for _ in range(4)] == [2, 2, 1, 0]


def test_two_senders_claim_it_once(committed):
    with within(committed.id):
        talk = heard(anna())
        for _ in range(6):
            say(talk)

    def work(_):
        with within(committed.id):
            return [d.id for d, _ in sending.claim(limit=6)]

    ids = [one for claimed in at_once(work, threads=2) for one in claimed]
    with within(committed.id):
        ids += [d.id for d, _ in sending.claim(limit=6)]  # what was locked when both looked
    assert len(ids) == len(set(ids)) == 6


def test_a_stop_between_queue_and_claim_counts(talk):
    report = say(talk, purpose=Purpose.REPORT)
    answer = say(talk)
    note_consent(person_id=talk.person_id, purpose=Purpose.REPORT, granted=False, source="chat")
    assert _claimed() == answer
    assert _now(report).state == DeliveryState.REFUSED
    assert "did not agree" in report.reason
    assert report.attempts == 0


def test_an_appeal_needs_a_yes(talk):
    refused = say(talk, purpose=Purpose.APPEAL)
    assert sending.claim(limit=5) == []
    assert _now(refused).state == DeliveryState.REFUSED
    note_consent(person_id=talk.person_id, purpose=Purpose.APPEAL, granted=True, source="chat")
    say(talk, purpose=Purpose.APPEAL)
    assert _claimed().purpose == Purpose.APPEAL


def test_after_a_day_only_a_template_goes(talk, clock):
    say(talk, "plain")
    say(talk, "approved", template={"type": "template"})
    clock(hours=24)
    [(delivery, as_template)] = sending.claim(limit=5)
    assert (delivery.key, as_template) == ("approved", True)
    assert "24 hours" in Delivery.objects.get(key="plain").reason


def test_without_an_address_nothing_goes(talk):
    delivery = say(talk)
    Address.objects.update(valid_to=now())
    assert sending.claim(limit=5) == []
    assert "no WhatsApp address" in _now(delivery).reason


def test_a_moved_address_still_reaches_the_person(talk):
    say(talk)
    move_address(kind="phone", old="393331234567", new="39555")
    assert _claimed()


STATES = ["sent", "delivered", "read"]


@pytest.mark.parametrize("order", list(permutations(STATES)))
def test_whatever_the_order_the_highest_state_stands(talk, order):
    delivery = _accepted(talk)
    for state in order:
        assert _told(state)
    assert _now(delivery).state == DeliveryState.READ


@pytest.mark.parametrize("order", list(permutations(STATES)))
def test_and_when_they_are_told_together(talk, order):
    delivery = _accepted(talk)
    told = [Told(provider_id=WAMID, state=s, at=now(), detail={}) for s in order]
    assert note_statuses([*told, *told]) == 3
    assert _now(delivery).state == DeliveryState.READ
    assert note_statuses(told) == 0


def test_read_before_delivered_stays_read(talk):
    delivery = _accepted(talk)
    _told("read")
    _told("delivered")
    assert _now(delivery).state == DeliveryState.READ


def test_failed_after_delivered_changes_nothing(talk):
    delivery = _accepted(talk)
    _told("delivered")
    _told("failed", errors=[{"code": 131026, "title": "Undeliverable"}])
    assert _now(delivery).state == DeliveryState.DELIVERED
    assert _told("sent")
    assert _now(delivery).state == DeliveryState.DELIVERED


def test_delivered_after_failed_counts(talk):
    delivery = _accepted(talk)
    _told("failed", errors=[])
    assert _now(delivery).state == DeliveryState.FAILED
    _told("delivered")
    assert (_now(delivery).state, delivery.reason) == (DeliveryState.DELIVERED, "")


def test_a_status_told_twice_is_kept_once(talk):
    _accepted(talk)
    assert _told("sent")
    assert not _told("sent")
    assert Status.objects.count() == 1


@pytest.mark.parametrize(
    ("errors", "reason", "code"),
    [
        ([{"code": 131026, "title": "T", "details": "It is gone."}], "It is gone", 131026),
        ([{"code": 131026, "title": "Undeliverable", "details": None}], "Undeliverable", 131026),
        ([], "gave no reason", None),
        ([{"code": None, "title": None, "details": None}], "gave no reason", None),
        ([{"code": 10**60, "title": "T", "details": "x" * 500}], "xxx", None),
    ],
)  # fmt: skip
def test_a_failure_says_why(talk, errors, reason, code):
    delivery = _accepted(talk)
    _told("failed", errors=errors)
    assert (_now(delivery).state, delivery.error_code) == (DeliveryState.FAILED, code)
    assert reason in delivery.reason
    assert len(delivery.reason) <= 300


def test_states_that_say_nothing_of_the_way_are_kept(talk):
    delivery = _accepted(talk)
    for state in ("warning", "deleted", "something_new", "x" * 500):
        assert _told(state)
    assert _now(delivery).state == DeliveryState.ACCEPTED
    _told("played")
    assert _now(delivery).state == DeliveryState.READ


def test_statuses_before_the_answer_are_read_when_it_comes(talk):
    say(talk)
    delivery = _claimed()
    _told("delivered")
    _told("sent")
    assert _now(delivery).state == DeliveryState.CLAIMED
    sending.accepted(delivery=delivery, provider_id=WAMID)
    assert _now(delivery).state == DeliveryState.DELIVERED
    assert _now(delivery).provider_id == WAMID


def test_a_lost_answer_is_unknown_and_never_sent_again(talk, clock):
    say(talk)
    delivery = _claimed()
    sending.lost(delivery=delivery)
    assert _now(delivery).state == DeliveryState.UNKNOWN
    clock(days=1)
    sending.give_up_claims()
    assert sending.claim(limit=5) == []


def test_a_status_with_our_own_id_settles_an_unknown(talk):
    say(talk)
    delivery = _claimed()
    sending.lost(delivery=delivery)
    assert _told("sent", opaque=str(delivery.id))
    assert (_now(delivery).state, delivery.provider_id) == (DeliveryState.SENT, WAMID)
    delivery.message.refresh_from_db()
    assert delivery.message.provider_id == WAMID
    _told("read")  # from now on its own id is enough
    assert _now(delivery).state == DeliveryState.READ


def test_a_status_that_came_before_the_answer_was_given_up_stands(talk):
    say(talk)
    delivery = _claimed()
    _told("delivered", opaque=str(delivery.id))
    sending.lost(delivery=delivery)
    assert _now(delivery).state == DeliveryState.DELIVERED


@pytest.mark.parametrize("opaque", ["", "x", None, str(uuid4()), 5])
def test_a_status_of_a_message_we_do_not_know_is_kept(talk, opaque):
    delivery = _accepted(talk)
    assert note_status(provider_id="wamid.other", state="read", at=None, detail={"opaque": opaque})
    assert _now(delivery).state == DeliveryState.ACCEPTED


def test_our_own_id_does_not_rename_an_accepted_message(talk):
    delivery = _accepted(talk)
    note_status(
        provider_id="wamid.other", state="read", at=None, detail={"opaque": str(delivery.id)}
    )
    assert (_now(delivery).provider_id, delivery.state) == (WAMID, DeliveryState.ACCEPTED)


def test_a_retry_comes_later_and_at_most_so_often(talk, clock):
    delivery = say(talk)
    for tries in range(1, TRIES_MAX):
        delivery = _claimed()
        sending.again(delivery=delivery, after=timedelta(seconds=30), reason="busy", code=4)
        assert (_now(delivery).state, delivery.attempts) == (DeliveryState.QUEUED, tries)
        assert sending.claim(limit=5) == []
        clock(seconds=31)
    delivery = _claimed()
    sending.again(delivery=delivery, after=timedelta(seconds=30), reason="busy", code=4)
    assert (_now(delivery).state, delivery.reason) == (DeliveryState.FAILED, "busy")
    assert delivery.error_code == 4
    assert delivery.attempts == TRIES_MAX


def test_what_was_refused_for_good_stays_failed(talk, clock):
    say(talk)
    delivery = _claimed()
    sending.failed(delivery=delivery, reason="No \x00 way" + "!" * 500, code=131026)
    assert (_now(delivery).state, delivery.error_code) == (DeliveryState.FAILED, 131026)
    clock(hours=1)
    assert sending.claim(limit=5) == []


def test_claims_of_a_sender_that_died_become_unknown(talk, clock):
    say(talk)
    dead = _claimed()
    clock(seconds=CLAIM_LASTS.total_seconds() - 5)
    say(talk)
    fresh = _claimed()
    assert sending.give_up_claims() == 0
    clock(seconds=6)
    assert sending.give_up_claims() == 1
    assert (_now(dead).state, _now(fresh).state) == ("unknown", "claimed")
    sending.accepted(delivery=dead, provider_id=WAMID)  # it was only slow
    assert _now(dead).state == DeliveryState.ACCEPTED


def test_deliveries_that_wait_too_long_are_an_alarm(talk, clock):
    say(talk)
    assert queries.stuck_count(timedelta(minutes=15)) == 0
    clock(minutes=16)
    assert queries.stuck_count(timedelta(minutes=15)) == 1
    _claimed()
    assert queries.stuck_count(timedelta(minutes=15)) == 0


def test_another_organisation_sends_nothing_of_ours(talk, other_charity):
    delivery = _accepted(talk)
    say(talk)
    with within(other_charity.id):
        assert sending.claim(limit=5) == []
        note_status(provider_id=WAMID, state="read", at=None, detail={"opaque": str(delivery.id)})
        say(heard(emma()))
        assert len(sending.claim(limit=5)) == 1
    assert _now(delivery).state == DeliveryState.ACCEPTED


def test_a_status_is_never_altered(talk):
    _accepted(talk)
    _told("sent")
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('conversations_status', 'UPDATE')")
        assert cursor.fetchone() == (False,)
