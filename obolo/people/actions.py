"""Verbs about people: recognising them, noting their language and their consent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.text import shown, without_invisible
from obolo.people.models import NAME_CHARS, Address, AddressKind, Consent, Person, Purpose

Known = dict[tuple[str, str], Address]  # living addresses by (kind, value)
Begun = dict[tuple[tuple[str, str], ...], Person]  # new persons by their addresses
# Sure evidence first: a business-scoped id names one person, a phone number is passed on.
_ORDER = (AddressKind.USER_ID, AddressKind.PHONE, AddressKind.PARENT_ID, AddressKind.EMAIL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Somebody who showed up: addresses `(kind, value)` and the name they go by."""

    addresses: tuple[tuple[str, str], ...]
    name: str = ""


def recognise(
    *, addresses: Iterable[tuple[str, str]], name: str = "", language: str = ""
) -> Person:
    """The person with one of these addresses `(kind, value)`, or a new one.

    The first address known decides, in the order user id, phone, parent id; the others are added to
    that person when they are nobody's. Two known persons are never merged here. A phone number that
    comes with a new user id, while its holder has another, was passed on: it is a new person's.
    Raises ValueError when no address is given.
    """
    given = _given(addresses)
    known = _living(given)
    found = _complete(given, known, name)
    if found is not None:
        return found  # nothing to write, as nearly always
    for _ in range(2):  # a second look, when another worker wrote the address meanwhile
        try:
            with transaction.atomic():
                return _recognise(given, known, name, language)
        except IntegrityError:
            known = _living(given)
    return _recognise(given, known, name, language)


def recognise_all(seen: Sequence[Seen]) -> list[Person]:
    """`recognise` for many, in a few statements for those well known and those wholly new."""
    given = [_given(one.addresses) for one in seen]
    known = _living([address for group in given for address in group])
    named = list(zip(given, (one.name for one in seen), strict=True))
    begun = _begin_all({tuple(g): name for g, name in named if not known.keys() & set(g)})
    return [
        _complete(group, known, name)
        or begun.get(tuple(group))
        or recognise(addresses=group, name=name)
        for group, name in named
    ]


def add(*, name: str, language: str = "") -> Person:
    """Somebody without any address of ours: they gave by transfer, or at a desk."""
    person: Person = Person.objects.create(name=clean_name(name), language=language)
    return person


def _begin_all(groups: dict[tuple[tuple[str, str], ...], str]) -> Begun:
    """New persons for groups of addresses nobody has; none when two groups or workers collide."""
    taken: set[tuple[str, str]] = set()
    begun: Begun = {}
    for group, name in groups.items():
        if taken.isdisjoint(group):
            begun[group] = Person(id=new_id(), name=clean_name(name))
        taken.update(group)
    if not begun:
        return {}
    addresses = [
        Address(person=person, kind=kind, value=value)
        for group, person in begun.items()
        for kind, value in group
    ]
    try:
        with transaction.atomic():
            Person.objects.bulk_create(begun.values())
            Address.objects.bulk_create(addresses)
    except IntegrityError:
        return {}
    return begun


def _given(addresses: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without empty ones, sure evidence first. Raises ValueError when there is none."""
    given = {(kind, value) for kind, value in addresses if value}
    if not given:
        raise ValueError("A person needs at least one address.")
    return sorted(given, key=lambda a: (_ORDER.index(AddressKind(a[0])), a[1]))


def _complete(given: list[tuple[str, str]], known: Known, name: str) -> Person | None:
    """The person these addresses name, when there is nothing to learn about them."""
    found = _first_of(given, known)
    if found is None or any(a not in known for a in given) or (name and not found.name):
        return None
    return found


def _recognise(given: list[tuple[str, str]], known: Known, name: str, language: str) -> Person:
    found = _first_of(given, known)
    if found is not None and _was_passed_on(given, known, found):
        phones = [key for key in known if key[0] == AddressKind.PHONE]
        ids = [known.pop(key).id for key in phones]
        Address.objects.filter(id__in=ids).update(valid_to=now())
        found = None
    if found is None:
        found = Person.objects.create(name=clean_name(name), language=language)
    elif name and not found.name:
        found.name = clean_name(name)
        found.save(update_fields=["name"])
    Address.objects.bulk_create(
        [Address(person=found, kind=k, value=v) for k, v in given if (k, v) not in known]
    )
    return found


def _was_passed_on(given: list[tuple[str, str]], known: Known, found: Person) -> bool:
    """Did somebody else get this phone number? The id that came with it is new, and the person we
    know by the number has another one. The new holder must not see the former one's gifts."""
    unknown_id = any(k == AddressKind.USER_ID and (k, v) not in known for k, v in given)
    by_phone_only = all(kind == AddressKind.PHONE for kind, _ in known)
    if not unknown_id or not by_phone_only:
        return False
    return Address.objects.filter(person=found, kind=AddressKind.USER_ID, valid_to=None).exists()


def _living(given: list[tuple[str, str]]) -> Known:
    rows = Address.objects.filter(valid_to=None, value__in=[v for _, v in given])
    found = {(a.kind, a.value): a for a in rows.select_related("person")}
    return {key: found[key] for key in given if key in found}


def _first_of(given: list[tuple[str, str]], known: Known) -> Person | None:
    return next((known[a].person for a in given if a in known), None)


def clean_name(name: str) -> str:
    """A name as it may be shown: no invisible characters, at most 100 characters."""
    return shown(" ".join(without_invisible(name).split()), NAME_CHARS)


def move_address(*, kind: str, old: str, new: str) -> Person | None:
    """An address changed by the provider's word: close the old one, open the new.

    Returns the person, or None when the old address is unknown or the new one is somebody else's.
    """
    former = Address.objects.filter(kind=kind, value=old, valid_to=None).first()
    if former is None or Address.objects.filter(kind=kind, value=new, valid_to=None).exists():
        return None
    Address.objects.filter(id=former.id).update(valid_to=now())
    Address.objects.create(person_id=former.person_id, kind=kind, value=new)
    person: Person = former.person
    return person


def speak_all(languages: Mapping[UUID, str]) -> None:
    """From now on write to these persons in these languages."""
    for language in set(languages.values()):
        ids = [person_id for person_id, spoken in languages.items() if spoken == language]
        Person.objects.filter(id__in=ids).update(language=language)


def note_consent(
    *,
    person_id: UUID,
    purpose: Purpose,
    granted: bool,
    source: str,
    source_message_id: UUID | None = None,
    language: str = "",
    at: datetime | None = None,
) -> Consent:
    """Append a person's yes or no to one purpose; the same word of the same moment is kept once."""
    if at is not None:  # an outsider's word, which may be told twice
        told = Consent.objects.filter(
            person_id=person_id, purpose=purpose, granted=granted, source=source, at=at
        ).first()
        if told:
            return told
    return Consent.objects.create(
        person_id=person_id,
        purpose=purpose,
        granted=granted,
        source=source,
        source_message_id=source_message_id,
        language=language,
        at=at or now(),
    )
