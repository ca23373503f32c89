"""The pretend Graph API: published bodies, envelopes, errors, windows, statuses, templates."""

import json
from pathlib import Path
from typing import Any

import pytest

import obolo.gateways.messaging.whatsapp as gateway
from obolo.kit import clock
from obolo.simulator.tests.a_stage import TOKEN, Set, play

BODIES = sorted((Path(gateway.__file__).parent / "tests/data/requests").glob("*.json"))
TEXT: dict[str, Any] = {"to": "+39 333 123 4567", "type": "text", "text": {"body": "Grazie"}}
WABA = "/sim/v23.0/102290129340398/message_templates"


async def writing_person(on: Set, **more) -> str:
    asked = {"name": "Anna", "phone": "393331234567"} | more
    person = (await on.post("/sim/people", asked))["id"]
    await on.post(f"/sim/people/{person}/messages", {"text": "ciao"})
    return str(person)


def told(on: Set) -> list[str]:
    return [status["status"] for status in on.product.of("statuses")]


def test_all_published_request_bodies_are_taken(tmp_path):
    assert len(BODIES) == 50

    async def scene(on: Set) -> None:
        for path in BODIES:
            answer = await on.send(json.loads(path.read_text("utf-8")))
            assert answer.status_code == 200, (path.name, answer.text)
            if "typing" in path.name:
                assert answer.json() == {"success": True}
                continue
            content = answer.json()
            assert content["messaging_product"] == "whatsapp"
            assert content["contacts"][0]["input"]
            assert content["messages"][0]["id"].startswith("wamid.")
        await on.settled()
        assert set(told(on)) == {"sent", "delivered"}
        for person in await on.get("/sim/people?all=1"):
            shown = await on.get(f"/sim/people/{person['id']}/messages")
            assert all(isinstance(m["text"], str) for m in shown)
        assert await on.get("/sim/people") == []

    play(tmp_path, scene)


@pytest.mark.parametrize("prefix", ["/v26.0", "/sim/v17.0"])
def test_the_statuses_follow_with_price_and_the_callers_words(tmp_path, prefix):
    async def scene(on: Set) -> None:
        await writing_person(on)
        body = TEXT | {"messaging_product": "whatsapp", "biz_opaque_callback_data": "gift:1"}
        answer = await on.client.post(
            f"{prefix}/106540352242922/messages", json=body, headers=TOKEN
        )
        assert answer.json()["contacts"] == [{"input": TEXT["to"], "wa_id": "393331234567"}]
        await on.settled()
        statuses = on.product.of("statuses")
        assert told(on) == ["sent", "delivered", "read"]
        assert {s["biz_opaque_callback_data"] for s in statuses} == {"gift:1"}
        price = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service"}
        assert statuses[0]["pricing"] == price | {"category": "service"}
        assert "pricing" not in statuses[2]
        assert statuses[0]["recipient_id"] == "393331234567"

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("headers", "subcode"),
    [
        ({}, None),
        ({"Authorization": "Bearer "}, None),
        ({"Authorization": "Basic abc"}, None),
        ({"Authorization": "Bearer expired"}, 463),
    ],
)
def test_without_a_good_token_nothing_is_taken(tmp_path, headers, subcode):
    async def scene(on: Set) -> None:
        body = TEXT | {"messaging_product": "whatsapp"}
        answer = await on.client.post("/v23.0/106540352242922/messages", json=body, headers=headers)
        assert answer.status_code == 401
        error = answer.json()["error"]
        assert (error["code"], error.get("error_subcode")) == (190, subcode)
        assert error["fbtrace_id"]
        assert on.app.stage.world.messages == {}

    play(tmp_path, scene)


def test_wrong_number_and_wrong_bodies_get_the_envelope(tmp_path):
    long = TEXT | {"text": {"body": "x" * 4097}}
    bad = [{}, {"to": "39"}, long, TEXT | {"to": ""}, TEXT | {"text": "plain"}, TEXT | {"to": None}]

    async def scene(on: Set) -> None:
        answer = await on.client.post("/v23.0/999/messages", json=TEXT, headers=TOKEN)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["error_subcode"]) == (400, 100, 33)
        path = "/v23.0/106540352242922/messages"
        raws = [json.dumps({"messaging_product": "whatsapp"} | body) for body in bad]
        for raw in [*raws, "", "null", "[]", "{", "[" * 100_000, json.dumps(TEXT)]:
            answer = await on.client.post(path, content=raw, headers=TOKEN)
            error = answer.json()["error"]
            assert (answer.status_code, error["code"]) == (400, 100), raw[:80]
            assert error["error_data"]["details"], raw[:80]
        assert on.app.stage.world.messages == {}

    play(tmp_path, scene)


def test_outside_the_window_a_free_message_fails_afterwards(tmp_path):
    async def scene(on: Set) -> None:
        person = await writing_person(on)
        await on.post("/sim/clock", {"advance": "24h"})
        assert (await on.send(TEXT)).status_code == 200
        hello = {"name": "hello_world", "language": {"code": "en_US"}}
        await on.send({"to": "393331234567", "type": "template", "template": hello})
        await on.post(f"/sim/people/{person}/messages", {"text": "eccomi"})
        await on.send(TEXT)
        await on.settled()
        statuses = on.product.of("statuses")
        assert told(on) == ["failed", *["sent", "delivered", "read"] * 2]
        assert statuses[0]["errors"][0]["code"] == 131047
        assert [s["pricing"]["category"] for s in statuses if s["status"] == "sent"] == [
            "utility",
            "service",
        ]
        shown = await on.get(f"/sim/people/{person}/messages")
        assert next(m["status"] for m in shown if m["direction"] == "out") == "failed"

    play(tmp_path, scene)


def test_who_never_wrote_has_no_window_and_who_blocked_gets_nothing(tmp_path):
    async def scene(on: Set) -> None:
        person = (await on.post("/sim/people", {"name": "A", "phone": "393331234567"}))["id"]
        await on.send(TEXT)
        await on.post(f"/sim/people/{person}/messages", {"text": "ciao"})
        await on.post(f"/sim/people/{person}/block")
        await on.send(TEXT)
        await on.settled()
        assert [s["errors"][0]["code"] for s in on.product.of("statuses")] == [131047, 131026]

    play(tmp_path, scene)


def test_marking_as_read_gives_blue_ticks_and_shows_typing(tmp_path):
    async def scene(on: Set) -> None:
        person = await writing_person(on)
        [first] = await on.get(f"/sim/people/{person}/messages")
        receipt = {
            "status": "read",
            "message_id": first["id"],
            "typing_indicator": {"type": "text"},
        }
        assert (await on.send(receipt)).json() == {"success": True}
        assert (await on.get(f"/sim/people/{person}/messages"))[0]["status"] == "read"
        assert on.app.stage.person(person).typing_until is not None
        await on.send(TEXT)
        assert on.app.stage.person(person).typing_until is None

    play(tmp_path, scene)


def test_a_person_who_reads_when_the_page_is_open(tmp_path):
    async def scene(on: Set) -> None:
        person = await writing_person(on, reads="when_open")
        await on.send(TEXT)
        await on.settled()
        assert told(on) == ["sent", "delivered"]
        assert await on.post(f"/sim/people/{person}/read") == {"read": 1}
        await on.settled()
        assert told(on) == ["sent", "delivered", "read"]

    play(tmp_path, scene)


def test_after_a_thousand_messages_in_a_month_service_costs(tmp_path):
    async def scene(on: Set) -> None:
        await writing_person(on)
        on.app.stage.world.free_service[clock.now().isoformat()[:7]] = 999
        await on.send(TEXT)
        await on.send(TEXT)
        await on.settled()
        prices = [s["pricing"] for s in on.product.of("statuses") if s["status"] == "sent"]
        assert [p["type"] for p in prices] == ["free_customer_service", "regular"]
        assert [p["billable"] for p in prices] == [False, True]

    play(tmp_path, scene)


def test_uploaded_media_come_back_and_can_be_deleted(tmp_path):
    async def scene(on: Set) -> None:
        files = {"file": ("a.png", b"\x89PNG bytes", "image/png")}
        data = {"messaging_product": "whatsapp", "type": "image/png"}
        path = "/v23.0/106540352242922/media"
        up = await on.client.post(path, files=files, data=data, headers=TOKEN)
        media_id = up.json()["id"]
        assert media_id.isdigit()
        about = await on.get(f"/v23.0/{media_id}", headers=TOKEN)
        assert (about["mime_type"], about["file_size"]) == ("image/png", "10")
        got = await on.client.get(about["url"], headers=TOKEN)
        assert got.content == b"\x89PNG bytes"
        forged = about["url"].replace("until=", "until=9")
        assert (await on.client.get(forged, headers=TOKEN)).status_code == 404
        gone = await on.client.delete(f"/v23.0/{media_id}", headers=TOKEN)
        assert gone.json() == {"success": True}
        answer = await on.client.get(f"/v23.0/{media_id}", headers=TOKEN)
        assert answer.json()["error"]["error_subcode"] == 33
        answer = await on.client.post(path, data=data, headers=TOKEN)
        assert answer.json()["error"]["code"] == 100

    play(tmp_path, scene)


RECEIPT: dict[str, Any] = {
    "name": "gift_receipt",
    "language": "it",
    "category": "UTILITY",
    "parameter_format": "NAMED",
    "components": [
        {"type": "BODY", "text": "Grazie {{first_name}}, {{amount}} è arrivato."},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "URL", "text": "Ricevuta", "url": "https://obolo.example/r/{{1}}"},
                {"type": "QUICK_REPLY", "text": "Stop"},
            ],
        },
    ],
}
SENT: dict[str, Any] = {
    "name": "gift_receipt",
    "language": {"code": "it"},
    "components": [
        {
            "type": "body",
            "parameters": [
                {"type": "text", "parameter_name": "first_name", "text": "Anna"},
                {"type": "text", "parameter_name": "amount", "text": "5 €"},
            ],
        },
        {
            "type": "button", "sub_type": "url", "index": "0",
            "parameters": [{"type": "text", "text": "8f3a"}],
        },
        {
            "type": "button", "sub_type": "quick_reply", "index": "1",
            "parameters": [{"type": "payload", "payload": "STOP"}],
        },
    ],
}  # fmt: skip


def test_a_template_is_reviewed_sent_and_tapped(tmp_path):
    async def scene(on: Set) -> None:
        person = await writing_person(on)
        made = await on.post(WABA, RECEIPT, headers=TOKEN)
        assert made["status"] == "PENDING"
        await on.send({"to": "393331234567", "type": "template", "template": SENT})
        shown = (await on.get(f"/sim/people/{person}/messages"))[-1]
        assert shown["text"] == "Grazie Anna, 5 € è arrivato."
        assert shown["links"] == [{"title": "Ricevuta", "url": "https://obolo.example/r/8f3a"}]
        assert shown["buttons"] == [{"id": "STOP", "title": "Stop"}]
        await on.post(f"/sim/people/{person}/messages", {"tap": "STOP"})
        await on.settled()
        wanted = "message_template_status_update"
        [verdict] = [change for change in on.product.changes if change["field"] == wanted]
        assert verdict["value"]["message_template_id"] == int(made["id"])
        assert verdict["value"]["event"] == "APPROVED"
        assert on.product.of("messages")[-1]["button"] == {"payload": "STOP", "text": "Stop"}

    play(tmp_path, scene)


def test_templates_are_listed_in_pages_edited_and_deleted(tmp_path):
    async def scene(on: Set) -> None:
        for lang in ("it", "en", "ar"):
            await on.post(WABA, RECEIPT | {"language": lang}, headers=TOKEN)
        again = await on.client.post(WABA, json=RECEIPT, headers=TOKEN)
        assert again.json()["error"]["error_subcode"] == 2388024
        asked = {"name": "gift_receipt", "limit": 2}
        first = await on.get(WABA, params=asked, headers=TOKEN)
        assert len(first["data"]) == 2
        after = first["paging"]["cursors"]["after"]
        rest = await on.get(WABA, params=asked | {"after": after}, headers=TOKEN)
        assert len(rest["data"]) == 1
        assert "next" in first["paging"]
        assert "next" not in rest["paging"]
        one = f"/v23.0/{rest['data'][0]['id']}"
        parts = [{"type": "BODY", "text": "{{1}} at the edge"}]
        edited = await on.post(one, {"components": parts}, headers=TOKEN)
        assert edited == {"success": True}
        assert (await on.get(one, headers=TOKEN))["status"] == "REJECTED"
        sent = SENT | {"language": {"code": "ar"}}
        answer = await on.send({"to": "39333", "type": "template", "template": sent})
        assert answer.json()["error"]["code"] == 132001
        gone = await on.client.delete(WABA, params={"name": "gift_receipt"}, headers=TOKEN)
        assert gone.json() == {"success": True}
        left = (await on.get(WABA, headers=TOKEN))["data"]
        assert [t["name"] for t in left] == ["hello_world"]

    play(tmp_path, scene)


def test_bad_templates_are_refused(tmp_path):
    bad = [
        {},
        RECEIPT | {"name": "Gift Receipt"},
        RECEIPT | {"language": "italiano!"},
        RECEIPT | {"category": "GIFT"},
        RECEIPT | {"components": "x"},
        RECEIPT | {"components": [{"type": "BODY", "text": "x" * 1025}]},
        RECEIPT | {"components": [{"type": "FOOTER", "text": "x"}]},
    ]

    async def scene(on: Set) -> None:
        for body in bad:
            answer = await on.client.post(WABA, json=body, headers=TOKEN)
            assert answer.json()["error"]["code"] == 100, body
        assert len(on.app.stage.world.templates) == 1

    play(tmp_path, scene)


def test_the_app_is_subscribed_and_the_number_known(tmp_path):
    async def scene(on: Set) -> None:
        path = "/v23.0/102290129340398"
        assert await on.post(f"{path}/subscribed_apps", headers=TOKEN) == {"success": True}
        assert (await on.get(f"{path}/subscribed_apps", headers=TOKEN))["data"]
        [number] = (await on.get(f"{path}/phone_numbers", headers=TOKEN))["data"]
        assert number["id"] == "106540352242922"
        assert (await on.get("/v23.0/106540352242922", headers=TOKEN)) == number

    play(tmp_path, scene)
