"""A promise kept over months: links, notices, saved methods, failures, and who hears what."""

import pytest

from obolo.conversations.models import Delivery
from obolo.giving.models import Gift, Payment
from obolo.giving.pledges import actions, collecting
from obolo.giving.pledges.models import Attempt, Instalment, Outcome, Way
from obolo.giving.pledges.tests.cast import begun, coming
from obolo.people.models import Purpose
from obolo.people.tests.cast import anna, emma, omar
from obolo.stories import keep_a_pledge, receive_a_gift
from obolo.stories.audit import breaches
from obolo.stories.tests.cast import Stage


@pytest.fixture
def kept(stage, clock):
    """Anna's pledge, its first gift paid and the method kept."""
    pledge = begun(anna(), stage.cause)
    [link] = stage.work()
    assert "primo dono" in link
    assert "ogni mese" in link
    pay_link(stage)
    pledge.refresh_from_db()
    assert pledge.saved is not None
    return pledge


def pay_link(stage: Stage) -> list[str]:
    payment = Attempt.objects.get(outcome=Outcome.OPEN).payment
    assert payment is not None
    stage.paid_notice(stage.provider.pay(payment))
    return stage.work()


def to_the_next(pledge, clock, *, before: int = 0) -> None:
    following = coming(pledge)
    clock(days=(following.take_on - actions.today()).days - before)


def test_the_link_is_ours_and_its_words_say_how_to_stop(stage, clock):
    begun(anna(), stage.cause, Way.LINK)
    [said] = stage.work()
    assert "smettere" in said
    url = stage.graph.sent[-1]["template"]["components"][-1]["parameters"][0]["text"]
    assert url == f"p/acqua-viva/{Payment.objects.get().reference}"
    assert Delivery.objects.get().purpose == Purpose.SERVICE


@pytest.mark.parametrize(("who", "word"), [(emma, "every month"), (omar, "كل شهر")])
def test_in_their_language(stage, clock, who, word):
    begun(who(), stage.cause)
    [said] = stage.work()
    assert word in said


def test_notice_then_money_then_thanks(stage, kept, clock):
    to_the_next(kept, clock, before=3)
    [notice] = stage.work()
    assert "preleveremo" in notice
    assert stage.work() == []
    clock(days=3)
    [thanks] = stage.work()
    assert thanks.startswith("Grazie")
    assert Gift.objects.count() == 2
    assert stage.work() == []
    assert breaches() == []


def test_the_notice_is_a_template_with_its_buttons_when_the_window_is_closed(stage, kept, clock):
    to_the_next(kept, clock, before=3)
    stage.work()
    sent = stage.graph.sent[-1]["template"]
    assert sent["name"] == "pledge_notice"
    following = coming(kept)
    taps = [c["parameters"][0]["payload"] for c in sent["components"] if c["type"] == "button"]
    assert taps == [f"pledge_skip:{following.id}", f"pledge_end:{kept.id}"]


def test_a_hard_failure_is_told_kindly_once_with_a_link(stage, kept, clock):
    to_the_next(kept, clock, before=3)
    stage.work()
    stage.provider.declines = "expired_card"
    clock(days=3)
    [said] = stage.work()
    assert "non è andato a buon fine" in said
    assert stage.work() == []
    assert len(pay_link(stage)) == 1
    assert Gift.objects.count() == 2


def test_a_soft_failure_is_tried_again_in_silence(stage, kept, clock):
    to_the_next(kept, clock, before=3)
    stage.work()
    stage.provider.declines = "insufficient_funds"
    clock(days=3)
    assert stage.work() == []
    stage.provider.declines = ""
    to_the_next(kept, clock)
    [thanks] = stage.work()
    assert thanks.startswith("Grazie")
    assert Attempt.objects.count() == 3


def test_a_provider_that_is_away_takes_it_once_when_it_is_back(stage, kept, clock):
    to_the_next(kept, clock, before=3)
    stage.work()
    stage.provider.away = True
    clock(days=3)
    assert stage.work() == []
    clock(seconds=30)
    assert stage.work() == []
    stage.provider.away = False
    clock(seconds=30)
    assert len(stage.work()) == 1
    assert Gift.objects.count() == 2
    assert len(stage.provider.payments) == 2


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_reference(
    stage, kept, clock, monkeypatch
):
    """The provider took the money and we never heard: the same key, the same payment."""
    to_the_next(kept, clock, before=3)
    stage.work()
    clock(days=3)
    keep_a_pledge.run(stage.organisation.id)
    payment = Attempt.objects.get(outcome=Outcome.OPEN).payment
    stage.provider._create(
        {"reference": payment.reference, "amount_minor": 500, "currency": "EUR",
         "saved_method": "pm_1"}
    )  # fmt: skip
    assert len(stage.work()) == 1
    assert Gift.objects.count() == 2
    assert len(stage.provider.payments) == 2


@pytest.mark.parametrize("status", [400, 402, 404])
def test_a_refusing_provider_means_a_link_and_no_hand_off(stage, kept, clock, status):
    to_the_next(kept, clock, before=3)
    stage.work()
    stage.provider.refuse = status
    clock(days=3)
    keep_a_pledge.run(stage.organisation.id)
    receive_a_gift.place_due(stage.organisation.id)
    stage.provider.refuse = 0
    [said] = stage.work()
    assert "link" in said


def test_one_trouble_delays_one_promise(stage, clock, monkeypatch):
    mine, others = begun(anna(), stage.cause), begun(emma(), stage.cause)
    broken = Instalment.objects.get(pledge=mine)
    real = collecting.step

    def step(one):
        if one.id == broken.id:
            raise ValueError("a planted fault")
        return real(one)

    monkeypatch.setattr(collecting, "step", step)
    assert len(stage.work()) == 1
    assert coming(others).state == "asked"
    assert coming(mine).state == "planned"
