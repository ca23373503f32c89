"""Recording what was bought: all or nothing, once per key, never more than there is."""

from datetime import timedelta
from uuid import uuid4

import pytest

from obolo.causes import actions, queries
from obolo.causes.errors import BadPurchase, CauseUnknown, NotAPaper, NotAPicture, PurchaseKeyReused
from obolo.causes.models import Evidence, Purchase
from obolo.causes.tests.cast import DAY, buy, eur, invoice, money_for, photo, picture, school, well
from obolo.gateways.tests.at_once import at_once
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.ledger import queries as ledger
from obolo.ledger.audit import breaches
from obolo.ledger.errors import NotEnoughCents
from obolo.ledger.models import Entry
from obolo.organisations.wall import within


@pytest.fixture
def cause(charity):
    """The well, with 10 euro."""
    cause = well()
    money_for(cause, 1_000)
    return cause


def _nothing_written(cause) -> bool:
    return (
        Purchase.objects.count() == Evidence.objects.count() == 0
        and Entry.objects.exclude(kind="rule").count() == 1
        and ledger.free_minor(cause.fund_id, "EUR") == 1_000
    )


def test_a_purchase_takes_its_cents_and_shows_its_evidence(cause):
    bought = buy(cause, 300, evidence=[photo(), invoice()], recorded_by=uuid4())
    assert ledger.free_minor(cause.fund_id, "EUR") == 700
    found = queries.purchases([bought.id])[bought.id]
    assert {(e.kind, e.public) for e in found.evidence.all()} == {
        ("photo", True),
        ("invoice", False),
    }
    assert breaches() == []


def test_one_key_records_once(cause):
    first = buy(cause, key="form:1", evidence=[photo()])
    assert buy(cause, key="form:1", evidence=[photo()]) == first
    assert Purchase.objects.count() == Evidence.objects.count() == 1
    assert ledger.free_minor(cause.fund_id, "EUR") == 700


@pytest.mark.parametrize(
    "other",
    [
        {"amount": eur(301)},
        {"description": "Altro"},
        {"bought_on": DAY - timedelta(days=1)},
    ],
)
def test_one_key_for_something_else_is_refused(cause, other):
    buy(cause, key="form:1")
    with pytest.raises(PurchaseKeyReused):
        buy(cause, key="form:1", **other)
    assert Purchase.objects.count() == 1


def test_one_key_for_another_cause_is_refused(cause):
    buy(cause, key="form:1")
    other = school()
    money_for(other, 1_000)
    with pytest.raises(PurchaseKeyReused):
        buy(other, key="form:1")


def test_a_double_click_records_once(committed):
    with within(committed.id):
        cause = well()
        money_for(cause, 1_000)

    def work(_):
        with within(committed.id):
            return buy(cause, key="form:1").id

    assert len(set(at_once(work, threads=4))) == 1
    with within(committed.id):
        assert ledger.free_minor(cause.fund_id, "EUR") == 700
        assert breaches() == []


BAD = {
    "zero": {"amount": eur(0)},
    "negative": {"amount": eur(-300)},
    "another currency": {"amount": Money(300, "USD")},
    "no description": {"description": ""},
    "blanks": {"description": " \n\t "},
    "invisible": {"description": "\u200b\u202e\ufeff"},
    "the future": {"bought_on": (now() + timedelta(days=3)).date()},
}


@pytest.mark.parametrize("other", BAD.values(), ids=BAD)
def test_a_bad_purchase_writes_nothing(cause, other):
    with pytest.raises(BadPurchase) as refused:
        buy(cause, evidence=[photo()], **other)
    assert refused.value.fault == "theirs"
    assert refused.value.detail
    assert _nothing_written(cause)


def test_tomorrow_may_be_another_time_zone(cause):
    assert buy(cause, bought_on=(now() + timedelta(days=1)).date())


def test_an_unknown_cause_is_refused(cause, other_charity):
    with pytest.raises(CauseUnknown):
        buy(cause, cause_id=uuid4())
    with within(other_charity.id), pytest.raises(CauseUnknown):
        buy(cause)
    assert _nothing_written(cause)


def test_more_than_there_is_writes_nothing(cause):
    with pytest.raises(NotEnoughCents):
        buy(cause, 1_001, evidence=[photo(), invoice()])
    assert _nothing_written(cause)
    assert buy(cause, 1_000)


def test_the_same_key_may_be_tried_again_after_money_arrived(cause):
    with pytest.raises(NotEnoughCents):
        buy(cause, 1_500, key="form:1")
    money_for(cause, 500)
    assert buy(cause, 1_500, key="form:1")


@pytest.mark.parametrize(
    ("evidence", "error"), [(photo(b"<html>"), NotAPicture), (invoice(b"<html>"), NotAPaper)]
)
def test_bad_evidence_writes_nothing(cause, evidence, error):
    with pytest.raises(error):
        buy(cause, evidence=[photo(), evidence])
    assert _nothing_written(cause)


def test_words_of_a_purchase_are_kept_as_they_can_be(cause):
    bought = buy(cause, description='Tubi\x00 \ud800\n<b>da 2"</b> ' + "x" * 500)
    bought.refresh_from_db()
    assert bought.description.startswith('Tubi\ufffd ? <b>da 2"</b> x')
    assert len(bought.description) <= 300


def test_evidence_may_follow_later(cause):
    bought = buy(cause)
    added = actions.add_evidence(purchase=bought, evidence=photo())
    found = queries.evidence(added.id)
    assert found
    assert found.purchase == bought


def test_the_same_photo_twice_is_one_file(cause):
    same = picture()
    bought = buy(cause, evidence=[photo(same), photo(same)])
    files = [e.file_name for e in bought.evidence.all()]
    assert len(files) == 2
    assert len(set(files)) == 1


def test_causes_in_their_order_and_in_their_languages(charity, other_charity):
    first, second = well(), school()
    assert queries.open_causes() == [first, second]
    assert (first.name("ar"), first.name("fr"), first.name("")) == (
        "بئر موروتو",
        "The well of Moroto",
        "The well of Moroto",
    )
    assert queries.by_slug("scuola") == queries.by_fund(second.fund_id) == second
    with within(other_charity.id):
        assert queries.open_causes() == []
        assert queries.get(first.id) is None
        assert well().slug == first.slug
