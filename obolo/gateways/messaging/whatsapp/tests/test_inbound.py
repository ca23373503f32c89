import itertools
import json
import random
import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obolo.gateways.messaging.whatsapp.errors import Unreadable
from obolo.gateways.messaging.whatsapp.facts import AccountNotice, Message, Unknown, as_json
from obolo.gateways.messaging.whatsapp.inbound import read_notice
from obolo.gateways.messaging.whatsapp.tests.notices import (
    ANNA,
    WEBHOOKS,
    change,
    facts,
    notice,
    only,
    text_message,
    value,
)

BODIES = [path.read_bytes() for path in WEBHOOKS]
NOTICES = [json.loads(body) for body in BODIES]


def facts_of(*bodies) -> Any:
    """The facts of all bodies as a multiset."""
    made = (as_json(fact) for body in bodies for fact in read_notice(body).facts)
    return Counter(json.dumps(fact, sort_keys=True) for fact in made)


def merged(notices) -> bytes:
    entries = list(itertools.chain.from_iterable(one["entry"] for one in notices))
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


def test_all_samples_are_read_without_an_unknown_piece():
    assert len(BODIES) == 16
    for body in BODIES:
        reading = read_notice(body)
        assert len(reading.facts) == 1
        assert reading.unknown == 0


def test_replayed_shuffled_or_merged_they_say_the_same():
    expected = facts_of(*BODIES)
    assert facts_of(*BODIES, *BODIES) == expected + expected
    for seed in range(5):
        order = random.Random(seed).sample(NOTICES, len(NOTICES))
        assert facts_of(*(json.dumps(one).encode() for one in order)) == expected
        assert facts_of(merged(order)) == expected


def test_merged_into_the_values_of_one_entry_they_say_the_same():
    changes = [
        (one["entry"][0]["id"], each) for one in NOTICES for each in one["entry"][0]["changes"]
    ]
    by_account = itertools.groupby(sorted(changes, key=lambda c: c[0]), key=lambda c: c[0])
    entries = [{"id": waba, "changes": [c for _, c in group]} for waba, group in by_account]
    body = json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()
    assert facts_of(body) == facts_of(*BODIES)


def test_messages_of_one_value_merged_say_the_same():
    texts = [one["entry"][0]["changes"][0]["value"] for one in NOTICES if "messages" in str(one)]
    texts = [one for one in texts if "messages" in one and "contacts" in one]
    together = value(
        contacts=[c for one in texts for c in one["contacts"]],
        messages=[m for one in texts for m in one["messages"]],
    )
    apart = (notice(change(one)) for one in texts)
    assert len(texts) == 12
    assert facts_of(notice(change(together))) == facts_of(*apart)


ODD_PIECES: list[Any] = [None, 7, "x", [], [[]], {}, True]


@pytest.mark.parametrize("odd", ODD_PIECES)
def test_an_odd_message_hides_no_other(odd):
    body = notice(change(value(messages=[text_message(1), odd, text_message(2)])))
    before, unknown, after = facts(body)
    assert [type(before), type(unknown), type(after)] == [Message, Unknown, Message]
    assert read_notice(body).unknown == 1
    assert unknown.where == "entry[0].changes[0].value.messages[1]"
    assert unknown.raw == odd
    assert unknown.reason


@pytest.mark.parametrize("odd", ODD_PIECES)
@pytest.mark.parametrize(
    "place", ["change", "value", "messages", "statuses", "metadata", "contacts", "field"]
)
def test_an_odd_piece_of_the_envelope_hides_no_change(odd, place):
    given = value(messages=[text_message(1)])
    broken = {
        "change": odd,
        "value": change(odd),
        "messages": change(value(messages=odd)),
        "statuses": change(value(statuses=odd)),
        "metadata": change(given | {"metadata": odd}),
        "contacts": change(given | {"contacts": odd}),
        "field": change(given, field=odd),
    }[place]
    first, *_, last = found = facts(notice(broken, change(value(messages=[text_message(2)]))))
    assert last.message_id == "wamid.2"
    assert len(found) == 2
    # What stands beside the message may be odd; the message itself is still a message.
    expected = Message if place in ("metadata", "contacts", "field") else Unknown
    assert isinstance(first, expected)


@pytest.mark.parametrize("entry", [None, 7, "x", [], {}, {"changes": []}, {"changes": {}}])
def test_an_odd_entry_hides_no_other(entry):
    good = json.loads(notice(change(value(messages=[text_message()]))))
    good["entry"].insert(0, entry)
    found = facts(json.dumps(good).encode())
    assert [type(fact) for fact in found] == [Unknown, Message]
    assert found[0].where == "entry[0]"


def test_everything_in_one_value_is_read():
    body = notice(
        change(
            value(
                messages=[text_message(n) for n in range(3)],
                statuses=[{"id": "wamid.9", "status": "sent", "timestamp": "1750030073"}],
                errors=[{"code": 130429, "title": "Rate limit hit"}],
            )
        )
    )
    kinds = [as_json(fact)["fact"] for fact in read_notice(body).facts]
    assert kinds == ["message", "message", "message", "status", "channel_fault"]


def test_every_fact_names_its_envelope():
    body = notice(change(value(messages=[text_message()])), time=1749416400)
    fact = as_json(read_notice(body).facts[0])
    assert fact["field"] == "messages"
    assert fact["number_id"] == "106540352242922"
    assert fact["waba_id"] == "419561257915477"
    assert fact["entry_time"] == "2025-06-08T21:00:00+00:00"


def test_unknown_fields_are_kept_and_counted():
    body = notice(change({"anything": 1}, field="holograms"), change({"a": 1}, field="messages"))
    first, _ = facts(body)
    assert read_notice(body).unknown == 2
    assert "holograms" in first.reason
    assert first.raw == {"anything": 1}


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": []}),
        ("account_review_update", {"decision": "APPROVED"}),
        ("account_alerts", {"entity_type": "x", "alert_info": {}}),
        ("phone_number_quality_update", {"event": "THROUGHPUT_UPGRADE"}),
        ("phone_number_name_update", {"decision": "APPROVED", "rejection_reason": None}),
        ("business_capability_update", {"max_daily_conversations_per_business": "TIER_2K"}),
        ("security", {"event": "PIN_CHANGED"}),
        ("flows", {"event": "ENDPOINT_ERROR_RATE", "errors": [{"error_type": "TIMEOUT"}]}),
        ("calls", {"calls": [], "statuses": [{"id": "wacid.1", "status": "RINGING"}]}),
        ("history", {"history": [{}]}),
        ("user_id_update", {"something": "else"}),
    ],
)
def test_account_fields_are_plain_notices(field, given):
    fact = only(notice(change(given, field=field)))
    assert isinstance(fact, AccountNotice)
    assert fact.field == field
    assert fact.content == given


def test_nul_and_lone_surrogates_survive():
    body = notice(change(value(messages=[text_message(text={"body": "a\x00b\ud800c"})])))
    fact = only(body)
    assert fact.text == "a\x00b\ud800c"
    assert json.loads(json.dumps(as_json(fact)))["text"] == "a\x00b\ud800c"


def test_a_thousand_changes_are_read_quickly():
    changes = [
        change(
            value(
                messages=[text_message(n)],
                contacts=[{"profile": {"name": "Anna"}, "wa_id": ANNA}],
            )
        )
        for n in range(1000)
    ]
    body = notice(*changes)
    started = time.process_time()
    found = facts(body)
    assert time.process_time() - started < 0.3
    assert len(found) == 1000


def test_a_thousand_messages_of_two_hundred_people_keep_order_and_owner():
    people = [f"39333{n:07}" for n in range(200)]
    messages = [text_message(n, **{"from": people[n % 200]}) for n in range(1000)]
    contacts = [{"profile": {"name": f"P{n}"}, "wa_id": phone} for n, phone in enumerate(people)]
    found = facts(notice(change(value(messages=messages, contacts=contacts))))
    assert [fact.message_id for fact in found] == [f"wamid.{n}" for n in range(1000)]
    assert all(fact.sender.profile_name == f"P{n % 200}" for n, fact in enumerate(found))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def paths_in(piece, path=()) -> Any:
    """Where every value of a JSON document stands."""
    yield path
    if isinstance(piece, dict | list):
        parts = piece.items() if isinstance(piece, dict) else enumerate(piece)
        for key, part in parts:
            yield from paths_in(part, (*path, key))


@settings(deadline=None)  # two cores are shared; speed is not the question here
@given(st.sampled_from(NOTICES), st.data())
def test_samples_with_one_piece_replaced_never_raise(sample, data):
    path = data.draw(st.sampled_from([p for p in paths_in(sample) if p]))
    broken = json.loads(json.dumps(sample))
    place = broken
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = data.draw(JUNK)
    try:
        found = facts(json.dumps(broken).encode())
    except Unreadable:
        assert path[0] in ("object", "entry")
    else:
        assert found
        assert json.dumps([as_json(fact) for fact in found])
