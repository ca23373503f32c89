"""The audit finds each planted fault, and nothing in sound books."""

import psycopg
import pytest

from obolo.kit.ids import new_id
from obolo.ledger import audit
from obolo.ledger.models import BLOCK_MINOR
from obolo.ledger.tests.cast import gift, purchase, run
from obolo.project.database import owner_dsn


@pytest.fixture
def books(well):
    """Two gifts, two purchases, 40 cents left."""
    gift(well, 120, 20, bps=1000)
    gift(well, 100, bps=1000)
    purchase(well, 60)
    purchase(well, 80)


def test_sound_books_have_no_breach(books):
    assert audit.breaches() == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("ledger_line SET gone_minor = 1 WHERE used_minor > 0", "left a line unspent"),
        ("ledger_line SET used_minor = used_minor + 1 WHERE used_minor > 0", "I4"),
        ("ledger_line SET free_from = free_from - 1 WHERE used_minor > 0", "first free"),
        ("ledger_line SET gifted_minor = gifted_minor + 1", "counted wrongly"),
        ("ledger_line SET overhead_minor = overhead_minor - 1 WHERE overhead_minor > 0", "counted"),
        ("ledger_line SET gifts_count = gifts_count + 1", "counted wrongly"),
    ],
)
def test_a_wrong_standing_is_found(books, change, fault):
    """These the application itself could get wrong."""
    assert run(f"UPDATE {change}") > 0
    assert any(fault in breach for breach in audit.breaches())


# One organisation, one fund, one gift of 100 cents, one purchase of 30: as an owner's script.
_BOOKS = f"""
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO organisations_organisation (id, slug, name, language, currency, time_zone, overhead_bps,
    answer_hours, created_at) VALUES ('{{o}}', 'o', 'O', 'it', 'EUR', 'UTC', 0, '', now());
INSERT INTO ledger_fund (organisation_id, id, name, purpose, created_at)
    VALUES ('{{o}}', '{{f}}', 'F', 'restricted', now());
INSERT INTO ledger_line (organisation_id, id, fund_id, currency, base, head, free_from, used_minor,
    gifted_minor, overhead_minor, gifts_count, gone_minor)
    VALUES ('{{o}}', '{{l}}', '{{f}}', 'EUR', 2097151 * {BLOCK_MINOR}, 100, 30, 30, 100, 0, 1, 0);
INSERT INTO ledger_entry (organisation_id, id, kind, line_id, source_id, overhead_bps, key,
    inputs_hash, value_date, posted_at, memo, details)
    VALUES ('{{o}}', '{{e}}', 'gift', '{{l}}', '{{e}}', 0, 'g', '', now(), now(), '', '{{{{}}}}'),
           ('{{o}}', '{{p}}', 'purchase', '{{l}}', '{{p}}', 0, 'p', '', now(), now(), '',
            '{{{{}}}}');
INSERT INTO ledger_leg (organisation_id, id, entry_id, account, line_id, currency, amount_minor,
    what, place) VALUES ('{{o}}', gen_random_uuid(), '{{e}}', 'cash:a', NULL, 'EUR', 100, '', 0),
           ('{{o}}', gen_random_uuid(), '{{e}}', 'fund:{{f}}', '{{l}}', 'EUR', -100, 'gift', 1),
           ('{{o}}', gen_random_uuid(), '{{p}}', 'cash:a', NULL, 'EUR', -30, '', 1),
           ('{{o}}', gen_random_uuid(), '{{p}}', 'fund:{{f}}', '{{l}}', 'EUR', 30, 'purchase', 0);
INSERT INTO ledger_mint (organisation_id, id, line_id, lo, hi, source_kind, source_id, entry_id)
    VALUES ('{{o}}', gen_random_uuid(), '{{l}}', 0, 100, 'gift', '{{e}}', '{{e}}');
INSERT INTO ledger_use (organisation_id, id, kind, source_id, entry_id, amount_minor)
    VALUES ('{{o}}', '{{u}}', 'purchase', '{{p}}', '{{p}}', 30);
INSERT INTO ledger_userange (organisation_id, id, use_id, line_id, base, lo, hi, live,
    entry_id) VALUES ('{{o}}', gen_random_uuid(), '{{u}}', '{{l}}', 2097151 * {BLOCK_MINOR}, 0, 30,
        true, '{{p}}');
"""
_ANOTHER_RANGE = """INSERT INTO ledger_userange (organisation_id, id, use_id, line_id, base, lo, hi,
    live, entry_id)
    SELECT organisation_id, gen_random_uuid(), use_id, line_id, base, 20, 40, true, entry_id
    FROM ledger_userange WHERE use_id = '{u}'"""

FAULTS = {
    "a gap": ("UPDATE ledger_mint SET lo = 1 WHERE line_id = '{l}'", "I1: numbers"),
    "a short end": ("UPDATE ledger_mint SET hi = 99 WHERE line_id = '{l}'", "I1: the head"),
    "a cent twice": (_ANOTHER_RANGE, "I2"),
    "beyond the head": ("UPDATE ledger_userange SET hi = 101 WHERE use_id = '{u}'", "I3"),
    "a changed amount": (
        "UPDATE ledger_leg SET amount_minor = amount_minor * 2 WHERE entry_id = '{e}'",
        "I5",
    ),
    "a changed side": (
        "UPDATE ledger_leg SET amount_minor = 99 WHERE entry_id = '{e}' AND line_id IS NULL",
        "does not balance",
    ),
    "a lost leg": (
        "DELETE FROM ledger_leg WHERE entry_id = '{e}' AND line_id IS NULL",
        "fewer than two legs",
    ),
    "a smaller use": ("UPDATE ledger_use SET amount_minor = 29 WHERE id = '{u}'", "sum of its"),
    "another fund": (
        "UPDATE ledger_leg SET account = 'fund:x' WHERE line_id = '{l}'",
        "another fund",
    ),
    "an end nobody posted": (
        "UPDATE ledger_userange SET live = false, ended_by_id = '{e}' WHERE use_id = '{u}'",
        "I6",
    ),
    "a link nobody posted": (
        "INSERT INTO ledger_lineage (organisation_id, id, entry_id, kind, from_line_id, from_lo,"
        " from_hi, to_line_id, to_lo, to_hi, before, from_total, to_total)"
        " VALUES ('{o}', '{u}', '{p}', 'cover', '{l}', 0, 5, '{l}', 5, 10, 0, 5, 5)",
        "no replay tells it: 0 to 5 linked",
    ),
    "another owner": (
        "UPDATE ledger_mint SET source_id = '{u}' WHERE line_id = '{l}'",
        "no replay tells it: 0 to 100 minted",
    ),
    "other cents": (
        "UPDATE ledger_userange SET lo = 1, hi = 31 WHERE use_id = '{u}'",
        "no replay tells it",
    ),
    "a lost mint": ("DELETE FROM ledger_mint WHERE line_id = '{l}'", "but not kept"),
    "another share": (
        "UPDATE ledger_entry SET overhead_bps = 1000 WHERE id = '{e}'",
        "cumulative share",
    ),
}


@pytest.mark.parametrize(("change", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_of_the_owner_is_found(db, monkeypatch, change, fault):
    """The owner can switch every rule off; the audit reads in their transaction, then undone."""
    names = {name: str(new_id()) for name in "oflepu"}
    with psycopg.connect(owner_dsn()) as owner:
        monkeypatch.setattr(audit, "_rows", lambda query: owner.execute(query).fetchall())
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute(_BOOKS.format(**names))
        assert audit.breaches() == []
        owner.execute("ALTER TABLE ledger_userange DROP CONSTRAINT no_cent_twice")
        owner.execute(change.format(**names))
        found = audit.breaches()
        owner.rollback()
    assert any(fault in breach for breach in found), found
