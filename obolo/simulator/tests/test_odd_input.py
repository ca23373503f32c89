"""Anything at all may be posted: the answer is yes or a refusal, and the pages still open."""

import copy
import json
import random
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import settings as rules
from hypothesis import strategies as st

import obolo.gateways.messaging.whatsapp as gateway
from obolo.simulator.tests.a_stage import TOKEN, Set, play

BODIES = [
    json.loads(path.read_text("utf-8"))
    for path in sorted((Path(gateway.__file__).parent / "tests/data/requests").glob("*.json"))
]
KINDS = "text image audio contacts reaction interactive button location system order unsupported"
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
jsons = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
spoken = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS.split())},
    optional={
        **dict.fromkeys(KINDS.split(), jsons),
        "interactive": st.fixed_dictionaries({"type": st.just("list_reply"), "list_reply": jsons}),
        "context": jsons,
        "referral": jsons,
        "errors": jsons,
    },
)


def spoiled(body: dict[str, Any], dice: random.Random, value: Any) -> dict[str, Any]:
    """The body with one place, at any depth, replaced by `value`."""
    fresh = copy.deepcopy(body)
    place: Any = fresh
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = dice.choice(keys)
        if not isinstance(place[key], dict | list) or not place[key] or dice.random() < 0.3:
            place[key] = value
            return fresh
        place = place[key]


@rules(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**32), jsons), min_size=10, max_size=30))
def test_spoiled_request_bodies_are_taken_or_refused_never_broken(tmp_path_factory, spoils):
    async def scene(on: Set) -> None:
        for seed, value in spoils:
            dice = random.Random(seed)
            raw = json.dumps(spoiled(dice.choice(BODIES), dice, value))
            path = "/v23.0/106540352242922/messages"
            answer = await on.client.post(path, content=raw, headers=TOKEN)
            assert answer.status_code in (200, 400), raw
        for person in await on.get("/sim/people?all=1"):
            await on.get(f"/sim/people/{person['id']}/messages")

    play(tmp_path_factory.mktemp("odd"), scene)


@rules(max_examples=15, deadline=None)
@given(st.lists(spoken | jsons, min_size=10, max_size=30))
def test_whatever_a_person_says_is_told_or_refused(tmp_path_factory, said):
    async def scene(on: Set) -> None:
        person = (await on.post("/sim/people", {"name": "Anna"}))["id"]
        told = 0
        for words in said:
            raw = json.dumps(words)
            answer = await on.client.post(f"/sim/people/{person}/messages", content=raw)
            assert answer.status_code in (200, 400), raw
            told += answer.status_code == 200
        await on.settled()
        assert len(on.product.of("messages")) == told
        assert len(await on.get(f"/sim/people/{person}/messages")) == told

    play(tmp_path_factory.mktemp("odd"), scene)
