"""Money changes its fund only when two different people want it to."""

from typing import Any
from uuid import uuid4

import pytest

from obolo.causes.tests.cast import eur, school
from obolo.giving.returns import actions, errors, queries
from obolo.giving.returns.actions import Asked
from obolo.giving.returns.models import Move, MoveState
from obolo.giving.returns.tests.cast import OTHER, STAFF, gave, kinds
from obolo.ledger.audit import breaches
from obolo.ledger.errors import FundClosed, NotEnoughCents
from obolo.ledger.queries import details_of, free_minor
from obolo.people.tests.cast import anna, emma

SAID = {"it": "Il progetto è finito.", "en": "The project ended.", "ar": "انتهى المشروع."}


@pytest.fixture
def other(cause):
    return school()


def wish(cause, other, **more):
    told: dict[str, Any] = {
        "kind": "correction", "from_fund_id": cause.fund_id, "to_fund_id": other.fund_id,
        "currency": "EUR", "legal_basis": "the donor's word", "reason": "wrong button",
        "amount": eur(100),
    }  # fmt: skip
    return Asked(**told | more)


def test_a_gift_for_the_wrong_cause_moves_when_another_approves(cause, other):
    gift, rest = gave(anna(), cause, 500, fee=0), gave(emma(), cause, 500, fee=0)
    asked = wish(cause, other, gift_id=gift.id, amount=eur(450))
    move = actions.ask_move(asked, by=STAFF, key="m")
    assert actions.ask_move(asked, by=STAFF, key="m").id == move.id
    assert free_minor(other.fund_id, "EUR") == 0
    with pytest.raises(errors.SamePerson):
        actions.approve_move(move_id=move.id, by=STAFF)
    actions.approve_move(move_id=move.id, by=OTHER)
    actions.approve_move(move_id=move.id, by=OTHER)
    assert free_minor(other.fund_id, "EUR") == 450
    assert actions.movable_minor(rest.id, cause.fund_id, "EUR") == 450
    assert kinds(gift.id) == ["move_asked", "moved"]
    [(_, details)] = list(details_of(move.id))
    assert details["approvers"] == [str(STAFF), str(OTHER)]
    assert breaches() == []


def test_the_same_key_cannot_ask_for_another_move(cause, other):
    gave(anna(), cause, 500, fee=0)
    actions.ask_move(wish(cause, other, kind="designation"), by=STAFF, key="m")
    with pytest.raises(errors.KeyReused):
        actions.ask_move(wish(cause, other, kind="designation", amount=eur(101)), by=STAFF, key="m")


def test_undo_and_no_end_it(cause, other):
    gave(anna(), cause, 500, fee=0)
    first, second = (
        actions.ask_move(wish(cause, other, kind="designation"), by=STAFF, key=key)
        for key in ("a", "b")
    )
    actions.withdraw_move(move_id=first.id, by=STAFF)
    actions.withdraw_move(move_id=first.id, by=STAFF)
    with pytest.raises(errors.TooLate):
        actions.approve_move(move_id=first.id, by=OTHER)
    with pytest.raises(errors.SamePerson):
        actions.decline_move(move_id=second.id, by=STAFF, reason="no")
    actions.decline_move(move_id=second.id, by=OTHER, reason="not allowed by the appeal")
    with pytest.raises(errors.TooLate):
        actions.withdraw_move(move_id=second.id, by=STAFF)
    assert {m.state for m in queries.moves()} == {MoveState.WITHDRAWN, MoveState.DECLINED}
    assert free_minor(cause.fund_id, "EUR") == 450


@pytest.mark.parametrize(
    "odd",
    [
        {"legal_basis": "  "},
        {"legal_basis": "x" * 201},
        {"kind": "because"},
        {"amount": None},
        {"amount": eur(0)},
        {"kind": "correction"},
        {"kind": "failed", "amount": None},
        {"kind": "closing"},
        {"kind": "failed", "amount": None, "public_words": {"it": "x" * 501}},
    ],
)
def test_a_move_that_cannot_be_is_not_asked(cause, other, odd):
    gave(anna(), cause, 500, fee=0)
    with pytest.raises(errors.BadMove):
        actions.ask_move(wish(cause, other, **{"kind": "designation"} | odd), by=STAFF, key="m")
    assert Move.objects.count() == 0


def test_not_more_than_is_there_and_not_onto_itself(cause, other):
    gave(anna(), cause, 500, fee=0)
    with pytest.raises(NotEnoughCents):
        actions.ask_move(wish(cause, other, kind="designation", amount=eur(451)), by=STAFF, key="m")
    with pytest.raises(errors.BadMove):
        actions.ask_move(wish(cause, cause, kind="designation"), by=STAFF, key="m")
    with pytest.raises(errors.NoSuchMove):
        actions.approve_move(move_id=uuid4(), by=OTHER)


def test_a_cause_that_fails_gives_all_that_is_left_away(cause, other):
    gift = gave(anna(), cause, 500, fee=0)
    asked = wish(cause, other, kind="failed", amount=None, public_words=SAID)
    move = actions.ask_move(asked, by=STAFF, key="m")
    actions.approve_move(move_id=move.id, by=OTHER)
    assert free_minor(cause.fund_id, "EUR") == 0
    assert free_minor(other.fund_id, "EUR") == 450
    with pytest.raises(FundClosed):
        actions.add(gift_id=gift.id, gross=eur(5), fee=eur(0), reason="x", by=STAFF, key="k")
    assert breaches() == []


def test_a_gift_that_moved_can_still_be_given_back(cause, other):
    gift = gave(anna(), cause, 500, fee=0)
    move = actions.ask_move(
        wish(cause, other, kind="closing", amount=None, public_words=SAID), by=STAFF, key="m"
    )
    actions.approve_move(move_id=move.id, by=OTHER)
    refund, _ = actions.ask_refund(
        gift_id=gift.id, amount=eur(500), reason="asked", by=STAFF, key="r"
    )
    from obolo.giving.returns.tests.cast import taken

    actions.sent(refund_id=refund.id, remote=taken(refund))
    assert free_minor(other.fund_id, "EUR") == 0
    assert breaches() == []
