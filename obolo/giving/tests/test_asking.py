"""Asking for a payment, bringing it to the provider, looking again when nobody calls."""

from datetime import timedelta

import pytest

from obolo.causes.tests.cast import eur, well
from obolo.gateways.tests.at_once import at_once
from obolo.giving import actions, queries
from obolo.giving.actions import AMOUNT_MINOR_LIMIT
from obolo.giving.errors import AmountOutOfRange, NoRail
from obolo.giving.models import Payment, PaymentState
from obolo.giving.rails import rail
from obolo.giving.tests.cast import asked, opened, paid, told
from obolo.kit.clock import now
from obolo.organisations.wall import within
from obolo.people.tests.cast import anna, emma


@pytest.fixture
def cause(charity):
    """The well."""
    return well()


@pytest.mark.parametrize("minor", [0, -1, -500, AMOUNT_MINOR_LIMIT + 1, 10**13])
def test_what_no_link_can_collect_is_refused(cause, minor):
    with pytest.raises(AmountOutOfRange):
        asked(anna(), cause, minor)
    assert Payment.objects.count() == 0


@pytest.mark.parametrize("minor", [1, AMOUNT_MINOR_LIMIT])
def test_the_bounds_themselves_are_asked(cause, minor):
    assert asked(anna(), cause, minor).asked == eur(minor)


def test_a_link_is_unguessable_and_lives_thirty_days(cause):
    payment = asked(anna(), cause)
    assert payment.state == PaymentState.PLANNED
    assert len(payment.reference) == 43
    assert payment.reference != asked(anna(), cause).reference
    assert abs(payment.expires_at - now() - timedelta(days=30)) < timedelta(seconds=5)
    assert (payment.url, payment.provider_ref, payment.rail) == ("", None, "")


def test_a_placed_payment_has_its_address(cause):
    payment = opened(anna(), cause)
    assert payment.state == PaymentState.OPEN
    assert payment.url == "http://localhost/sim/pay/1"
    assert queries.payment_by_provider_ref(str(payment.provider_ref), "simulator") == payment
    assert queries.payment_by_provider_ref(str(payment.provider_ref), "stripe") is None
    assert queries.payment_by_reference(payment.reference) == payment
    assert queries.open_payment(anna().id) == payment


def test_a_payment_is_opened_once(cause):
    payment = opened(anna(), cause)
    assert not actions.placed(payment=payment, rail="simulator", remote=told(payment, "open"))


def test_a_cancelled_payment_is_not_opened(cause):
    payment = asked(anna(), cause)
    actions.cancel(payment_id=payment.id)
    assert not actions.placed(payment=payment, rail="simulator", remote=told(payment, "open"))
    assert queries.open_payment(anna().id) is None


def test_placing_is_tried_again_after_a_while(cause, clock):
    payment = asked(anna(), cause)
    assert actions.claim_to_place(limit=5) == [payment]
    assert actions.claim_to_place(limit=5) == []
    clock(seconds=21)
    assert actions.claim_to_place(limit=5) == [payment]
    payment.refresh_from_db()
    assert payment.attempts == 2


def test_an_open_payment_is_looked_at_ever_more_slowly(cause, clock):
    payment = opened(anna(), cause)
    waits = []
    for _ in range(12):
        assert actions.claim_to_look(limit=5) == []
        payment.refresh_from_db()
        waits.append(round((payment.look_at - now()).total_seconds() / 60))
        clock(minutes=waits[-1] + 1)
        assert actions.claim_to_look(limit=5) == [payment]
    assert waits == [2, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]


def test_what_is_paid_is_not_looked_at_again(cause, clock):
    paid(anna(), cause)
    clock(days=1)
    assert actions.claim_to_look(limit=5) == actions.claim_to_place(limit=5) == []


def test_workers_place_different_payments(committed):
    with within(committed.id):
        person, cause = anna(), well()
        for _ in range(6):
            asked(person, cause)

    def work(_):
        with within(committed.id):
            return [p.id for p in actions.claim_to_place(limit=2)]

    ids = [one for claimed in at_once(work, threads=3) for one in claimed]
    assert len(ids) == len(set(ids))


def test_gifts_are_listed_newest_first(cause, clock):
    first = paid(anna(), cause)
    clock(minutes=1)
    second = paid(anna(), cause)
    other = paid(emma(), cause)
    assert list(queries.gifts_of(anna().id)) == [second, first]
    assert set(queries.gifts(None)) == {first, second, other}
    assert list(queries.gifts(emma().id)) == [other]
    assert queries.people_of([first.id])[first.id].person == anna()
    assert queries.total_minor("EUR") == 1_500
    assert queries.total_minor("USD") == 0


def test_another_organisation_sees_no_gift(cause, other_charity):
    gift = paid(anna(), cause)
    open_one = opened(anna(), cause)
    with within(other_charity.id):
        assert queries.gift(gift.id) is None
        assert queries.receipt_of(gift.id) is None
        assert queries.payment_by_reference(open_one.reference) is None
        assert queries.payment_by_provider_ref(str(open_one.provider_ref), "simulator") is None
        assert actions.claim_to_look(limit=5) == []


def test_without_an_account_there_is_no_rail(charity):
    with pytest.raises(NoRail):
        rail()
