"""Gifts handed over: booked once, of the kind they are, and never more cash than is lawful."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from obolo.causes.tests.cast import eur, well
from obolo.giving.desk import actions, queries
from obolo.giving.desk.errors import BadDeskGift, DraftReused, TooMuchCash
from obolo.giving.desk.models import DeskGift
from obolo.giving.models import Gift, Payment, PaymentState, Receipt
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.ledger.audit import breaches
from obolo.ledger.models import Leg
from obolo.people.tests.cast import anna, omar

pytestmark = pytest.mark.usefixtures("charity")
BY = uuid4()


@pytest.fixture
def cause(charity):
    return well()


def today() -> date:
    return now().date()


def hand_over(cause, **other):
    told = {
        "key": str(uuid4()), "person": anna(), "cause": cause, "amount": eur(2_000),
        "method": "cash", "received_on": today(), "by": BY,
    }  # fmt: skip
    return actions.record(**(told | other))


def test_cash_is_a_gift_with_a_receipt_that_says_cash(cause):
    gift, booked = hand_over(cause)
    assert (gift.gross_minor, gift.fee_minor, gift.method, booked) == (2_000, 0, "cash", True)
    receipt = Receipt.objects.get(gift=gift)
    assert "cash" in str(receipt.printed)
    assert Payment.objects.get().state == PaymentState.PAID
    assert Leg.objects.get(account="cash:desk").amount_minor == 2_000
    written = queries.of_gift(gift.id)
    assert written is not None
    assert (written.by, written.method) == (BY, "cash")
    assert breaches() == []


def test_a_cheque_says_cheque(cause):
    gift, _ = hand_over(cause, method="cheque", amount=eur(1_000_000))
    assert gift.method == "cheque"


def test_the_same_form_records_once_and_another_filling_is_refused(cause):
    first, _ = hand_over(cause, key="k")
    again, booked = hand_over(cause, key="k")
    assert (again, booked) == (first, False)
    for other in ({"amount": eur(2_001)}, {"person": omar()}, {"note": "x"}, {"method": "cheque"}):
        with pytest.raises(DraftReused):
            hand_over(cause, key="k", **other)
    assert (Gift.objects.count(), DeskGift.objects.count()) == (1, 1)


@pytest.mark.parametrize("minor", [500_000, 500_001, 10_000_000])
def test_cash_of_five_thousand_euro_is_refused(cause, minor):
    with pytest.raises(TooMuchCash):
        hand_over(cause, amount=eur(minor))
    assert Gift.objects.count() == 0


def test_cash_just_below_is_taken(cause):
    assert hand_over(cause, amount=eur(499_999))[1]


def test_cash_in_parts_within_a_week_counts_together(cause):
    hand_over(cause, amount=eur(300_000))
    with pytest.raises(TooMuchCash):
        hand_over(cause, amount=eur(200_000), received_on=today() - timedelta(days=6))
    assert hand_over(cause, amount=eur(200_000), received_on=today() - timedelta(days=7))[1]
    assert hand_over(cause, amount=eur(300_000), person=omar())[1]
    assert hand_over(cause, amount=eur(900_000), method="cheque")[1]


@pytest.mark.parametrize(
    "odd",
    [
        {"method": "gold"},
        {"amount": Money(500, "USD")},
        {"amount": eur(0)},
        {"amount": eur(-1)},
        {"received_on": date(1999, 1, 1)},
        {"received_on": date(2100, 1, 1)},
    ],
)
def test_what_cannot_be_is_refused(cause, odd):
    with pytest.raises(BadDeskGift):
        hand_over(cause, **odd)
    assert Gift.objects.count() == 0


def test_the_day_is_the_day_it_was_handed_over(cause):
    gift, _ = hand_over(cause, received_on=today() - timedelta(days=3))
    assert gift.paid_at.date() == today() - timedelta(days=3)
