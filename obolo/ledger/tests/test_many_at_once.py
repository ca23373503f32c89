"""Many transactions on one hot line: no deadlock, no clash, sound books.

Real commits: each test founds its own organisation and the owner sweeps it away afterwards.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, connection

from obolo.kit.ids import new_id
from obolo.ledger import audit, queries, spending, standing
from obolo.ledger.actions import open_fund, system_fund
from obolo.ledger.draft import Draft
from obolo.ledger.errors import KeyReused, NotEnoughCents, Overtaken, TooMuch
from obolo.ledger.models import Entry
from obolo.ledger.tests.cast import (
    advance,
    chargeback,
    convert,
    gift,
    purchase,
    refund,
    release,
    transfer,
    true_up,
)
from obolo.organisations.actions import found
from obolo.organisations.wall import within
from obolo.project.database import owner_dsn

THREADS = 8
_TABLES = ["lineage", "batchgift", "userange", "use", "mint", "leg", "entry", "line", "fund"]


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """An organisation that is really there, for all connections."""
    with django_db_blocker.unblock():
        organisation = found(slug=f"hot-{new_id()}", name="Hot")
        yield organisation
        connection.close()
    with psycopg.connect(owner_dsn()) as owner:
        owner.execute("SET LOCAL session_replication_role = replica")
        for table in _TABLES:
            owner.execute(
                f"DELETE FROM ledger_{table} WHERE organisation_id = %s", [organisation.id]
            )
        owner.execute("DELETE FROM organisations_listing WHERE slug = %s", [organisation.slug])
        owner.execute("DELETE FROM organisations_organisation WHERE id = %s", [organisation.id])


def _at_once(work: Callable[[int], Any]) -> list[Any]:
    """Run `work(number)` in all threads at the same moment; their results, errors raised."""
    start = Barrier(THREADS)

    def one(number: int) -> Any:
        try:
            start.wait(10)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_a_hot_line_stays_sound(committed):
    """Any deadlock (40P01) or clash of the backstop (23P01) would surface as an error."""
    with within(committed.id):
        fund = open_fund(name="Hot", currency="EUR")

    def work(number):
        spent_minor = 0
        for turn in range(12):
            with within(committed.id):
                gift(fund, 100 + number, 3, bps=1000)
            if turn % 3 == number % 3:
                try:
                    with within(committed.id):
                        purchase(fund, 170 + turn)
                    spent_minor += 170 + turn
                except NotEnoughCents:
                    pass
        return spent_minor

    spent_minor = sum(_at_once(work))
    with within(committed.id):
        [totals] = queries.fund_totals(fund.id)
        assert audit.breaches() == []
    net_minor = 12 * sum(97 + number for number in range(THREADS))
    assert totals.gifts_count == 12 * THREADS
    assert totals.overhead_minor == net_minor // 10
    assert (totals.received_minor, totals.spent_minor) == (net_minor - net_minor // 10, spent_minor)


def test_the_last_cents_are_spent_once(committed):
    with within(committed.id):
        fund = open_fund(name="Hot", currency="EUR")
        gift(fund, 100)

    def work(_):
        try:
            with within(committed.id):
                return purchase(fund, 30) and 1
        except NotEnoughCents:
            return 0

    assert sum(_at_once(work)) == 3
    with within(committed.id):
        assert queries.free_minor(fund.id, "EUR") == 10
        assert audit.breaches() == []


def test_one_key_in_all_threads_posts_once(committed):
    with within(committed.id):
        fund = open_fund(name="Hot", currency="EUR")
    told: dict[str, Any] = {"gift_id": uuid4(), "key": "settle:1"}

    def work(_):
        with within(committed.id):
            return gift(fund, 500, 35, bps=1000, **told)

    assert len(set(_at_once(work))) == 1
    with within(committed.id):
        assert Entry.objects.filter(kind="gift").count() == 1
        assert audit.breaches() == []


def test_one_key_for_different_funds_posts_one_of_them(committed):
    """They lock different lines, so only the key itself can tell them apart."""
    with within(committed.id):
        funds = [open_fund(name=str(n), currency="EUR") for n in range(THREADS)]
    gift_id = uuid4()

    def work(number):
        try:
            with within(committed.id):
                return gift(funds[number], 500, gift_id=gift_id, key="settle:1") and 1
        except KeyReused:
            return 0

    assert sum(_at_once(work)) == 1
    with within(committed.id):
        assert Entry.objects.filter(kind="gift").count() == 1
        assert audit.breaches() == []


def test_first_gifts_in_a_new_currency_share_one_line(committed):
    with within(committed.id):
        fund = open_fund(name="Hot", currency="EUR")

    def work(_):
        with within(committed.id):
            gift(fund, 100, bps=1000, currency="USD")

    _at_once(work)
    with within(committed.id):
        assert [t.gifts_count for t in queries.fund_totals(fund.id)] == [0, THREADS]
        assert audit.breaches() == []


def _anything(dice: random.Random, one: Any, other: Any, gift_id: Any) -> list[Callable[[], Any]]:
    return [
        lambda: purchase(one, dice.randrange(1, 60)),
        lambda: refund(gift_id, dice.randrange(1, 40)),
        lambda: chargeback(gift_id, 5, dispute=15),
        lambda: transfer(one, other, dice.randrange(1, 50)),
        lambda: advance(other, dice.randrange(1, 20)),
        lambda: true_up(gift_id, 5),
        lambda: release(purchase(one, 7)[0]),
        lambda: convert(one, 9, 61),
    ]


def test_mixed_operations_of_all_threads_never_wait_in_a_ring(committed):
    """Gifts, refunds, purchases, advances, moves and fees over two funds and the system's."""
    with within(committed.id):
        funds = [open_fund(name=name, currency="EUR") for name in ("A", "B")]
        gift(system_fund("reserve", "EUR"), 5000)
        system_fund("overhead", "EUR")

    def work(number):
        dice = random.Random(number)
        done = 0
        for _ in range(10):
            one, other = dice.sample(funds, 2)
            with within(committed.id):
                gift_id, _ = gift(one, dice.randrange(40, 90), 3, bps=1000)
            for post in dice.sample(_anything(dice, one, other, gift_id), 3):
                try:
                    with within(committed.id):
                        post()
                    done += 1
                except (NotEnoughCents, TooMuch, Overtaken):
                    pass
        return done

    assert sum(_at_once(work)) > THREADS * 10
    with within(committed.id):
        assert audit.breaches() == []


def test_a_backstop_that_fires_is_counted_and_alarms(committed, monkeypatch, caplog):
    """Without the lock two purchases choose the same cents: the constraint stops the second."""
    with within(committed.id):
        fund = open_fund(name="Hot", currency="EUR")
        gift(fund, 100)
        [stale] = standing.lock("EUR", funds=[fund.id])
        purchase(fund, 30)
    monkeypatch.setattr(spending, "_line_to_spend", lambda *_: replace(stale))
    monkeypatch.setattr(Draft, "_free_of", lambda self, line: self._free.get(line.id, [(0, 100)]))
    try:
        with pytest.raises(IntegrityError, match="no_cent_twice"), within(committed.id):
            purchase(fund, 30)
        with within(committed.id):
            assert "a backstop fired 1 times" in " ".join(audit.breaches())
        assert "backstop of the ledger fired" in caplog.text
    finally:
        with psycopg.connect(owner_dsn()) as owner:
            owner.execute("SELECT setval('ledger_backstop', 1, false)")
