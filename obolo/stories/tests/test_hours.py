"""When a person of the team answers: where the organisation is, in the donor's language."""

from datetime import UTC, datetime

import pytest

from obolo.organisations.models import Organisation
from obolo.stories.hours import answer_time

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hour", "is_open", "told"),
    [
        (23, 7, False, "9:00"),  # 8 in Rome
        (23, 8, True, "18:00"),
        (23, 16, True, "18:00"),
        (23, 17, False, "9:00"),  # 18 in Rome
        (28, 10, False, "9:00"),  # Saturday
        (29, 23, False, "9:00"),  # Monday in Rome, at midnight
    ],
)
def test_the_teams_hours_are_those_of_its_place(day, hour, is_open, told):
    acqua = Organisation(time_zone="Europe/Rome", answer_hours="9-18")
    for lang in ("it", "en", "ar"):
        found, words = answer_time(acqua, MONDAY.replace(day=day, hour=hour), lang)
        assert found is is_open
        assert told in words


@pytest.mark.parametrize("hours", ["", "always", "9-18-20", "9:00-18:00"])
def test_hours_that_cannot_be_read_are_the_usual_ones(hours):
    acqua = Organisation(time_zone="Europe/Rome", answer_hours=hours)
    assert answer_time(acqua, MONDAY.replace(hour=10), "it")[0]
