"""Faults: each does what it says, and unknown or odd ones are refused."""

import json

import pytest

from obolo.simulator.tests.a_stage import Set, play

TEXT = {"to": "393331234567", "type": "text", "text": {"body": "Grazie"}}


async def five_messages(on: Set) -> list[str]:
    asked = {"name": "Anna", "phone": "393331234567"}
    person = (await on.post("/sim/people", asked))["id"]
    path = f"/sim/people/{person}/messages"
    return [(await on.post(path, {"text": t}))["id"] for t in "abcde"]


def heard(on: Set) -> list[str]:
    return [message["id"] for message in on.product.of("messages")]


def test_in_order_one_each_without_faults(tmp_path):
    async def scene(on: Set) -> None:
        ids = await five_messages(on)
        await on.settled()
        assert heard(on) == ids
        assert len(on.product.posts) == 5

    play(tmp_path, scene)


def test_duplicates(tmp_path):
    async def scene(on: Set) -> None:
        await on.post("/sim/faults", {"duplicate": 2})
        ids = await five_messages(on)
        await on.settled()
        assert sorted(heard(on)) == sorted(ids * 3)
        assert on.product.posts[0].content == on.product.posts[1].content

    play(tmp_path, scene)


def test_batches_wait_until_full_or_a_moment(tmp_path):
    async def scene(on: Set) -> None:
        await on.post("/sim/faults", {"batch": 3})
        ids = await five_messages(on)
        await on.settled()
        assert heard(on) == ids
        sizes = [len(json.loads(p.content)["entry"][0]["changes"]) for p in on.product.posts]
        assert sizes == [3, 2]

    play(tmp_path, scene)


def test_reordering_loses_nothing(tmp_path):
    async def scene(on: Set) -> None:
        await on.post("/sim/faults", {"reorder": 5})
        ids = await five_messages(on)
        await on.settled()
        assert sorted(heard(on)) == sorted(ids)
        assert heard(on) != ids

    play(tmp_path, scene)


def test_delay_and_clearing(tmp_path):
    async def scene(on: Set) -> None:
        await on.post("/sim/faults", {"delay": 0.3})
        await five_messages(on)
        assert on.product.posts == []
        cleared = await on.post("/sim/faults", {})
        assert cleared["delay"] == 0
        await on.settled()
        assert len(on.product.posts) == 5

    play(tmp_path, scene)


@pytest.mark.parametrize("answer", [500, 503, 403, 302, 201])
def test_what_is_not_taken_is_posted_again(tmp_path, answer):
    async def scene(on: Set) -> None:
        on.product.answers = [answer]
        ids = await five_messages(on)
        await on.settled()
        assert sorted(heard(on)) == sorted([*ids, ids[0]])

    play(tmp_path, scene)


def test_an_error_by_status_and_one_by_answer(tmp_path):
    async def scene(on: Set) -> None:
        await five_messages(on)
        await on.post("/sim/faults", {"error": {"code": 131026, "times": 1}})
        assert (await on.send(TEXT)).status_code == 200
        await on.post("/sim/faults", {"error": {"code": 130429, "times": 2}})
        for _turn in range(2):
            answer = await on.send(TEXT)
            assert answer.status_code == 429
            assert answer.json()["error"]["code"] == 130429
        assert (await on.send(TEXT)).status_code == 200
        await on.settled()
        failed = [s for s in on.product.of("statuses") if s["status"] == "failed"]
        assert [s["errors"][0]["code"] for s in failed] == [131026]
        assert len(on.product.of("statuses")) == 4

    play(tmp_path, scene)


def test_a_lost_answer_still_delivers(tmp_path):
    async def scene(on: Set) -> None:
        await five_messages(on)
        await on.post("/sim/faults", {"drop_answers": 1})
        lost = await on.send(TEXT)
        assert (lost.status_code, lost.content) == (500, b"")
        assert (await on.send(TEXT)).status_code == 200
        await on.settled()
        assert len(on.product.of("statuses")) == 6

    play(tmp_path, scene)


BAD_FAULTS = [
    {"explode": 1},
    {"duplicate": -1},
    {"duplicate": 21},
    {"duplicate": True},
    {"duplicate": "2"},
    {"batch": 1.5},
    {"delay": None},
    {"delay": 4000},
    {"error": {"code": "131026"}},
    {"error": {"code": 1, "times": 0}},
    {"error": {"code": 1, "mode": "later"}},
    {"payment_silent": 1},
    {"duplicate": 1, "explode": 1},
    [],
]


def test_bad_faults_are_refused_and_change_nothing(tmp_path):
    async def scene(on: Set) -> None:
        before = await on.get("/sim/faults")
        for bad in BAD_FAULTS:
            answer = await on.client.post("/sim/faults", json=bad)
            assert answer.status_code == 400, bad
        answer = await on.client.post("/sim/faults", json={"explode": 1})
        assert "duplicate, reorder, batch" in answer.json()["error"]
        assert await on.get("/sim/faults") == before

    play(tmp_path, scene)
