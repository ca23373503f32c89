"""What the provider did without us is posted once, in whatever order and however often we look."""

from typing import Any

import pytest

from obolo.causes.tests.cast import buy, eur
from obolo.giving.models import Gift, PaymentState
from obolo.giving.returns import actions, queries
from obolo.giving.returns.models import Refund, RefundState, Way
from obolo.giving.returns.tests.cast import STAFF, gave, kinds, left, says
from obolo.ledger.audit import breaches
from obolo.ledger.queries import free_minor
from obolo.ledger.returns import gift_state
from obolo.people.tests.cast import anna


@pytest.fixture
def gift(cause):
    return gave(anna(), cause, 500, fee=0)


def look(gift, **said):
    return actions.compare(gift_id=gift.id, remote=says(gift, **said))


def test_a_refund_made_at_the_provider_is_found_once(gift):
    first = look(gift, refunded=200)
    assert [(r.amount_minor, r.way) for r in first.refunded] == [(200, Way.FOUND)]
    assert not look(gift, refunded=200).is_any
    assert [r.amount_minor for r in look(gift, refunded=500, state="refunded").refunded] == [300]
    assert not look(gift, refunded=500).is_any
    assert left(gift) == 0
    assert breaches() == []


def test_an_answer_that_got_lost_is_found_by_the_look(gift):
    refund, _ = actions.ask_refund(
        gift_id=gift.id, amount=eur(200), reason="asked", by=STAFF, key="r"
    )
    actions.claim_refunds(limit=1)
    [found] = look(gift, refunded=200).refunded
    assert found.id == refund.id
    assert Refund.objects.get().state == RefundState.DONE
    assert left(gift) == 300


def test_a_repayment_by_hand_is_none_of_the_providers(gift):
    actions.pay_back_by_hand(
        gift_id=gift.id, amount=eur(100), account="cash:bank", on=gift.paid_at.date(),
        reason="asked", by=STAFF, key="h",
    )  # fmt: skip
    assert not look(gift).is_any
    assert [r.amount_minor for r in look(gift, refunded=100).refunded] == [100]


def test_a_refund_that_failed_later_comes_back(gift):
    look(gift, refunded=500)
    gift.payment.refresh_from_db()
    assert gift.payment.state == PaymentState.REFUNDED
    assert look(gift).came_back == eur(500)
    assert not look(gift).is_any
    assert left(gift) == 500
    gift.payment.refresh_from_db()
    assert gift.payment.state == PaymentState.PAID
    assert breaches() == []


def test_a_dispute_months_later_and_its_end(cause, gift):
    buy(cause, 450)
    assert look(gift, disputed=500).charged_back == eur(500)
    assert not look(gift, disputed=500).is_any
    assert gift_state(gift.id).refunded_minor == 500
    assert breaches() == []
    assert look(gift).came_back == eur(500), "the dispute was won"
    assert not look(gift).is_any
    assert free_minor(cause.fund_id, "EUR") == 450
    assert look(gift, disputed=500).charged_back == eur(500), "disputed anew"
    assert kinds(gift.id) == ["charged_back", "came_back", "charged_back"]
    assert breaches() == []


def test_a_dispute_of_what_went_back_before_takes_nothing_twice(gift):
    look(gift, refunded=500)
    assert not look(gift, refunded=500, disputed=500).is_any
    assert gift_state(gift.id).refunded_minor == 500


def test_a_bank_that_takes_a_debit_back_is_noted_with_its_fee(gift):
    told: dict[str, Any] = {
        "gift_id": gift.id, "amount": eur(500), "dispute_fee": eur(350), "account": "cash:bank",
        "reason": "MD06", "by": None, "key": "sepa:1",
    }  # fmt: skip
    assert actions.charge_back(**told).id == actions.charge_back(**told).id
    assert not look(gift).is_any, "it is none of the provider's disputes"
    assert left(gift) == 0
    assert breaches() == []


def test_the_true_fee_comes_late(cause):
    gift = gave(anna(), cause, 500, fee=None)
    assert gift.fee_is_estimate
    assert queries.standing(gift).fee_is_estimate
    news = look(gift, fee=40)
    assert news.fee == eur(40)
    assert not look(gift, fee=40).is_any
    assert not look(gift, fee=41).is_any, "the first true fee is the true one"
    standing = queries.standing(Gift.objects.get(id=gift.id))
    assert (standing.fee_minor, standing.fee_is_estimate) == (40, False)
    assert breaches() == []


def test_an_estimate_that_was_right_is_known_too(cause):
    gift = gave(anna(), cause, 500, fee=None)
    assert look(gift, fee=gift.fee_minor).fee == gift.fee
    assert not queries.standing(gift).fee_is_estimate
