import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obolo.gateways.messaging.whatsapp.errors import NotARequest
from obolo.gateways.messaging.whatsapp.limits import problems
from obolo.gateways.messaging.whatsapp.requests import (
    KINDS,
    ReadReceipt,
    SendRequest,
    as_body,
    read_request,
)
from obolo.gateways.messaging.whatsapp.tests.notices import REQUESTS


def interactive(kind, **more) -> Any:
    shown = {"type": kind, "body": {"text": "Dove?"}} | more
    return {"messaging_product": "whatsapp", "to": "1", "type": "interactive"} | {
        "interactive": shown
    }


def message(kind, content, **more) -> Any:
    return {"messaging_product": "whatsapp", "to": "1", "type": kind, kind: content} | more


def buttons(*titles, ids=None) -> Any:
    named = zip(ids or [f"b{n}" for n in range(len(titles))], titles, strict=True)
    replies = [{"type": "reply", "reply": {"id": key, "title": title}} for key, title in named]
    return interactive("button", action={"buttons": replies})


def listed(*rows, sections=1, button="Scegli") -> Any:
    titled = [{"title": f"s{n}", "rows": []} for n in range(sections)]
    titled[0]["rows"] = list(rows)
    return interactive("list", action={"button": button, "sections": titled})


def row(number, **more) -> Any:
    return {"id": f"r{number}", "title": f"Row {number}"} | more


def link(**more) -> Any:
    parameters = {"display_text": "Dona ora", "url": "https://obolo.example/p/abc"} | more
    return interactive("cta_url", action={"name": "cta_url", "parameters": parameters})


MORE = [
    link(),
    link() | {"to": None, "recipient": "IT.13491208655302741918"},
    interactive("location_request_message", action={"name": "send_location"}),
    interactive("request_contact_info", action={"name": "request_contact_info"}),
    message("audio", {"id": "1", "voice": True}),
    message("text", {"body": "ciao"}, biz_opaque_callback_data="delivery:1"),
    message("text", {"body": "ciao"}, recipient_type="group"),
    message("text", {"body": "ciao"}, product_policy="STRICT", message_activity_sharing=True),
    message("text", {"body": "ciao", "new_key": {"deep": [1, None]}}, future="x"),
    message("reaction", {"message_id": "wamid.1", "emoji": ""}),
    {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"},
    interactive("carousel", action={"cards": [{"card_index": 0}]}),
]
SAMPLES = [json.loads(path.read_bytes()) for path in REQUESTS]


def exactly(thing) -> str:
    # Text, so that True and 1, 5 and 5.0 differ; keys in any order.
    return json.dumps(thing, sort_keys=True)


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_every_published_request_comes_back_as_it_was_and_is_allowed(path):
    data = json.loads(path.read_bytes())
    request = read_request(copy.deepcopy(data))
    assert exactly(as_body(request)) == exactly(data)
    assert exactly(request.model_dump(mode="json", exclude_unset=True)) == exactly(data)
    assert problems(request) == []


def test_there_are_fifty_of_them():
    assert len(REQUESTS) == 50


@pytest.mark.parametrize("data", MORE)
def test_requests_published_elsewhere(data):
    request = read_request(copy.deepcopy(data))
    assert exactly(as_body(request)) == exactly(data)
    assert problems(request) == []


def test_the_kind_when_the_type_is_left_out():
    by_name = {path.stem: read_request(json.loads(path.read_bytes())) for path in REQUESTS}
    preview = by_name["send_text_message_with_preview_url"]
    reply = by_name["send_reply_to_list_message"]
    receipt = by_name["send_typing_indicator_and_read_receipt"]
    assert isinstance(preview, SendRequest)
    assert (preview.type, preview.kind) == (None, "text")
    assert isinstance(reply, SendRequest)
    assert (reply.type, reply.kind) == (None, "interactive")
    assert isinstance(receipt, ReadReceipt)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({}, "messaging_product"),
        ({"messaging_product": "sms"}, "messaging_product"),
        (message("text", {}), "text.body"),
        (message("text", {"body": 7}), "text.body"),
        (message("text", "ciao"), "text"),
        (message("text", {"body": "x", "preview_url": "true"}), "text.preview_url"),
        (message("template", {"name": "x"}), "template.language"),
        (message("contacts", [{}]), "contacts.0.name"),
        ({"messaging_product": "whatsapp", "status": "unread", "message_id": "x"}, "status"),
        ({"messaging_product": "whatsapp", "status": "read"}, "message_id"),
    ],
)
def test_bodies_that_are_no_request(data, place):
    with pytest.raises(NotARequest) as caught:
        read_request(data)
    assert any(sentence.startswith(place + ":") for sentence in caught.value.problems)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (message("text", {"body": "a" * 4097}), "4097 characters, 4096"),
        (message("text", {"body": " \n"}), "text is empty"),
        (message("image", {}), "either an id or a link"),
        (message("image", {"id": "1", "link": "https://x"}), "either an id or a link"),
        (message("image", {"id": "1", "caption": "a" * 1025}), "1025 characters, 1024"),
        (message("audio", {"id": "1", "caption": "a"}), "cannot have a caption"),
        (message("location", {"latitude": 91, "longitude": 0}), "latitude"),
        (message("location", {"latitude": "x", "longitude": 0}), "latitude"),
        (message("location", {"latitude": 0, "longitude": float("nan")}), "longitude"),
        (message("contacts", []), "no contact card"),
        (message("reaction", {"message_id": "", "emoji": "x"}), "empty id"),
        (
            message("reaction", {"message_id": "w", "emoji": "x"}, context={"message_id": "w"}),
            "cannot be a reply",
        ),
        (message("text", {"body": "x"}, context={"message_id": ""}), "empty id"),
        (message("text", {"body": "x"}) | {"to": ""}, "no recipient"),
        (message("text", {"body": "x"}, recipient_type="everybody"), "recipient type"),
        (message("text", {"body": "x"}, biz_opaque_callback_data="a" * 513), "513 characters"),
        ({"messaging_product": "whatsapp", "to": "1"}, "no `text`"),
        (message("text", {"body": "x"}) | {"type": "image"}, "no `image`"),
        (message("hologram", {}), "'hologram' is not known"),
        (buttons(), "0 buttons, 1 to 3"),
        (buttons("a", "b", "c", "d"), "4 buttons, 1 to 3"),
        (buttons("a" * 21), "21 characters, 20"),
        (buttons(""), "button title is empty"),
        (buttons("a", "a"), "same title"),
        (buttons("a", "b", ids=["x", "x"]), "same id"),
        (buttons("a", ids=["x" * 257]), "257 characters, 256"),
        (interactive("button", action={"buttons": [{"type": "reply"}]}), "no reply"),
        (listed(), "0 rows, 1 to 10"),
        (listed(*map(row, range(11))), "11 rows, 1 to 10"),
        (listed(row(1, title="a" * 25)), "25 characters, 24"),
        (listed(row(1, description="a" * 73)), "73 characters, 72"),
        (listed(row(1, id="a" * 201)), "201 characters, 200"),
        (listed(row(1), row(1)), "same title"),
        (listed(row(1), sections=11), "11 sections, 10"),
        (listed(row(1), button="a" * 21), "21 characters, 20"),
        (link(display_text="a" * 21), "21 characters, 20"),
        (link(url="javascript:alert(1)"), "http"),
        (link(url="https://x/" + "a" * 2000), "2010 characters, 2000"),
        (interactive("flow", action={"parameters": {"flow_cta": "Go"}}), "neither an id nor"),
        (interactive("dance", action={}), "'dance' is not known"),
        (
            interactive("list", header={"type": "image", "image": {"id": "1"}}, action={}),
            "only have a text header",
        ),
        (
            interactive("list", action={"sections": [{"title": "a"}, {"rows": []}]}),
            "section title is empty",
        ),
        (interactive("button"), "no action"),
        (interactive("product_list", action={"sections": []}), "0 products"),
        (message("template", {"name": "", "language": {"code": "it"}}), "name is empty"),
        (message("template", {"name": "x", "language": {"code": ""}}), "no language"),
    ],
)
def test_what_whatsapp_would_refuse(data, sentence):
    assert any(sentence in problem for problem in problems(read_request(data)))


@pytest.mark.parametrize(
    ("part", "limit"), [("header", 60), ("footer", 60), ("body", 1024), ("list body", 4096)]
)
def test_lengths_around_an_interactive_message(part, limit):
    for length, allowed in ((limit, True), (limit + 1, False)):
        data = listed(row(1)) if part == "list body" else buttons("a")
        words = {"type": "text", "text": "a" * length}
        data["interactive"] |= {part.removeprefix("list "): words}
        assert (problems(read_request(data)) == []) is allowed


def test_template_values():
    body = {"type": "body", "parameters": [{"type": "text", "text": ""}]}
    button = {"type": "button", "sub_type": "url", "parameters": []}
    made = {"name": "x", "language": {"code": "it"}, "components": [body, button]}
    assert len(problems(read_request(message("template", made)))) == 2


def test_read_receipts():
    data = {"messaging_product": "whatsapp", "status": "read", "message_id": ""}
    found = problems(read_request(data | {"typing_indicator": {"type": "audio"}}))
    assert len(found) == 2


@settings(deadline=None)  # two cores are shared; speed is not the question here
@given(
    st.sampled_from(SAMPLES),
    st.sampled_from([*KINDS, "to", "type", "status", "context"]),
    st.data(),
)
def test_a_damaged_request_is_read_or_refused_and_never_raises_anything_else(sample, key, data):
    junk: Any = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
    junk = st.recursive(junk, lambda inner: st.dictionaries(st.text(max_size=5), inner))
    broken = sample | {key: data.draw(junk | st.lists(junk, max_size=2))}
    try:
        request = read_request(broken)
    except NotARequest as error:
        found = list(error.problems)
    else:
        found = problems(request)
        assert exactly(as_body(request)) == exactly(broken)
    assert all(isinstance(sentence, str) and sentence for sentence in found)
