"""The money of a promise: each due day is taken once, whatever fails, and let go kindly."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from obolo.causes.tests.cast import well
from obolo.giving.models import Gift, Payment
from obolo.giving.pledges import actions, collecting, plan, queries
from obolo.giving.pledges.models import Attempt, Instalment, Outcome, SavedMethod, Way
from obolo.giving.pledges.tests.cast import (
    CHAT,
    begun,
    coming,
    days,
    declines,
    key,
    look,
    opens,
    pays,
    shown,
    waiting,
)
from obolo.people.tests.cast import anna

pytestmark = pytest.mark.usefixtures("charity", "clock")


@pytest.fixture
def saved(clock):
    """A pledge whose first gift was paid; its method is kept, and the next notice is near."""
    pledge = begun(anna(), well())
    assert [s.what for s in look()] == ["ask"]
    assert waiting()
    assert Attempt.objects.get().keeps_method
    pays(waiting())
    pledge.refresh_from_db()
    return pledge


def to_the_next(pledge, clock, *, before: int = 0) -> Instalment:
    """So many days before the next one is taken."""
    following = coming(pledge)
    clock(days=(following.take_on - actions.today()).days - before)
    return following


def test_the_first_payment_keeps_the_method(saved):
    method = SavedMethod.objects.get()
    assert (method.rail, method.customer, method.method) == ("pay_simulator", "cus_1", "pm_1")
    assert saved.saved_id == method.id
    assert [state for _, state in days(saved)] == ["collected", "planned"]


def test_a_notice_comes_first_then_the_money_once(saved, clock):
    to_the_next(saved, clock, before=4)
    assert look() == []
    clock(days=1)
    assert [s.what for s in look()] == ["announce"]
    assert look() == []
    clock(days=3)
    assert look() == []  # nothing to say: the money is taken by itself
    payment = waiting()
    assert payment.rail == "pay_simulator"
    method = queries.method_for(payment.id)[1]
    assert method is not None
    assert method.method == "pm_1"
    assert look() == []
    pays(payment)
    pays(payment)
    assert Gift.objects.count() == 2
    assert [state for _, state in days(saved)] == ["collected", "collected", "planned"]


def test_a_late_notice_still_comes_days_before_the_money(saved, clock):
    following = to_the_next(saved, clock)
    assert [s.what for s in look()] == ["announce"]
    following.refresh_from_db()
    assert following.take_on == following.due_on + timedelta(days=collecting.NOTICE_LEAST_DAYS)
    assert not Attempt.objects.filter(outcome=Outcome.OPEN).exists()


def _taken(saved, clock) -> None:
    to_the_next(saved, clock, before=3)
    look()
    clock(days=3)
    look()


def test_a_soft_failure_is_tried_again_on_its_day_without_a_word(saved, clock):
    _taken(saved, clock)
    declines(waiting(), "insufficient_funds")
    again = shown(saved)
    assert again.failing
    assert coming(saved).take_on > actions.today()
    assert look() == []
    to_the_next(saved, clock)
    assert look() == []
    pays(waiting())
    assert [state for _, state in days(saved)] == ["collected", "collected", "planned"]
    assert not shown(saved).failing
    assert Attempt.objects.count() == 3
    assert SavedMethod.objects.get().ended_at is None


def test_soft_failures_end_with_a_link_and_keep_the_method(saved, clock):
    _taken(saved, clock)
    for _ in range(9):
        declines(waiting(), "insufficient_funds")
        if coming(saved).by_link:
            break
        to_the_next(saved, clock)
        look()
    tries = Attempt.objects.filter(way=Way.SAVED).count()
    assert 2 <= tries <= 5
    assert [s.what for s in look()] == ["told_failure"]
    assert SavedMethod.objects.get().ended_at is None
    pays(waiting())
    assert days(saved)[1][1] == "collected"


@pytest.mark.parametrize("code", ["expired_card", "stolen_card", "lost_card"])
def test_a_hard_failure_ends_the_method_and_offers_a_link_that_keeps_the_next(saved, clock, code):
    _taken(saved, clock)
    declines(waiting(), code)
    assert SavedMethod.objects.get().ended_because == code
    assert [s.what for s in look()] == ["told_failure"]
    pays(waiting())
    saved.refresh_from_db()
    assert saved.saved.ended_at is None
    assert SavedMethod.objects.count() == 2


def test_the_donor_must_confirm_a_link_this_time_the_method_stays(saved, clock):
    _taken(saved, clock)
    declines(waiting(), "authentication_required")
    assert [s.what for s in look()] == ["told_failure"]
    assert SavedMethod.objects.get().ended_at is None


def test_a_refusing_provider_means_a_link(saved, clock):
    _taken(saved, clock)
    assert collecting.refused(waiting())
    assert [s.what for s in look()] == ["told_failure"]
    assert not collecting.refused(waiting())


def test_unknown_codes_are_tried_once_more(saved, clock):
    _taken(saved, clock)
    declines(waiting(), "a_code_of_tomorrow")
    assert not coming(saved).by_link


def test_links_nobody_pays_end_the_promise(clock):
    pledge = begun(anna(), well(), Way.LINK)
    look()
    pays(waiting())
    said = []
    for _ in range(40):
        clock(days=3)
        said += [s.what for s in look()]
    assert said == ["ask", "ask", "ended_unpaid"]
    states = [state for _, state in days(pledge)]
    assert states == ["collected", "unpaid", "unpaid", "cancelled"]
    assert queries.changes(pledge.id)[0].reason == "unpaid"


def test_a_promise_whose_first_link_is_not_paid_never_began(clock):
    pledge = begun(anna(), well())
    look()
    clock(days=31)
    assert [s.what for s in look()] == ["ended_unpaid"]
    assert shown(pledge).next_on is None


def test_a_link_paid_after_it_was_taken_back_is_a_gift_all_the_same(clock):
    pledge = begun(anna(), well(), start=actions.today())
    look()
    old = waiting()
    opens(old)
    done = actions.skip(pledge_id=pledge.id, by=CHAT, key=key())
    actions.undo(change_id=done.id, by=CHAT, key=key())
    look()
    new = waiting()
    assert new.id != old.id
    pays(old)
    pays(new)  # two payments: two gifts, one due day
    assert Gift.objects.count() == 2
    assert Attempt.objects.filter(outcome=Outcome.COLLECTED).count() == 1
    assert [state for _, state in days(pledge)][:1] == ["collected"]


def test_days_we_slept_through_are_let_go_not_taken_together(clock):
    pledge = begun(anna(), well(), Way.LINK)
    look()
    pays(waiting())
    clock(days=120)
    assert [s.what for s in look()] in (["ask"], [])
    states = [state for _, state in days(pledge)]
    assert states.count("missed") >= 2
    assert states.count("asked") <= 1
    months = [d[:7] for d, _ in days(pledge)]
    assert len(set(months)) == len(months)


def test_the_database_refuses_a_second_living_attempt(saved):
    done = Attempt.objects.get(outcome=Outcome.COLLECTED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            instalment_id=done.instalment_id, number=2, way=Way.LINK, outcome=Outcome.OPEN
        )
    first = Instalment.objects.order_by("period")[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Instalment.objects.create(
            pledge=saved, period=first.period, due_on=first.due_on, amount_minor=1,
            currency="EUR", look_on=first.due_on, take_on=first.due_on,
        )  # fmt: skip


def test_three_years_of_turning_take_each_month_once(clock):
    pledge = begun(anna(), well(), day=31)
    for _ in range(36 * 5):
        look()
        for payment in Payment.objects.filter(state__in=["planned", "open"]):
            pays(payment)
        clock(days=6)
    found = [d for d, state in days(pledge) if state == "collected"]
    months = [int(d[:4]) * 12 + int(d[5:7]) for d in found]
    assert months == list(range(months[0], months[0] + len(months)))
    assert len(found) >= 34
    assert Gift.objects.count() == len(found)
    assert all(plan.day_in(int(d[:4]), int(d[5:7]), 31).isoformat() == d for d in found[1:])
