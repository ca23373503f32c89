"""A promise and what is done to it: dated rows, nothing twice, everything undone in its turn."""

from datetime import timedelta

import pytest

from obolo.causes.tests.cast import eur, well
from obolo.giving.models import PaymentState
from obolo.giving.pledges import actions, plan, queries
from obolo.giving.pledges.errors import (
    BadTerms,
    NotUndoable,
    PledgeEnded,
    PledgeKeyReused,
)
from obolo.giving.pledges.models import (
    Attempt,
    Instalment,
    Outcome,
    Pledge,
    PledgeChange,
    Way,
)
from obolo.giving.pledges.tests.cast import CHAT, begun, days, key, look, pays, waiting
from obolo.people.tests.cast import anna

pytestmark = pytest.mark.usefixtures("charity", "clock")


def change(pledge: Pledge, **terms) -> PledgeChange:
    return actions.change(pledge_id=pledge.id, by=CHAT, key=key(), **terms)


def undo(done: PledgeChange) -> PledgeChange:
    return actions.undo(change_id=done.id, by=CHAT, key=key())


def terms_of(pledge: Pledge) -> tuple[object, ...]:
    pledge.refresh_from_db()
    return (pledge.amount_minor, pledge.rhythm, pledge.day, pledge.standing, pledge.paused_until)


def test_begun_it_has_one_due_day_and_one_row_of_history():
    pledge = begun(anna(), well())
    today = actions.today()
    assert days(pledge) == [(today.isoformat(), "planned")]
    [row] = queries.changes(pledge.id)
    assert (row.kind, row.source, row.amount_minor) == ("begun", "chat", 500)
    [view] = queries.pledges_of(pledge.person_id)
    assert (view.next_on, view.collected_count, view.failing) == (today, 0, False)


def test_the_same_key_begins_once_and_other_inputs_are_refused():
    person, cause = anna(), well()
    once = begun(person, cause, key="k")
    assert begun(person, cause, key="k").id == once.id
    with pytest.raises(PledgeKeyReused):
        begun(person, cause, key="k", amount=eur(600))
    assert Pledge.objects.count() == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"amount": eur(0)},
        {"amount": eur(-5)},
        {"amount": eur(100_000_01)},
        {"rhythm": "weekly"},
        {"rhythm": ""},
        {"day": 0},
        {"day": 32},
        {"day": 1.5},
    ],
)
def test_odd_terms_are_refused(odd):
    with pytest.raises(BadTerms):
        begun(anna(), well(), **odd)
    assert not Pledge.objects.exists()


def test_another_amount_holds_for_the_day_to_come():
    pledge = begun(anna(), well())
    change(pledge, amount_minor=700)
    assert Instalment.objects.get().amount_minor == 700
    assert terms_of(pledge)[0] == 700


def test_what_is_on_its_way_keeps_its_amount(clock):
    pledge = begun(anna(), well())
    look()
    change(pledge, amount_minor=700)
    assert Instalment.objects.get().amount_minor == 500
    pays(waiting())
    first, second = Instalment.objects.order_by("period")
    assert (first.amount_minor, second.amount_minor) == (500, 700)


def test_another_day_and_another_rhythm_leave_no_month_out(clock):
    pledge = begun(anna(), well())
    look()
    pays(waiting())
    second = Instalment.objects.order_by("period")[1]
    change(pledge, day=31)
    moved = Instalment.objects.get(id=second.id)
    assert moved.due_on == plan.day_in(second.due_on.year, second.due_on.month, 31)
    change(pledge, rhythm="quarterly")
    while not Attempt.objects.filter(outcome=Outcome.OPEN).exists():
        clock(days=5)
        look()
    pays(waiting())
    third = Instalment.objects.order_by("period")[2]
    assert third.due_on == plan.next_due(moved.due_on, plan.Terms("quarterly", 31))


def test_skipped_the_next_one_is_planned():
    pledge = begun(anna(), well())
    today = actions.today()
    actions.skip(pledge_id=pledge.id, by=CHAT, key="k")
    actions.skip(pledge_id=pledge.id, by=CHAT, key="k")
    after = plan.next_due(today, pledge.terms).isoformat()
    assert days(pledge) == [(today.isoformat(), "skipped"), (after, "planned")]


def test_a_link_that_waits_is_taken_back_when_its_day_is_skipped():
    pledge = begun(anna(), well())
    look()
    payment = waiting()
    actions.skip(pledge_id=pledge.id, by=CHAT, key=key())
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert days(pledge)[0][1] == "skipped"


def test_a_pause_holds_its_days_and_ends_by_itself(clock):
    pledge = begun(anna(), well(), Way.LINK)
    look()
    pays(waiting())
    until = actions.today() + timedelta(days=75)
    actions.pause(pledge_id=pledge.id, by=CHAT, key=key(), until=until)
    for _ in range(26):
        clock(days=3)
        assert [s.what for s in look()] == []
        if actions.today() >= until:
            break
    states = [state for _, state in days(pledge)]
    assert states == ["collected", "paused", "paused", "planned"]
    assert terms_of(pledge)[3:] == ("begun", None)
    clock(days=31)
    assert [s.what for s in look()] == ["ask"]


def test_ended_nothing_more_is_asked(clock):
    pledge = begun(anna(), well(), Way.LINK)
    look()
    payment = waiting()
    ended = actions.end(pledge_id=pledge.id, by=CHAT, key=key())
    assert actions.end(pledge_id=pledge.id, by=CHAT, key=key()).id == ended.id
    clock(days=40)
    assert look() == []
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert [state for _, state in days(pledge)] == ["cancelled"]
    with pytest.raises(PledgeEnded):
        change(pledge, amount_minor=700)


def test_a_pause_that_was_over_before_it_began_is_refused():
    pledge = begun(anna(), well())
    with pytest.raises(BadTerms):
        actions.pause(pledge_id=pledge.id, by=CHAT, key=key(), until=actions.today())


@pytest.mark.parametrize("verb", ["change", "pause", "skip", "end"])
def test_the_newest_change_can_be_undone_once(verb):
    pledge = begun(anna(), well(), start=actions.today() + timedelta(days=5))
    before, rows = terms_of(pledge), days(pledge)
    done = {
        "change": lambda: change(pledge, amount_minor=900, rhythm="yearly", day=3),
        "pause": lambda: actions.pause(pledge_id=pledge.id, by=CHAT, key=key()),
        "skip": lambda: actions.skip(pledge_id=pledge.id, by=CHAT, key=key()),
        "end": lambda: actions.end(pledge_id=pledge.id, by=CHAT, key=key()),
    }[verb]()
    again = undo(done)
    assert terms_of(pledge) == before
    assert days(pledge)[:1] == rows
    assert Instalment.objects.order_by("period")[0].amount_minor == 500
    with pytest.raises(NotUndoable):
        undo(done)
    with pytest.raises(NotUndoable):
        undo(again)


def test_the_beginning_is_ended_not_undone():
    pledge = begun(anna(), well())
    with pytest.raises(NotUndoable):
        undo(queries.changes(pledge.id)[0])


def test_another_organisation_sees_no_pledge(other_charity):
    from obolo.organisations.wall import within

    pledge = begun(anna(), well())
    with within(other_charity.id):
        assert queries.view(pledge.id) is None
        assert not PledgeChange.objects.exists()
