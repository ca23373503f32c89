"""Bursts of gifts: one entry, numbered in order, each gift once, as if they had come one by one."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obolo.ledger import actions, audit, queries
from obolo.ledger.actions import GiftToPost
from obolo.ledger.errors import KeyReused, NotPostable
from obolo.ledger.models import Entry
from obolo.ledger.tests.cast import DAY, gift, purchase, refund


def burst(fund: Any, gifts: list[GiftToPost], bps: int = 1000, **details: Any) -> Any:
    told: dict[str, Any] = {"key": f"burst:{uuid4()}", "account": "cash:simulator"} | details
    return actions.post_gifts(
        gifts, fund_id=fund.id, currency="EUR", overhead_bps=bps, value_date=DAY, **told
    )


def some(*amounts: tuple[int, int]) -> list[GiftToPost]:
    return [GiftToPost(uuid4(), gross, fee, f"gift:{uuid4()}") for gross, fee in amounts]


def _spans(postings: Any) -> Any:
    return [[(s.lo, s.hi) if s else None for s in (p.restricted, p.overhead)] for p in postings]


@given(st.lists(st.tuples(st.integers(2, 60), st.integers(0, 1)), min_size=1, max_size=8))
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_burst_numbers_as_one_by_one(charity, amounts):
    alone = actions.open_fund(name="One by one", currency="EUR")
    together = actions.open_fund(name="Together", currency="EUR")
    singly = [gift(alone, gross, fee, bps=1000)[1] for gross, fee in amounts]
    posted = burst(together, some(*amounts))
    assert [p.net_minor for p in posted] == [p.net_minor for p in singly]
    assert [p.restricted and p.restricted.lo for p in posted] == [
        p.restricted and p.restricted.lo for p in singly
    ]
    assert [p.overhead and p.overhead.minor for p in posted] == [
        p.overhead and p.overhead.minor for p in singly
    ]
    assert audit.breaches() == []


def test_a_burst_repeated_posts_once_and_a_longer_one_only_what_is_new(well):
    gifts = some((100, 5), (200, 0), (300, 10))
    first = burst(well, gifts[:2])
    assert burst(well, gifts[:2]) == first
    assert _spans(burst(well, gifts)) == [*_spans(first), [(266, 527), (29, 58)]]
    assert Entry.objects.filter(kind="gifts").count() == 2
    assert queries.fund_totals(well.id)[0].gifts_count == 3
    assert audit.breaches() == []


def test_a_gift_posted_alone_is_left_out_of_a_later_burst_and_the_other_way_round(well):
    one, two = some((100, 0), (200, 0))
    alone = gift(well, 100, bps=1000, gift_id=one.gift_id, key=one.key)[1]
    posted = burst(well, [one, two])
    assert posted[0] == alone
    assert gift(well, 200, bps=1000, gift_id=two.gift_id, key=two.key)[1] == posted[1]
    assert queries.fund_totals(well.id)[0].gifts_count == 2
    with pytest.raises(KeyReused):
        gift(well, 201, bps=1000, gift_id=two.gift_id, key=two.key)
    with pytest.raises(KeyReused):
        burst(well, [GiftToPost(two.gift_id, 201, 0, two.key)])


def test_a_key_twice_in_one_burst_is_refused(well):
    [one] = some((100, 0))
    with pytest.raises(KeyReused):
        burst(well, [one, one])
    assert queries.fund_totals(well.id)[0].gifts_count == 0


def test_a_gift_that_its_fee_eats_is_refused_in_a_burst(well):
    with pytest.raises(NotPostable):
        burst(well, some((100, 0), (20, 20)))
    assert audit.breaches() == []


def test_gifts_of_a_burst_are_spent_and_refunded_like_any(well):
    gifts = some((100, 0), (100, 4))
    burst(well, gifts, bps=0)
    bought, _ = purchase(well, 150)
    assert queries.gifts_of_use(bought) == [(gifts[0].gift_id, 100), (gifts[1].gift_id, 50)]
    refund(gifts[1].gift_id, 100)
    assert queries.owed_minor("EUR") == 54
    assert audit.breaches() == []
