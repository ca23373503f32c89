"""The control API: what a thumb can do, and every bad input named."""

from typing import Any

import pytest

from obolo.simulator.app import create_app, owns
from obolo.simulator.errors import SimulatorRefused
from obolo.simulator.tests.a_stage import Set, play, settings

BUTTONS = {
    "to": "393331234567",
    "type": "interactive",
    "interactive": {
        "type": "button",
        "body": {"text": "Quanto?"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "give_5", "title": "5 €"}}]},
    },
}


async def anna(on: Set) -> str:
    told = await on.post("/sim/people", {"name": "Anna", "phone": "+39 333 1234567", "lang": "it"})
    assert told["phone"] == "393331234567"
    return str(told["id"])


def test_a_text_reaches_the_product_in_the_published_shape(tmp_path):
    async def scene(on: Set) -> None:
        person = await anna(on)
        sent = await on.post(f"/sim/people/{person}/messages", {"text": "Ciao è 5 €"})
        await on.settled()
        [value] = [change["value"] for change in on.product.changes]
        assert value["metadata"]["phone_number_id"] == "106540352242922"
        [contact] = value["contacts"]
        assert contact["profile"]["name"] == "Anna"
        assert contact["wa_id"] == "393331234567"
        [message] = value["messages"]
        assert message["id"] == sent["id"]
        assert message["id"].startswith("wamid.HBg")
        assert message["from"] == "393331234567"
        assert message["from_user_id"] == contact["user_id"]
        assert message["text"] == {"body": "Ciao è 5 €"}
        assert message["timestamp"].isdigit()
        assert b"\\u20ac" in on.product.posts[0].content

    play(tmp_path, scene)


def test_a_person_without_phone_is_known_by_user_id_only(tmp_path):
    async def scene(on: Set) -> None:
        person = await on.post("/sim/people", {"name": "Bo", "phone": None, "lang": "en"})
        assert person["phone"] is None
        assert person["user_id"].startswith("IT.")
        await on.post(f"/sim/people/{person['id']}/messages", {"text": "hello"})
        await on.settled()
        value = on.product.changes[0]["value"]
        assert "from" not in value["messages"][0]
        assert "wa_id" not in value["contacts"][0]
        answer = await on.send(
            {"recipient": person["user_id"], "type": "text", "text": {"body": "hi"}}
        )
        expected = {"input": person["user_id"], "user_id": person["user_id"]}
        assert answer.json()["contacts"] == [expected]
        shown = await on.get(f"/sim/people/{person['id']}/messages")
        assert [m["direction"] for m in shown] == ["in", "out"]

    play(tmp_path, scene)


def test_a_tap_answers_the_newest_message_that_offers_it(tmp_path):
    async def scene(on: Set) -> None:
        person = await anna(on)
        await on.post(f"/sim/people/{person}/messages", {"text": "ciao"})
        await on.send(BUTTONS)
        newest = (await on.send(BUTTONS)).json()["messages"][0]["id"]
        await on.post(f"/sim/people/{person}/messages", {"tap": "give_5"})
        await on.settled()
        said = on.product.of("messages")[-1]
        assert said["context"] == {"from": "390212345678", "id": newest}
        reply = {"type": "button_reply", "button_reply": {"id": "give_5", "title": "5 €"}}
        assert said["interactive"] == reply
        shown = await on.get(f"/sim/people/{person}/messages")
        assert shown[1]["buttons"] == [{"id": "give_5", "title": "5 €"}]
        assert shown[-1]["text"] == "5 €"

    play(tmp_path, scene)


@pytest.mark.parametrize("kind", ["image", "audio", "video", "document", "sticker"])
def test_media_without_id_can_be_fetched_in_two_hops(tmp_path, kind):
    async def scene(on: Set) -> None:
        person = await anna(on)
        await on.post(f"/sim/people/{person}/messages", {"type": kind})
        await on.settled()
        told = on.product.of("messages")[0][kind]
        token = {"Authorization": "Bearer x"}
        about = await on.get(f"/v23.0/{told['id']}", headers=token)
        assert (await on.client.get(about["url"])).status_code == 401
        got = await on.client.get(about["url"], headers=token)
        assert len(got.content) == int(about["file_size"]) > 0
        await on.post("/sim/clock", {"advance": "5m"})
        assert (await on.client.get(about["url"], headers=token)).status_code == 404

    play(tmp_path, scene)


BAD_MESSAGES: list[Any] = [
    None,
    [],
    "ciao",
    {},
    {"text": ""},
    {"text": 5},
    {"text": {"body": "no type"}},
    {"text": "x" * 65_537},
    {"tap": "nobody offers this"},
    {"tap": None},
    {"type": ""},
    {"type": 7},
    {"type": "text"},
    {"type": "image", "image": "a.jpg"},
    {"type": "location", "location": {"latitude": 91, "longitude": 0}},
    {"type": "location", "location": {"latitude": True, "longitude": 0}},
    {"type": "location", "location": {"latitude": "45", "longitude": "9"}},
    {"type": "reaction", "reaction": {"emoji": "👍"}},
    {"type": "contacts", "contacts": []},
    {"type": "interactive", "interactive": {"type": "button_reply"}},
    {"type": "poll"},
    {"text": "re", "reply_to": "wamid.none"},
]


def test_every_bad_message_is_refused_with_one_sentence_and_says_nothing(tmp_path):
    async def scene(on: Set) -> None:
        person = await anna(on)
        for bad in BAD_MESSAGES:
            answer = await on.client.post(f"/sim/people/{person}/messages", json=bad)
            assert answer.status_code == 400, bad
            assert list(answer.json()) == ["error"]
            assert answer.json()["error"].endswith((".", "yet.")), answer.text
        for raw in (b"{", b"\xff", b"[" * 100_000):
            answer = await on.client.post(f"/sim/people/{person}/messages", content=raw)
            assert answer.status_code == 400
        assert await on.get(f"/sim/people/{person}/messages") == []
        await on.settled()
        assert on.product.posts == []

    play(tmp_path, scene)


def test_bad_people_are_refused(tmp_path):
    async def scene(on: Set) -> None:
        nobody: list[Any] = [{}, {"name": ""}, {"name": 5}, {"name": "A", "lang": "fr"}, [], "x"]
        for bad in nobody:
            assert (await on.client.post("/sim/people", json=bad)).status_code == 400, bad
        for phone in ("", "abc", "12", "+39 333 12345678901234", 39333, True):
            answer = await on.client.post("/sim/people", json={"name": "A", "phone": phone})
            assert answer.status_code == 400, phone
        await anna(on)
        answer = await on.client.post("/sim/people", json={"name": "B", "phone": "393331234567"})
        assert answer.status_code == 409
        assert await anna(on) == "p1"
        for path in ("messages", "read", "block", "stop_marketing", "change_number"):
            answer = await on.client.post(f"/sim/people/p99/{path}", json={"text": "x"})
            assert answer.status_code == 404, path
        assert (await on.client.get("/sim/nothing")).status_code == 404
        assert (await on.client.delete("/sim/people")).status_code == 405

    play(tmp_path, scene)


def test_odd_words_survive_and_unknown_kinds_pass(tmp_path):
    async def scene(on: Set) -> None:
        person = await anna(on)
        raw = b'{"text": "nul \\u0000 lone \\ud800 end"}'
        await on.client.post(f"/sim/people/{person}/messages", content=raw)
        for kind in ("unsupported", "image"):
            await on.post(f"/sim/people/{person}/messages", {"type": kind})
        await on.post(f"/sim/people/{person}/messages", {"type": "poll", "poll": {"a": 1}})
        await on.settled()
        told = on.product.of("messages")
        assert told[0]["text"]["body"] == "nul \0 lone \ud800 end"
        assert told[1]["errors"][0]["code"] == 131051
        assert told[3]["poll"] == {"a": 1}
        assert len(await on.get(f"/sim/people/{person}/messages")) == 4

    play(tmp_path, scene)


def test_messages_after_one(tmp_path):
    async def scene(on: Set) -> None:
        person = await anna(on)
        ids = [(await on.post(f"/sim/people/{person}/messages", {"text": t}))["id"] for t in "abc"]
        after = await on.get(f"/sim/people/{person}/messages", params={"after": ids[0]})
        assert [m["id"] for m in after] == ids[1:]
        answer = await on.client.get(f"/sim/people/{person}/messages?after=wamid.x")
        assert answer.status_code == 400

    play(tmp_path, scene)


def test_the_clock_turns_forward_only(tmp_path):
    async def scene(on: Set) -> None:
        before = (await on.get("/sim/clock"))["now"]
        after = (await on.post("/sim/clock", {"advance": "1d12h"}))["now"]
        assert after > before
        for bad in ("-3d", "3", "d", "", "3 d", "9999999d", 3, None, "١d"):
            answer = await on.client.post("/sim/clock", json={"advance": bad})
            assert answer.status_code == 400, bad

    play(tmp_path, scene)


def test_changing_the_number_tells_both_system_messages(tmp_path):
    async def scene(on: Set) -> None:
        person = await anna(on)
        moved = await on.post(f"/sim/people/{person}/change_number", {"phone": "+393339999999"})
        assert moved["phone"] == "393339999999"
        await on.settled()
        told = on.product.of("messages")
        assert [m["system"]["type"] for m in told] == [
            "user_changed_number",
            "user_changed_user_id",
        ]
        assert told[0]["from"] == "393331234567"
        assert told[0]["system"]["wa_id"] == "393339999999"
        assert told[1]["system"]["user_id"] == moved["user_id"]
        assert all("contacts" not in change["value"] for change in on.product.changes)

    play(tmp_path, scene)


def test_stopping_marketing_is_told_and_held(tmp_path):
    async def scene(on: Set) -> None:
        person = await anna(on)
        await on.post(f"/sim/people/{person}/stop_marketing")
        await on.settled()
        [told] = on.product.of("user_preferences")
        assert (told["value"], type(told["timestamp"])) == ("stop", int)
        body = {"type": "BODY", "text": "Una gara!"}
        new = {"name": "gara", "language": "it", "category": "MARKETING", "components": [body]}
        waba = "/v23.0/102290129340398/message_templates"
        await on.post(waba, new, headers={"Authorization": "Bearer x"})
        sent = {"name": "gara", "language": {"code": "it"}}
        await on.send({"to": "393331234567", "type": "template", "template": sent})
        await on.settled()
        assert on.product.of("statuses")[-1]["errors"][0]["code"] == 131050

    play(tmp_path, scene)


def test_the_overview_tells_what_a_program_needs(tmp_path):
    async def scene(on: Set) -> None:
        await anna(on)
        await on.app.shaken_hands()
        told = await on.get("/sim")
        assert told["people"] == 1
        assert told["number_id"] == "106540352242922"
        assert told["graph"].startswith("http://sim.test/sim/v")
        assert told["hook"]["handshake"] == "verified"
        assert [p["id"] for p in await on.get("/sim/people")] == ["p1"]

    play(tmp_path, scene)


def test_production_refuses_it_and_leaves_no_file(tmp_path):
    with pytest.raises(SimulatorRefused):
        create_app(settings(tmp_path / "new"), production=True)
    assert not (tmp_path / "new").exists()


def test_the_host_can_ask_which_paths_are_ours():
    assert all(owns(p) for p in ("/sim", "/sim/phone", "/v23.0/1/messages", "/v26.0/99"))
    assert not any(owns(p) for p in ("/", "/simple", "/v1/people", "/api/v1/gifts", "/v23.0"))


def test_a_page_of_another_site_may_not_post(tmp_path):
    async def scene(on: Set) -> None:
        for origin in ("http://evil.test", "null", "http://sim.test.evil.test"):
            answer = await on.client.post(
                "/sim/clock", json={"advance": "3d"}, headers={"Origin": origin}
            )
            assert answer.status_code == 403, origin
        ours = {"Origin": "http://sim.test"}
        assert (await on.post("/sim/people", {"name": "Anna"}, headers=ours))["id"] == "p1"

    play(tmp_path, scene)


def test_the_stream_tells_changes_and_ends_when_the_host_stops(tmp_path):
    async def scene(on: Set) -> None:
        person = on.app.stage.add_person({"name": "Anna", "reads": "when_open"})
        queue = on.app.stage.watch(person)
        await on.post(f"/sim/people/{person.id}/messages", {"text": "ciao"})
        told = await queue.get()
        assert told is not None
        assert (told["kind"], told["message"]["text"]) == ("message", "ciao")
        on.app.end_streams()
        assert await queue.get() is None

    play(tmp_path, scene)
