"""What is told of a cause: notes, outcomes that somebody answers for, and how it ended."""

from typing import Any
from uuid import uuid4

import pytest

from obolo.causes import actions, queries, taxonomies
from obolo.causes.errors import (
    AlreadyClosed,
    CauseUnknown,
    NoSuchOutcome,
    NotInTheList,
    OutcomeKeyReused,
    ReasonMissing,
    TextMissing,
)
from obolo.causes.models import Cause
from obolo.causes.story_models import WaitingNote
from obolo.causes.tests.cast import DAY, buy, money_for, photo, school, well

BY = uuid4()
RAIN = {"it": "Piove: si scava a gennaio.", "en": "It rains: digging starts in January.", "ar": ""}
WATER = {"it": "Il pozzo dà acqua.", "en": "The well gives water.", "ar": "البئر تعطي الماء."}


@pytest.fixture
def cause(charity):
    return well()


def test_the_newest_note_says_why_money_waits(cause):
    assert queries.waiting_note(cause.id) is None
    for _ in range(2):
        actions.write_waiting_note(cause=cause, texts=RAIN, day=DAY, by=BY)
    found = queries.waiting_note(cause.id)
    assert found
    assert (found.text("it"), found.text("ar"), found.day) == (RAIN["it"], RAIN["en"], DAY)
    actions.write_waiting_note(cause=cause, texts={"it": " "}, day=DAY, by=BY)
    assert queries.waiting_note(cause.id) is None
    assert WaitingNote.objects.count() == 2


def _told(cause, key: str = "o", **other):
    told: dict[str, Any] = {"texts": WATER, "day": DAY, "key": key, "photos": [photo()], "by": BY}
    return actions.write_outcome(cause=cause, **told | other)


def test_nobody_sees_an_outcome_before_a_person_answers_for_it(cause):
    outcome = _told(cause)
    assert queries.outcomes_of(cause.id) == []
    assert not outcome.photos.get().public
    actions.approve_outcome(outcome_id=outcome.id, by=BY, name="Sara")
    actions.approve_outcome(outcome_id=outcome.id, by=uuid4(), name="Another")
    [found] = queries.outcomes_of(cause.id)
    assert (found.approver_name, found.text("ar")) == ("Sara", WATER["ar"])
    assert [one.public for one in found.photos.all()] == [True]


def test_an_outcome_that_was_taken_back_is_shown_no_more(cause):
    outcome = _told(cause)
    actions.approve_outcome(outcome_id=outcome.id, by=BY, name="Sara")
    with pytest.raises(ReasonMissing):
        actions.take_back_outcome(outcome_id=outcome.id, by=BY, reason="")
    actions.take_back_outcome(outcome_id=outcome.id, by=BY, reason="Numeri sbagliati")
    assert queries.outcomes_of(cause.id) == []
    found = queries.outcome_photo(outcome.photos.get().id)
    assert found
    assert not found.public
    actions.approve_outcome(outcome_id=outcome.id, by=BY, name="Sara")
    assert queries.outcomes_of(cause.id) == []


def test_one_key_writes_one_outcome(cause):
    assert _told(cause) == _told(cause)
    with pytest.raises(OutcomeKeyReused):
        _told(cause, texts={"it": "Altro"})
    with pytest.raises(TextMissing):
        _told(cause, key="p", texts={"de": "Wasser"})
    with pytest.raises(NoSuchOutcome):
        actions.approve_outcome(outcome_id=uuid4(), by=BY, name="Sara")


def test_an_outcome_of_a_purchase_belongs_to_its_cause(cause):
    money_for(cause, 500)
    bought = buy(cause)
    assert _told(cause, purchase_id=bought.id).purchase_id == bought.id
    with pytest.raises(CauseUnknown):
        _told(school(), key="q", purchase_id=bought.id)


def test_a_photo_of_an_outcome_without_consent_is_hidden(cause):
    outcome = _told(cause, photos=[photo(kind="open")])
    actions.approve_outcome(outcome_id=outcome.id, by=BY, name="Sara")
    [found] = queries.outcomes_of(cause.id)
    assert [one.public for one in found.photos.all()] == [False]


def test_a_cause_ends_once_with_a_sentence(cause):
    with pytest.raises(TextMissing):
        actions.close(cause, "failed", {}, BY)
    with pytest.raises(ValueError, match="sold"):
        actions.close(cause, "sold", WATER, BY)
    first = actions.close(cause, "failed", WATER, BY)
    assert actions.close(cause, "failed", WATER, uuid4()) == first
    with pytest.raises(AlreadyClosed):
        actions.close(cause, "finished", WATER, BY)
    assert queries.open_causes() == []
    found = queries.closing_of(cause.id)
    assert found
    assert (found.how, found.sentence("it")) == ("failed", WATER["it"])
    assert Cause.objects.get().closed_at


def test_goals_and_groups_are_those_of_the_lists(cause):
    actions.describe(cause=cause, sdg_goals=[6, 3, 6], icnpo_group="6")
    found = Cause.objects.get()
    assert (found.sdg_goals, found.icnpo_group) == ([3, 6], "6")
    for odd in ({"sdg_goals": [18]}, {"sdg_goals": [], "icnpo_group": "13"}):
        with pytest.raises(NotInTheList):
            actions.describe(cause=cause, **odd)
    assert len(taxonomies.sdg_goals()) == 17
    assert len(taxonomies.icnpo_groups()) == 12
    for names in [*taxonomies.sdg_goals().values(), *taxonomies.icnpo_groups().values()]:
        assert set(names) == {"it", "en", "ar"}
