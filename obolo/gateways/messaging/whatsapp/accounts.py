"""Statuses, preferences, groups, templates and account notices: each piece to one fact.

Owns: what every piece other than a message says. Never: the envelope around it (see `inbound`).
Source: Cloud API webhooks, statuses and the other fields. Template ids are numbers here and text
in the API: they become text.
"""

from typing import Final

from obolo.gateways.messaging.whatsapp.facts import (
    ChannelFault,
    Common,
    GroupChanged,
    Json,
    Preference,
    Status,
    TemplateChanged,
    UserIdChanged,
)
from obolo.gateways.messaging.whatsapp.senders import Contacts, identity
from obolo.gateways.messaging.whatsapp.shapes import (
    Odd,
    dict_of,
    dict_or_none,
    fault_of,
    faults_in,
    id_of,
    moment,
    needed_id,
    text_of,
)

PREFERENCES: Final = frozenset({"stop", "resume", "signup"})
# The key that only this change has, its name, and where the old value stands.
_TEMPLATE_SHAPES: Final = (
    ("new_quality_score", "quality", "previous_quality_score"),
    ("new_category", "category", "previous_category"),
    ("message_template_element", "components", ""),
    ("event", "status", ""),
)


def read_status(raw: Json, *, common: Common, contacts: Contacts) -> Status:
    """What became of a message of ours; raises Odd."""
    at, time_flag = moment(raw.get("timestamp"))
    in_group = raw.get("recipient_type") == "group"
    prefix = "recipient_participant" if in_group else "recipient"
    address = raw.get("recipient_participant_id" if in_group else "recipient_id")
    recipient = contacts.person(
        address, raw.get(f"{prefix}_user_id"), raw.get(f"{prefix}_parent_user_id")
    )
    return Status(
        **common,
        message_id=needed_id(raw, "id"),
        state=needed_id(raw, "status"),
        at=at,
        time_flag=time_flag,
        recipient=recipient,
        errors=faults_in(raw.get("errors")),
        pricing=dict_or_none(raw.get("pricing")),
        conversation=dict_or_none(raw.get("conversation")),
        opaque=text_of(raw.get("biz_opaque_callback_data")),
        group_id=id_of(raw.get("recipient_id")) if in_group else None,
    )


def read_preference(raw: Json, *, common: Common, contacts: Contacts) -> Preference:
    """Stop, resume or signup, told to WhatsApp itself; raises Odd."""
    person = contacts.person(raw.get("wa_id"), raw.get("user_id"), raw.get("parent_user_id"))
    if not person.is_known:
        raise Odd("A preference of nobody.")
    value = raw.get("value")
    if not isinstance(value, str) or value not in PREFERENCES:
        raise Odd("`value` is not stop, resume or signup.")
    at, time_flag = moment(raw.get("timestamp"))
    return Preference(
        **common,
        person=person,
        category=text_of(raw.get("category")),
        value=value,
        at=at,
        time_flag=time_flag,
        detail=text_of(raw.get("detail")),
        signup_id=id_of(raw.get("signup_id")),
    )


def read_group(raw: Json, *, common: Common) -> GroupChanged:
    """A change of a group; raises Odd."""
    at, time_flag = moment(raw.get("timestamp"))
    return GroupChanged(
        **common,
        group_id=id_of(raw.get("group_id")),
        change=needed_id(raw, "type"),
        at=at,
        time_flag=time_flag,
        request_id=id_of(raw.get("request_id")),
        errors=faults_in(raw.get("errors")),
        content=raw,
    )


def read_user_id_update(raw: Json, *, common: Common) -> UserIdChanged:
    """A new business-scoped id, told by its own field; raises Odd when the shape is another."""
    ids, parents = dict_of(raw.get("user_id")), dict_of(raw.get("parent_user_id"))
    old = identity(raw.get("wa_id"), ids.get("previous"), parents.get("previous"))
    new = identity(raw.get("wa_id"), ids.get("current"), parents.get("current"))
    if not (old.user_id and new.user_id):
        raise Odd("A change of user id without an old and a new one.")
    at, time_flag = moment(raw.get("timestamp"))
    return UserIdChanged(**common, old=old, new=new, at=at, time_flag=time_flag)


def read_fault(raw: Json, *, common: Common) -> ChannelFault:
    """An error of the channel itself."""
    return ChannelFault(**common, fault=fault_of(raw))


def is_template(value: Json) -> bool:
    """Whether a value speaks of a template, whatever its field is called."""
    return "message_template_id" in value or "message_template_name" in value


def read_template(value: Json, *, common: Common) -> TemplateChanged:
    """The change of a template, told by its shape; raises Odd when the shape is new.

    One published sample carries a quality change under the field of status changes, so the field
    is not asked.
    """
    for key, change, before in _TEMPLATE_SHAPES:
        if key in value:
            return TemplateChanged(
                **common,
                template_id=id_of(value.get("message_template_id")),
                name=text_of(value.get("message_template_name")),
                language=text_of(value.get("message_template_language")),
                change=change,
                state=text_of(value[key]),
                previous=text_of(value.get(before)),
                reason=text_of(value.get("reason")),
                content=value,
            )
    raise Odd("A template changed in a way we do not know.")
