"""Who it is: the addresses of a person, gathered from the pieces that name them.

Owns: pairing a message with its contact and sorting what stands in `from`, `wa_id`, `user_id`.
Never: deciding that two people are one; that needs Meta's word and another room.
Source: Cloud API business-scoped user ids (2026): the phone may be absent, empty, or replaced by
the business-scoped id in the phone's place.
"""

from typing import Any, Self

from obolo.gateways.messaging.whatsapp.facts import Identity, Json
from obolo.gateways.messaging.whatsapp.shapes import (
    dict_of,
    dicts_in,
    id_of,
    is_parent_id,
    phone_of,
    text_of,
    user_id_of,
)


class Contacts:
    """The `contacts[]` of one value, found by any address."""

    def __init__(self, contacts: list[Json], *, one_writer: bool) -> None:
        """`one_writer` says that the value speaks of a single message."""
        self._lone = contacts[0] if one_writer and len(contacts) == 1 else None
        self._by_address: dict[str, Json] = {}
        for contact in contacts:
            for address in _addresses(_known(contact)):
                self._by_address.setdefault(address, contact)

    @classmethod
    def of(cls, value: Json) -> Self:
        """The contacts named in a change's value."""
        spoken = [
            value[key]
            for key in ("messages", "statuses", "user_preferences")
            if isinstance(value.get(key), list)
        ]
        return cls(dicts_in(value.get("contacts")), one_writer=sum(map(len, spoken)) == 1)

    def person(self, address: Any, user_id: Any = None, parent_id: Any = None) -> Identity:
        """The identity behind a message's own addresses, completed by the matching contact."""
        own = identity(address, user_id, parent_id)
        contact = self._match(own)
        if contact is None:
            return own
        known = _known(contact)
        profile = dict_of(contact.get("profile"))
        return Identity(
            user_id=own.user_id or known.user_id,
            parent_user_id=own.parent_user_id or known.parent_user_id,
            phone=own.phone or known.phone,
            username=text_of(profile.get("username")) or None,
            profile_name=text_of(profile.get("name")),
        )

    def _match(self, own: Identity) -> Json | None:
        shared = (self._by_address.get(address) for address in _addresses(own))
        found = next((contact for contact in shared if contact), None)
        if found is None:
            # One writer and one contact are the same person unless their addresses contradict.
            found = self._lone
            if found is None or _differ(own.phone, _known(found).phone):
                return None
        # A phone handed on: the same number, another business-scoped id, another person.
        return None if _differ(own.user_id, _known(found).user_id) else found


def identity(address: Any, user_id: Any = None, parent_id: Any = None) -> Identity:
    """Sort raw values: `address` stands where a phone is expected, the others where ids are."""
    ids = [found for value in (user_id, user_id_of(address)) if (found := id_of(value))]
    parents = [found for found in ids if is_parent_id(found)]
    own = [found for found in ids if not is_parent_id(found)]
    return Identity(
        user_id=own[0] if own else None,
        parent_user_id=id_of(parent_id) or (parents[0] if parents else None),
        phone=phone_of(address),
    )


def _known(contact: Json) -> Identity:
    return identity(contact.get("wa_id"), contact.get("user_id"), contact.get("parent_user_id"))


def _addresses(person: Identity) -> list[str]:
    # The business-scoped id first: a phone number may be handed on to somebody else.
    return [a for a in (person.user_id, person.parent_user_id, person.phone) if a]


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other
