"""The application's own role, taken over whole, cannot change what was written."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

# The journal, what was logged of it, and what was told to donors.
WRITTEN_ONCE = (
    "ledger_entry",
    "ledger_leg",
    "ledger_mint",
    "ledger_use",
    "ledger_lineage",
    "ledger_batchgift",
    "giving_gift",
    "giving_receipt",
    "trace_logbatch",
    "trace_loggedfile",
    "trace_signedcheckpoint",
    "trace_cosignature",
    "trace_checkrun",
)
# Of these some columns change (how far things got; that a use ended; an erased salt).
KEPT = (*WRITTEN_ONCE, "ledger_line", "ledger_userange", "trace_leaf", "trace_share")


def _refused(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("table", WRITTEN_ONCE)
def test_a_row_is_never_updated(charity: object, table: str) -> None:
    _refused(f'UPDATE "{table}" SET organisation_id = organisation_id')


@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize("verb", ["DELETE FROM", "TRUNCATE"])
def test_a_row_is_never_taken_away(charity: object, table: str, verb: str) -> None:
    _refused(f'{verb} "{table}"')


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("ledger_line", "fund_id"),
        ("ledger_userange", "lo"),
        ("trace_leaf", "body"),
        ("trace_leaf", "index"),
        ("trace_share", "gift_id"),
    ],
)
def test_what_a_row_says_stays(charity: object, table: str, column: str) -> None:
    _refused(f'UPDATE "{table}" SET "{column}" = "{column}"')


@pytest.mark.parametrize("statement", [
    "SET session_replication_role = replica",
    "ALTER TABLE ledger_leg DISABLE TRIGGER ALL",
    "DROP TABLE ledger_leg",
    "ALTER TABLE ledger_userange DROP CONSTRAINT no_cent_twice",
])  # fmt: skip
def test_no_rule_is_switched_off(charity: object, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
