"""A closed fund stays as it is: each verb that would move its cents says so and writes nothing."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from obolo.kit.money import Money
from obolo.ledger import actions, audit, queries
from obolo.ledger.actions import GiftToPost, system_fund
from obolo.ledger.errors import FundClosed
from obolo.ledger.models import Entry
from obolo.ledger.tests.cast import (
    DAY,
    advance,
    close,
    convert,
    eur,
    gift,
    purchase,
    refund,
    reimburse,
    release,
    reserve,
    supplier_refund,
    transfer,
)

_GIVEN: dict[str, Any] = {"overhead_bps": 1000, "account": "cash:bank", "value_date": DAY}


@pytest.fixture
def closed(well, other_fund):
    """A fund that had a gift, a purchase and an advance, and ended."""
    reserve(500)
    system_fund("overhead", "EUR")
    gift_id, _ = gift(well, 100)
    bought, _ = purchase(well, 40)
    owed, _ = advance(well, 30)
    close(well, other_fund)
    return {"fund": well, "other": other_fund, "gift": gift_id, "bought": bought, "owed": owed}


def _gift_more(verb: Callable[..., Any], told: dict[str, Any], **more: Any) -> Any:
    amounts = {"gross": eur(5), "fee": eur(0)} if "amount" not in more else {}
    return verb(
        gift_id=told["gift"], fund_id=told["fund"].id, key="more", **amounts, **more, **_GIVEN
    )


VERBS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a gift": lambda t: gift(t["fund"], 5),
    "a gift in a new currency": lambda t: gift(t["fund"], 5, currency="USD"),
    "a burst": lambda t: actions.post_gifts(
        [GiftToPost(uuid4(), 5, 0, "g")], fund_id=t["fund"].id, currency="EUR", key="b", **_GIVEN
    ),
    "a matching gift": lambda t: _gift_more(
        actions.post_matching_gift, t, matched_gift_id=t["gift"]
    ),
    "an addition": lambda t: _gift_more(actions.post_additional_mint, t),
    "money that came back": lambda t: _gift_more(actions.post_came_back, t, amount=eur(5)),
    "a purchase": lambda t: purchase(t["fund"], 5),
    "a purchase in a new currency": lambda t: purchase(t["fund"], 5, currency="USD"),
    "an advance": lambda t: advance(t["fund"], 5),
    "a reimbursement": lambda t: reimburse(t["owed"], 5),
    "a release": lambda t: release(t["bought"]),
    "a supplier's refund": lambda t: supplier_refund(t["bought"], 5),
    "a transfer out": lambda t: transfer(t["fund"], t["other"], 5),
    "a transfer in": lambda t: transfer(t["other"], t["fund"], 5),
    "a conversion": lambda t: convert(t["fund"], 5, 9),
    "a second end": lambda t: close(t["fund"], t["other"], key="again"),
    "an end towards it": lambda t: close(t["other"], t["fund"], key="towards"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_closed_fund_refuses(closed, verb):
    before = Entry.objects.count()
    with pytest.raises(FundClosed, match="name one that is open"):
        VERBS[verb](closed)
    assert Entry.objects.count() == before


def test_what_was_posted_before_is_still_answered(closed, well):
    again: dict[str, Any] = {"gift_id": uuid4(), "key": "before", "fund_id": closed["other"].id}
    again |= {"gross": Money(7, "EUR"), "fee": eur(0)}
    first = actions.post_gift(**again, **_GIVEN)
    third = actions.open_fund(name="Third", currency="EUR")
    close(closed["other"], third, key="also")
    assert actions.post_gift(**again, **_GIVEN) == first


def test_its_gifts_are_refunded_where_their_cents_went(closed):
    refund(closed["gift"], 100)
    actions.change_owner(gift_id=closed["gift"], owner_id=uuid4(), key="o", value_date=DAY)
    assert queries.free_minor(closed["other"].id, "EUR") == 0
    assert audit.breaches() == []
