"""A purchase above the limit waits for another person, consumes nothing and is on no page."""

from uuid import uuid4

import pytest

from obolo.causes import actions, limits, queries
from obolo.causes.errors import (
    AlreadyDecided,
    NoSuchPurchase,
    NotWaiting,
    OwnPurchase,
    ReasonMissing,
)
from obolo.causes.models import Purchase
from obolo.causes.purchase_models import Decision, SpendingLimit
from obolo.causes.tests.cast import buy, money_for, photo, well
from obolo.gateways.tests.at_once import at_once
from obolo.ledger import queries as ledger
from obolo.ledger.audit import breaches
from obolo.ledger.errors import NotEnoughCents
from obolo.organisations.wall import within

OFFICER, TREASURER, ADMIN = uuid4(), uuid4(), uuid4()


def _cause(limit: int | None = 500):
    cause = well()
    money_for(cause, 1_000)
    actions.set_limit(currency="EUR", limit_minor=limit, by=ADMIN)
    return cause


@pytest.fixture
def cause(charity):
    """The well with 10 euro; above 5 a second person is needed."""
    return _cause()


def _waiting(cause, minor: int = 501, **other):
    return buy(cause, minor, recorded_by=OFFICER, evidence=[photo()], **other)


def test_up_to_the_limit_nobody_is_asked(cause):
    assert buy(cause, 500, recorded_by=OFFICER).booked_at
    assert queries.waiting_count() == 0


def test_above_it_nothing_is_consumed_and_no_page_has_it(cause):
    bought = _waiting(cause)
    assert bought.booked_at is None
    assert ledger.free_minor(cause.fund_id, "EUR") == 1_000
    assert queries.purchases([bought.id]) == {}
    assert queries.purchases_of(cause.id) == []
    assert not bought.evidence.get().public
    assert queries.waiting_purchases() == [bought]
    assert queries.waiting_count() == 1


def test_another_person_approves_and_then_it_counts(cause):
    bought = _waiting(cause)
    for _ in range(2):
        actions.approve_purchase(purchase_id=bought.id, by=TREASURER)
    assert ledger.free_minor(cause.fund_id, "EUR") == 499
    [found] = queries.purchases_of(cause.id)
    assert found.booked_at
    assert found.evidence.get().public
    decision = found.decisions.get()
    assert (decision.verdict, decision.decided_by) == ("approved", TREASURER)
    assert queries.waiting_count() == 0
    assert breaches() == []


def test_nobody_approves_or_refuses_their_own(cause):
    bought = _waiting(cause)
    with pytest.raises(OwnPurchase):
        actions.approve_purchase(purchase_id=bought.id, by=OFFICER)
    with pytest.raises(OwnPurchase):
        actions.refuse_purchase(purchase_id=bought.id, by=OFFICER, reason="doppia")
    assert Decision.objects.count() == 0


def test_refused_with_a_reason_it_never_counts(cause):
    bought = _waiting(cause)
    with pytest.raises(ReasonMissing):
        actions.refuse_purchase(purchase_id=bought.id, by=TREASURER, reason=" \u200b ")
    for _ in range(2):
        actions.refuse_purchase(purchase_id=bought.id, by=TREASURER, reason="Manca la fattura")
    with pytest.raises(AlreadyDecided):
        actions.approve_purchase(purchase_id=bought.id, by=ADMIN)
    assert ledger.free_minor(cause.fund_id, "EUR") == 1_000
    assert queries.purchases_of(cause.id) == []
    assert queries.waiting_count() == 0
    assert Decision.objects.get().reason == "Manca la fattura"


def test_a_second_approval_by_somebody_else_says_why_not(cause):
    bought = _waiting(cause)
    actions.approve_purchase(purchase_id=bought.id, by=TREASURER)
    with pytest.raises(AlreadyDecided):
        actions.approve_purchase(purchase_id=bought.id, by=ADMIN)
    with pytest.raises(AlreadyDecided):
        actions.refuse_purchase(purchase_id=bought.id, by=TREASURER, reason="no")


def test_two_approve_at_once_and_one_wins(committed):
    with within(committed.id):
        cause = _cause()
        bought = _waiting(cause)

    def approve(_):
        try:
            with within(committed.id):
                actions.approve_purchase(purchase_id=bought.id, by=uuid4())
        except AlreadyDecided:
            return "late"
        return "won"

    assert sorted(at_once(approve, threads=4)) == ["late", "late", "late", "won"]
    with within(committed.id):
        assert ledger.free_minor(cause.fund_id, "EUR") == 499
        assert breaches() == []


def test_without_enough_cents_it_goes_on_waiting(cause):
    bought = _waiting(cause, 1_001)
    with pytest.raises(NotEnoughCents):
        actions.approve_purchase(purchase_id=bought.id, by=TREASURER)
    assert queries.waiting_count() == 1
    money_for(cause, 1)
    actions.approve_purchase(purchase_id=bought.id, by=TREASURER)
    assert ledger.free_minor(cause.fund_id, "EUR") == 0


def test_what_needs_no_word_gets_none(cause):
    bought = buy(cause, 100, recorded_by=OFFICER)
    with pytest.raises(NotWaiting):
        actions.approve_purchase(purchase_id=bought.id, by=TREASURER)
    with pytest.raises(NoSuchPurchase):
        actions.approve_purchase(purchase_id=uuid4(), by=TREASURER)


def test_the_same_form_again_meets_the_one_that_waits(cause):
    first = _waiting(cause, key="form:1")
    assert _waiting(cause, key="form:1") == first
    assert Purchase.recorded.count() == 1


def test_the_newest_limit_holds_and_each_keeps_who_set_it(cause):
    actions.set_limit(currency="EUR", limit_minor=500, by=uuid4())  # the same: no new row
    actions.set_limit(currency="EUR", limit_minor=0, by=TREASURER)
    assert not buy(cause, 1, recorded_by=OFFICER).booked_at
    actions.set_limit(currency="EUR", limit_minor=None, by=ADMIN)
    assert buy(cause, 900, recorded_by=OFFICER).booked_at
    assert [one.set_by for one in limits.history("EUR")] == [ADMIN, TREASURER, ADMIN]
    assert SpendingLimit.objects.count() == 3
    assert limits.limit_minor("USD") is None
