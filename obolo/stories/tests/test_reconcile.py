"""Books = the provider's list, whatever notices were lost; what differs is named."""

import pytest

from obolo.conversations.models import Delivery
from obolo.giving.models import Gift, Payment, PaymentState
from obolo.giving.rails import PRETEND
from obolo.giving.reconciliation import actions, queries
from obolo.giving.reconciliation.models import Finding, FindingKind, Run
from obolo.stories import reconcile
from obolo.stories.audit import breaches


@pytest.fixture(autouse=True)
def same_provider(stage, monkeypatch):
    rail = stage.provider.rail()
    monkeypatch.setattr(reconcile, "rail_by_name", lambda _name: rail)


def work(stage) -> None:
    for _ in range(5):
        if not reconcile.run(stage.organisation.id):
            return


def found() -> list[tuple[str, str]]:
    return list(Finding.objects.order_by("at", "id").values_list("kind", "provider_ref"))


def test_a_payment_whose_notices_were_all_lost_is_found_and_thanked_for(stage, clock):
    payment = stage.wants_to_give()
    ref = stage.provider.pay(payment)
    Payment.objects.update(look_at="2036-01-01T00:00:00Z")  # looking again is exhausted too
    work(stage)
    gift = Gift.objects.get()
    assert (gift.gross_minor, gift.payment_id) == (500, payment.id)
    assert found() == [(FindingKind.MISSED, ref)]
    assert Delivery.objects.filter(key=f"thanks:{gift.id}").count() == 1
    assert breaches() == []
    clock(days=1)
    work(stage)
    assert (Gift.objects.count(), len(found())) == (1, 1)


def test_books_equal_the_providers_list_after_lost_doubled_and_mixed_notices(stage, clock):
    for turn in range(6):
        payment = stage.wants_to_give()
        ref = stage.provider.pay(payment, minor=500 + turn)
        for _ in range((0, 1, 3)[turn % 3]):
            stage.paid_notice(ref)
        stage.work()
    assert Gift.objects.count() == 4
    work(stage)
    theirs = {p["id"]: p["paid_amount_minor"] for p in stage.provider.payments.values()}
    ours = {one.payment.provider_ref: one.gross_minor for one in Gift.objects.all()}
    assert ours == theirs
    assert breaches() == []


def test_a_payment_the_provider_has_and_we_do_not_is_named(stage):
    stage.provider.payments["x"] = {
        "id": "pp_x", "reference": "x", "status": "paid", "amount_minor": 900, "currency": "EUR",
        "paid_amount_minor": 900, "fee_minor": 0, "url": "http://pay/page", "method": "card",
        "paid_at": "2026-11-24T10:00:00+00:00",
    }  # fmt: skip
    work(stage)
    [finding] = Finding.objects.all()
    assert (finding.kind, finding.theirs_minor, finding.ours_minor) == ("unknown_here", 900, None)
    assert Gift.objects.count() == 0


def test_a_gift_the_provider_does_not_know_is_named(stage):
    stage.gives()
    stage.provider.payments.clear()
    work(stage)
    [finding] = Finding.objects.all()
    assert (finding.kind, finding.ours_minor, finding.theirs_minor) == ("unknown_there", 500, None)
    assert Gift.objects.count() == 1  # named, never undone by itself


def test_a_gift_that_was_given_back_is_no_difference(stage):
    stage.gives()
    for one in stage.provider.payments.values():
        one["status"] = "refunded"
    work(stage)
    assert found() == []


def test_another_amount_is_named_and_the_books_stay(stage):
    stage.gives()
    for one in stage.provider.payments.values():
        one["paid_amount_minor"] = 700
    work(stage)
    [finding] = Finding.objects.all()
    assert (finding.kind, finding.ours_minor, finding.theirs_minor) == ("other_amount", 500, 700)
    assert Gift.objects.get().gross_minor == 500


def test_a_provider_that_is_away_is_told_and_the_next_run_looks_further_back(stage, clock):
    payment = stage.wants_to_give()
    stage.provider.pay(payment)
    stage.provider.away = True
    work(stage)
    [run] = Run.objects.all()
    assert run.ended_at
    assert run.trouble
    stage.provider.away = False
    clock(days=1)
    work(stage)
    assert Gift.objects.count() == 1
    newest = Run.objects.order_by("-asked_at")[0]
    assert (newest.trouble, newest.told_count) == ("", 1)
    assert newest.since < run.asked_at


def test_one_run_a_day_and_one_more_when_asked(stage):
    work(stage)
    work(stage)
    assert Run.objects.count() == 1
    first = actions.ask(rails=[PRETEND], by=stage.organisation.id)
    assert actions.ask(rails=[PRETEND], by=None) == first  # a second click waits for the same
    work(stage)
    [standing] = queries.standings([PRETEND])
    assert standing.last is not None
    assert (standing.last.id, standing.waiting) == (first[0].id, False)


def test_a_run_that_died_is_taken_up_again(stage, clock):
    actions.plan_today(rails=[PRETEND])
    assert actions.claim()
    assert actions.claim() is None
    clock(minutes=31)
    assert actions.claim()


def test_an_open_payment_whose_answer_was_lost_is_joined(stage):
    payment = stage.wants_to_give()
    ref = payment.provider_ref
    Payment.objects.update(provider_ref=None, state=PaymentState.PLANNED, url="", rail="")
    work(stage)
    payment.refresh_from_db()
    assert (payment.state, payment.provider_ref, payment.rail) == (PaymentState.OPEN, ref, PRETEND)
