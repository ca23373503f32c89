"""What a person agreed to: the newest word counts, and no word is ever altered."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from obolo.kit.clock import now
from obolo.organisations.wall import within
from obolo.people import queries
from obolo.people.actions import note_consent
from obolo.people.models import Consent, Purpose
from obolo.people.tests.cast import anna, omar


def _word(person, purpose: Purpose, granted: bool, at=None):
    return note_consent(person_id=person.id, purpose=purpose, granted=granted, source="chat", at=at)


def test_before_any_word_reports_are_on_and_appeals_are_off(charity):
    person = anna()
    assert queries.consent(person.id) == {"service": True, "report": True, "appeal": False}


@pytest.mark.parametrize("purpose", Purpose)
def test_the_newest_word_counts(charity, purpose):
    person = anna()
    for granted in (False, True, False):
        _word(person, purpose, granted)
        assert queries.agrees(person.id, purpose) is granted


def test_an_older_word_told_later_does_not_count(charity):
    person = anna()
    _word(person, Purpose.REPORT, False)
    _word(person, Purpose.REPORT, True, at=now() - timedelta(days=1))
    assert not queries.agrees(person.id, Purpose.REPORT)


def test_two_words_at_one_moment_the_later_told_counts(charity):
    person, at = anna(), now()
    _word(person, Purpose.APPEAL, True, at=at)
    _word(person, Purpose.APPEAL, False, at=at)
    assert not queries.agrees(person.id, Purpose.APPEAL)


def test_a_word_told_twice_is_kept_once(charity):
    person, at = anna(), now()
    assert _word(person, Purpose.APPEAL, True, at) == _word(person, Purpose.APPEAL, True, at)
    assert Consent.objects.count() == 1


def test_a_word_is_about_one_person_and_one_purpose(charity):
    person, other = anna(), omar()
    _word(person, Purpose.REPORT, False)
    assert queries.agrees(other.id, Purpose.REPORT)
    assert queries.agrees(person.id, Purpose.SERVICE)


def test_another_organisation_has_its_own_words(charity, other_charity):
    person = anna()
    _word(person, Purpose.REPORT, False)
    with within(other_charity.id):
        assert Consent.objects.count() == 0
        assert queries.agrees(person.id, Purpose.REPORT)


def test_a_word_is_never_altered(charity):
    word = _word(anna(), Purpose.REPORT, False)
    for change in (
        lambda: Consent.objects.filter(id=word.id).update(granted=True),
        lambda: Consent.objects.filter(id=word.id).delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()
