"""Rows that must never be: the application's role writes them and PostgreSQL refuses.

Each test plants its row through SQL, past every door.
"""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from obolo.kit.ids import new_id
from obolo.ledger.models import BLOCK_MINOR, Entry, Line, Mint, Use, UseRange
from obolo.ledger.tests.cast import DAY, gift, purchase, run, settle


@pytest.fixture
def line(well):
    """A line with the numbers 0 to 999 minted and 0 to 99 used."""
    gift(well, 400)
    gift(well, 600)
    purchase(well, 100)
    settle()
    return Line.objects.get(fund=well)


def _refused(error: type[Exception] = IntegrityError, match: str = ".") -> Any:
    return pytest.raises(error, match=match)


def _a_gift() -> Entry:
    return Entry.objects.filter(kind="gift")[0]


def _mint(line: Line, lo: int | None, hi: int | None) -> int:
    with transaction.atomic():
        return run(
            "INSERT INTO ledger_mint (id, line_id, lo, hi, source_kind, source_id, entry_id)"
            " VALUES (%s, %s, %s, %s, 'gift', %s, %s)",
            new_id(), line.id, lo, hi, new_id(), _a_gift().id,
        )  # fmt: skip


def _use(
    line: Line, lo: int | None, hi: int | None, *, base: int | None = None, live: bool = True
) -> int:
    with transaction.atomic():
        return run(
            "INSERT INTO ledger_userange (id, use_id, line_id, base, lo, hi, live)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            new_id(), Use.objects.get().id, line.id, line.base if base is None else base,
            lo, hi, live,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("lo", "hi", "rule"),
    [
        (1001, 1100, "mint_follows_another"),  # a gap
        (999, 1100, "mint_follows_another"),  # an overlap
        (400, 1100, "mint_one_lo"),  # a fork
        (0, 5, "mint_one_lo"),  # a second zero
        (0, 1000, "mint_one_lo|mint_one_hi"),
        (1000, 1000, "mint_not_empty"),
        (1000, 900, "mint_not_empty|mint_one_hi"),
        (-5, 0, "mint_not_empty"),
        (None, 5, "not-null"),
        (1000, None, "not-null"),
    ],
)
def test_a_mint_outside_the_chain_is_refused(line, lo, hi, rule):
    with _refused(match=rule):
        _mint(line, lo, hi)


@pytest.mark.parametrize(
    ("lo", "hi", "rule"),
    [
        (50, 150, "no_cent_twice"),
        (0, 100, "no_cent_twice"),
        (99, 100, "no_cent_twice"),
        (100, 100, "use_range_in_block"),  # empty
        (200, 100, "use_range_in_block|lower bound"),
        (-1, 5, "use_range_in_block"),
        (100, None, "not-null|beyond"),  # unbounded
        (None, 100, "not-null"),
        (999, 1001, "beyond the head"),
        (1000, 1001, "beyond the head"),
        (0, BLOCK_MINOR + 1, "beyond the head"),
    ],
)
def test_a_use_of_used_or_unminted_cents_is_refused(line, lo, hi, rule):
    with pytest.raises(DatabaseError, match=rule):
        _use(line, lo, hi)


def test_a_use_outside_its_lines_block_is_refused(line):
    with _refused(match="use_in_the_lines_block"):
        _use(line, 100, 200, base=line.base + BLOCK_MINOR)
        settle()


def test_two_lines_cannot_share_a_block(line, other_fund):
    statement = "INSERT INTO ledger_line (id, fund_id, currency, base, head, free_from, used_minor,"
    statement += " gifted_minor, overhead_minor, gifts_count) VALUES (%s,%s,'USD',%s,0,0,0,0,0,0)"
    for base, rule in [(line.base, "block_of_one_line"), (line.base + 1, "block_starts_a_block")]:
        with _refused(match=rule), transaction.atomic():
            run(statement, new_id(), other_fund.id, base)


def test_a_released_use_is_never_revived_nor_born_dead(line):
    with _refused(match="revived"):
        _use(line, 100, 200, live=False)
    assert run("UPDATE ledger_userange SET live = false") == 1
    with _refused(match="revived"), transaction.atomic():
        run("UPDATE ledger_userange SET live = true")


def test_a_head_without_numbers_is_refused(line):
    for head in (line.head + 1, line.head - 1):
        with _refused(match="its numbers end at 1000"), transaction.atomic():
            run("UPDATE ledger_line SET head = %s WHERE id = %s", head, line.id)
            settle()


def test_numbers_without_a_head_are_refused(line):
    with _refused(match="its numbers end at 1100|differ"), transaction.atomic():
        _mint(line, 1000, 1100)
        settle()


def test_numbers_without_legs_are_refused(line):
    with _refused(match="differ"), transaction.atomic():
        _mint(line, 1000, 1100)
        run("UPDATE ledger_line SET head = 1100 WHERE id = %s", line.id)
        settle()
    with _refused(match="differ"), transaction.atomic():
        _use(line, 100, 200)
        settle()


def _entry(line: Line, *legs: tuple[str, Any, str, int]) -> None:
    """Plant an entry with legs of (account, line, currency, minor)."""
    entry_id = new_id()
    run(
        "INSERT INTO ledger_entry (id, kind, line_id, source_id, overhead_bps, key, inputs_hash,"
        " value_date, posted_at, memo) VALUES (%s,'gift',%s,%s,0,%s,'',%s,now(),'')",
        entry_id, line.id, new_id(), str(entry_id), DAY,
    )  # fmt: skip
    for account, of_line, currency, minor in legs:
        run(
            "INSERT INTO ledger_leg (id, entry_id, account, line_id, currency, amount_minor)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            new_id(), entry_id, account, of_line, currency, minor,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("legs", "rule"),
    [
        ([], "fewer than two legs"),
        ([("cash:a", 5)], "fewer than two legs"),
        ([("cash:a", 5), ("cash:b", -4)], "does not balance"),
        ([("cash:a", 5), ("cash:b", -5), ("fees", 1)], "does not balance"),
        ([("cash:a", 5), ("cash:b", 0)], "leg_not_zero"),
        ([("cash:a", 5), ("fund:1", -5)], "leg_line_of_fund"),
    ],
)
def test_an_entry_that_does_not_balance_is_refused(line, legs, rule):
    with _refused(match=rule), transaction.atomic():
        _entry(line, *[(account, None, "EUR", minor) for account, minor in legs])
        settle()


def test_currencies_balance_one_by_one(line):
    with _refused(match="does not balance"), transaction.atomic():
        _entry(line, ("cash:a", None, "EUR", 5), ("cash:b", None, "USD", -5))
        settle()
    with _refused(match="leg_in_the_lines_currency"), transaction.atomic():
        _entry(line, ("cash:a", None, "USD", 5), ("fund:1", line.id, "USD", -5))
        settle()


def test_legs_without_numbers_are_refused(line):
    with _refused(match="differ"), transaction.atomic():
        _entry(line, ("cash:a", None, "EUR", 5), ("fund:1", line.id, "EUR", -5))
        settle()


def test_a_sound_entry_is_accepted(line):
    _entry(line, ("cash:a", None, "EUR", 5), ("cash:b", None, "EUR", -5))
    settle()


def test_a_leg_added_later_is_refused(line):
    with _refused(match="does not balance"), transaction.atomic():
        run(
            "INSERT INTO ledger_leg (id, entry_id, account, currency, amount_minor)"
            " VALUES (%s, %s, 'cash:a', 'EUR', 1)", new_id(), _a_gift().id,
        )  # fmt: skip
        settle()


def test_a_temporary_table_cannot_stand_in_for_the_journal(line):
    with _refused(match="fewer than two legs"), transaction.atomic():
        run("CREATE TEMP TABLE ledger_leg ON COMMIT DROP AS SELECT * FROM public.ledger_leg")
        _entry(line, ("cash:a", None, "EUR", 5), ("cash:b", None, "EUR", -5))
        settle()


_TABLES = [m._meta.db_table for m in (Entry, Mint, Use, UseRange, Line)] + ["ledger_leg"]


@pytest.mark.parametrize("table", _TABLES)
def test_nothing_is_deleted(line, table):
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with _refused(ProgrammingError, "permission denied"), transaction.atomic():
            run(statement)


@pytest.mark.parametrize(
    "change",
    [
        "ledger_entry SET memo = 'x'",
        "ledger_entry SET value_date = '2020-01-01'",
        "ledger_leg SET amount_minor = 1",
        "ledger_mint SET hi = 1",
        "ledger_use SET amount_minor = 1",
        "ledger_userange SET hi = 1",
        "ledger_userange SET lo = 1",
        "ledger_line SET base = 0",
        "ledger_line SET currency = 'USD'",
        "ledger_fund SET purpose = 'unrestricted'",
    ],
)
def test_what_was_written_stays(line, change):
    with _refused(ProgrammingError, "permission denied"), transaction.atomic():
        run(f"UPDATE {change}")


@pytest.mark.parametrize("table", _TABLES)
def test_the_rules_cannot_be_switched_off(line, table):
    for statement in (
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ):
        with _refused(ProgrammingError, "must be owner|permission denied"), transaction.atomic():
            run(statement)


def test_the_backstop_tells_lines_apart(line, other_fund):
    """The same numbers on another line are other cents."""
    gift(other_fund, 500)
    purchase(other_fund, 100)
    settle()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_userange WHERE lo = 0 AND live")
        assert cursor.fetchone() == (2,)
