"""The audit that is kept: nightly once, on demand, of one moment, with who asked."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from obolo.gateways.tests.at_once import at_once
from obolo.kit.clock import now
from obolo.organisations.actions import add_staff
from obolo.organisations.models import Role
from obolo.organisations.wall import within
from obolo.stories import audit, check
from obolo.trace import checks, log_audit, publishing
from obolo.trace.check_models import CheckRun, CheckWish

ROME = ZoneInfo("Europe/Rome")


def test_a_sound_organisation_has_a_clean_result(charity):
    asked_by = add_staff(email="a@b.it", name="Ada", password="p", role=Role.TREASURER)
    told: list[str] = []
    assert check.run(charity.id, asked_by=asked_by.id, tell=told.append) == []
    assert told == [name for name, _ in audit.PARTS]
    kept = checks.last()
    assert kept is not None
    assert (kept.asked_by_id, kept.findings) == (asked_by.id, [])
    assert kept.began_at <= kept.ended_at
    assert not checks.is_wrong()


def test_what_is_wrong_is_kept_with_its_part(charity, monkeypatch):
    parts = (("books", list), ("receipts", lambda: ["a receipt is missing"]))
    monkeypatch.setattr(audit, "PARTS", parts)
    assert check.run(charity.id) == [("receipts", "a receipt is missing")]
    assert checks.is_wrong()
    monkeypatch.undo()
    check.run(charity.id)
    assert not checks.is_wrong()
    assert len(checks.recent()) == 2


def test_the_nightly_one_runs_once_a_night(charity, clock):
    assert check.run_due(charity.id) == 1
    assert check.run_due(charity.id) == 0
    clock(days=1)
    assert check.run_due(charity.id) == 1
    assert CheckRun.objects.count() == 2


def test_staff_may_ask_for_one_now(charity, clock):
    asked_by = add_staff(email="a@b.it", name="Ada", password="p", role=Role.TREASURER)
    check.run_due(charity.id)
    clock(minutes=1)
    for _ in range(2):
        checks.ask(asked_by=asked_by.id)
    assert CheckWish.objects.count() == 1
    clock(seconds=1)
    assert [check.run_due(charity.id) for _ in range(2)] == [1, 0]
    kept = checks.last()
    assert kept is not None
    assert kept.asked_by_id == asked_by.id


@pytest.mark.parametrize(
    ("at", "night"),
    [
        (datetime(2026, 11, 24, 1, 59, tzinfo=UTC), datetime(2026, 11, 23, 2, tzinfo=UTC)),
        (datetime(2026, 11, 24, 2, 0, tzinfo=UTC), datetime(2026, 11, 24, 2, tzinfo=UTC)),
        (datetime(2026, 7, 1, 1, 30, tzinfo=UTC), datetime(2026, 7, 1, 1, tzinfo=UTC)),
    ],
)
def test_three_o_clock_is_that_of_the_organisation(at, night):
    assert check._night_before(at, ROME) == night


def test_all_is_read_as_of_one_moment(committed, monkeypatch):
    """A gift that arrives between two parts must look to both as if it had not."""
    seen = []

    def count() -> list[str]:
        seen.append(CheckRun.objects.count())
        return []

    def somebody_else() -> list[str]:
        def keep(_: int) -> None:
            with within(committed.id):
                checks.keep(began_at=now(), findings=[])

        at_once(keep, 1)
        return []

    monkeypatch.setattr(audit, "PARTS", (("a", count), ("b", somebody_else), ("c", count)))
    check.run(committed.id)
    assert seen == [0, 0]
    with within(committed.id):
        assert CheckRun.objects.count() == 2


def test_what_is_published_while_the_audit_reads_is_no_finding(committed, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"

    def publish(_: int) -> None:
        publishing.publish(committed.id)

    with check._unchanging(), within(committed.id):
        assert checks.last() is None  # from here on nothing newer is seen
        at_once(publish, 1)
        assert log_audit.breaches() == []
    with within(committed.id):
        assert log_audit.breaches() == []
