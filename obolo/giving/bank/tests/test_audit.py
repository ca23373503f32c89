"""The audit of bank and desk: clean when nothing is wrong, and it names the first wrong row."""

from uuid import uuid4

import pytest

from obolo.causes.tests.cast import eur
from obolo.giving.bank import actions
from obolo.giving.bank.audit import breaches
from obolo.giving.bank.models import LineDecision, LineState, StatementLine
from obolo.giving.bank.tests.cast import asked, came, imported, lines_of
from obolo.giving.desk import actions as desk
from obolo.giving.desk.models import DeskGift
from obolo.kit.clock import now
from obolo.people.tests.cast import anna

pytestmark = pytest.mark.usefixtures("charity")


@pytest.fixture
def booked(cause) -> StatementLine:
    """A line that is a gift, one undone, one set aside, one waiting; and a gift at the desk."""
    payment, other = asked(anna(), cause), asked(anna(), cause, 700)
    statement, _ = imported(
        came(rf=payment.provider_ref, ref="B1"),
        came("7.00", rf=other.provider_ref, ref="B2"),
        came("3.00", ref="B3"),
        came("4.00", ref="B4"),
    )
    one, two, three, _four = lines_of(statement)
    actions.undo(line_id=two.id, by=None, reason="x")
    actions.set_aside(line_id=three.id, by=None, reason="x")
    desk.record(
        key="k", person=anna(), cause=cause, amount=eur(500), method="cash",
        received_on=now().date(),
    )  # fmt: skip
    return one


def test_nothing_is_wrong(booked):
    assert breaches() == []


def test_a_line_without_its_gift(booked):
    StatementLine.objects.filter(id=booked.id).update(gift_id=uuid4())
    assert any(str(booked.id) in one and "missing" in one for one in breaches())


def test_two_lines_of_one_gift(booked):
    other = StatementLine.objects.get(bank_ref="B4")
    StatementLine.objects.filter(id=other.id).update(gift_id=booked.gift_id)
    assert any("the same gift" in one for one in breaches())


def test_a_line_that_stands_elsewhere_than_was_decided(booked):
    StatementLine.objects.filter(id=booked.id).update(state=LineState.ASIDE)
    assert any("elsewhere" in one and str(booked.id) in one for one in breaches())


def test_a_transfer_that_no_line_stands_for(booked, cause):
    from obolo.giving import actions as giving
    from obolo.giving.tests.cast import told

    payment = asked(anna(), cause, 900)
    gift, _ = giving.settle(payment_id=payment.id, remote=told(payment, method="transfer"))
    assert gift
    assert any(str(gift.id) in one for one in breaches())


def test_a_desk_gift_of_another_amount(booked):
    known = DeskGift.objects.get()
    DeskGift.objects.create(
        key="odd", told=b"", method="cash", received_on=known.received_on, amount_minor=1,
        currency="EUR", person_id=known.person_id, payment=known.payment, gift_id=known.gift_id,
    )  # fmt: skip
    assert any("desk" in one for one in breaches())
    assert LineDecision.objects.exists()
