import json
from datetime import UTC, datetime
from typing import Any

import pytest

from obolo.gateways.messaging.whatsapp.facts import (
    Echo,
    Fault,
    Identity,
    Message,
    NumberChanged,
    Unknown,
    UserIdChanged,
    as_json,
)
from obolo.gateways.messaging.whatsapp.inbound import read_notice
from obolo.gateways.messaging.whatsapp.tests.notices import (
    ANNA,
    ANNA_ID,
    DATA,
    change,
    facts,
    notice,
    only,
    said,
    text_message,
    value,
)


def sample(name) -> Any:
    return only((DATA / "webhooks" / f"{name}.json").read_bytes())


def test_the_text_sample_whole():
    assert as_json(sample("text_message")) == {
        "fact": "message",
        "field": "messages",
        "number_id": "106540352242922",
        "waba_id": "419561257915477",
        "message_id": "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=",
        "display_phone": "15550783881",
        "sender": {"phone": "16505551234", "profile_name": "Sheena Nelson"},
        "sent_at": "2025-06-08T20:59:43+00:00",
        "kind": "text",
        "text": "Does it come in another color?",
        "forwarded": False,
        "unknown_kind": False,
        "content": {"body": "Does it come in another color?"},
    }


def test_taps_and_captions_of_the_samples():
    button = sample("interactive_button_reply_message")
    assert (button.text, button.tap_id) == ("Cancel", "cancel-button")
    assert button.reply_to == "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI3MEM2RUJFNkI0RENGQTVDRjUA"
    choice = sample("interactive_list_reply_message")
    assert (choice.text, choice.tap_id) == ("Priority Mail Express", "priority_express")
    reply = sample("button_message")
    assert (reply.text, reply.tap_id) == ("Unsubscribe", "Unsubscribe")
    image = sample("image_message")
    assert (image.text, image.media.media_id) == ("Taj Mahal", "1003383421387256")


def test_the_other_samples():
    assert sample("reaction_message").about_id.endswith("RUY5RDlGNkYA")
    assert sample("order_message").content["product_items"][0]["quantity"] == 2
    assert sample("location_message").content["name"] == "Philz Coffee"
    card = sample("contact_sharing_message").content["contacts"][0]
    assert card["phones"][0]["wa_id"] == "19835552319"
    assert sample("unsupported_message").errors == (
        Fault(
            code=131051,
            title="Message type unknown",
            details="Message type is currently not supported.",
        ),
    )
    assert sample("text_message_from_click_to_whatsapp_ad").referral["source_type"] == "ad"
    product = sample("text_message_with_context_product_inquiry").product
    assert product["product_retailer_id"] == "di9ozbzfi4"


def test_a_changed_number_has_no_contacts():
    fact = sample("system_message")
    assert isinstance(fact, NumberChanged)
    assert (fact.old.phone, fact.new.phone) == ("16505551234", "12195555358")


def test_a_changed_user_id():
    system = {
        "type": "user_changed_user_id",
        "previous_user_id": "IN.OLD",
        "user_id": "IN.NEW",
        "previous_parent_user_id": "IN.ENT.OLD",
        "parent_user_id": "IN.ENT.NEW",
    }
    fact = only(said(**{"from": None}, type="system", system=system))
    assert isinstance(fact, UserIdChanged)
    assert fact.old == Identity(user_id="IN.OLD", parent_user_id="IN.ENT.OLD")
    assert fact.new == Identity(user_id="IN.NEW", parent_user_id="IN.ENT.NEW")


def test_a_changed_user_id_told_by_its_own_field():
    update = {
        "wa_id": ANNA,
        "user_id": {"previous": "IN.OLD", "current": "IN.NEW"},
        "timestamp": 1749416383,
    }
    fact = only(notice(change(value(user_id_update=[update]), field="user_id_update")))
    assert isinstance(fact, UserIdChanged)
    assert (fact.old.user_id, fact.new.user_id, fact.new.phone) == ("IN.OLD", "IN.NEW", ANNA)


def test_a_change_without_a_new_address_is_set_aside():
    fact = only(said(type="system", system={"type": "user_changed_number", "body": "x"}))
    assert isinstance(fact, Unknown)


def test_a_changed_identity_is_a_message_of_the_system():
    fact = only(
        said(
            type="system",
            system={"type": "customer_identity_changed", "body": "b"},
            identity={"hash": "h", "acknowledged": True},
        )
    )
    assert (fact.kind, fact.text, fact.content["identity"]["hash"]) == ("system", "b", "h")


@pytest.mark.parametrize("kind", ["image", "audio", "video", "document", "sticker"])
def test_media(kind):
    node = {"id": "77", "mime_type": "m/x", "sha256": "s=", "url": "https://u", "filename": "f"}
    fact = only(said(type=kind, **{kind: node | {"caption": "ecco", "voice": True}}))
    assert fact.kind == kind
    assert fact.text == "ecco"
    assert fact.media.voice
    assert (fact.media.media_id, fact.media.url, fact.media.filename) == ("77", "https://u", "f")


@pytest.mark.parametrize("reaction", [{"emoji": ""}, {}])
def test_a_reaction_taken_back(reaction):
    fact = only(said(type="reaction", reaction={"message_id": "wamid.0"} | reaction))
    assert fact.about_id == "wamid.0"
    assert not fact.content.get("emoji")


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ('{"flow_token":"t","amount":"5"}', {"flow_token": "t", "amount": "5"}),
        ("not json", "not json"),
        ("[1]", "[1]"),
        ('{"a":1,"a":2}', '{"a":1,"a":2}'),
        ("[" * 100_000, "[" * 100_000),
        ("\ud800", "\ud800"),
        (7, 7),
    ],
)
def test_the_answers_of_a_form(response, expected):
    reply = {"name": "flow", "body": "Sent", "response_json": response}
    fact = only(said(type="interactive", interactive={"type": "nfm_reply", "nfm_reply": reply}))
    assert fact.text == "Sent"
    assert fact.content["response"] == expected


def test_an_edit_and_a_revoke():
    inner = {"type": "text", "text": {"body": "no, 10"}}
    edit = only(said(type="edit", edit={"original_message_id": "wamid.0", "message": inner}))
    assert (edit.kind, edit.text, edit.about_id) == ("edit", "no, 10", "wamid.0")
    revoke = only(said(type="revoke", revoke={"original_message_id": "wamid.0"}))
    assert (revoke.kind, revoke.about_id) == ("revoke", "wamid.0")


def test_a_shared_own_number_is_told_from_a_friends_card():
    card = {"name": {"formatted_name": "Anna"}, "origin": "contact_request", "vcard": "BEGIN"}
    assert only(said(type="contacts", contacts=[card])).content["origin"] == "contact_request"
    assert "origin" not in only(said(type="contacts", contacts=[{"name": {}}])).content


def test_a_kind_of_the_future_is_kept_whole_and_counted():
    reading = read_notice(said(type="hologram", hologram={"depth": 3}))
    (fact,) = reading.facts
    assert isinstance(fact, Message)
    assert (fact.kind, fact.unknown_kind) == ("hologram", True)
    assert fact.content == {"hologram": {"depth": 3}}
    assert reading.unknown == 1


def test_a_missing_type_is_told_by_the_shape():
    assert only(said(text={"body": "ciao"})).text == "ciao"
    assert only(said(strange={})).kind == "unknown"


@pytest.mark.parametrize("key", ["forwarded", "frequently_forwarded"])
def test_forwarded(key):
    assert only(said(type="text", text={"body": "x"}, context={key: True})).forwarded


def test_group_messages_name_their_group():
    assert only(said(type="text", text={"body": "x"}, group_id="G1")).group_id == "G1"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "text"},
        {"type": "text", "text": "ciao"},
        {"type": "text", "text": {}},
        {"type": "text", "text": {"body": 7}},
        {"type": "image", "image": {"caption": "x"}},
        {"type": "image", "image": []},
        {"type": "contacts", "contacts": {}},
        {"type": "reaction", "reaction": {"emoji": "x"}},
        {"type": "button", "button": {}},
        {"type": "interactive", "interactive": {"type": "button_reply"}},
        {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {}}},
        {"type": "edit", "edit": {"original_message_id": "w"}},
        {"type": "system"},
        {"type": "text", "text": {"body": "x"}, "id": None},
        {"type": "text", "text": {"body": "x"}, "id": ""},
        {"type": "text", "text": {"body": "x"}, "id": "a\x00b"},
        {"type": "text", "text": {"body": "x"}, "id": "a\ud800"},
        {"type": "text", "text": {"body": "x"}, "id": "a b"},
        {"type": "text", "text": {"body": "x"}, "id": "w" * 513},
        {"type": "text", "text": {"body": "x"}, "from": None},
        {"type": "text", "text": {"body": "x"}, "from": "+"},
    ],
)
def test_a_broken_message_is_set_aside_with_a_reason(message):
    fact = only(said(**message))
    assert isinstance(fact, Unknown)
    assert fact.reason
    assert isinstance(fact.raw, dict)


@pytest.mark.parametrize(
    ("message", "contact", "expected"),
    [
        ({"from": ANNA}, {"wa_id": ANNA, "user_id": ANNA_ID}, (ANNA_ID, ANNA)),
        ({"from": ANNA, "from_user_id": ANNA_ID}, {}, (ANNA_ID, ANNA)),
        ({"from": None, "from_user_id": ANNA_ID}, {"user_id": ANNA_ID}, (ANNA_ID, None)),
        ({"from": "", "from_user_id": ANNA_ID}, {"wa_id": "", "user_id": ANNA_ID}, (ANNA_ID, None)),
        ({"from": ANNA_ID}, {"wa_id": ANNA_ID}, (ANNA_ID, None)),
        ({"from": ANNA_ID}, {"wa_id": ANNA}, (ANNA_ID, ANNA)),
        ({"from": None}, {"user_id": ANNA_ID}, (ANNA_ID, None)),
        ({"from": "+1 650 555-1234"}, {"wa_id": ANNA}, (None, ANNA)),
        ({"from": int(ANNA)}, {"wa_id": int(ANNA)}, (None, ANNA)),
        ({"from": ANNA}, {"wa_id": "393331234567", "user_id": "IT.9"}, (None, ANNA)),
        (
            {"from": ANNA, "from_user_id": "US.1"},
            {"wa_id": ANNA, "user_id": "US.2"},
            ("US.1", ANNA),
        ),
    ],
)
def test_who_wrote(message, contact, expected):
    raw = {k: v for k, v in text_message(**message).items() if v is not None}
    named = contact | {"profile": {"name": "Anna", "username": "anna"}}
    sender = only(notice(change(value(messages=[raw], contacts=[named])))).sender
    assert (sender.user_id, sender.phone) == expected


def test_parent_ids_and_usernames():
    contact = {
        "user_id": ANNA_ID,
        "parent_user_id": "US.ENT.118",
        "profile": {"name": "Anna", "username": "anna"},
    }
    raw = text_message(**{"from": "US.ENT.118"})
    sender = only(notice(change(value(messages=[raw], contacts=[contact])))).sender
    assert sender == Identity(
        user_id=ANNA_ID, parent_user_id="US.ENT.118", username="anna", profile_name="Anna"
    )


def test_a_phone_handed_on_brings_nobody_elses_name():
    raw = text_message(from_user_id="US.1")
    contact = {"wa_id": ANNA, "user_id": "US.2", "profile": {"name": "Somebody else"}}
    sender = only(notice(change(value(messages=[raw], contacts=[contact])))).sender
    assert sender == Identity(user_id="US.1", phone=ANNA)


def test_two_people_without_a_common_address_are_never_made_one():
    messages = [text_message(1), text_message(2, **{"from": "", "from_user_id": "US.OTHER"})]
    contacts = [{"wa_id": ANNA, "profile": {"name": "Anna"}}]
    first, second = facts(notice(change(value(messages=messages, contacts=contacts))))
    assert first.sender == Identity(phone=ANNA, profile_name="Anna")
    assert second.sender == Identity(user_id="US.OTHER")


@pytest.mark.parametrize(
    ("timestamp", "flag"),
    [
        ("0", "before 2009"),
        (0, "before 2009"),
        ("-1", "before 2009"),
        ("100000000000", "after 2100"),
        (10**11, "after 2100"),
        ("1749416383000", "looks like milliseconds"),
        ("abc", "not a number of seconds"),
        ("٣", "not a number of seconds"),
        ("1" * 30, "after 2100"),
        (int("1" * 30), "after 2100"),
        ("9" * 100, "not a number of seconds"),
        (1.5, "not a number of seconds"),
        (True, "not a number of seconds"),
        ([], "not a number of seconds"),
        ("", "missing"),
        (None, "missing"),
    ],
)
def test_times_nobody_should_believe(timestamp, flag):
    fact = only(said(type="text", text={"body": "x"}, timestamp=timestamp))
    assert (fact.sent_at, fact.time_flag) == (None, flag)
    assert fact.text == "x"


@pytest.mark.parametrize("timestamp", ["1749416383", 1749416383])
def test_times_to_believe(timestamp):
    fact = only(said(type="text", text={"body": "x"}, timestamp=timestamp))
    assert fact.sent_at == datetime(2025, 6, 8, 20, 59, 43, tzinfo=UTC)
    assert fact.time_flag is None


def test_an_echo_is_not_a_message_from_a_person():
    echo = text_message(**{"from": "15550783881"}) | {"to": ANNA}
    fact = only(notice(change(value(message_echoes=[echo]), field="smb_message_echoes")))
    assert isinstance(fact, Echo)
    assert (fact.recipient.phone, fact.text) == (ANNA, "Ciao")


def test_long_and_strange_names_and_texts_pass_unharmed():
    name = "\u202e<script>=HYPERLINK()\u200b" * 500
    body = value(
        messages=[text_message(text={"body": "a" * 65_536})],
        contacts=[{"wa_id": ANNA, "profile": {"name": name}}],
    )
    fact = only(notice(change(body)))
    assert len(fact.text) == 65_536
    assert fact.sender.profile_name == name
    assert json.dumps(as_json(fact))
