"""A notice becomes facts, and facts take their effect once; whatever is odd delays nobody."""

import json
import random
from typing import Any

import pytest
from django.db import connection

from obolo.conversations import actions as conversations
from obolo.conversations.models import Conversation, Delivery, Message, Status
from obolo.gateways import queries as notices
from obolo.gateways.messaging.whatsapp.tests.notices import (
    ANNA,
    WEBHOOKS,
    change,
    notice,
    text_message,
    value,
)
from obolo.gateways.models import Notice
from obolo.organisations.wall import within
from obolo.people import actions as people
from obolo.people import queries
from obolo.people.models import Address, Consent, Person, Purpose
from obolo.stories import read_notices
from obolo.stories.tests.cast import furnish, text

SAMPLES = [path.read_bytes() for path in WEBHOOKS]


def _read(stage, *bodies: bytes) -> list[Notice]:
    """These notices, after one run of the lane."""
    stored = [stage.notice(body) for body in bodies]
    read_notices.run(stage.organisation.id)
    return [Notice.objects.get(id=one.id) for one in stored]


def _written() -> Any:
    """Everything the notices wrote, but for ids and times of our own."""
    messages = Message.objects.values(
        "provider_id", "kind", "text", "tap_id", "content", "reply_to", "said_at", "time_doubt"
    )
    return (
        list(messages.order_by("provider_id")),
        list(Status.objects.order_by("provider_id", "state").values("provider_id", "state", "at")),
        sorted(Person.objects.values_list("name")),
        sorted(Address.objects.values_list("kind", "value")),
        Conversation.objects.count(),
        Consent.objects.count(),
    )  # fmt: skip


def _merged(bodies: list[bytes]) -> bytes:
    whole = [json.loads(body) for body in bodies]
    return json.dumps(whole[0] | {"entry": [e for w in whole for e in w["entry"]]}).encode()


def test_all_sixteen_samples_are_ingested_and_kept_byte_for_byte(stage):
    assert len(SAMPLES) == 16
    read = _read(stage, *SAMPLES)
    assert [bytes(n.body) for n in read] == SAMPLES
    assert {n.quarantine_reason for n in read} == {""}
    assert all(n.done_at for n in read)
    assert Message.objects.exclude(kind="").count() >= 8
    assert notices.open_count() == 0


REPLAYS = {
    "once more": lambda: [*SAMPLES],
    "twice each": lambda: [*SAMPLES, *SAMPLES],
    "backwards": lambda: SAMPLES[::-1],
    "shuffled": lambda: random.Random(5).sample(SAMPLES, 16),
    "in one POST": lambda: [_merged(SAMPLES)],
    "in one POST, shuffled and doubled": lambda: [
        _merged(random.Random(7).sample([*SAMPLES, *SAMPLES], 32))
    ],
}


@pytest.mark.parametrize("replay", REPLAYS.values(), ids=REPLAYS)
def test_a_replay_changes_nothing(stage, replay):
    _read(stage, *SAMPLES)
    before, due = _written(), list(Conversation.objects.values_list("due_at"))
    read = _read(stage, *replay())
    assert _written() == before
    assert list(Conversation.objects.values_list("due_at")) == due
    assert all(n.done_at for n in read)


def test_the_way_they_come_does_not_matter(stage, other_charity):
    """Four samples carry one id: which of them is heard depends on who came first."""
    seen: set[str] = set()
    distinct = []
    for sample in SAMPLES:
        ids = {m["id"] for e in json.loads(sample)["entry"] for c in e["changes"]
               for m in c["value"].get("messages", [])}  # fmt: skip
        if not ids & seen:
            distinct.append(sample)
        seen |= ids
    _read(stage, *distinct)
    one_by_one = _written()
    with within(other_charity.id):
        other = furnish(other_charity)
        _read(other, _merged(distinct[::-1]))
        assert _written() == one_by_one


ODD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "no JSON": (b"<xml/>", "not JSON"),
    "no UTF-8": (b"\xff\xfe{}", "not UTF-8"),
    "ten thousand levels": (b"[" * 10_000 + b"]" * 10_000, "nested"),
    "ten thousand objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested"),
    "deep inside": (
        notice(change(value(messages=[text_message(9) | {"x": 5}]))).replace(
            b'"x": 5', b'"x": ' + b"[" * 9_000 + b"]" * 9_000
        ),
        "nested",
    ),
    "a number": (b"5", "not an object"),
    "another product": (b'{"object": "page", "entry": []}', "Its object is"),
    "no entries": (b'{"object": "whatsapp_business_account", "entry": []}', "no list of entries"),
    "NaN": (b'{"object": NaN}', "NaN"),
    "the same key twice": (b'{"object": 1, "object": 2}', "twice"),
    "a huge number": (b'{"object": ' + b"9" * 5_000 + b"}", "digits"),
    "an unknown field": (notice(change({"a": 1}, field="brand_new")), "brand_new"),
    "an empty change": (notice(change({}, field="messages")), "nothing we know"),
    "no changes": (b'{"object": "whatsapp_business_account", "entry": [{}]}', "no list"),
    "a message of nobody": (notice(change(value(messages=[{"id": "w"}]))), "sender"),
    "NUL in an id": (notice(change(value(messages=[text_message() | {"id": "a\x00"}]))), "id"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "reason"), ODD.values(), ids=ODD)
def test_what_is_odd_is_set_aside_with_a_reason_and_delays_nobody(stage, body, reason):
    after = notice(change(value(messages=[text_message("after")])))
    odd, good = _read(stage, body, after)
    assert bytes(odd.body) == body
    assert odd.quarantined_at
    assert reason in odd.quarantine_reason
    assert len(odd.quarantine_reason) > 10
    assert good.done_at
    assert [m.provider_id for m in Message.objects.all()] == ["wamid.after"]
    assert [n.id for n in notices.quarantined()] == [odd.id]


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"text": {"body": "a\x00b"}}, "a\ufffdb"),
        ({"text": {"body": "a\ud800b"}}, "a?b"),
        ({"text": {"body": "x" * 100_000}}, "x" * 65_536),
        ({"text": {"body": ""}}, ""),
        ({"type": "quantum", "quantum": {"x\x00": ["\ud800", 10**100]}}, ""),
        ({"type": "t\x00\ud800"}, ""),
        ({"timestamp": "0"}, "Ciao"),
        ({"timestamp": "99999999999"}, "Ciao"),  # the year 5138
        ({"timestamp": "-5"}, "Ciao"),
        ({"timestamp": None}, "Ciao"),
        ({"timestamp": "1" * 40}, "Ciao"),
        ({"timestamp": 1749416383}, "Ciao"),
    ],
    ids=lambda x: str(x)[:40].encode("ascii", "replace").decode(),
)
def test_an_odd_message_is_heard_as_far_as_it_can_be(stage, more, shown):
    [read] = _read(stage, notice(change(value(messages=[text_message(1, **more)]))))
    [message] = Message.objects.all()
    assert message.text == shown
    assert read.done_at or read.quarantined_at
    assert not read.quarantine_reason.startswith("It failed")
    if "timestamp" in more and more["timestamp"] != 1749416383:
        assert message.time_doubt
    assert stage.talk(ANNA).due_at


def test_a_thousand_changes_in_one_post(stage):
    changes = [change(value(messages=[text_message(n)])) for n in range(1_000)]
    changes[500] = change({"odd": True}, field="brand_new")
    [read] = _read(stage, notice(*changes))
    assert (read.unknown_count, bool(read.done_at)) == (1, True)
    assert Message.objects.count() == 999
    assert Conversation.objects.count() == 1


def test_a_strange_error_code_in_a_status_fails_nothing(stage):
    stage.says("Ciao")
    delivery = Delivery.objects.get()
    error = {"code": 10**60, "title": "T\x00", "error_data": {"details": "\ud800"}}
    status = {"id": delivery.provider_id, "status": "failed", "timestamp": "1749416383",
              "recipient_id": ANNA, "errors": [error]}  # fmt: skip
    [read] = _read(stage, notice(change(value(statuses=[status]))))
    delivery.refresh_from_db()
    assert read.done_at
    assert (delivery.state, delivery.error_code, delivery.reason) == ("failed", None, "?")


def test_a_foreign_number_has_no_effect_and_is_set_aside(stage):
    foreign = value(messages=[text_message("foreign")])
    foreign["metadata"] = {"phone_number_id": "999"}
    mine = value(messages=[text_message("mine")])
    [read] = _read(stage, notice(change(foreign), change(mine)))
    assert "999" in read.quarantine_reason
    assert [m.provider_id for m in Message.objects.all()] == ["wamid.mine"]


def test_a_foreign_status_and_preference_have_no_effect(stage):
    foreign = value(
        statuses=[{"id": "wamid.1", "status": "read", "timestamp": "1749416383"}],
        user_preferences=[{"wa_id": ANNA, "category": "marketing_messages", "value": "stop"}],
    )
    foreign["metadata"] = {"phone_number_id": "999"}
    [read] = _read(stage, notice(change(foreign)))
    assert read.quarantined_at
    assert Status.objects.count() == Consent.objects.count() == Person.objects.count() == 0


CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize("typed", [CARD, CARD.replace(" ", ""), CARD.replace(" ", "-")])
def test_a_card_number_is_in_no_table_but_the_raw_notice(stage, typed):
    stage.says(f"ecco la mia carta {typed} scade 12/29")
    stage.says("vorrei dare 5 euro", f"con {typed}")
    found = _tables_with(typed) | _tables_with(CARD.replace(" ", ""))
    assert found - {"gateways_notice"} == set()
    assert "•" in Message.objects.get(text__contains="scade").text


def _tables_with(word: str) -> set[str]:
    """Tables in which this word stands in any column, bytes included."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE position(%s in t::text) > 0'
                " OR position(%s in t::text) > 0",
                [word, word.encode().hex()],
            )
            if (cursor.fetchone() or (0,))[0]:
                found.add(table)
    return found


def test_the_search_for_words_sees_them(stage):
    stage.says("una parola")
    assert {"gateways_notice", "conversations_message"} <= _tables_with("una parola")


def _poison(monkeypatch, word: str) -> None:
    receive_all = conversations.receive_all

    def handler(heard):
        if any(one.text == word for one in heard):
            raise ZeroDivisionError("a defect of ours")
        return receive_all(heard)

    monkeypatch.setattr(conversations, "receive_all", handler)


def test_one_that_fails_holds_nobody_up_and_is_set_aside_after_three_tries(
    stage, monkeypatch, clock
):
    _poison(monkeypatch, "veleno")
    stage.hears(text("prima"), text("veleno"), text("dopo"))
    read_notices.run(stage.organisation.id)
    assert sorted(Message.objects.values_list("text", flat=True)) == ["dopo", "prima"]
    bad = Notice.objects.get(done_at=None)
    tries = [bad.attempts]
    for _ in range(3):
        clock(minutes=1)
        read_notices.run(stage.organisation.id)
        bad.refresh_from_db()
        tries.append(bad.attempts)
    assert tries == [1, 2, 3, 3]
    assert bad.quarantine_reason == "It failed 3 times: a defect of ours"
    assert notices.open_count() == 0


def test_one_that_fails_once_is_read_the_second_time(stage, monkeypatch, clock):
    with monkeypatch.context() as broken:
        _poison(broken, "veleno")
        stage.hears(text("veleno"))
        read_notices.run(stage.organisation.id)
    assert Message.objects.count() == 0
    clock(minutes=1)
    read_notices.run(stage.organisation.id)
    assert Message.objects.get().text == "veleno"
    assert Notice.objects.get().done_at


def test_a_half_applied_notice_is_undone(stage, monkeypatch):
    _poison(monkeypatch, "veleno")
    good, bad = text_message(1), text_message(2, text={"body": "veleno"})
    _read(stage, notice(change(value(messages=[good, bad]))))
    assert Message.objects.count() == 0


def test_a_notice_of_an_unknown_source_is_set_aside(stage, clock):
    odd = Notice.objects.create(source="carrier pigeon", account_id=stage.pay.id, body=b"{}")
    for _ in range(3):
        read_notices.run(stage.organisation.id)
        clock(minutes=2)
    odd.refresh_from_db()
    assert odd.quarantined_at


def test_a_word_said_to_whatsapp_itself_counts_once(stage, clock):
    told = {"wa_id": ANNA, "category": "marketing_messages", "value": "resume",
            "timestamp": "1749416383"}  # fmt: skip
    body = notice(change(value(user_preferences=[told]), field="user_preferences"))
    _read(stage, body, body)
    person = _the_person()
    assert queries.agrees(person.id, Purpose.APPEAL)
    people.note_consent(person_id=person.id, purpose=Purpose.APPEAL, granted=False, source="chat")
    _read(stage, body)  # an old word told again does not undo a newer one
    assert not queries.agrees(person.id, Purpose.APPEAL)
    assert Consent.objects.count() == 2


def _the_person() -> Person:
    return Person.objects.get()


def test_a_new_number_takes_the_conversation_along(stage):
    stage.says("Ciao", of=ANNA)
    news = {"body": "moved", "wa_id": "39555", "type": "user_changed_number"}
    moved = {"from": ANNA, "id": "wamid.moved", "timestamp": "1749416383", "type": "system"}
    moved["system"] = news  # type: ignore[assignment]
    body = notice(change(value(messages=[moved])))
    _read(stage, body, body)
    assert stage.talk("39555").person == _the_person()


def test_groups_are_not_answered(stage):
    _read(stage, notice(change(value(messages=[text_message(1, group_id="G1")]))))
    assert Message.objects.count() == Person.objects.count() == 0


def test_another_organisations_notices_are_not_read(stage, other_charity):
    stage.hears(text("Ciao"))
    assert read_notices.run(other_charity.id) == 0
    assert Notice.objects.get().done_at is None
