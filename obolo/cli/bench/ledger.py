"""`obolo bench ledger`: gifts posted a second, and what a purchase of many gifts costs.

Owns a throw-away database with its organisations and funds, and the clients, which are processes of
their own: each posts through the door `ledger.actions`, a transaction each time, and every commit
is on the disk before it is counted. Baselines in the same run: one plain row a commit from as many
clients; the design with one allocation row per gift and purchase. After the load the books are
audited.
"""

import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg

from obolo.cli.bench.figures import Measured, percentile, ratio
from obolo.cli.bench.processes import PartDied, own_installation, say
from obolo.kit.ids import new_id

CLIENTS: Final = 8
LINES: Final = 1000
BURST: Final = 1000
BURST_CLIENTS: Final = 2  # one makes up its next burst while the other posts
WARM_UP: Final = 8  # calls until all plans are made
OF_PURCHASE: Final = 2000
OVERHEAD_BPS: Final = 1000
STEP_SECONDS_MAX: Final = 3
DAY: Final = date(2025, 3, 14)
Target = tuple[UUID, list[UUID]]  # an organisation and its funds


def measure(seconds: int) -> Measured:
    """Run each step for `seconds`, at most three; AssertionError when the books are wrong."""
    seconds = min(seconds, STEP_SECONDS_MAX)
    with tempfile.TemporaryDirectory(prefix="obolo-bench-") as folder:
        say("Making a throw-away database")
        with own_installation(Path(folder)) as owner:
            hot, many = _found()
            figures: dict[str, float] = {}
            say(f"One hot line, one by one from {CLIENTS} clients, {seconds} s")
            figures |= _rates("hot", _at_once(_post_gifts, [hot] * CLIENTS, seconds))
            say(f"{LINES} lines from {CLIENTS} clients, {seconds} s")
            figures |= _rates("lines", _at_once(_post_gifts, many, seconds))
            say(f"Bursts of {BURST} on the hot line from {BURST_CLIENTS} clients, {seconds} s")
            taken = _at_once(_post_bursts, [hot] * BURST_CLIENTS, seconds)
            figures["bursts_per_second"] = round(
                BURST * BURST_CLIENTS * 1000 * len(taken) / sum(taken)
            )
            figures["bursts_p50_ms"] = round(percentile(taken, 50), 2)
            say(f"Plain rows from {CLIENTS} clients, {seconds} s")
            with psycopg.connect(owner) as connection:
                connection.execute("CREATE TABLE bench_plain (id uuid PRIMARY KEY, n bigint)")
            baselines = _rates("plain", _at_once(_plain_rows, [owner] * CLIENTS, seconds))
            say(f"A purchase of {OF_PURCHASE} gifts, beside one allocation row for each")
            figures |= _purchase()
            baselines |= _allocations(owner)
            figures |= _faults(owner, [hot, *many])
            return Measured(
                bench="ledger",
                figures=figures,
                baselines=baselines,
                ratios=_ratios(figures, baselines),
            )


def _ratios(figures: dict[str, float], baselines: dict[str, float]) -> dict[str, float]:
    return {
        "hot_to_plain": ratio(figures["hot_per_second"], baselines["plain_per_second"]),
        "bursts_to_plain": ratio(figures["bursts_per_second"], baselines["plain_per_second"]),
        "allocation_rows_to_one_use": ratio(
            baselines["allocation_rows_p50_ms"], figures["purchase_p50_ms"]
        ),
    }


def _found() -> tuple[Target, list[Target]]:
    """An organisation with one fund; as many as there are clients, with all the lines together."""
    import django

    django.setup()
    from obolo.ledger.actions import open_fund
    from obolo.ledger.models import Fund, Line
    from obolo.organisations.actions import found
    from obolo.organisations.wall import within
    from obolo.project import database

    database.prepare()
    targets: list[Target] = []
    for number in range(CLIENTS + 1):
        organisation = found(slug=f"bench-{number}", name="Bench")
        with within(organisation.id):
            if number == 0:
                targets.append((organisation.id, [open_fund(name="Hot", currency="EUR").id]))
                continue
            funds = [Fund(name=f"{n}", purpose="restricted") for n in range(LINES // CLIENTS)]
            Fund.objects.bulk_create(funds)
            Line.objects.bulk_create([Line(fund_id=fund.id, currency="EUR") for fund in funds])
            targets.append((organisation.id, [fund.id for fund in funds]))
    return targets[0], targets[1:]


def _at_once(
    work: Callable[[Any, float], list[float]], targets: list[Any], seconds: float
) -> list[float]:
    """Let a process work on each target at the same time; the milliseconds of all they did.

    Raises PartDied when one of them failed; its message stands above.
    """
    from django.db import connection

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    fork = multiprocessing.get_context("fork")
    results = fork.SimpleQueue()

    def client(target: Any) -> None:
        taken: list[float] = []
        try:
            taken = work(target, seconds)
        finally:
            results.put(taken)

    parts = [fork.Process(target=client, args=(target,)) for target in targets]
    for part in parts:
        part.start()
    taken = [ms for _ in parts for ms in results.get()]
    for part in parts:
        part.join()
    if any(part.exitcode for part in parts):
        raise PartDied
    say(f"  {round(len(taken) / seconds)} per second")
    return sorted(taken)


def _repeat(one: Callable[[], object], seconds: float) -> list[float]:
    """Milliseconds of each call, for so many seconds, once connected and with all plans made."""
    for _ in range(WARM_UP):
        one()
    taken, until = [], time.monotonic() + seconds
    while (start := time.monotonic()) < until:
        one()
        taken.append((time.monotonic() - start) * 1000)
    return taken


def _post_gifts(target: Target, seconds: float) -> list[float]:
    from obolo.kit.money import Money
    from obolo.ledger.actions import post_gift
    from obolo.organisations.wall import within

    organisation_id, funds = target
    gross, fee = Money(500, "EUR"), Money(35, "EUR")

    def one() -> None:
        gift_id = new_id()
        with within(organisation_id):
            post_gift(
                gift_id=gift_id,
                fund_id=random.choice(funds),
                gross=gross,
                fee=fee,
                overhead_bps=OVERHEAD_BPS,
                account="cash:bench",
                key=f"gift:{gift_id}",
                value_date=DAY,
            )

    return _repeat(one, seconds)


def _plain_rows(owner: str, seconds: float) -> list[float]:
    with psycopg.connect(owner, autocommit=True) as connection:
        statement = "INSERT INTO bench_plain VALUES (%s, 465)"
        return _repeat(lambda: connection.execute(statement, [new_id()], prepare=True), seconds)


def _post_bursts(target: Target, seconds: float) -> list[float]:
    from obolo.ledger.actions import post_gifts
    from obolo.organisations.wall import within

    organisation_id, [fund_id] = target

    def one() -> None:
        burst = _some_gifts(BURST)
        with within(organisation_id):
            post_gifts(
                burst,
                fund_id=fund_id,
                currency="EUR",
                overhead_bps=OVERHEAD_BPS,
                account="cash:bench",
                key=f"burst:{new_id()}",
                value_date=DAY,
            )

    return _repeat(one, seconds)


def _some_gifts(count: int) -> list[Any]:
    from obolo.ledger.actions import GiftToPost

    ids = [new_id() for _ in range(count)]
    return [GiftToPost(gift_id, 500, 35, f"gift:{gift_id}") for gift_id in ids]


def _purchase() -> dict[str, float]:
    """A purchase that 2,000 gifts of 5 EUR pay, again and again on a line that has them."""
    from obolo.kit.money import Money
    from obolo.ledger.actions import open_fund, post_gifts, post_purchase
    from obolo.organisations.actions import found
    from obolo.organisations.wall import within

    organisation_id = found(slug="bench-purchase", name="Bench").id
    rounds = 16
    taken: list[float] = []
    with within(organisation_id):
        fund_id = open_fund(name="Spent", currency="EUR").id
    for turn in range(rounds):
        rest: Any = {"fund_id": fund_id, "account": "cash:bench", "value_date": DAY}
        with within(organisation_id):
            burst = _some_gifts(OF_PURCHASE)
            post_gifts(burst, currency="EUR", overhead_bps=0, key=f"burst:{turn}", **rest)
        start = time.monotonic()
        with within(organisation_id):
            amount = Money(465 * OF_PURCHASE, "EUR")
            posted = post_purchase(purchase_id=new_id(), amount=amount, key=f"buy:{turn}", **rest)
        taken.append((time.monotonic() - start) * 1000)
        assert len(posted.spans) == 1
    return {
        "purchase_p50_ms": round(percentile(sorted(taken[6:]), 50), 2),
        "purchase_max_ms": round(max(taken[6:]), 2),
        "purchase_rows_count": 1,
    }


def _allocations(owner: str) -> dict[str, float]:
    """The same purchase as rows (purchase, gift, minor units) with keys to both sides."""
    taken: list[float] = []
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE bench_gift (id bigserial PRIMARY KEY, minor bigint, left_minor bigint);"
            "CREATE TABLE bench_purchase (id bigserial PRIMARY KEY, minor bigint);"
            "CREATE TABLE bench_allocation (purchase_id bigint NOT NULL REFERENCES bench_purchase,"
            " gift_id bigint NOT NULL REFERENCES bench_gift, minor bigint NOT NULL,"
            " PRIMARY KEY (purchase_id, gift_id));"
            "CREATE INDEX ON bench_allocation (gift_id);"
            "CREATE INDEX ON bench_gift (id) WHERE left_minor > 0"
        )
        for _ in range(16):
            connection.execute(
                "INSERT INTO bench_gift (minor, left_minor)"
                " SELECT 465, 465 FROM generate_series(1, %s)",
                [OF_PURCHASE],
            )
            start = time.monotonic()
            connection.execute(
                "WITH p AS (INSERT INTO bench_purchase (minor) VALUES (0) RETURNING id),"
                " g AS (UPDATE bench_gift SET left_minor = 0 WHERE left_minor > 0 RETURNING id)"
                " INSERT INTO bench_allocation SELECT p.id, g.id, 465 FROM p, g"
            )
            taken.append((time.monotonic() - start) * 1000)
    return {
        "allocation_rows_p50_ms": round(percentile(sorted(taken[6:]), 50), 2),
        "allocation_rows_count": OF_PURCHASE,
    }


def _faults(owner: str, targets: list[Target]) -> dict[str, float]:
    """Deadlocks and firings of the backstop, which must be none; the books must be sound."""
    from obolo.ledger import audit
    from obolo.organisations.wall import within

    say("Auditing the books")
    found: list[str] = []
    for organisation_id, _ in targets:
        with within(organisation_id):
            found += audit.breaches()
    assert found == [], found[0]
    with psycopg.connect(owner) as connection:
        row = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return {"deadlocks_count": row[0], "breaches_count": len(found)}


def _rates(name: str, taken: list[float]) -> dict[str, float]:
    """Rate of all clients together, from the time each took; and how long one took."""
    return {
        f"{name}_per_second": round(len(taken) * 1000 * CLIENTS / sum(taken)),
        f"{name}_p50_ms": round(percentile(taken, 50), 2),
        f"{name}_p99_ms": round(percentile(taken, 99), 2),
    }
