"""Money goes back: asked, carried out at the provider, posted, told; or found there by a look."""

from typing import Any
from uuid import uuid4

import pytest

from obolo.causes.tests.cast import eur
from obolo.conversations.queries import open_hand_off
from obolo.giving.models import Gift, Payment
from obolo.giving.returns import queries
from obolo.giving.returns.errors import NotEnoughLeft
from obolo.giving.returns.models import Refund, RefundState
from obolo.ledger.audit import breaches
from obolo.stories import give_back

STAFF = uuid4()


@pytest.fixture
def gift(stage) -> Gift:
    """Anna gave five euro through the provider, its fee 33 cents."""
    stage.gives()
    return Gift.objects.select_related("payment").get()


def ask(gift, minor, key="r") -> Refund:
    return give_back.ask(gift_id=gift.id, amount=eur(minor), reason="asked", by=STAFF, key=key)


def test_a_refund_goes_back_once_and_the_donor_is_told(stage, gift):
    ask(gift, 500)
    [said] = stage.work()
    assert "5,00" in said or "5\u00a0€" in said
    assert stage.work() == []
    assert list(stage.provider.refunds.values()) == [500]
    assert queries.standing(gift).refunded_minor == 500
    assert breaches() == []


def test_a_lost_answer_gives_back_once(stage, gift, clock):
    stage.provider.loses_answers = True
    ask(gift, 200)
    assert stage.work() == []
    assert Refund.objects.get().state == RefundState.PLANNED
    stage.provider.loses_answers = False
    clock(minutes=1)
    assert len(stage.work()) == 1
    assert list(stage.provider.refunds.values()) == [200]
    assert queries.standing(gift).refunded_minor == 200


def test_a_lost_answer_found_by_a_notice_first(stage, gift, clock):
    stage.provider.loses_answers = True
    ask(gift, 200)
    stage.work()
    stage.paid_notice(gift.payment.provider_ref)
    assert len(stage.work()) == 1
    stage.provider.loses_answers = False
    clock(minutes=1)
    assert stage.work() == [], "there is nothing left to carry out"
    assert queries.standing(gift).refunded_minor == 200


def test_a_provider_that_is_away_is_waited_for(stage, gift, clock):
    stage.provider.away = True
    ask(gift, 200)
    assert stage.work() == []
    stage.provider.away = False
    clock(minutes=1)
    assert len(stage.work()) == 1


def test_a_refusal_is_handed_to_the_team(stage, gift):
    stage.provider.refuse = 400
    ask(gift, 200)
    stage.work()
    assert Refund.objects.get().state == RefundState.REFUSED
    handed = open_hand_off(stage.talk().id)
    assert handed is not None
    assert handed.reason == "refund_refused"
    assert queries.standing(gift).left_minor == 500


def test_what_was_given_back_at_the_providers_desk_is_found_by_its_notice(stage, gift):
    stage.provider.payments[gift.payment.reference]["refunded_amount_minor"] = 300
    for _ in range(3):
        stage.paid_notice(gift.payment.provider_ref)
    assert len(stage.work()) == 1
    assert queries.standing(gift).refunded_minor == 300
    with pytest.raises(NotEnoughLeft):
        ask(gift, 300)


def test_and_without_any_notice_by_looking_again(stage, gift, clock):
    stage.provider.payments[gift.payment.reference]["refunded_amount_minor"] = 300
    assert give_back.look_again(stage.organisation.id) == 0
    clock(hours=2)
    assert give_back.look_again(stage.organisation.id) == 1
    assert queries.standing(gift).refunded_minor == 300
    assert give_back.look_again(stage.organisation.id) == 0
    clock(days=200)
    looks = 0
    while give_back.look_again(stage.organisation.id):
        looks += 1
        clock(days=200)
    assert 0 < looks < 10
    assert Payment.objects.get().recheck_at is None, "after four months nobody asks any more"


def test_the_true_fee_is_found_by_looking_again(stage, clock):
    stage.gives(fee=None)
    gift = Gift.objects.get()
    assert gift.fee_is_estimate
    stage.provider.payments[gift.payment.reference]["fee_minor"] = 41
    clock(hours=2)
    give_back.look_again(stage.organisation.id)
    standing = queries.standing(gift)
    assert (standing.fee_minor, standing.fee_is_estimate) == (41, False)
    assert breaches() == []


def test_a_repayment_by_hand_is_told_once(stage, gift):
    told: dict[str, Any] = {
        "gift_id": gift.id, "amount": eur(100), "account": "cash:bank",
        "on": gift.paid_at.date(), "reason": "by phone", "by": STAFF, "key": "h",
    }  # fmt: skip
    before = len(stage.graph.sent)
    for _ in range(2):
        give_back.pay_back_by_hand(**told)
    stage.work()
    assert len(stage.graph.sent) == before + 1
