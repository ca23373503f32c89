"""The path of a gift and the gifts behind a purchase, at ten thousand gifts and at very many.

The rows are those that the ledger would have written for bursts of gifts and purchases of 110 of
them, but the owner of the database writes them, in bulk and without the rules: ten million through
the ledger's door would take a quarter of an hour. The answers are checked. Baseline: the design
with one allocation row for each gift in a purchase, over the same gifts.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest import mock
from uuid import UUID

import psycopg

from obolo.cli.bench.figures import Part, percentile, ratio
from obolo.cli.bench.processes import own_installation, say

FEW: Final = 10_000
LINES: Final = 10
SAMPLES: Final = 300
# Four gifts after each other: 3, 5, 4 and 8 EUR. So the n-th begins at a number that is computed.
SIZES: Final = (300, 500, 400, 800)
ROUND: Final = sum(SIZES)
OF_PURCHASE: Final = 110  # gifts, and half of one at either end
PURCHASE: Final = OF_PURCHASE * ROUND // len(SIZES)
SPENT_PERCENT: Final = 90
BURST: Final = 1_000


@dataclass(frozen=True)
class Books:
    """An organisation's lines in the throw-away database, and how many gifts each has."""

    organisation_id: UUID
    lines: tuple[UUID, ...]
    gifts: int  # on each line

    @property
    def purchases(self) -> int:
        """How many purchases were made from each line."""
        return self.gifts // len(SIZES) * ROUND * SPENT_PERCENT // 100 // PURCHASE


def measure(seconds: int, gifts: int) -> Part:
    """Both questions at ten thousand gifts, then at `gifts`; `seconds` is not asked."""
    with tempfile.TemporaryDirectory(prefix="obolo-bench-") as folder:
        say("Making a throw-away database")
        with own_installation(Path(folder)) as owner:
            organisation_id, lines = _found()
            with psycopg.connect(owner, autocommit=True) as connection:
                _make_baseline_tables(connection)
                small = _at_size(connection, Books(organisation_id, lines, FEW // LINES), 0)
                each = gifts // LINES // len(SIZES) * len(SIZES)
                large = _at_size(connection, Books(organisation_id, lines, each), FEW // LINES)
    return _put_together(small, large, gifts)


def _put_together(small: dict[str, float], large: dict[str, float], gifts: int) -> Part:
    def of(baseline: bool) -> dict[str, float]:
        sizes = (("at_10k", small), (f"at_{_short(gifts)}", large))
        return {
            name.replace("_ms", f"_{size}_ms"): value
            for size, found in sizes
            for name, value in found.items()
            if name.startswith("allocation") == baseline
        }

    def grown(name: str) -> float:
        return ratio(large[name], small[name])

    return Part(
        figures={"gifts_count": gifts} | of(baseline=False),
        baselines=of(baseline=True),
        ratios={
            "trace_in_database_large_to_10k": grown("trace_in_database_p50_ms"),
            "trace_door_large_to_10k": grown("trace_door_p50_ms"),
            "who_paid_in_database_large_to_10k": grown("who_paid_in_database_p50_ms"),
            "trace_to_allocation_rows": ratio(
                large["trace_in_database_p50_ms"], large["allocation_trace_p50_ms"]
            ),
        },
    )


def _short(count: int) -> str:
    return f"{count // 1_000_000}m" if count >= 1_000_000 else f"{count // 1_000}k"


def _found() -> tuple[UUID, tuple[UUID, ...]]:
    import django

    django.setup()
    from obolo.ledger.actions import open_fund
    from obolo.ledger.models import Line
    from obolo.organisations.actions import found
    from obolo.organisations.wall import within
    from obolo.project import database

    database.prepare()
    organisation = found(slug="bench", name="Bench")
    with within(organisation.id):
        funds = [open_fund(name=f"{n}", currency="EUR") for n in range(LINES)]
        by_fund = {line.fund_id: line.id for line in Line.objects.all()}
        return organisation.id, tuple(by_fund[fund.id] for fund in funds)


def _at_size(connection: psycopg.Connection[Any], books: Books, already: int) -> dict[str, float]:
    say(f"Filling up to {books.gifts * LINES:,} gifts")
    started = time.monotonic()
    _fill(connection, books, already)
    say(f"  {time.monotonic() - started:.0f} s; asking {SAMPLES} times")
    return _questions(books) | _allocation_questions(connection, books)


def _fill(connection: psycopg.Connection[Any], books: Books, already: int) -> None:
    """Bring every line from `already` gifts to as many as `books` says."""
    before = Books(books.organisation_id, books.lines, already)
    connection.execute("SET session_replication_role = replica")  # no rules, no keys: all in bulk
    for n, line in enumerate(books.lines):
        told: Any = {
            "organisation": books.organisation_id,
            "line": line,
            "first": already,
            "last": books.gifts - 1,
            "first_purchase": before.purchases,
            "last_purchase": books.purchases - 1,
            "head": books.gifts // len(SIZES) * ROUND,
            "used": books.purchases * PURCHASE,
            "n": n,
        }
        for statement in (*_ROWS, *_BASELINE_ROWS):
            connection.execute(statement, told)
    connection.execute("RESET session_replication_role")
    for table in ("entry", "mint", "use", "userange", "line"):
        connection.execute(f"VACUUM ANALYZE ledger_{table}")
    connection.execute("VACUUM ANALYZE bench_allocation")


def _id(kind: int, number: str) -> str:
    """An id in the order of time, as all of ours are: of a kind of row, a line and a number."""
    return (
        f"('00000000-0000-7{kind:03x}-8' || lpad(to_hex(%(n)s::int), 3, '0') || '-'"
        f" || lpad(to_hex({number}), 12, '0'))::uuid"
    )


def _python_id(kind: int, n: int, number: int) -> UUID:
    return UUID(f"00000000-0000-7{kind:03x}-8{n:03x}-{number:012x}")


BURST_KIND, GIFT_KIND, MINT_KIND, PURCHASE_KIND, USE_KIND, RANGE_KIND, BOUGHT_KIND = range(7)
# Where the numbers of gift g begin.
_LO = (
    f"(g / {len(SIZES)} * {ROUND}"
    f" + (ARRAY[0, {SIZES[0]}, {sum(SIZES[:2])}, {sum(SIZES[:3])}])[g %% {len(SIZES)} + 1])"
)
_HI = f"({_LO} + (ARRAY[{', '.join(map(str, SIZES))}])[g %% {len(SIZES)} + 1])"
_GIFTS = "generate_series(%(first)s::int8, %(last)s::int8) AS g"
_PURCHASES = "generate_series(%(first_purchase)s::int8, %(last_purchase)s::int8) AS p"
_POSTED = "now() - interval '1 day'"

# Only our own fragments go into these statements.
_ROWS: Final = (
    f"""INSERT INTO ledger_entry (organisation_id, id, kind, line_id, source_id, overhead_bps, key,
            inputs_hash, value_date, posted_at, memo, details)
        SELECT %(organisation)s, {_id(BURST_KIND, "b")}, 'gifts', %(line)s, %(line)s, 0,
            'burst:' || %(n)s::text || ':' || b, ''::bytea, DATE '2025-03-14', {_POSTED}, '', '{{}}'
        FROM generate_series(%(first)s::int8 / {BURST}, %(last)s::int8 / {BURST}) AS b
        ON CONFLICT DO NOTHING""",  # noqa: S608
    f"""INSERT INTO ledger_mint (organisation_id, id, line_id, lo, hi, source_kind, source_id,
            entry_id)
        SELECT %(organisation)s, {_id(MINT_KIND, "g")}, %(line)s, {_LO}, {_HI}, 'gift',
            {_id(GIFT_KIND, "g")}, {_id(BURST_KIND, f"g / {BURST}")}
        FROM {_GIFTS}""",  # noqa: S608
    f"""INSERT INTO ledger_entry (organisation_id, id, kind, line_id, source_id, overhead_bps, key,
            inputs_hash, value_date, posted_at, memo, details)
        SELECT %(organisation)s, {_id(BOUGHT_KIND, "p")}, 'purchase', %(line)s,
            {_id(PURCHASE_KIND, "p")}, 0, 'purchase:' || %(n)s::text || ':' || p, ''::bytea,
            DATE '2025-03-14', {_POSTED}, '', '{{}}'
        FROM {_PURCHASES}""",  # noqa: S608
    f"""INSERT INTO ledger_use (organisation_id, id, kind, source_id, entry_id, amount_minor)
        SELECT %(organisation)s, {_id(USE_KIND, "p")}, 'purchase', {_id(PURCHASE_KIND, "p")},
            {_id(BOUGHT_KIND, "p")}, {PURCHASE}
        FROM {_PURCHASES}""",  # noqa: S608
    f"""INSERT INTO ledger_userange (organisation_id, id, use_id, line_id, base, lo, hi, live,
            entry_id)
        SELECT %(organisation)s, {_id(RANGE_KIND, "p")}, {_id(USE_KIND, "p")}, %(line)s, l.base,
            p * {PURCHASE}, (p + 1) * {PURCHASE}, true, {_id(BOUGHT_KIND, "p")}
        FROM {_PURCHASES} JOIN ledger_line l ON l.id = %(line)s""",  # noqa: S608
    """UPDATE ledger_line SET head = %(head)s, gifted_minor = %(head)s, gifts_count = %(last)s + 1,
            used_minor = %(used)s, free_from = %(used)s
        WHERE organisation_id = %(organisation)s AND id = %(line)s""",
)

# A gift that two purchases share has a row for each.
_BASELINE_ROWS: Final = (
    f"""INSERT INTO bench_allocation
        SELECT {_id(PURCHASE_KIND, "p")}, {_id(GIFT_KIND, "g")},
            least({_HI}, (p + 1) * {PURCHASE}) - greatest({_LO}, p * {PURCHASE})
        FROM {_GIFTS}
        CROSS JOIN LATERAL generate_series({_LO} / {PURCHASE}, ({_HI} - 1) / {PURCHASE}) AS p
        WHERE p <= %(last_purchase)s
        ON CONFLICT DO NOTHING""",  # noqa: S608
)


def _make_baseline_tables(connection: psycopg.Connection[Any]) -> None:
    connection.execute(
        "CREATE TABLE bench_allocation (purchase_id uuid NOT NULL, gift_id uuid NOT NULL,"
        " minor bigint NOT NULL, PRIMARY KEY (purchase_id, gift_id));"
        "CREATE INDEX ON bench_allocation (gift_id)"
    )


def _questions(books: Books) -> dict[str, float]:
    """Both questions through the ledger's door, and what of it the database took."""
    from obolo.ledger import queries
    from obolo.organisations.wall import within

    dice = random.Random(books.gifts)

    def trace() -> None:
        number = dice.randrange(books.gifts)
        path = queries.gift_path(_python_id(GIFT_KIND, dice.randrange(LINES), number))
        assert path.net_minor == SIZES[number % len(SIZES)]
        used = sum(use.minor for part in path.parts for use in part.uses)
        assert used + sum(part.free_minor for part in path.parts) == path.net_minor

    def who_paid() -> None:
        bought = _python_id(PURCHASE_KIND, dice.randrange(LINES), dice.randrange(books.purchases))
        gifts = queries.gifts_of_use(bought)
        assert sum(minor for _, minor in gifts) == PURCHASE
        assert len(gifts) in (OF_PURCHASE, OF_PURCHASE + 1, OF_PURCHASE + 2)

    with within(books.organisation_id):
        return _timed("trace", trace) | _timed("who_paid", who_paid)


def _timed(name: str, ask: Callable[[], None]) -> dict[str, float]:
    """Milliseconds at the door, and those that the statements behind it ran in the database."""
    for _ in range(20):
        ask()
    at_door: list[float] = []
    for _ in range(SAMPLES):
        start = time.perf_counter()
        ask()
        at_door.append((time.perf_counter() - start) * 1000)
    in_database: list[float] = []
    with _explained() as spent_ms:
        for _ in range(SAMPLES):
            spent_ms.clear()
            ask()
            in_database.append(sum(spent_ms))
    return {
        f"{name}_in_database_p50_ms": round(percentile(sorted(in_database), 50), 3),
        f"{name}_in_database_p99_ms": round(percentile(sorted(in_database), 99), 3),
        f"{name}_door_p50_ms": round(percentile(sorted(at_door), 50), 3),
        f"{name}_door_p99_ms": round(percentile(sorted(at_door), 99), 3),
    }


@contextmanager
def _explained() -> Iterator[list[float]]:
    """Every statement of the ledger runs twice, the first time telling how long it ran."""
    from obolo.ledger import prepared

    rows = prepared.rows
    spent_ms: list[float] = []

    def explained(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}"
        spent_ms.append(rows(explain, values)[0][0][0]["Execution Time"])
        return rows(statement, values)

    with mock.patch.object(prepared, "rows", explained):
        yield spent_ms


def _allocation_questions(connection: psycopg.Connection[Any], books: Books) -> dict[str, float]:
    """The same two questions to the rows of the baseline, in the database."""
    dice = random.Random(books.gifts)

    def ran_ms(statement: str, of: UUID) -> float:
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}"
        row = connection.execute(explain.encode(), [of]).fetchone()
        assert row is not None
        ms: float = row[0][0]["Execution Time"]
        return ms

    by_gift = "SELECT purchase_id, minor FROM bench_allocation WHERE gift_id = %s"
    by_purchase = "SELECT gift_id, minor FROM bench_allocation WHERE purchase_id = %s"
    trace, who_paid = [], []
    for _ in range(SAMPLES):
        n = dice.randrange(LINES)
        trace.append(ran_ms(by_gift, _python_id(GIFT_KIND, n, dice.randrange(books.gifts))))
        bought = _python_id(PURCHASE_KIND, n, dice.randrange(books.purchases))
        who_paid.append(ran_ms(by_purchase, bought))
    return {
        "allocation_trace_p50_ms": round(percentile(sorted(trace), 50), 3),
        "allocation_who_paid_p50_ms": round(percentile(sorted(who_paid), 50), 3),
    }
