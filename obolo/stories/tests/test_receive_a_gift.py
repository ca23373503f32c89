"""From "yes" to a gift that is booked once and thanked for once, whatever the provider does."""

import httpx
import pytest

from obolo.assistant.texts import render
from obolo.conversations import queries as talk
from obolo.conversations.models import Delivery, Message
from obolo.giving import actions as giving
from obolo.giving.errors import NoRail
from obolo.giving.models import Gift, Payment, PaymentState
from obolo.giving.rails import PRETEND
from obolo.kit.clock import now
from obolo.ledger.models import Leg
from obolo.organisations.wall import within
from obolo.people.tests.cast import EMMA
from obolo.stories import answer_a_message, read_notices, receive_a_gift
from obolo.stories.audit import breaches
from obolo.stories.tests.cast import tap

OMAR = "96170123456"


def _url(body) -> str:
    return str(body["interactive"]["action"]["parameters"]["url"])


def _said(key: str) -> int:
    return Delivery.objects.filter(key__startswith=f"{key}:").count()


def test_the_link_is_ours_and_leads_on(stage):
    payment = stage.wants_to_give()
    assert _url(stage.graph.sent[-1]).endswith(f"/p/acqua-viva/{payment.reference}")
    assert payment.state == PaymentState.OPEN
    assert payment.url == "http://pay/page"


def test_a_paid_gift_is_booked_and_thanked_for(stage):
    [thanks] = stage.gives()
    gift = Gift.objects.get()
    assert (gift.gross_minor, gift.fee_minor) == (500, 33)
    for piece in ("5\xa0€", "0,33\xa0€", "0,46\xa0€", "4,21\xa0€", "/000001"):
        assert piece in thanks
    assert "/t/acqua-viva/" in _url(stage.graph.sent[-1])
    assert breaches() == []


@pytest.mark.parametrize(
    ("of", "words", "cause"),
    [
        (EMMA, "I'd like to give 5 euros for the well", "The well of Moroto"),
        (OMAR, "أريد أن أتبرع بخمسة يورو للبئر", "بئر موروتو"),
    ],
)
def test_the_same_in_english_and_arabic(stage, of, words, cause):
    stage.says(words, of=of)
    stage.taps(next(b for b in stage.buttons().values() if b.startswith("confirm:")), of=of)
    stage.paid_notice(stage.provider.pay(Payment.objects.get()))
    [thanks] = stage.work()
    assert cause in thanks


def test_many_notices_thank_once(stage):
    payment = stage.wants_to_give()
    ref = stage.provider.pay(payment)
    for _ in range(5):
        stage.paid_notice(ref)
    assert len(stage.work()) == 1
    for _ in range(3):
        stage.paid_notice(ref)
    assert stage.work() == []
    assert Gift.objects.count() == 1


def test_without_a_notice_it_is_found_by_looking(stage, clock):
    payment = stage.wants_to_give()
    stage.provider.pay(payment)
    assert receive_a_gift.look_again(stage.organisation.id) == 0
    clock(minutes=3)
    assert receive_a_gift.look_again(stage.organisation.id) == 1
    assert _said("thanks") == 1
    assert Gift.objects.count() == 1


def test_looking_while_the_provider_is_away_fails_nothing(stage, clock):
    stage.wants_to_give()
    stage.provider.away = True
    clock(minutes=3)
    assert receive_a_gift.look_again(stage.organisation.id) == 1
    assert Gift.objects.count() == 0


def test_a_notice_before_anything_was_paid_changes_nothing(stage):
    payment = stage.wants_to_give()
    stage.paid_notice(stage.provider.payments[payment.reference]["id"])
    assert stage.work() == []
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN


def test_a_notice_that_overtakes_the_answer_to_create_is_booked(stage):
    """The provider knows the payment, we did not note it: its answer is still on the way."""
    stage.says("vorrei dare 5 euro per il pozzo")
    stage.hears(tap(stage.buttons()["Confermo"]))
    read_notices.run(stage.organisation.id)
    answer_a_message.run(stage.organisation.id)
    payment = Payment.objects.get()
    stage.provider.payments[payment.reference] = {
        "id": "pp_early", "reference": payment.reference, "status": "open",
        "amount_minor": 500, "currency": "EUR", "url": "http://pay/page",
    }  # fmt: skip
    stage.paid_notice(stage.provider.pay(payment))
    read_notices.run(stage.organisation.id)
    assert Gift.objects.count() == 1
    assert set(Leg.objects.filter(account__startswith="cash:").values_list("account")) == {
        ("cash:pay_simulator",)
    }
    stage.work()
    assert (_said("thanks"), _said("pay_link")) == (1, 0)
    assert breaches() == []


def test_an_early_notice_of_an_open_payment_sends_the_link_once(stage):
    stage.says("vorrei dare 5 euro per il pozzo")
    stage.provider.away = True
    stage.taps(stage.buttons()["Confermo"])
    stage.provider.away = False
    payment = Payment.objects.get()
    remote = {"id": "pp_early", "reference": payment.reference, "status": "open",
              "amount_minor": 500, "currency": "EUR", "url": "http://pay/page"}  # fmt: skip
    stage.provider.payments[payment.reference] = remote
    stage.paid_notice("pp_early")
    stage.work()
    assert _said("pay_link") == 1
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN


def test_another_amount_is_said_and_booked_as_paid(stage):
    [thanks] = stage.gives(minor=700)
    assert thanks.startswith(render("paid_other_amount", "it", asked="5\xa0€", paid="7\xa0€")[:20])
    assert Gift.objects.get().gross_minor == 700


def test_an_unknown_fee_is_not_claimed(stage):
    [thanks] = stage.gives(fee=None)
    assert Gift.objects.get().fee_is_estimate
    assert "commissione appena" in thanks


def test_a_fee_larger_than_the_gift_is_thanked_for_too(stage):
    [thanks] = stage.gives(minor=20, fee=35)
    assert "/000001" in thanks
    assert breaches() == []


def test_a_provider_that_is_away_is_told_once_and_the_link_follows_once(stage, clock):
    stage.says("vorrei dare 5 euro per il pozzo")
    stage.provider.away = True
    assert stage.taps(stage.buttons()["Confermo"]) == [render("pay_later", "it")]
    for _ in range(3):
        clock(seconds=21)
        assert stage.work() == []
    stage.provider.away = False
    clock(seconds=21)
    [link] = stage.work()
    assert "link" in link
    clock(seconds=21)
    assert stage.work() == []
    assert (_said("pay_later"), _said("pay_link")) == (1, 1)
    assert len(stage.provider.payments) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422])
def test_a_refused_payment_goes_to_a_person(stage, clock, status):
    stage.says("vorrei dare 5 euro per il pozzo")
    stage.provider.refuse = status
    assert stage.taps(stage.buttons()["Confermo"]) == [render("pay_trouble", "it")]
    hand_off = talk.open_hand_off(stage.talk().id)
    assert hand_off
    assert hand_off.reason == "payment_refused"
    assert Payment.objects.get().state == PaymentState.CANCELLED
    clock(minutes=5)
    assert stage.work() == []


def test_without_any_provider_a_person_takes_over(stage, monkeypatch):
    def none():
        raise NoRail

    monkeypatch.setattr(receive_a_gift, "rail", none)
    stage.says("vorrei dare 5 euro per il pozzo")
    assert stage.taps(stage.buttons()["Confermo"]) == [render("pay_trouble", "it")]
    assert talk.open_hand_off(stage.talk().id)


def test_one_payment_in_trouble_holds_no_other_up(stage):
    stage.says("vorrei dare 5 euro per il pozzo")
    bad = stage.buttons()["Confermo"]
    create = stage.provider._create
    stage.provider._create = lambda order: (
        create(order | {"currency": "euro"}) if order["amount_minor"] == 500 else create(order)
    )
    stage.says("I'd like to give 7 euros for the well", of=EMMA)
    good = stage.buttons()["Confirm"]
    stage.hears(tap(bad), tap(good, of=EMMA))
    stage.work()
    assert (_said("pay_later"), _said("pay_link")) == (1, 1)


def test_a_failed_payment_is_said_once(stage):
    payment = stage.wants_to_give()
    remote = stage.provider.payments[payment.reference]
    remote["status"] = "failed"
    for _ in range(3):
        stage.paid_notice(remote["id"])
    assert stage.work() == [render("payment_failed", "it")]
    assert Gift.objects.count() == 0


def test_a_cancelled_payment_that_was_paid_is_booked_and_thanked_for(stage):
    payment = stage.wants_to_give()
    giving.cancel(payment_id=payment.id)
    stage.paid_notice(stage.provider.pay(payment))
    assert len(stage.work()) == 1
    assert Gift.objects.count() == 1


def test_the_answer_of_a_provider_that_breaks_off_is_asked_for_again(stage, clock):
    """`create` arrived there, its answer did not: the second try opens no second payment."""
    stage.says("vorrei dare 5 euro per il pozzo")
    create = stage.provider._create

    def breaks_off(order):
        create(order)
        raise httpx.ReadTimeout("lost")

    stage.provider._create = breaks_off
    stage.taps(stage.buttons()["Confermo"])
    stage.provider._create = create
    clock(seconds=21)
    stage.work()
    assert len(stage.provider.payments) == 1
    assert _said("pay_link") == 1


def _page_closes(stage):
    """A payment whose page at the provider has closed, and whoever follows its link."""
    payment = stage.wants_to_give()
    Payment.objects.filter(id=payment.id).update(page_until=now())
    assert giving.ask_reopen(payment_id=payment.id)
    return payment


def test_a_closed_page_is_followed_by_the_next_and_the_link_is_not_sent_again(stage):
    payment = _page_closes(stage)
    stage.provider.payments[payment.reference]["url"] = "http://pay/next"
    assert stage.work() == []
    payment.refresh_from_db()
    assert (payment.state, payment.url) == (PaymentState.OPEN, "http://pay/next")
    created = [asked for asked in stage.provider.asked if asked.startswith("POST")]
    assert len(created) == 1, "the next page is asked for, not a second payment"
    stage.paid_notice(stage.provider.pay(payment))
    assert len(stage.work()) == 1
    assert Gift.objects.count() == 1


def test_what_was_paid_before_its_next_page_was_asked_for_is_thanked_for(stage):
    stage.provider.pay(_page_closes(stage))
    assert len(stage.work()) == 1
    assert (Gift.objects.count(), Payment.objects.get().state) == (1, PaymentState.PAID)


def test_a_provider_away_when_the_next_page_is_asked_for_is_asked_again_silently(stage, clock):
    payment = _page_closes(stage)
    stage.provider.away = True
    assert stage.work() == []
    stage.provider.away = False
    clock(seconds=21)
    assert stage.work() == []
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN


def test_a_payment_keeps_the_rail_it_was_opened_with(stage, monkeypatch, clock):
    """The organisation moves to another provider while a link is out."""
    payment = stage.wants_to_give()
    stage.provider.pay(payment)

    def elsewhere():
        raise AssertionError("the new provider knows nothing of it")

    monkeypatch.setattr(receive_a_gift, "rail", elsewhere)
    clock(minutes=3)
    receive_a_gift.look_again(stage.organisation.id)
    assert Gift.objects.count() == 1


def test_an_account_that_was_taken_away_fails_no_other_payment(stage, monkeypatch, clock):
    stage.provider.pay(stage.wants_to_give())
    gone = stage.wants_to_give("vorrei dare 7 euro per il pozzo")
    Payment.objects.filter(id=gone.id).update(rail="stripe", look_at=now())
    rail = stage.provider.rail()

    def by_name(name):
        if name == "stripe":
            raise NoRail(name)
        return rail

    monkeypatch.setattr(receive_a_gift, "rail_by_name", by_name)
    clock(minutes=3)
    assert receive_a_gift.look_again(stage.organisation.id) == 2
    assert Gift.objects.count() == 1


def test_a_gift_in_another_organisation_is_none_of_ours(stage, other_charity):
    payment = stage.wants_to_give()
    ref = stage.provider.pay(payment)
    assert not receive_a_gift.look(other_charity.id, PRETEND, ref)
    with within(other_charity.id):
        assert Gift.objects.count() == Message.objects.count() == 0
