from typing import Any

import pytest

from obolo.gateways.messaging.whatsapp.facts import (
    ChannelFault,
    Fault,
    GroupChanged,
    Identity,
    Preference,
    TemplateChanged,
    Unknown,
)
from obolo.gateways.messaging.whatsapp.tests.notices import (
    ANNA,
    ANNA_ID,
    DATA,
    change,
    notice,
    only,
    value,
)


def status(**more) -> Any:
    base = {"id": "wamid.1", "status": "sent", "timestamp": "1750030073", "recipient_id": ANNA}
    return only(notice(change(value(statuses=[base | more]))))


def test_a_status_with_everything():
    fact = status(
        recipient_user_id=ANNA_ID,
        biz_opaque_callback_data="delivery:123",
        pricing={"billable": True, "type": "regular", "category": "marketing"},
        conversation={"id": "72b", "origin": {"type": "marketing"}},
    )
    assert (fact.state, fact.opaque) == ("sent", "delivery:123")
    assert fact.recipient == Identity(user_id=ANNA_ID, phone=ANNA)
    assert fact.pricing["category"] == "marketing"
    assert fact.conversation["id"] == "72b"


@pytest.mark.parametrize(
    "state", ["sent", "delivered", "read", "failed", "played", "deleted", "warning", "new_one"]
)
def test_every_state_passes(state):
    assert status(status=state).state == state


def test_a_failure_brings_its_reason():
    error = {"code": 131049, "title": "t", "message": "t", "error_data": {"details": "d"}}
    assert status(status="failed", errors=[error, 7]).errors == (
        Fault(code=131049, title="t", details="d"),
    )


def test_a_status_in_a_group():
    fact = status(
        recipient_id="G1",
        recipient_type="group",
        recipient_participant_id=ANNA,
        recipient_participant_user_id=ANNA_ID,
    )
    assert fact.group_id == "G1"
    assert fact.recipient == Identity(user_id=ANNA_ID, phone=ANNA)


@pytest.mark.parametrize("broken", [{"id": None}, {"id": 1.5}, {"status": None}, {"status": 7.5}])
def test_a_status_without_id_or_state_is_set_aside(broken):
    assert isinstance(status(**broken), Unknown)


def preference(**more) -> Any:
    base = {
        "wa_id": ANNA,
        "detail": "User requested to stop marketing messages",
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": 1731705721,
    }
    return only(notice(change(value(user_preferences=[base | more]), field="user_preferences")))


@pytest.mark.parametrize("wish", ["stop", "resume", "signup"])
def test_a_preference(wish):
    fact = preference(value=wish, signup_id="s1")
    assert isinstance(fact, Preference)
    assert (fact.value, fact.category, fact.person.phone) == (wish, "marketing_messages", ANNA)
    assert str(fact.at) == "2024-11-15 21:22:01+00:00"


@pytest.mark.parametrize("broken", [{"value": "perhaps"}, {"value": ["stop"]}, {"wa_id": None}])
def test_a_preference_nobody_can_follow_is_set_aside(broken):
    assert isinstance(preference(**broken), Unknown)


TEMPLATE = {
    "message_template_id": 1689556908129832,
    "message_template_name": "receipt",
    "message_template_language": "it",
}


@pytest.mark.parametrize("field", ["message_template_status_update", "messages", "anything"])
@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ({"event": "APPROVED", "reason": None}, ("status", "APPROVED", None)),
        ({"event": "REJECTED", "reason": "INVALID_FORMAT"}, ("status", "REJECTED", None)),
        (
            {"previous_quality_score": "GREEN", "new_quality_score": "RED"},
            ("quality", "RED", "GREEN"),
        ),
        (
            {"previous_category": "UTILITY", "new_category": "MARKETING"},
            ("category", "MARKETING", "UTILITY"),
        ),
        ({"message_template_element": "Hi"}, ("components", "Hi", None)),
    ],
)
def test_templates_are_told_by_their_shape(field, shape, expected):
    fact = only(notice(change(TEMPLATE | shape, field=field)))
    assert isinstance(fact, TemplateChanged)
    assert (fact.change, fact.state, fact.previous) == expected
    assert (fact.template_id, fact.name, fact.language) == ("1689556908129832", "receipt", "it")


def test_a_template_that_changed_in_a_new_way_is_set_aside():
    field = "message_template_status_update"
    assert isinstance(only(notice(change(TEMPLATE, field=field))), Unknown)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("group_create_message", "group_lifecycle_update"),
        ("group_remove_participants", "group_participants_update"),
        ("group_settings_update", "group_settings_update"),
    ],
)
def test_the_group_samples(name, field):
    fact = only((DATA / "webhooks" / f"{name}.json").read_bytes())
    assert isinstance(fact, GroupChanged)
    assert fact.field == field
    assert str(fact.group_id).startswith("Y2FwaV9")
    assert fact.request_id == "784D93D0C468593037EA0B1ECA245D9C"


def test_errors_of_the_channel():
    error = {"code": "131000", "message": "m", "error_data": {"details": "d"}}
    fact = only(notice(change(value(errors=[error]))))
    assert isinstance(fact, ChannelFault)
    assert fact.fault == Fault(code=131000, title="m", details="d")
