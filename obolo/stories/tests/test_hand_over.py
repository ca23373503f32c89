"""Handing over: what is surely not sent is tried again, what may have been sent never is."""

import httpx
import pytest

from obolo.assistant.compose import LINK
from obolo.conversations import actions as conversations
from obolo.conversations.models import Author, Delivery
from obolo.gateways.messaging.whatsapp import outbound
from obolo.gateways.messaging.whatsapp.tests.notices import change, notice, value
from obolo.people.models import Purpose
from obolo.people.tests.cast import ANNA
from obolo.stories import hand_over
from obolo.stories.channel import NoChannel


def _error(code: int, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "no"}})


@pytest.fixture
def talk(stage):
    """Anna wrote and was answered."""
    stage.says("ciao")
    stage.graph.sent.clear()
    return stage.talk()


@pytest.fixture
def client(stage, monkeypatch):
    """The client of the stage, to be tampered with."""
    made = stage.graph.client()
    monkeypatch.setattr(hand_over, "client", lambda: made)
    return made


def _say(talk, text: str = "Eccomi", **more) -> Delivery:
    told = {"body": outbound.text(text), "text": text, "purpose": Purpose.SERVICE}
    return conversations.say(
        conversation=talk, key=f"key:{text[:20]}", author=Author.STAFF, **told | more
    )


def _now(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def test_what_is_sent_carries_the_recipient_and_our_id(stage, talk):
    delivery = _say(talk)
    assert hand_over.run(stage.organisation.id) == 1
    [body] = stage.graph.sent
    assert (body["to"], body["biz_opaque_callback_data"]) == (ANNA, str(delivery.id))
    assert _now(delivery).state == "accepted"
    assert hand_over.run(stage.organisation.id) == 0


RETRIED = [
    httpx.ConnectError("no"), httpx.ConnectTimeout("no"), httpx.PoolTimeout("no"),
    _error(1), _error(2, 500), _error(4), _error(130429, 429), _error(131056),
    httpx.Response(429), httpx.Response(408),
]  # fmt: skip
LOST = [
    httpx.ReadTimeout("no"), httpx.WriteError("no"), httpx.RemoteProtocolError("no"),
    httpx.Response(200, text="<html>"), httpx.Response(200, json={}), httpx.Response(502),
    httpx.Response(200, json={"messages": []}),
]  # fmt: skip
FINAL = [
    _error(131026), _error(131047), _error(131050), _error(190, 401), _error(100),
    _error(999_999_999), httpx.Response(404), httpx.Response(401),
]  # fmt: skip


@pytest.mark.parametrize("answer", RETRIED, ids=repr)
def test_what_surely_did_not_go_out_is_tried_again(stage, talk, clock, answer):
    stage.graph.answers = [answer]
    delivery = _say(talk)
    hand_over.run(stage.organisation.id)
    assert _now(delivery).state == "queued"
    assert delivery.reason
    assert hand_over.run(stage.organisation.id) == 0
    clock(seconds=5)
    hand_over.run(stage.organisation.id)
    assert _now(delivery).state == "accepted"
    assert len(stage.graph.sent) == 2


@pytest.mark.parametrize("answer", LOST, ids=repr)
def test_what_may_have_gone_out_is_never_sent_again(stage, talk, clock, answer):
    stage.graph.answers = [answer]
    delivery = _say(talk)
    for _ in range(4):
        hand_over.run(stage.organisation.id)
        clock(minutes=30)
    assert _now(delivery).state == "unknown"
    assert len(stage.graph.sent) == 1


def test_a_status_settles_what_was_unknown(stage, talk):
    stage.graph.answers = [httpx.ReadTimeout("lost")]
    delivery = _say(talk)
    hand_over.run(stage.organisation.id)
    status = {"id": "wamid.x", "status": "delivered", "timestamp": "1749416383",
              "recipient_id": ANNA, "biz_opaque_callback_data": str(delivery.id)}  # fmt: skip
    stage.notice(notice(change(value(statuses=[status]))))
    stage.work()
    assert (_now(delivery).state, delivery.provider_id) == ("delivered", "wamid.x")


@pytest.mark.parametrize("answer", FINAL, ids=repr)
def test_what_was_refused_for_good_is_not_tried_again(stage, talk, clock, answer):
    stage.graph.answers = [answer]
    delivery = _say(talk)
    for _ in range(3):
        hand_over.run(stage.organisation.id)
        clock(minutes=30)
    assert _now(delivery).state == "failed"
    assert delivery.reason
    assert len(stage.graph.sent) == 1


def test_retries_end(stage, talk, clock):
    stage.graph.answers = [_error(131056) for _ in range(10)]
    delivery = _say(talk)
    waits = []
    for _ in range(8):
        hand_over.run(stage.organisation.id)
        waits.append(len(stage.graph.sent))
        clock(minutes=5)
    assert _now(delivery).state == "failed"
    assert waits == [1, 2, 3, 4, 5, 5, 5, 5]
    assert delivery.error_code == 131056


def test_without_a_number_nothing_is_sent_and_staff_see_why(stage, talk, monkeypatch):
    def none():
        raise NoChannel

    monkeypatch.setattr(hand_over, "client", none)
    delivery = _say(talk)
    assert hand_over.run(stage.organisation.id) == 1
    assert _now(delivery).state == "failed"
    assert "no WhatsApp number" in delivery.reason


def test_what_cannot_be_sent_fails_alone(stage, talk):
    bad = _say(talk, "bad", body={"type": "text", "text": {"body": "x" * 5_000}})
    good = _say(talk, "good")
    hand_over.run(stage.organisation.id)
    assert (_now(bad).state, _now(good).state) == ("failed", "accepted")


def test_words_that_look_like_our_placeholder_hold_nothing_up(stage, talk):
    odd = _say(talk, f"vedi {LINK}qui e {LINK}")
    good = _say(talk, "good")
    hand_over.run(stage.organisation.id)
    assert (_now(odd).state, _now(good).state) == ("accepted", "accepted")


def test_a_defect_at_one_delivery_does_not_hold_up_the_others(stage, talk, client, monkeypatch):
    send = client.send

    def broken(body):
        if "veleno" in str(body):
            raise ZeroDivisionError("a defect of ours")
        return send(body)

    monkeypatch.setattr(client, "send", broken)
    bad, good = _say(talk, "veleno"), _say(talk, "good")
    hand_over.run(stage.organisation.id)
    assert (_now(bad).state, _now(good).state) == ("unknown", "accepted")


def test_a_message_of_the_assistant_is_read_and_typed_first(stage, client, monkeypatch):
    seen = []
    monkeypatch.setattr(client, "mark_read", lambda *a, **k: seen.append((a, k)))
    stage.hears({"id": "wamid.anna", "type": "text", "text": {"body": "ciao"}})
    stage.work()
    assert seen == [(("wamid.anna",), {"typing": True})]


def test_the_user_id_is_written_to_when_there_is_no_phone(stage):
    person = {"from": None, "from_user_id": "IT.123", "type": "text", "text": {"body": "ciao"}}
    stage.hears({k: v for k, v in person.items() if k != "from"} | {"from": ""})
    stage.work()
    [body] = stage.graph.sent
    assert body.get("recipient") == "IT.123"
    assert "to" not in body


def test_another_organisation_sends_none_of_ours(stage, talk, other_charity):
    _say(talk)
    assert hand_over.run(other_charity.id) == 0
    assert stage.graph.sent == []
