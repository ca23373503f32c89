"""Questions about people."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from obolo.people.models import Address, AddressKind, Consent, Person, Purpose

# What holds before a person said anything (see the house's small decisions).
DEFAULTS = {Purpose.SERVICE: True, Purpose.REPORT: True, Purpose.APPEAL: False}


def agrees(person_id: UUID, purpose: Purpose) -> bool:
    """May we write to this person for this purpose? The newest word counts."""
    newest = (
        Consent.objects.filter(person_id=person_id, purpose=purpose)
        .order_by("-at", "-id")
        .values_list("granted", flat=True)
        .first()
    )
    return DEFAULTS[purpose] if newest is None else newest


def who_agree(pairs: Iterable[tuple[UUID, Purpose]]) -> set[tuple[UUID, Purpose]]:
    """Those of the pairs (person, purpose) where we may write. One query for all."""
    asked = set(pairs)
    newest = (
        Consent.objects.filter(person_id__in={person for person, _ in asked})
        .order_by("person_id", "purpose", "-at", "-id")
        .distinct("person_id", "purpose")
        .values_list("person_id", "purpose", "granted")
    )
    said = {(person, Purpose(purpose)): granted for person, purpose, granted in newest}
    return {pair for pair in asked if said.get(pair, DEFAULTS[pair[1]])}


def consent(person_id: UUID) -> dict[str, bool]:
    """The standing word on each purpose."""
    return {purpose.value: agrees(person_id, purpose) for purpose in Purpose}


def by_address(value: str) -> Person | None:
    """The person with this phone (with or without +), user id or e-mail."""
    plain = value.strip().lstrip("+").replace(" ", "")
    found = (
        Address.objects.filter(Q(value=value.strip()) | Q(value=plain), valid_to=None)
        .select_related("person")
        .first()
    )
    return found.person if found else None


def search(words: str, *, limit: int) -> list[Person]:
    """Persons by an address, whole, or by a piece of their name; the best first."""
    wanted = " ".join(words.split())
    sure = by_address(wanted) if wanted else None
    named = Person.objects.filter(name__icontains=wanted).order_by("name", "id")
    found = [sure] if sure else []
    return [*found, *(one for one in named[:limit] if one != sure)][:limit] if wanted else []


def whatsapp_addresses(person_ids: Iterable[UUID]) -> dict[UUID, tuple[str | None, str | None]]:
    """(phone, user id) of each of these persons; either may be None. One query for all."""
    living = (
        Address.objects.filter(
            person_id__in=set(person_ids),
            valid_to=None,
            kind__in=[AddressKind.PHONE, AddressKind.USER_ID],
        )
        .order_by("valid_from")
        .values_list("person_id", "kind", "value")
    )
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    for person_id, kind, value in living:
        found[person_id][kind] = value
    return {
        person_id: (by_kind.get(AddressKind.PHONE), by_kind.get(AddressKind.USER_ID))
        for person_id, by_kind in found.items()
    }


def whatsapp_address(person_id: UUID) -> tuple[str | None, str | None]:
    """(phone, user id) to send to on WhatsApp; either may be None."""
    return whatsapp_addresses([person_id]).get(person_id, (None, None))


def get(person_id: UUID) -> Person | None:
    """The person with this id."""
    return Person.objects.filter(id=person_id).first()
