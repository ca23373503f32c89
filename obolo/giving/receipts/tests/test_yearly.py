"""A person's year: their gifts and nobody else's, by the local day, and what went back when."""

from datetime import UTC, date, datetime

import pytest

from obolo.causes.tests.cast import eur, well
from obolo.giving.papers.statement import sums
from obolo.giving.receipts import actions, yearly
from obolo.giving.tests.cast import paid
from obolo.ledger.actions import change_owner, post_refund, post_void
from obolo.organisations.wall import within
from obolo.people.tests.cast import anna, emma

SPRING = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def cause(charity):
    """The well."""
    return well()


def _refund(gift, minor, on):
    post_refund(
        gift_id=gift.id,
        amount=eur(minor),
        account="cash:simulator",
        key=f"refund:{gift.id}:{on}",
        value_date=on,
    )
    actions.follow_return(gift_id=gift.id, reason="asked", by=None, key=f"r:{gift.id}:{on}")


def test_the_years_gifts_by_the_local_day(cause):
    for at in (
        datetime(2025, 12, 31, 22, 59, tzinfo=UTC),  # an hour before midnight in Rome
        datetime(2025, 12, 31, 23, 1, tzinfo=UTC),
        datetime(2026, 6, 1, tzinfo=UTC),
    ):
        paid(anna(), cause, at=at)
    paid(emma(), cause, at=SPRING)
    assert [r.paid_on for r in yearly.paper(person=anna(), year=2026).rows] == [
        date(2026, 1, 1),
        date(2026, 6, 1),
    ]
    assert len(yearly.paper(person=anna(), year=2025).rows) == 1
    assert yearly.years_of(anna().id) == [2026, 2025]
    assert [(g.name, g.gifts_count) for g in yearly.givers(2026)] == [("Anna", 2), ("Emma", 1)]


def test_what_went_back_stands_beside_the_gift_with_its_year(cause):
    gift = paid(anna(), cause, 1000, at=SPRING)
    _refund(gift, 200, date(2026, 5, 1))
    _refund(gift, 100, date(2027, 1, 5))
    (row,) = yearly.paper(person=anna(), year=2026).rows
    assert row.gift_minor == 1000
    assert row.returns == ((2026, 200), (2027, 100))
    assert row.number.endswith("/000003"), "of the receipt that holds"
    (total,) = sums([row])
    assert (total.given_minor, total.returned_minor, total.left_minor) == (1000, 300, 700)


def test_a_gift_that_went_back_whole_is_still_told(cause):
    gift = paid(anna(), cause, 1000, at=SPRING)
    _refund(gift, 1000, date(2026, 5, 1))
    (row,) = yearly.paper(person=anna(), year=2026).rows
    assert (row.gift_minor, row.left_minor, row.number[-6:]) == (1000, 0, "000001")


def test_a_gift_that_never_came_is_on_no_statement(cause):
    gift = paid(anna(), cause, 1000, at=SPRING)
    post_void(
        gift_id=gift.id, gross=eur(1000), fee=eur(33), account="cash:simulator", key="v",
        value_date=date(2026, 5, 1),
    )  # fmt: skip
    actions.void_for(gift_id=gift.id, reason="booked twice", by=None)
    assert yearly.paper(person=anna(), year=2026).rows == ()


def test_a_gift_that_is_anothers_is_on_the_others_statement(cause):
    gift = paid(anna(), cause, at=SPRING)
    change_owner(gift_id=gift.id, owner_id=emma().id, key="o", value_date=date(2026, 5, 1))
    assert yearly.paper(person=anna(), year=2026).rows == ()
    assert len(yearly.paper(person=emma(), year=2026).rows) == 1
    assert [giver.name for giver in yearly.givers(2026)] == ["Emma"]


def test_the_name_wished_for_and_the_language_of_the_reader(cause):
    paid(emma(), cause, at=SPRING)
    actions.keep_receipt_name(person_id=emma().id, name="Emma Rossi", tax_code="", by=None)
    told = yearly.paper(person=emma(), year=2026)
    assert (told.donor_name, told.language) == ("Emma Rossi", "en")
    assert yearly.paper(person=emma(), year=2026, language="ar").language == "ar"
    assert yearly.givers(2026)[0].name == "Emma Rossi"


def test_the_same_records_make_the_same_paper(cause):
    paid(anna(), cause, at=SPRING)
    first = yearly.statement(person=anna(), year=2026)
    assert first == yearly.statement(person=anna(), year=2026)


def test_another_organisation_has_nothing_of_it(cause, other_charity):
    gift = paid(anna(), cause, at=SPRING)
    with within(other_charity.id):
        assert yearly.givers(2026) == []
        assert list(yearly.receipts_of(2026)) == []
        assert yearly.years_of(gift.person_id) == []
