"""Who somebody is: by user id, by phone, by both; nobody is ever merged by guessing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obolo.gateways.tests.at_once import at_once
from obolo.organisations.wall import within
from obolo.people import actions, queries
from obolo.people.actions import clean_name, recognise
from obolo.people.models import NAME_CHARS, Address, AddressKind, Person
from obolo.people.tests.cast import ANNA, ANNA_ID, EMMA, OMAR_ID, anna, emma, omar

PHONE, USER_ID, PARENT_ID = AddressKind.PHONE, AddressKind.USER_ID, AddressKind.PARENT_ID


def _by(*addresses: tuple[str, str]) -> Person:
    return recognise(addresses=addresses)


def test_each_address_alone_finds_the_person(charity):
    known = anna()
    assert _by((PHONE, ANNA)) == known
    assert _by((USER_ID, ANNA_ID)) == known
    assert _by((USER_ID, ANNA_ID), (PHONE, ANNA)) == known
    assert Person.objects.count() == 1


def test_a_new_address_of_a_known_person_is_added(charity):
    person = emma()
    assert _by((PHONE, EMMA), (USER_ID, "GB.1")) == person
    assert _by((USER_ID, "GB.1")) == person
    assert queries.whatsapp_address(person.id) == (EMMA, "GB.1")


def test_the_user_id_decides_when_the_phone_is_anothers(charity):
    """A phone number is passed on; two known persons are never merged."""
    omar_, emma_ = omar(), emma()
    assert _by((PHONE, EMMA), (USER_ID, OMAR_ID)) == omar_
    assert _by((PHONE, EMMA)) == emma_
    assert Person.objects.count() == 2
    assert queries.whatsapp_address(omar_.id) == (None, OMAR_ID)


def test_a_number_that_was_passed_on_is_a_new_persons(charity):
    """Anna's old number now belongs to somebody who must not see Anna's gifts."""
    anna = recognise(addresses=[("wa_user_id", "IT.1"), ("phone", "39333")], name="Anna")
    stranger = recognise(addresses=[("wa_user_id", "IT.2"), ("phone", "39333")], name="Bruno")
    assert stranger.id != anna.id
    assert queries.whatsapp_address(anna.id) == (None, "IT.1")
    assert queries.whatsapp_address(stranger.id) == ("39333", "IT.2")


def test_an_id_learnt_later_joins_the_person_of_the_phone(charity):
    anna = recognise(addresses=[("phone", "39333")])
    assert recognise(addresses=[("wa_user_id", "IT.1"), ("phone", "39333")]).id == anna.id


def test_the_order_of_evidence(charity):
    by_phone, by_parent = _by((PHONE, "1")), _by((PARENT_ID, "US.ENT.1"))
    assert _by((PARENT_ID, "US.ENT.1"), (PHONE, "1")) == by_phone
    assert _by((PARENT_ID, "US.ENT.1"), (USER_ID, "US.2")) == by_parent


def test_the_same_digits_in_two_kinds_are_two_addresses(charity):
    assert _by((PHONE, "5")) != _by((AddressKind.EMAIL, "5"))


def test_nobody_is_recognised_by_nothing(charity):
    for nothing in ([], [(PHONE, "")]):
        with pytest.raises(ValueError, match="at least one address"):
            recognise(addresses=nothing)
    with pytest.raises(ValueError, match="pigeon"):
        recognise(addresses=[("pigeon", "5")])
    assert Person.objects.count() == 0


def test_a_name_is_learnt_once_and_not_overwritten(charity):
    _by((PHONE, EMMA))
    assert recognise(addresses=[(PHONE, EMMA)], name="Emma").name == "Emma"
    assert recognise(addresses=[(PHONE, EMMA)], name="Emmeline").name == "Emma"


def test_another_organisation_sees_nobody(charity, other_charity):
    person = anna()
    with within(other_charity.id):
        assert queries.get(person.id) is None
        assert queries.by_address(ANNA) is None
        assert anna() != person
        assert Person.objects.count() == 1


@pytest.mark.parametrize("written", [ANNA, f"+{ANNA}", " +39 333 1234567 ", ANNA_ID])
def test_a_person_is_found_as_people_write_addresses(charity, written):
    person = anna()
    assert queries.by_address(written) == person


def test_one_new_address_at_the_same_moment_is_one_person(committed):
    def work(number):
        with within(committed.id):
            return recognise(addresses=[(USER_ID, ANNA_ID), (PHONE, ANNA)], name=str(number)).id

    assert len(set(at_once(work))) == 1
    with within(committed.id):
        assert Person.objects.count() == 1
        assert Address.objects.count() == 2


def test_phone_and_id_coming_apart_at_the_same_moment_make_no_third_person(committed):
    with within(committed.id):
        emma_ = emma()

    def work(number):
        with within(committed.id):
            return recognise(addresses=[(PHONE, EMMA), (USER_ID, f"GB.{number % 2}")]).id

    found = set(at_once(work))
    # One id joins Emma by her phone; the other does too at this moment, or is a new holder's.
    assert emma_.id in found
    assert len(found) <= 2
    with within(committed.id):
        assert Address.objects.filter(kind=USER_ID).count() == 2
        assert Address.objects.filter(kind=PHONE, valid_to=None).count() == 1


def test_an_address_moves_with_its_person(charity):
    person = anna()
    assert actions.move_address(kind=PHONE, old=ANNA, new="39555") == person
    assert _by((PHONE, "39555")) == person
    assert queries.whatsapp_address(person.id) == ("39555", ANNA_ID)
    assert queries.by_address(ANNA) is None
    assert _by((PHONE, ANNA)) != person  # the old number belongs to somebody new now


def test_moving_twice_changes_nothing_more(charity):
    person = anna()
    actions.move_address(kind=PHONE, old=ANNA, new="39555")
    assert actions.move_address(kind=PHONE, old=ANNA, new="39555") is None
    assert Address.objects.filter(person=person).count() == 3


def test_an_address_is_not_moved_onto_somebody_else(charity):
    person, other = anna(), emma()
    assert actions.move_address(kind=PHONE, old=ANNA, new=EMMA) is None
    assert actions.move_address(kind=PHONE, old="000", new="111") is None
    assert _by((PHONE, ANNA)) == person
    assert _by((PHONE, EMMA)) == other


def test_the_newest_phone_is_written_to(charity, clock):
    person = anna()
    clock(days=1)
    _by((USER_ID, ANNA_ID), (PHONE, "39777"))
    assert queries.whatsapp_address(person.id) == ("39777", ANNA_ID)


def test_a_person_is_spoken_to_in_another_language_from_now_on(charity):
    one, other = anna(), omar()
    actions.speak_all({one.id: "en", other.id: "ar"})
    found = [queries.get(person.id) for person in (one, other)]
    assert [person and person.language for person in found] == ["en", "ar"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Anna", "Anna"),
        ("  Anna \n\t Bianchi ", "Anna Bianchi"),
        ("\u202eannA\u202c", "annA"),
        ("A\u200bn\u2060na\ufeff", "Anna"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),  # pages escape it
        ("عمر", "عمر"),
        ("A\x00\x1b[31m\ud800", "A[31m"),
        ("", ""),
        ("\u200f\u200e", ""),
    ],
)
def test_a_name_as_it_may_be_shown(written, shown):
    assert clean_name(written) == shown


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_name_can_be_kept(name):
    clean = clean_name(name)
    assert len(clean) <= NAME_CHARS
    clean.encode("utf-8")
    assert "\x00" not in clean


def test_a_name_of_ten_thousand_letters_is_cut(charity):
    person = recognise(addresses=[(PHONE, "1")], name="\u202e" + "ن" * 10_000)
    person.refresh_from_db()
    assert person.name == "ن" * NAME_CHARS
