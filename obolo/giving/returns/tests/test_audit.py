"""The audit of deeds, refunds and moves names the first wrong row."""

from typing import Any

import pytest
from django.db import connection

from obolo.causes.tests.cast import DAY, eur, school
from obolo.giving.models import Gift
from obolo.giving.returns import actions, audit
from obolo.giving.returns.actions import Asked
from obolo.giving.returns.models import Refund, RefundState
from obolo.giving.returns.tests.cast import OTHER, STAFF, gave, says
from obolo.ledger import actions as ledger
from obolo.people.tests.cast import anna, emma

WHY: dict[str, Any] = {"reason": "a slip", "by": STAFF}


@pytest.fixture
def gift(cause) -> Gift:
    return gave(anna(), cause, 500, fee=0)


def test_all_that_can_be_done_holds(cause, gift):
    other = school()
    actions.compare(gift_id=gift.id, remote=says(gift, refunded=100, disputed=200))
    actions.compare(gift_id=gift.id, remote=says(gift, refunded=100))
    actions.void(gift_id=gift.id, gross=eur(50), fee=eur(0), key="v", **WHY)
    actions.add(gift_id=gift.id, gross=eur(20), fee=eur(0), key="a", **WHY)
    actions.change_owner(gift_id=gift.id, person_id=emma().id, key="o", **WHY)
    move = actions.ask_move(
        Asked(
            kind="designation", from_fund_id=cause.fund_id, to_fund_id=other.fund_id,
            currency="EUR", legal_basis="board", reason="x", amount=eur(10),
        ),
        by=STAFF, key="m",
    )  # fmt: skip
    actions.approve_move(move_id=move.id, by=OTHER)
    assert audit.breaches() == []


def _planted(gift, statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [gift.id])
    return audit.breaches()


def test_a_refund_that_says_done_without_the_books(gift):
    actions.ask_refund(gift_id=gift.id, amount=eur(100), key="r", **WHY)
    Refund.objects.update(state=RefundState.DONE, returned_on=DAY)
    [found] = audit.breaches()
    assert str(Refund.objects.get().id) in found
    assert "not in the books" in found


def test_a_refund_posted_behind_our_back(gift):
    ledger.post_refund(
        gift_id=gift.id, amount=eur(100), account="cash:bank", key="x", value_date=DAY
    )
    [found] = audit.breaches()
    assert "without a deed" in found


def test_a_gift_given_to_another_without_a_deed(gift):
    right = emma()
    found = _planted(gift, f"UPDATE giving_gift SET person_id = '{right.id}' WHERE id = %s")
    assert len(found) == 1
    assert str(gift.id) in found[0]
