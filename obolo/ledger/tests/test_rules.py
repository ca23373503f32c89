"""Rows that must never be: the application's role writes them and PostgreSQL refuses.

Each test plants its row through SQL, past every door.
"""

import json
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from obolo.kit.ids import new_id
from obolo.ledger.errors import FundClosed
from obolo.ledger.models import (
    BLOCK_MINOR,
    BatchGift,
    Entry,
    Fund,
    Leg,
    Line,
    Lineage,
    Mint,
    Use,
    UseRange,
)
from obolo.ledger.tests.cast import DAY, close, gift, purchase, release, run


@pytest.fixture
def line(well):
    """A line with the numbers 0 to 999 minted and 0 to 99 used."""
    gift(well, 400)
    gift(well, 600)
    purchase(well, 100)
    return Line.objects.get(fund=well)


def _refused(error: type[Exception] = IntegrityError, match: str = ".") -> Any:
    return pytest.raises(error, match=match)


def _a_gift() -> Entry:
    return Entry.objects.filter(kind="gift")[0]


def _entry_with(line: Line, rows: str, values: tuple[Any, ...] = (), kind: str = "gift") -> int:
    """Plant an entry and, in the same statement, the rows of `rows` (which may name `e.id`)."""
    entry_id = new_id()
    with transaction.atomic():
        return run(
            "WITH e AS (INSERT INTO ledger_entry (id, kind, line_id, source_id, overhead_bps, key,"
            " inputs_hash, value_date, posted_at, memo, details)"
            " VALUES (%s, %s, %s, %s, 0, %s, '', %s, now(), '', '{}') RETURNING id)"
            + rows,
            entry_id, kind, line.id, new_id(), str(entry_id), DAY, *values,
        )  # fmt: skip


_LEGS = """, g AS (INSERT INTO ledger_leg (id, entry_id, account, line_id, currency, amount_minor,
    what, place) SELECT gen_random_uuid(), e.id, x.account, x.line, x.currency, x.minor, '', 0
    FROM e, jsonb_to_recordset(%s) AS x (account text, line uuid, currency text, minor int8))"""


def _legs(*legs: tuple[str, Any, str, int]) -> str:
    names = ("account", "line", "currency", "minor")
    return json.dumps([dict(zip(names, leg, strict=True)) for leg in legs], default=str)


def _mint(line: Line, lo: int | None, hi: int | None) -> int:
    """With balanced legs, whatever the numbers say."""
    minor = (hi or 0) - (lo or 0) or 1
    legs = _legs(("cash:a", None, "EUR", minor), (f"fund:{line.fund_id}", line.id, "EUR", -minor))
    return _entry_with(
        line,
        _LEGS + " INSERT INTO ledger_mint (id, line_id, lo, hi, source_kind, source_id, entry_id)"
        " SELECT %s, %s, %s, %s, 'gift', %s, id FROM e",
        (legs, new_id(), line.id, lo, hi, new_id()),
    )


def _use(
    line: Line, lo: int | None, hi: int | None, *, base: int | None = None, live: bool = True
) -> int:
    minor = (hi or 0) - (lo or 0) or 1
    legs = _legs(("cash:a", None, "EUR", -minor), (f"fund:{line.fund_id}", line.id, "EUR", minor))
    return _entry_with(
        line,
        _LEGS + ", u AS (INSERT INTO ledger_use (id, kind, source_id, entry_id, amount_minor)"
        " SELECT %s, 'purchase', %s, id, greatest(%s, 1) FROM e RETURNING id, entry_id)"
        " INSERT INTO ledger_userange (id, use_id, line_id, base, lo, hi, live, entry_id,"
        " ended_by_id) SELECT %s, u.id, %s, %s, %s, %s, %s, u.entry_id,"
        " CASE WHEN %s THEN NULL ELSE u.entry_id END FROM u",
        (
            legs, new_id(), new_id(), minor, new_id(), line.id,
            line.base if base is None else base, lo, hi, live, live,
        ),
        kind="purchase",
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
        (0, BLOCK_MINOR + 1, "beyond the head|use_range_in_block"),
    ],
)
def test_a_use_of_used_or_unminted_cents_is_refused(line, lo, hi, rule):
    with pytest.raises(DatabaseError, match=rule):
        _use(line, lo, hi)


def test_a_use_outside_its_lines_block_is_refused(line):
    with _refused(match="use_in_the_lines_block"):
        _use(line, 100, 200, base=line.base + BLOCK_MINOR)


def test_two_lines_cannot_share_a_block(line, other_fund):
    statement = "INSERT INTO ledger_line (id, fund_id, currency, base, head, free_from, used_minor,"
    statement += " gifted_minor, overhead_minor, gifts_count, gone_minor)"
    statement += " VALUES (%s,%s,'USD',%s,0,0,0,0,0,0,0)"
    for base, rule in [(line.base, "block_of_one_line"), (line.base + 1, "block_starts_a_block")]:
        with _refused(match=rule), transaction.atomic():
            run(statement, new_id(), other_fund.id, base)


def test_a_use_is_never_revived_nor_born_dead(line):
    # Born dead it tells nothing that its legs could be true to.
    with _refused(match="revived|differ"):
        _use(line, 100, 200, live=False)
    purchase_id = Use.objects.get().source_id
    release(purchase_id)
    with _refused(match="revived"), transaction.atomic():
        run("UPDATE ledger_userange SET live = true, ended_by_id = NULL")


def test_a_use_does_not_end_without_the_entry_that_ended_it(line):
    with _refused(match="ended_by_an_entry"), transaction.atomic():
        run("UPDATE ledger_userange SET live = false")
    with _refused(match="nothing is added"), transaction.atomic():
        run("UPDATE ledger_userange SET live = false, ended_by_id = %s", _a_gift().id)


def test_a_head_without_numbers_is_refused(line):
    for head in (line.head + 1, line.head - 1):
        with _refused(match="its numbers end at 1000"), transaction.atomic():
            run("UPDATE ledger_line SET head = %s WHERE id = %s", head, line.id)


def test_numbers_without_a_head_are_refused(line):
    with _refused(match="beyond the head"):
        _mint(line, 1000, 1100)


def _raised(line: Line, rows: str, values: tuple[Any, ...]) -> int:
    """Plant a mint of 100 with its head, beside other rows."""
    return _entry_with(
        line,
        rows + ", l AS (UPDATE ledger_line SET head = 1100 WHERE id = %s)"
        " INSERT INTO ledger_mint (id, line_id, lo, hi, source_kind, source_id, entry_id)"
        " SELECT %s, %s, 1000, 1100, 'gift', %s, id FROM e",
        (*values, line.id, new_id(), line.id, new_id()),
    )


@pytest.mark.parametrize("minor", [99, 101, -100])
def test_numbers_that_legs_do_not_tell_are_refused(line, minor):
    fund = f"fund:{line.fund_id}"
    legs = _legs(("cash:a", None, "EUR", minor), (fund, line.id, "EUR", -minor))
    with _refused(match="differ"):
        _raised(line, _LEGS, (legs,))
    with _refused(match="fewer than two legs"):
        _raised(line, "", ())


def test_the_same_mint_with_true_legs_is_accepted(line):
    """So that the refusals above are about what they say."""
    legs = _legs(("cash:a", None, "EUR", 100), (f"fund:{line.fund_id}", line.id, "EUR", -100))
    assert _raised(line, _LEGS, (legs,)) == 1


def test_a_use_of_another_size_than_its_ranges_is_refused(line):
    legs = _legs(("cash:a", None, "EUR", -5), (f"fund:{line.fund_id}", line.id, "EUR", 5))
    with _refused(match="differ"):
        _entry_with(
            line,
            _LEGS + ", u AS (INSERT INTO ledger_use (id, kind, source_id, entry_id, amount_minor)"
            " SELECT %s, 'purchase', %s, id, 6 FROM e RETURNING id, entry_id)"
            " INSERT INTO ledger_userange (id, use_id, line_id, base, lo, hi, live, entry_id)"
            " SELECT %s, u.id, %s, %s, 100, 105, true, u.entry_id FROM u",
            (legs, new_id(), new_id(), new_id(), line.id, line.base),
        )


def _entry(line: Line, *legs: tuple[str, Any, str, int], kind: str = "gift") -> None:
    """Plant an entry with legs of (account, line, currency, minor)."""
    _entry_with(line, _LEGS + " SELECT 1", (_legs(*legs),), kind=kind)


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
    with _refused(match=rule):
        _entry(line, *[(account, None, "EUR", minor) for account, minor in legs])


@pytest.mark.parametrize("kind", ["rule", "owner", "close"])
def test_an_entry_that_moves_no_money_has_no_legs(line, kind):
    _entry(line, kind=kind)
    with _refused(match="moves money"):
        _entry(line, ("cash:a", None, "EUR", 5), ("cash:b", None, "EUR", -5), kind=kind)


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"legal_basis": "statute"},
        {"legal_basis": "", "approvers": ["a", "b"]},
        {"legal_basis": "statute", "approvers": ["a", "a"]},
        {"legal_basis": "statute", "approvers": ["a"]},
    ],
)
def test_a_transfer_without_two_approvals_is_refused(line, details):
    with _refused(match="transfer_has_two_approvals"), transaction.atomic():
        run(
            "INSERT INTO ledger_entry (id, kind, line_id, source_id, overhead_bps, key,"
            " inputs_hash, value_date, posted_at, memo, details)"
            " VALUES (%s, 'transfer', %s, %s, 0, 't', '', %s, now(), '', %s)",
            new_id(), line.id, new_id(), DAY, json.dumps(details),
        )  # fmt: skip


def test_an_entry_of_an_unknown_kind_is_refused(line):
    with _refused(match="entry_known_kind"):
        _entry(line, ("cash:a", None, "EUR", 5), ("cash:b", None, "EUR", -5), kind="gif")


def test_currencies_balance_one_by_one(line):
    with _refused(match="does not balance"):
        _entry(line, ("cash:a", None, "EUR", 5), ("cash:b", None, "USD", -5))
    with _refused(match="leg_in_the_lines_currency"):
        _entry(line, ("cash:a", None, "USD", 5), ("fund:1", line.id, "USD", -5))


def test_legs_without_numbers_are_refused(line):
    with _refused(match="differ"):
        _entry(line, ("cash:a", None, "EUR", 5), ("fund:1", line.id, "EUR", -5))


def test_a_sound_entry_is_accepted(line):
    _entry(line, ("cash:a", None, "EUR", 5), ("cash:b", None, "EUR", -5))


def test_a_pair_of_legs_added_later_is_refused(line):
    """Even balanced, and even in the transaction of the entry itself."""
    for account in ("cash:a", "cash:b"):
        with _refused(match="nothing is added"), transaction.atomic():
            run(
                "INSERT INTO ledger_leg (id, entry_id, account, currency, amount_minor, what,"
                " place) VALUES (gen_random_uuid(), %s, %s, 'EUR', 1, '', 7),"
                " (gen_random_uuid(), %s, 'cash:c', 'EUR', -1, '', 8)",
                _a_gift().id, account, _a_gift().id,
            )  # fmt: skip


def test_lineage_added_later_is_refused(line):
    with _refused(match="nothing is added"), transaction.atomic():
        run(
            "INSERT INTO ledger_lineage (id, entry_id, kind, from_line_id, from_lo, from_hi,"
            " to_line_id, to_lo, to_hi, before, from_total, to_total)"
            " VALUES (%s, %s, 'transfer', %s, 0, 5, %s, 0, 5, 0, 5, 5)",
            new_id(), _a_gift().id, line.id, line.id,
        )  # fmt: skip


def test_a_closed_line_stays_as_it_is(line, other_fund):
    close(Fund.objects.get(id=line.fund_id), other_fund)
    for change in ("gone_minor = 0", "closed_by_id = NULL"):
        with _refused(match="the line is closed"), transaction.atomic():
            run(f"UPDATE ledger_line SET {change} WHERE id = %s", line.id)
    gift_id = Mint.objects.filter(line=line).latest("lo").source_id
    purchase_id = Use.objects.filter(kind="purchase").latest("id").source_id
    with pytest.raises(FundClosed):
        gift(Fund.objects.get(id=line.fund_id), 5, gift_id=gift_id)
    with pytest.raises(FundClosed):
        release(purchase_id)


def test_a_temporary_table_cannot_stand_in_for_the_journal(line):
    with _refused(match="fewer than two legs|does not exist"), transaction.atomic():
        run("CREATE TEMP TABLE ledger_leg ON COMMIT DROP AS SELECT * FROM public.ledger_leg")
        _entry(line, ("cash:a", None, "EUR", 5), ("cash:b", None, "EUR", -5))


_TABLES = [m._meta.db_table for m in (Entry, Leg, Mint, Use, UseRange, Line, Lineage, BatchGift)]


@pytest.mark.parametrize("table", _TABLES)
def test_nothing_is_deleted(line, table):
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with _refused(ProgrammingError, "permission denied"), transaction.atomic():
            run(statement)


@pytest.mark.parametrize(
    "change",
    [
        "ledger_entry SET memo = 'x'",
        "ledger_entry SET details = '{}'",
        "ledger_lineage SET to_lo = 1",
        "ledger_batchgift SET fee_minor = 1",
        "ledger_userange SET entry_id = NULL",
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
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_userange WHERE lo = 0 AND live")
        assert cursor.fetchone() == (2,)
