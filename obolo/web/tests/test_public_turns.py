"""What went back, moved or ended is told plainly on the donor's page, and the picture adds up."""

from uuid import uuid4

import pytest
from django.test import Client

from obolo.causes import telling
from obolo.causes.tests.cast import DAY, buy, eur, school, well
from obolo.giving.returns import actions
from obolo.giving.tests.cast import paid
from obolo.ledger import actions as ledger
from obolo.ledger.moves import Approval
from obolo.people.tests.cast import anna
from obolo.trace import queries
from obolo.web.public import picture
from obolo.web.public.flow import flow
from obolo.web.tests.public_cast import page_of
from obolo.web.tests.test_public_gift import html_of


@pytest.fixture
def client() -> Client:
    return Client()


def by_hand(gift, minor):
    actions.pay_back_by_hand(
        gift_id=gift.id, amount=eur(minor), account="cash:bank", on=DAY, key="h",
        reason="a private reason", by=uuid4(),
    )  # fmt: skip


def drawn(gift):
    """Kinds and amounts of the stations; together they are the whole band."""
    path = queries.path(gift)
    shares = [*picture.before_the_fund(path), *picture.from_the_fund(path)]
    assert sum(one.minor for one in shares) == picture.width_of(path)
    assert flow(path, "Acqua Viva", "", "ar").table
    return [(one.kind, one.minor) for one in shares]


def test_a_part_that_went_back_is_drawn_and_told(charity, client):
    gift = paid(anna(), well(), 500, fee=0)
    by_hand(gift, 200)
    assert drawn(gift) == [("overhead", 50), ("returned", 200), ("free", 250)]
    html = html_of(client, f"{page_of(gift)}?lang=en")
    assert "A part of this gift went back." in html
    assert "€2.00 went back to you." in html
    assert "a private reason" not in html


def test_what_was_spent_before_it_went_back_stays_bought(charity, client):
    cause = well()
    gift = paid(anna(), cause, 500, fee=0)
    buy(cause, 400)
    by_hand(gift, 500)
    html = html_of(client, f"{page_of(gift)}?lang=en")
    assert "All of this gift went back." in html
    assert "our reserve now stands for that share" in html
    assert "still to come" not in html, "nothing is to come of a gift that went back"
    drawn(gift)


def test_a_move_to_another_cause_is_told_with_its_reason(charity, client):
    cause, other = well(), school()
    gift = paid(anna(), cause, 500, fee=0)
    ledger.post_transfer(
        transfer_id=uuid4(), from_fund_id=cause.fund_id, to_fund_id=other.fund_id,
        amount=eur(450), reason="failed", key="m", value_date=DAY,
        approval=Approval("art. 1", (uuid4(), uuid4())),
    )  # fmt: skip
    telling.close(cause, "failed", {"en": "The road was lost in the flood."}, by=uuid4())
    html = html_of(client, f"{page_of(gift)}?lang=en")
    assert "The project could not go on. €4.50 moved to:" in html
    assert "The road was lost in the flood." in html
    assert drawn(gift) == [("overhead", 50), ("free", 450)]
    public = html_of(client, f"/c/acqua-viva/{cause.slug}?lang=en")
    assert "€4.50 moved to another fund" in public
    assert "The road was lost in the flood." in public
