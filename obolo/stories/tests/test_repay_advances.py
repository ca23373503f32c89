"""The reserve paid in advance; as gifts come the fund pays it back, oldest purchase first."""

from typing import Any
from uuid import uuid4

import pytest

from obolo.causes import actions as causes
from obolo.causes.tests.cast import DAY, buy, eur, money_for, well
from obolo.ledger import queries as ledger
from obolo.ledger.actions import post_gift, system_fund
from obolo.ledger.errors import NotEnoughCents, NotPostable
from obolo.ledger.models import Purpose
from obolo.stories import repay_advances
from obolo.stories.audit import breaches


@pytest.fixture
def cause(charity):
    """A cause without a cent, beside a reserve of 10 euro."""
    reserve = system_fund(Purpose.RESERVE, "EUR")
    post_gift(
        gift_id=uuid4(),
        fund_id=reserve.id,
        gross=eur(1_000),
        fee=eur(0),
        overhead_bps=0,
        account="cash:bank",
        key="reserve",
        value_date=DAY,
    )
    return well()


def _owed(cause) -> list[int]:
    return [minor for _, minor in ledger.outstanding_advances(cause.fund_id, "EUR")]


def test_as_gifts_come_the_reserve_is_paid_back(cause, charity):
    first, second = buy(cause, 300, from_reserve=True), buy(cause, 200, from_reserve=True)
    assert repay_advances.run(charity.id) == 0
    money_for(cause, 350)
    assert repay_advances.run(charity.id) == 2
    assert repay_advances.run(charity.id) == 0
    assert _owed(cause) == [150]
    assert ledger.free_minor(cause.fund_id, "EUR") == 0
    money_for(cause, 500)
    assert repay_advances.run(charity.id) == 1
    assert _owed(cause) == []
    assert ledger.free_minor(cause.fund_id, "EUR") == 350
    told = [sum(minor for _, minor in ledger.gifts_of_use(p.id)) for p in (first, second)]
    assert told == [300, 200]
    assert breaches() == []


def test_the_reserve_pays_no_more_than_it_has(cause):
    with pytest.raises(NotEnoughCents):
        buy(cause, 1_001, from_reserve=True)


def test_what_was_paid_back_cannot_be_released(cause, charity):
    bought = buy(cause, 300, from_reserve=True)
    money_for(cause, 300)
    repay_advances.run(charity.id)
    told: dict[str, Any] = {"day": DAY, "reason": "x", "key": "k", "by": uuid4()}
    with pytest.raises(NotPostable):
        causes.release_purchase(purchase_id=bought.id, **told)
    assert breaches() == []
