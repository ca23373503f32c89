"""The journal: what was written comes back, whatever happened to the file's end."""

import asyncio
import json

from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from obolo.simulator.journal import Journal
from obolo.simulator.tests.a_stage import MERCHANT, TOKEN, Set, a_set, play
from obolo.simulator.world import World

TEXT = {"to": "393331234567", "type": "text", "text": {"body": "Grazie"}}
PAYMENT = {"amount_minor": 500, "currency": "EUR", "reference": "g"}


def replayed(folder) -> World:
    world, journal = World(), Journal(folder / "simulator.jsonl")
    for record in journal.replay():
        world.apply(record)
    journal.close()
    return world


async def act(on: Set, step: str) -> None:
    """One step of a play; many are refused at the wrong moment, which is part of the play."""
    people = "/sim/people/p1"
    calls = {
        "add": ("/sim/people", {"name": "Anna", "phone": "393331234567"}),
        "nophone": ("/sim/people", {"name": "Bo", "phone": None}),
        "say": (f"{people}/messages", {"text": "ciao è \ud800"}),
        "photo": (f"{people}/messages", {"type": "image"}),
        "tap": (f"{people}/messages", {"tap": "b1"}),
        "read": (f"{people}/read", {}),
        "block": (f"{people}/block", {"blocked": False}),
        "stop": (f"{people}/stop_marketing", {}),
        "move": (f"{people}/change_number", {}),
        "clock": ("/sim/clock", {"advance": "9h"}),
        "pay": ("/sim/payments/g/pay", {}),
        "fail": ("/sim/payments/g/fail", {}),
    }
    if step == "send":
        await on.send(TEXT)
    elif step == "open":
        await on.client.post("/sim/pay/v1/payments", json=PAYMENT, headers=MERCHANT)
    elif step == "template":
        body = {"type": "BODY", "text": "Ciao"}
        made = {"name": "t", "language": "it", "category": "UTILITY", "components": [body]}
        await on.client.post("/v23.0/102290129340398/message_templates", json=made, headers=TOKEN)
    else:
        path, content = calls[step]
        raw = json.dumps(content).encode()
        assert (await on.client.post(path, content=raw)).status_code < 500


STEPS = [
    "add",
    "nophone",
    "say",
    "photo",
    "tap",
    "read",
    "block",
    "stop",
    "move",
    "clock",
    "pay",
    "fail",
    "send",
    "open",
    "template",
]


@rules(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STEPS), max_size=25))
def test_replaying_the_journal_gives_the_same_world(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("world")

    async def scene(on: Set) -> None:
        for step in ["add", *steps]:
            await act(on, step)

    ended = play(folder, scene)
    assert replayed(folder) == ended.app.stage.world


def test_a_torn_last_line_is_dropped_and_the_play_goes_on(tmp_path):
    async def scene(on: Set) -> None:
        await act(on, "add")
        await act(on, "say")

    before = play(tmp_path, scene).app.stage.world
    with (tmp_path / "simulator.jsonl").open("ab") as file:
        file.write(b'{"k":"inbound","id":"wamid.t')

    async def again(on: Set) -> None:
        assert on.app.stage.world.messages.keys() == before.messages.keys()
        await act(on, "say")

    after = play(tmp_path, again).app.stage.world
    assert len(after.messages) == 2
    assert replayed(tmp_path) == after


def test_a_journal_that_was_only_begun_is_empty(tmp_path):
    (tmp_path / "simulator.jsonl").write_bytes(b'{"k":"beg')

    async def scene(on: Set) -> None:
        assert await on.get("/sim/people") == []

    play(tmp_path, scene)
    assert replayed(tmp_path).seed == "a test"


def test_what_the_product_never_took_is_posted_after_a_restart(tmp_path):
    async def run() -> None:
        async with a_set(tmp_path) as first:
            first.product.answers = [503] * 100
            await act(first, "add")
            await act(first, "say")
            await asyncio.sleep(0.05)
            said = list(first.app.stage.world.messages)
        async with a_set(tmp_path) as second:
            await second.settled()
            assert [m["id"] for m in second.product.of("messages")] == said

    asyncio.run(run())


def test_two_worlds_never_share_ids(tmp_path):
    async def scene(on: Set) -> None:
        await on.post("/sim/people", {"name": "Anna"})
        await act(on, "say")

    first = play(tmp_path / "a", scene, seed=None).app.stage.world
    second = play(tmp_path / "b", scene, seed=None).app.stage.world
    assert first.messages.keys().isdisjoint(second.messages)
    assert first.people["p1"].user_id != second.people["p1"].user_id
    assert first.people["p1"].phone != second.people["p1"].phone


def test_the_same_phone_in_two_worlds_writes_different_messages(tmp_path):
    async def scene(on: Set) -> None:
        await act(on, "add")
        await act(on, "say")

    first = play(tmp_path / "a", scene, seed=None).app.stage.world
    second = play(tmp_path / "b", scene, seed=None).app.stage.world
    assert first.messages.keys().isdisjoint(second.messages)
