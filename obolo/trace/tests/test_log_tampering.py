"""Somebody with all rights edits the database or the files: our own audit names it."""

import psycopg
import pytest

from obolo.causes.queries import open_causes
from obolo.gateways.tests.at_once import at_once
from obolo.giving.tests.cast import paid
from obolo.organisations.wall import within
from obolo.people.tests.cast import anna
from obolo.project.database import owner_dsn
from obolo.trace import proofs, publishing
from obolo.trace.log_models import Leaf, SignedCheckpoint
from obolo.trace.tests.log_cast import key, log_root, publish, small_log, verified


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """A folder of our own."""
    settings.MEDIA_ROOT = tmp_path / "files"


CHANGES = [
    (
        "UPDATE trace_leaf SET body = replace(convert_from(body, 'UTF8'), '600', '601')::bytea"
        " WHERE kind = 'purchase'",
        "is not what was published",
    ),
    ("DELETE FROM trace_leaf WHERE index = 3", "Log: entry 3 is missing."),
    ("UPDATE trace_leaf SET index = 1003 WHERE index = 4", "Log: entry 4 is missing."),
    ("UPDATE trace_loghead SET size = size - 1", "entries were signed"),
    ("UPDATE trace_loghead SET frontier = substr(frontier, 33)", "the edge of"),
    ("UPDATE trace_signedcheckpoint SET root = sha256('x')", "is not what was signed"),
    ("DELETE FROM trace_share", "passed over by the log"),
    ("UPDATE trace_share SET gift_id = mint_id", "that no gift has"),
]


@pytest.mark.parametrize(("change", "fault"), CHANGES)
def test_what_the_owner_changes_is_named(committed, change, fault):
    with within(committed.id):
        small_log()
        assert proofs.breaches() == []
    with psycopg.connect(owner_dsn()) as owner:
        owner.execute("SET LOCAL session_replication_role = replica")
        assert owner.execute(change).rowcount
    with within(committed.id):
        found = proofs.breaches()
    assert any(fault in one for one in found), found


def test_files_that_were_changed_are_named(charity):
    small_log()
    tile = next((log_root() / "tile/0").rglob("*.p/*"))
    told = tile.read_bytes()
    tile.write_bytes(told[:32] + bytes(32) + told[64:])
    assert proofs.breaches() == ["Log: entry 1 is not what was published."]
    tile.unlink()
    assert "is missing" in proofs.breaches()[0]


def test_a_healthy_log_has_nothing_to_tell(charity):
    assert proofs.breaches() == []
    publish()
    assert proofs.breaches() == []


def test_many_publishers_at_once_write_one_log(committed):
    with within(committed.id):
        small_log()
        count = Leaf.objects.count()
    for _ in range(2):
        with within(committed.id):
            small_log_again()
        assert sum(at_once(lambda _: publishing.publish(committed.id, everything=True), 4)) > 0
    with within(committed.id):
        assert Leaf.objects.count() > count
        assert len(set(Leaf.objects.values_list("index", flat=True))) == Leaf.objects.count()
        assert SignedCheckpoint.objects.count() == 3
        assert proofs.breaches() == []
        holds, told = verified("log", log_root(), "--key", key())
        assert holds, told


def small_log_again():
    """More gifts, not yet in the log."""
    for _ in range(3):
        paid(anna(), open_causes()[0], 500, fee=0)
