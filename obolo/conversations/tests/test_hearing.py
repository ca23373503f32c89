"""Hearing and speaking: each message once, in the order it was said, whoever tells it when."""

from datetime import timedelta
from threading import Barrier
from uuid import uuid4

from obolo.conversations import actions, queries
from obolo.conversations.gate import window_open
from obolo.conversations.models import Author, Conversation, Delivery, HandOff, Message
from obolo.conversations.tests.cast import hear, heard, say
from obolo.gateways.tests.at_once import at_once
from obolo.kit.clock import now
from obolo.organisations.wall import within
from obolo.people.models import Purpose
from obolo.people.tests.cast import anna, emma, omar


def _texts(conversation: Conversation) -> list[str]:
    return [m.text for m in queries.messages(conversation.id)]


def test_a_message_told_twice_is_heard_once(charity):
    person = anna()
    assert hear(person, provider_id="wamid.1") is not None
    assert hear(person, "another text", provider_id="wamid.1") is None
    assert [m.text for m in Message.objects.all()] == ["Ciao"]


def test_a_repeated_message_does_not_ask_for_an_answer_again(charity):
    conversation = heard(anna())
    [word] = queries.waiting_words(conversation.id)
    actions.rest(conversation=conversation, thread={}, answered=[word.id])
    assert hear(anna(), provider_id=word.provider_id) is None
    assert actions.claim_due(limit=5) == []


def test_one_message_told_at_the_same_moment_is_heard_once(committed):
    with within(committed.id):
        person = anna()

    def work(_):
        with within(committed.id):
            return hear(person, provider_id="wamid.1") is not None

    assert sum(at_once(work)) == 1
    with within(committed.id):
        assert Message.objects.count() == Conversation.objects.count() == 1


def test_messages_are_read_in_the_order_they_were_said(charity):
    person, at = anna(), now() - timedelta(minutes=5)
    for text, minutes in (("terzo", 2), ("primo", 0), ("secondo", 1)):
        hear(person, text, said_at=at + timedelta(minutes=minutes))
    [conversation] = Conversation.objects.all()
    assert _texts(conversation) == ["primo", "secondo", "terzo"]
    assert [w.text for w in queries.waiting_words(conversation.id)] == _texts(conversation)
    assert conversation.last_in_at == at + timedelta(minutes=2)


def test_an_old_message_that_comes_late_opens_no_window(charity):
    conversation = heard(anna(), at=now() - timedelta(days=3))
    assert not window_open(conversation.last_in_at, now())
    assert conversation.due_at is not None


def test_a_time_in_the_future_is_not_believed(charity):
    conversation = heard(anna(), at=now() + timedelta(days=365))
    [message] = queries.messages(conversation.id)
    assert message.said_at <= now()
    assert message.time_doubt == "in the future"
    assert conversation.last_in_at == message.said_at


def test_without_a_time_ours_is_used_and_the_doubt_is_kept(charity):
    hear(anna(), said_at=None, time_doubt="before 2009")
    [message] = Message.objects.all()
    assert message.time_doubt == "before 2009"
    assert now() - message.said_at < timedelta(seconds=5)


def test_odd_words_are_kept_as_they_can_be(charity):
    hear(
        anna(), "a\x00b\ud800c", kind="k\x00" * 50, tap_id="t\x00" + "x" * 300, reply_to="r\ud800",
        content={"a\ufffd": "b"}, provider_id="wamid." + "9" * 400,
    )  # fmt: skip
    [message] = Message.objects.all()
    assert message.text == "a\ufffdb?c"
    assert len(message.kind) == 40
    assert len(message.tap_id) == 256


def test_a_reaction_is_kept_and_asks_for_no_answer(charity):
    hear(anna(), kind="reaction", calls_for_answer=False)
    [conversation] = Conversation.objects.all()
    assert conversation.due_at is None
    assert queries.waiting_words(conversation.id) == []
    assert conversation.last_in_at is not None


def test_words_said_during_an_answer_are_due_afterwards(charity):
    conversation = heard(anna(), "uno")
    words = queries.waiting_words(conversation.id)
    hear(anna(), "due")
    actions.rest(conversation=conversation, thread={"a": 1}, answered=[w.id for w in words])
    assert [w.text for w in queries.waiting_words(conversation.id)] == ["due"]


def test_a_rested_conversation_keeps_its_place(charity):
    conversation = heard(anna())
    actions.rest(conversation=conversation, thread={"question": "amount"}, answered=[])
    found = queries.get(conversation.id)
    assert found
    assert found.thread == {"question": "amount"}
    assert actions.claim_due(limit=5) == []


def test_after_a_failed_try_it_is_due_later(charity, clock):
    conversation = heard(anna())
    until = now() + timedelta(seconds=5)
    assert actions.postpone(conversation_id=conversation.id, until=until) == 1
    assert actions.claim_due(limit=5) == []
    clock(seconds=6)
    assert actions.claim_due(limit=5) == [conversation]
    assert actions.postpone(conversation_id=conversation.id, until=until) == 2


def test_a_conversation_set_aside_waits_for_a_person(charity):
    conversation = heard(anna())
    actions.set_aside(conversation_id=conversation.id)
    assert queries.waiting_words(conversation.id) == []
    assert actions.claim_due(limit=5) == []
    hand_off = queries.open_hand_off(conversation.id)
    assert hand_off
    assert hand_off.reason == "assistant_failed"


def test_workers_claim_different_conversations(committed):
    with within(committed.id):
        for person in (anna(), emma(), omar()):
            hear(person)
    all_claimed = Barrier(3)

    def work(_):
        with within(committed.id):
            claimed = actions.claim_due(limit=1)
            all_claimed.wait(10)
            return claimed[0].id

    assert len(set(at_once(work, threads=3))) == 3


def test_one_key_says_it_once(charity):
    conversation = heard(anna())
    first = say(conversation, "turn:1")
    assert say(conversation, "turn:1", text="something else") == first
    assert _texts(conversation) == ["Ciao", "Eccomi"]
    assert queries.was_said("turn:1")
    assert not queries.was_said("turn:2")


def test_one_key_at_the_same_moment_says_it_once(committed):
    with within(committed.id):
        conversation = heard(anna())

    def work(_):
        with within(committed.id):
            return say(conversation, "reply:1").id

    assert len(set(at_once(work))) == 1
    with within(committed.id):
        assert Delivery.objects.count() == 1
        assert _texts(conversation) == ["Ciao", "Eccomi"]


def test_a_hand_off_is_open_once(charity):
    conversation, staff = heard(anna()), uuid4()
    first = actions.hand_off(conversation=conversation, reason="human_request")
    assert actions.hand_off(conversation=conversation, reason="staff", staff_id=staff) == first
    actions.hand_back(conversation=conversation, staff_id=staff)
    assert queries.open_hand_off(conversation.id) is None
    first.refresh_from_db()
    assert first.ended_by == staff
    assert actions.hand_off(conversation=conversation, reason="distress") != first


def test_a_hand_off_at_the_same_moment_is_one(committed):
    with within(committed.id):
        conversation = heard(anna())

    def work(number):
        with within(committed.id):
            return actions.hand_off(conversation=conversation, reason=str(number)).id

    assert len(set(at_once(work))) == 1
    with within(committed.id):
        assert HandOff.objects.count() == 1


def test_the_inbox_shows_those_who_wait_for_a_person_first(charity, clock):
    waiting = heard(anna(), "aiuto")
    actions.hand_off(conversation=waiting, reason="human_request")
    clock(minutes=1)
    older = heard(emma(), "hi")
    clock(minutes=1)
    newer = heard(omar(), "مرحبا")
    say(newer, author=Author.STAFF, purpose=Purpose.SERVICE)
    shown = list(queries.inbox())
    assert shown == [waiting, newer, older]
    assert [getattr(c, "last_text", "") for c in shown] == ["aiuto", "Eccomi", "hi"]


def test_another_organisation_hears_nothing(charity, other_charity):
    conversation = heard(anna())
    with within(other_charity.id):
        assert queries.get(conversation.id) is None
        assert list(queries.inbox()) == []
        assert actions.claim_due(limit=5) == []
        assert hear(anna(), provider_id="wamid.1") is not None
