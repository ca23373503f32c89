"""The inbox and a conversation: what staff see, answer, take and give back."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from obolo.assistant.actions import Understood, keep_turns
from obolo.assistant.decide import Decision
from obolo.assistant.reading import Reading
from obolo.conversations import actions as conversations
from obolo.conversations import gate, sending
from obolo.conversations import queries as talks
from obolo.conversations.models import Delivery, Message
from obolo.gateways.messaging.whatsapp import outbound
from obolo.kit.clock import now
from obolo.kit.ids import new_token
from obolo.organisations.models import Role
from obolo.people import actions as people
from obolo.people.models import Purpose
from obolo.web.console.thread import refusal
from obolo.web.tests.console_cast import HOME, bruno, hidden, logged_in, wrote
from obolo.web.tests.public_cast import bought, opened, paid, well

pytestmark = pytest.mark.usefixtures("charity")


def answer(client: Client, talk, text: str, key: str | None = None):
    url = f"{HOME}c/{talk.id}/"
    key = key or hidden(client.get(url).content, "key")
    return client.post(f"{url}messages", {"text": text, "key": key})


def said(talk, text: str, *, key: str = "k") -> Delivery:
    return conversations.say(
        conversation=talk, body=outbound.text(text), text=text, purpose=Purpose.SERVICE, key=key
    )


def page_of(client: Client, talk) -> str:
    return client.get(f"{HOME}c/{talk.id}/").content.decode()


def test_an_empty_inbox_says_so() -> None:
    assert b"Nobody has written yet" in logged_in().get(HOME).content


def test_who_waits_for_a_person_comes_first_with_the_reason() -> None:
    waiting = wrote("Voglio parlare con una persona")
    conversations.hand_off(conversation=waiting, reason="human_request")
    carla = people.recognise(addresses=[("phone", "39333111")], name="Carla <b>", language="en")
    conversations.receive(
        person=carla, provider_id="wamid.2", kind="text", text="Hello", said_at=now()
    )
    page = logged_in().get(HOME).content.decode()
    assert page.index("Bruno") < page.index("Carla &lt;b&gt;")
    assert "Waits for a person: asked for a person" in page
    assert "<bdi>Bruno</bdi>" in page


def test_the_inbox_asks_the_database_as_often_for_fifty(django_assert_max_num_queries) -> None:
    client = logged_in()
    for index in range(50):
        person = people.recognise(addresses=[("phone", f"39{index:09}")], name=f"P{index}")
        conversations.receive(
            person=person, provider_id=f"w{index}", kind="text", text="Ciao", said_at=now()
        )
    with django_assert_max_num_queries(12):
        assert client.get(f"{HOME}inbox").content.count(b"<li") == 50


def test_a_reply_goes_out_once_and_silences_the_assistant() -> None:
    talk, client = wrote(), logged_in(Role.OPERATOR)
    key = new_token()
    assert answer(client, talk, " Buongiorno!\r\nSono Sara. ", key).status_code == 302
    assert answer(client, talk, " Buongiorno!\r\nSono Sara. ", key).status_code == 302
    delivery = Delivery.objects.get()
    assert delivery.message.text == "Buongiorno!\nSono Sara."
    assert delivery.body == outbound.text("Buongiorno!\nSono Sara.")
    assert (delivery.purpose, delivery.message.author) == ("service", "staff")
    assert delivery.message.staff_id is not None
    hand_off = talks.open_hand_off(talk.id)
    assert hand_off is not None
    assert hand_off.reason == "staff"
    page = page_of(client, talk)
    assert "A person answers (a colleague answers). The assistant is silent." in page
    assert "Buongiorno!\nSono Sara." in page


def test_a_used_form_does_not_swallow_other_words() -> None:
    talk, client, key = wrote(), logged_in(), new_token()
    answer(client, talk, "Prima", key)
    again = answer(client, talk, "Seconda", key)
    assert again.status_code == 409
    assert b"This form has sent a message already" in again.content
    assert b"Seconda</textarea>" in again.content
    assert answer(client, talk, "Seconda", hidden(again.content, "key")).status_code == 302
    assert [d.message.text for d in Delivery.objects.order_by("created_at")] == ["Prima", "Seconda"]


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ("  \n ", "k" * 30, b"Write something first."),
        ("x" * 4097, "k" * 30, b"4,096 characters at most"),
        ("Ciao", "short", b"This form has sent a message already"),
        ("Ciao", "k" * 300, b"This form has sent a message already"),
    ],
)
def test_what_cannot_be_sent_is_said_and_kept(text: str, key: str, told: bytes) -> None:
    talk, client = wrote(), logged_in()
    refused = answer(client, talk, text, key)
    assert refused.status_code == 422
    assert told in refused.content
    assert not Delivery.objects.exists()
    assert talks.open_hand_off(talk.id) is None


def test_a_nul_in_the_words_harms_nobody() -> None:
    talk, client = wrote(), logged_in()
    assert answer(client, talk, "a\x00b").status_code == 302
    assert Delivery.objects.get().message.text == "a\ufffdb"


def test_an_old_hand_off_keeps_its_reason() -> None:
    talk, client = wrote(), logged_in()
    conversations.hand_off(conversation=talk, reason="distress")
    answer(client, talk, "Sono qui")
    hand_off = talks.open_hand_off(talk.id)
    assert hand_off is not None
    assert hand_off.reason == "distress"


def test_after_24_hours_the_form_is_shut_and_says_why() -> None:
    talk, client = wrote(said_at=now() - timedelta(hours=25)), logged_in()
    page = page_of(client, talk)
    assert "More than 24 hours have passed" in page
    assert page.split("<textarea")[1].split(">")[0].count(" disabled") == 1
    refused = answer(client, talk, "Ciao")
    assert refused.status_code == 409
    assert not Delivery.objects.exists()


def test_taking_and_giving_back() -> None:
    talk, client = wrote(), logged_in()
    assert client.post(f"{HOME}c/{talk.id}/hand-off").status_code == 302
    assert talks.open_hand_off(talk.id) is not None
    assert "Hand back to the assistant" in page_of(client, talk)
    assert client.post(f"{HOME}c/{talk.id}/hand-back").status_code == 302
    assert talks.open_hand_off(talk.id) is None
    assert "The assistant answers." in page_of(client, talk)


def test_a_reader_sees_no_form() -> None:
    talk, client = wrote(), logged_in(Role.READER)
    page = page_of(client, talk)
    assert "<textarea" not in page
    assert "can read conversations but not answer" in page


def test_ticks_and_troubles_in_words() -> None:
    talk, client = wrote(), logged_in()
    said(talk, "Eccomi", key="a")
    [(going, _)] = sending.claim(limit=1)
    sending.failed(delivery=going, reason="Message undeliverable", code=131026)
    page = page_of(client, talk)
    assert "Failed:" in page
    assert "Message undeliverable (131026)" in page


def test_the_gates_sentences_are_told_in_the_readers_language() -> None:
    """Holds the console's table to the gate's own words."""
    facts: dict[str, Any] = {
        "purpose": Purpose.APPEAL,
        "last_in_at": None,
        "has_template": False,
        "now": now(),
    }
    told = [
        gate.decide(gate.Facts(agreed=agreed, has_address=has_address, **facts))
        for agreed, has_address in [(True, False), (False, True), (True, True)]
    ]
    assert [refusal(v.because) for v in told if isinstance(v, gate.Refused)] == [
        "closed_no_address",
        "closed_no_consent",
        "closed_window",
    ]
    talk = wrote(said_at=now() - timedelta(hours=30))
    said(talk, "Tardi")
    sending.claim(limit=1)
    page = page_of(logged_in(language="it"), talk)
    assert "Non inviato:" in page
    assert "Sono passate più di 24 ore" in page


def test_why_did_it_say_that() -> None:
    talk, client = wrote("Dov'è il mio dono?"), logged_in()
    heard = Message.objects.get()
    reading = Reading("it", "impact_query", 0.934, ("thanks",), {"n": 5})
    decision = Decision(act="say", text="trace_none", reasons=("no gift yet <i>",))
    one = Understood(
        conversation_id=talk.id, message_ids=(heard.id,), reading=reading, decision=decision
    )
    keep_turns([one])
    page = page_of(client, talk)
    assert "What was understood here?" in page
    said(talk, "Non c'è ancora un dono.", key=f"turn:{heard.id}")
    page = page_of(client, talk)
    assert "Why did it say that?" in page
    assert "What was understood here?" not in page
    for words in ("asks what became of a gift", "93% sure", "says thanks", "no gift yet &lt;i&gt;"):
        assert words in page


def test_buttons_of_our_messages_are_shown_as_on_the_phone() -> None:
    talk, client = wrote(), logged_in()
    conversations.say(
        conversation=talk,
        body=outbound.reply_buttons("Va bene?", [("y", "Sì, va bene"), ("n", "No")]),
        text="Va bene?",
        purpose=Purpose.SERVICE,
        key="b",
    )
    page = page_of(client, talk)
    assert ">Sì, va bene</li>" in page
    assert ">No</li>" in page


def test_the_person_stands_beside_the_words() -> None:
    talk, cause = wrote(), well()
    anna = paid(opened(cause), minor=700, fee=0)
    talk = conversations.of_person(anna.person)
    bought(cause, 200)
    people.note_consent(
        person_id=anna.person_id, purpose=Purpose.REPORT, granted=False, source="chat"
    )
    page = page_of(logged_in(), talk)
    assert "€7.00" in page
    assert "Another amount than asked: €5.00 had been asked." in page
    assert "€2.00 spent · €4.30 still to be spent" in page  # 10 % overhead came off first
    assert "Evidence for a part" in page or "Spent, with evidence" in page
    assert "receipt 20" in page
    assert "+393331234567" in page
    assert page.count('<li class="yes">') == 1  # service; report taken back, appeal never given
    assert page.count('<li class="no">') == 2


def test_the_live_part_is_the_thread_alone() -> None:
    talk, client = wrote("Ciao <b>mamma</b>"), logged_in()
    part = client.get(f"{HOME}c/{talk.id}/part").content.decode()
    assert "Ciao &lt;b&gt;mamma&lt;/b&gt;" in part
    assert "<html" not in part
    person = client.get(f"{HOME}c/{talk.id}/beside").content.decode()
    assert "May we write?" in person
    assert "<html" not in person
    assert client.get(f"{HOME}c/{bruno().id}/part").status_code == 404


def test_set_aside_notices_are_shown_with_reason_and_size(charity) -> None:
    from obolo.gateways.actions import quarantine
    from obolo.gateways.models import Notice

    client = logged_in()
    assert b"Nothing is set aside" in client.get(f"{HOME}set-aside/").content
    notice = Notice(source="whatsapp", account_id=charity.id, body=b"\x00" * 1234)
    notice.save(force_insert=True)
    quarantine(notice=notice, reason="It is nested <too> deep.")
    page = client.get(f"{HOME}set-aside/").content.decode()
    assert "It is nested &lt;too&gt; deep." in page
    assert "1234 bytes" in page


def test_arabic_reads_from_the_right() -> None:
    talk, client = wrote(), logged_in(language="ar")
    for page in (client.get(HOME).content.decode(), page_of(client, talk)):
        assert '<html lang="ar" dir="rtl">' in page
        assert "المحادثات" in page


@pytest.mark.parametrize("kind", ["image", "never_seen_before"])
def test_what_is_no_text_is_named(kind: str) -> None:
    talk, client = wrote(), logged_in()
    conversations.receive(person=bruno(), provider_id="wamid.9", kind=kind, text="", said_at=now())
    shown = SimpleNamespace(image="Picture", never_seen_before="never seen before")
    assert getattr(shown, kind) in page_of(client, talk)
