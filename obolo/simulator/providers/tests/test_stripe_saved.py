"""A method kept at the first payment and taken from later: the library against the pretender."""

import json

import pytest

from obolo.gateways.payments.rail import KeepingRail, Kept, RailRefused
from obolo.gateways.payments.stripe import StripeRail
from obolo.kit.money import Money
from obolo.simulator.providers.tests.at_loopback import KEY, an_order


@pytest.fixture
def rail(house) -> StripeRail:
    made = StripeRail(KEY, base_url=f"{house.base}/sim/stripe", http=house.pool)
    assert isinstance(made, KeepingRail)
    return made


@pytest.fixture
def kept(house, rail) -> Kept:
    made = rail.create(an_order(keep_method=True))
    assert rail.fetch(made.provider_ref).saved is None
    house.post("/sim/stripe/sessions/gift-1/pay")
    saved: Kept | None = rail.fetch(made.provider_ref).saved
    assert saved is not None
    return saved


def test_nothing_is_kept_that_was_not_asked_for(house, rail):
    made = rail.create(an_order())
    house.post("/sim/stripe/sessions/gift-1/pay")
    assert rail.fetch(made.provider_ref).saved is None


def test_taken_once_whatever_was_lost_and_given_back_like_any_other(house, rail, kept):
    order = an_order("gift-2", 700)
    first = rail.charge(order, kept)
    assert (first.state, first.paid, first.reference) == ("paid", Money(700, "EUR"), "gift-2")
    assert first.fee == Money(36, "EUR")
    assert rail.charge(order, kept).provider_ref == first.provider_ref
    house.until(house.nothing_owed)
    refs = {ref for call in house.product.calls for ref in rail.read_notice(call.content)}
    assert first.provider_ref in refs
    assert rail.fetch(first.provider_ref).state == "paid"
    rail.refund(first.provider_ref, Money(200, "EUR"), "back")
    assert rail.fetch(first.provider_ref).refunded == Money(200, "EUR")


@pytest.mark.parametrize("code", ["insufficient_funds", "expired_card", "authentication_required"])
def test_a_decline_is_an_answer_with_its_code(house, rail, kept, code):
    house.post(f"/sim/stripe/methods/{kept.method}", {"declines": code})
    order = an_order("gift-2")
    told = rail.charge(order, kept)
    assert (told.state, told.failure, told.paid) == ("failed", code, None)
    assert rail.charge(order, kept).provider_ref == told.provider_ref
    house.post(f"/sim/stripe/methods/{kept.method}", {"declines": None})
    assert rail.charge(order, kept).state == "failed"
    assert rail.charge(an_order("gift-3"), kept).state == "paid"


def test_a_method_of_somebody_else_is_refused(rail, kept):
    other = Kept(customer="cus_other", method=kept.method, shown="")
    with pytest.raises(RailRefused):
        rail.charge(an_order("gift-2"), other)
    with pytest.raises(RailRefused):
        rail.charge(an_order("gift-2"), Kept(customer=kept.customer, method="pm_x", shown=""))


def test_a_payment_of_the_account_that_is_none_of_ours_is_refused(rail, kept):
    with pytest.raises(RailRefused):
        rail.fetch("pi_unknown")
    assert json.dumps(kept.shown) == '"card"'
