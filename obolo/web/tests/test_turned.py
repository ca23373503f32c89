"""What became of a gift beside purchases: each case of the design, as its path tells it."""

from typing import Any
from uuid import uuid4

import pytest

from obolo.causes.tests.cast import DAY, buy, eur, school, well
from obolo.giving.returns import actions
from obolo.giving.returns.tests.cast import OTHER, STAFF, gave, says
from obolo.giving.tests.cast import paid
from obolo.kit.money import Money
from obolo.ledger import actions as ledger
from obolo.ledger.models import Purpose
from obolo.people.tests.cast import anna, emma
from obolo.trace import queries, turns
from obolo.trace.actions import link_for
from obolo.web import turned, words

WHY: dict[str, Any] = {"reason": "a slip", "by": STAFF}


@pytest.fixture
def cause(charity):
    return well()


def path(gift) -> queries.Path:
    """The path; its sums always add up, its JSON and its sentences never fail."""
    found = queries.path(gift)
    parts = found.spent_minor + found.free_minor + found.returned_minor + found.converted_minor
    assert parts == found.restricted_minor
    assert len(queries.as_json(found)["turns"]) == len(found.turns)
    for lang in words.LANGUAGES:
        for turn in found.turns:
            assert turned.sentence(turn, lang)
    return found


def kinds(found: queries.Path) -> list[str]:
    return [turn.kind for turn in found.turns]


def by_hand(gift, minor, key="h"):
    actions.pay_back_by_hand(
        gift_id=gift.id, amount=eur(minor), account="cash:bank", on=DAY, key=key, **WHY
    )


def test_nothing_happened(cause):
    found = path(paid(anna(), cause, 500))
    assert (found.standing, found.turns, found.refunded_minor) == ("whole", (), 0)
    assert turned.standing(found, "en") == []


def test_refunded_before_it_was_spent_is_not_spent(cause):
    gift = paid(anna(), cause, 500, fee=0)
    by_hand(gift, 200)
    found = path(gift)
    assert (found.spent_minor, found.free_minor, found.returned_minor) == (0, 250, 200)
    assert (found.standing, found.refunded_minor) == ("partly_returned", 200)
    assert kinds(found) == ["refunded"]
    assert found.turns[0].minor == 200


def test_refunded_after_it_was_spent_the_reserve_stands_in(cause):
    gift = paid(anna(), cause, 500, fee=0)
    buy(cause, 450)
    assert path(gift).spent_minor == 450
    by_hand(gift, 500)
    found = path(gift)
    assert (found.spent_minor, found.covered_minor, found.standing) == (0, 450, "returned")
    assert found.counted == ()
    assert "reserve" in turned.standing(found, "en")[1]


def test_a_gift_to_the_reserve_that_stands_in(cause):
    reserve = ledger.system_fund(Purpose.RESERVE, "EUR")
    to_reserve = paid(emma(), cause, 600, fee=0)
    move = actions.ask_move(
        actions.Asked(
            kind="designation", from_fund_id=cause.fund_id, to_fund_id=reserve.id, currency="EUR",
            legal_basis="free money", reason="reserve", amount=eur(540),
        ),
        by=STAFF, key="m",
    )  # fmt: skip
    actions.approve_move(move_id=move.id, by=OTHER)
    gift = paid(anna(), cause, 500, fee=0)
    buy(cause, 450)
    by_hand(gift, 500)
    found = path(to_reserve)
    assert kinds(found) == ["moved", "stood_in"]
    assert found.spent_minor == 450
    assert found.turns[0].cause is None
    assert "our reserve" in turned.sentence(found.turns[0], "en")


def test_moved_to_another_cause_it_is_spent_there(cause):
    other = school()
    gift = paid(anna(), cause, 500, fee=0)
    move = actions.ask_move(
        actions.Asked(
            kind="correction", from_fund_id=cause.fund_id, to_fund_id=other.fund_id,
            currency="EUR", legal_basis="the donor's word", reason="slip", amount=eur(300),
            gift_id=gift.id,
        ),
        by=STAFF, key="m",
    )  # fmt: skip
    actions.approve_move(move_id=move.id, by=OTHER)
    buy(other, 100)
    found = path(gift)
    [turn] = found.turns
    assert (turn.kind, turn.minor, turn.cause, turn.to_minor) == ("moved", 300, other, 300)
    assert turn.why == "correction"
    assert (found.spent_minor, found.free_minor) == (100, 350)
    [counted] = found.counted
    assert counted.counted_minor == 100


def test_converted_it_is_another_currency(cause):
    gift = paid(anna(), cause, 500, fee=0)
    actions.convert(
        fund_id=cause.fund_id, sold=eur(400), bought=Money(2_611, "XOF"), fee=eur(2),
        rate="655.957", on=DAY, account="cash:bank", key="c", **WHY,
    )  # fmt: skip
    found = path(gift)
    [turn] = found.turns
    assert (turn.kind, turn.minor, turn.to_minor, turn.to_currency, turn.rate) == (
        "converted", 400, 2_611, "XOF", "655.957",
    )  # fmt: skip
    assert (found.converted_minor, found.free_minor) == (400, 50)


def test_an_advance_that_the_gift_paid_back(cause):
    reserve = ledger.system_fund(Purpose.RESERVE, "EUR")
    ledger.post_gift(
        gift_id=uuid4(), fund_id=reserve.id, gross=eur(1_000), fee=eur(0), overhead_bps=0,
        account="cash:bank", key="r", value_date=DAY,
    )  # fmt: skip
    purchase = uuid4()
    ledger.post_advance(
        purchase_id=purchase, fund_id=cause.fund_id, amount=eur(400), account="cash:bank",
        key="a", value_date=DAY,
    )  # fmt: skip
    gift = paid(anna(), cause, 500, fee=0)
    ledger.post_reimbursement(purchase_id=purchase, amount=eur(400), key="b", value_date=DAY)
    found = path(gift)
    assert kinds(found) == ["reimbursed_advance"]
    assert (found.spent_minor, found.free_minor) == (400, 50)


def test_corrections_of_the_amount(cause):
    gift = paid(anna(), cause, 500, fee=0)
    actions.void(gift_id=gift.id, gross=eur(200), fee=eur(0), key="v", **WHY)
    actions.add(gift_id=gift.id, gross=eur(100), fee=eur(0), key="a", **WHY)
    found = path(gift)
    assert kinds(found) == ["voided", "raised"]
    assert (found.gross_minor, found.standing) == (400, "whole")


def test_a_dispute_and_its_end_and_a_late_fee(charity, cause):
    gift = gave(anna(), cause, 500, fee=None)
    actions.compare(gift_id=gift.id, remote=says(gift, fee=40))
    actions.compare(gift_id=gift.id, remote=says(gift, fee=40, disputed=500))
    actions.compare(gift_id=gift.id, remote=says(gift, fee=40))
    found = path(gift)
    assert kinds(found) == ["fee_known", "charged_back", "came_back"]
    assert (found.fee_minor, found.fee_is_estimate, found.standing) == (40, False, "whole")


def test_a_gift_that_another_matched(cause):
    gift, match = paid(anna(), cause, 500), paid(emma(), cause, 700)
    actions.match(gift_id=match.id, matched_id=gift.id, key="m", **WHY)
    assert [(t.kind, t.minor) for t in path(gift).turns] == [("matched", 700)]
    assert path(match).turns == ()


def test_the_payers_address_does_not_open_the_page_of_a_gift_that_is_anothers(cause):
    gift = paid(anna(), cause, 500)
    link = link_for(gift_id=gift.id)
    assert queries.living_link(gift.payment) == link
    actions.change_owner(gift_id=gift.id, person_id=emma().id, key="o", **WHY)
    assert queries.living_link(gift.payment) is None


def test_every_kind_has_its_words():
    for lang in words.LANGUAGES:
        for kind in turns.KINDS:
            assert words._texts(lang)[f"turns.{kind}"]
