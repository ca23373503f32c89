"""A payment notice only says "look": what cannot be looked at is set aside or waits."""

import pytest

from obolo.conversations.models import Message
from obolo.giving.models import Gift
from obolo.stories import read_notices
from obolo.stories.tests.cast import text


@pytest.mark.parametrize("body", [b"", b"[]", b'{"payment": 5}', b"\xff", b"[" * 10_000])
def test_an_unreadable_payment_notice_is_set_aside(stage, body):
    odd = stage.notice(body, "pay_simulator")
    read_notices.run(stage.organisation.id)
    odd.refresh_from_db()
    assert "payment" in odd.quarantine_reason
    assert stage.provider.asked == []


def test_a_payment_the_provider_knows_and_we_do_not_is_set_aside(stage):
    other = {"id": "pp_x", "reference": "of somebody else", "status": "paid", "currency": "EUR"}
    stage.provider.payments["x"] = other | {"amount_minor": 5, "url": "http://pay/x"}
    notice_ = stage.paid_notice("pp_x")
    read_notices.run(stage.organisation.id)
    notice_.refresh_from_db()
    assert notice_.quarantine_reason == "It points to a payment we never asked for."
    assert Gift.objects.count() == 0


def test_a_payment_nobody_knows_is_set_aside_in_the_end(stage, clock):
    notice_ = stage.paid_notice("pp_nothing")
    for _ in range(3):
        read_notices.run(stage.organisation.id)
        clock(minutes=2)
    notice_.refresh_from_db()
    assert "404" in notice_.quarantine_reason


def test_while_the_provider_is_away_a_notice_waits_and_is_never_set_aside(stage, clock):
    payment = stage.wants_to_give()
    notice_ = stage.paid_notice(stage.provider.pay(payment))
    stage.provider.away = True
    for _ in range(6):
        read_notices.run(stage.organisation.id)
        clock(minutes=5)
    notice_.refresh_from_db()
    assert (notice_.attempts, notice_.quarantined_at, notice_.done_at) == (6, None, None)
    stage.provider.away = False
    read_notices.run(stage.organisation.id)
    notice_.refresh_from_db()
    assert notice_.done_at
    assert Gift.objects.count() == 1


def test_a_provider_that_is_away_is_asked_once_per_round_and_delays_no_message(stage, clock):
    stage.provider.away = True
    for ref in range(5):
        stage.paid_notice(f"pp_{ref}")
    stage.hears(text("Ciao"))
    for _ in range(3):
        read_notices.run(stage.organisation.id)
        clock(seconds=11)
    # The one that failed twice lets another have its turn.
    assert [asked[-4:] for asked in stage.provider.asked] == ["pp_0", "pp_0", "pp_1"]
    assert Message.objects.count() == 1
