"""Refunds: asked once, carried out once, posted once."""

from datetime import timedelta
from typing import Any

import pytest

from obolo.causes.tests.cast import buy, eur
from obolo.gateways.tests.at_once import at_once
from obolo.giving.models import PaymentState
from obolo.giving.returns import actions, errors
from obolo.giving.returns.models import Refund, RefundState
from obolo.giving.returns.tests.cast import STAFF, gave, kinds, left, says, taken
from obolo.giving.tests.cast import paid
from obolo.kit.clock import now
from obolo.kit.money import CurrencyMismatch, Money
from obolo.ledger.audit import breaches
from obolo.ledger.queries import free_minor, owed_minor
from obolo.organisations.wall import within
from obolo.people.tests.cast import anna


def ask(gift, minor, key="r1", reason="asked by Anna"):
    refund, _ = actions.ask_refund(
        gift_id=gift.id, amount=eur(minor), reason=reason, by=STAFF, key=key
    )
    return refund


def test_a_refund_before_spending_takes_the_gifts_own_cents(cause):
    gift = gave(anna(), cause, 500, fee=0)
    refund = ask(gift, 200)
    assert left(gift) == 300
    assert free_minor(cause.fund_id, "EUR") == 450, "nothing is posted before it has left"
    assert [one.id for one in actions.claim_refunds(limit=5)] == [refund.id]
    assert actions.sent(refund_id=refund.id, remote=taken(refund))
    assert not actions.sent(refund_id=refund.id, remote=taken(refund)), "an answer heard twice"
    assert free_minor(cause.fund_id, "EUR") == 250
    assert left(gift) == 300
    assert kinds(gift.id) == ["refund_asked", "refunded"]
    assert breaches() == []


def test_a_refund_after_spending_leaves_the_purchase_as_it_is(cause):
    gift = gave(anna(), cause, 500, fee=33)
    buy(cause, 421)
    refund = ask(gift, 500)
    actions.sent(refund_id=refund.id, remote=taken(refund))
    gift.payment.refresh_from_db()
    assert gift.payment.state == PaymentState.REFUNDED
    assert owed_minor("EUR") == 421 + 33, "no reserve yet: the organisation owes it"
    assert breaches() == []


def test_the_same_key_asks_once_and_another_wish_under_it_is_refused(cause):
    gift = gave(anna(), cause)
    assert ask(gift, 200).id == ask(gift, 200).id
    with pytest.raises(errors.KeyReused):
        ask(gift, 201)
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    ("minor", "wrong"), [(501, errors.NotEnoughLeft), (0, errors.BadCorrection)]
)
def test_more_than_the_gift_or_nothing_is_refused(cause, minor, wrong):
    gift = gave(anna(), cause)
    with pytest.raises(wrong):
        ask(gift, minor)
    assert Refund.objects.count() == 0


def test_a_second_refund_cannot_exceed_what_the_first_left(cause):
    gift = gave(anna(), cause)
    ask(gift, 300)
    with pytest.raises(errors.NotEnoughLeft) as odd:
        ask(gift, 300, key="r2")
    assert odd.value.left_minor == 200
    ask(gift, 200, key="r3")
    with pytest.raises(errors.AllGivenBack):
        ask(gift, 1, key="r4")


def test_two_at_the_same_moment_cannot_give_back_more_than_came(committed):
    with within(committed.id):
        from obolo.causes.tests.cast import well
        from obolo.giving.rails import PRETEND
        from obolo.organisations.actions import keep_account

        keep_account(
            kind=PRETEND, hook_key="k", outside_id="m", secrets={"secret": "s"},
            address={"base_url": "http://pay"}, organisation_id=committed.id,
        )  # fmt: skip
        gift = gave(anna(), well())

    def one(turn: int) -> str:
        try:
            with within(committed.id):
                ask(gift, 300, key=f"r{turn}")
        except errors.NotEnoughLeft:
            return "refused"
        return "asked"

    assert sorted(at_once(one, 2)) == ["asked", "refused"]


def test_another_currency_no_reason_no_gift(cause):
    gift = gave(anna(), cause)
    with pytest.raises(CurrencyMismatch):
        actions.ask_refund(gift_id=gift.id, amount=Money(100, "USD"), reason="x", by=STAFF, key="a")
    with pytest.raises(errors.ReasonMissing):
        ask(gift, 100, reason=" \u200b ")
    with pytest.raises(errors.NoSuchGift):
        actions.ask_refund(gift_id=STAFF, amount=eur(1), reason="x", by=STAFF, key="b")


def test_what_came_by_bank_goes_back_by_hand(cause):
    gift = paid(anna(), cause, 500, fee=0)  # its rail is none of our providers
    with pytest.raises(errors.NoWayBack):
        ask(gift, 100)
    by_hand: dict[str, Any] = {
        "gift_id": gift.id, "amount": eur(100), "account": "cash:bank", "by": STAFF,
        "on": now().date(), "reason": "asked by phone", "key": "h",
    }  # fmt: skip
    refund, new = actions.pay_back_by_hand(**by_hand)
    assert new
    assert actions.pay_back_by_hand(**by_hand) == (Refund.objects.get(id=refund.id), False)
    assert left(gift) == 400
    assert Refund.objects.get().state == RefundState.DONE
    tomorrow = now().date() + timedelta(days=2)
    with pytest.raises(errors.BadCorrection):
        actions.pay_back_by_hand(**by_hand | {"on": tomorrow, "key": "h2"})
    assert breaches() == []


def test_a_refund_can_be_withdrawn_until_somebody_begins_it(cause):
    gift = gave(anna(), cause)
    first = ask(gift, 100)
    actions.withdraw_refund(refund_id=first.id, by=STAFF)
    actions.withdraw_refund(refund_id=first.id, by=STAFF)
    assert left(gift) == 500
    assert actions.claim_refunds(limit=5) == []
    second = ask(gift, 100, key="r2")
    actions.claim_refunds(limit=5)
    with pytest.raises(errors.TooLate):
        actions.withdraw_refund(refund_id=second.id, by=STAFF)
    assert kinds(gift.id) == ["refund_asked", "refund_withdrawn", "refund_asked"]


def test_a_refusal_frees_what_was_planned(cause):
    gift = gave(anna(), cause)
    refund = ask(gift, 500)
    assert actions.refused(refund_id=refund.id, why="HTTP 400")
    assert not actions.refused(refund_id=refund.id, why="HTTP 400")
    assert left(gift) == 500
    assert not actions.sent(refund_id=refund.id, remote=taken(refund))


def test_a_provider_that_is_away_is_asked_again_ever_more_slowly(cause, clock):
    refund = ask(gave(anna(), cause), 100)
    assert [r.attempts for r in actions.claim_refunds(limit=5)] == [1]
    assert actions.claim_refunds(limit=5) == []
    clock(seconds=31)
    assert [r.attempts for r in actions.claim_refunds(limit=5)] == [2]
    clock(seconds=31)
    assert actions.claim_refunds(limit=5) == []
    refund.refresh_from_db()
    assert refund.state == RefundState.PLANNED


def test_given_back_at_the_provider_meanwhile_it_does_not_go_twice(cause):
    gift = gave(anna(), cause)
    planned = ask(gift, 500)
    actions.compare(gift_id=gift.id, remote=says(gift, refunded=500))
    assert actions.claim_refunds(limit=5) == []
    planned.refresh_from_db()
    assert planned.state == RefundState.REFUSED
    assert breaches() == []
