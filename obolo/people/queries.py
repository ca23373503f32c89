"""Questions about people."""

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


def whatsapp_address(person_id: UUID) -> tuple[str | None, str | None]:
    """(phone, user id) to send to on WhatsApp; either may be None."""
    living = dict(
        Address.objects.filter(
            person_id=person_id,
            valid_to=None,
            kind__in=[AddressKind.PHONE, AddressKind.USER_ID],
        )
        .order_by("valid_from")
        .values_list("kind", "value")
    )
    return living.get(AddressKind.PHONE), living.get(AddressKind.USER_ID)


def get(person_id: UUID) -> Person | None:
    """The person with this id."""
    return Person.objects.filter(id=person_id).first()
