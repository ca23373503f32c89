"""A purchase is told once to everybody whose cents it took and who wants to know."""

from uuid import uuid4

import pytest
from django.db import connection

from obolo.causes import actions as causes
from obolo.causes.errors import AlreadyDecided, BadPurchase
from obolo.causes.tests.cast import DAY, eur, invoice, photo
from obolo.conversations.models import Delivery, Message
from obolo.giving.models import Payment
from obolo.ledger.errors import NotEnoughCents
from obolo.people.models import Purpose
from obolo.people.tests.cast import ANNA, EMMA
from obolo.stories import answer_a_message, read_notices, spend_and_trace
from obolo.stories.audit import breaches
from obolo.trace.models import Report, TraceLink


def _bought(stage, minor: int = 300, key: str = "form:1", **other):
    told = {"cause_id": stage.cause.id, "amount": eur(minor), "description": "Tubi", "key": key}
    return spend_and_trace.record(
        **told | {"bought_on": DAY, "evidence": [photo(), invoice()]} | other
    )


def _given(stage, *minors: int) -> None:
    for euros in minors:
        stage.gives(f"vorrei dare {euros} euro per il pozzo")


def test_who_gave_hears_what_it_counted_towards(stage):
    _given(stage, 5)
    _bought(stage, 300)
    [report] = stage.work()
    assert "3\xa0€" in report
    assert "Tubi" in report
    assert "hanno contribuito" in report
    url = stage.graph.sent[-1]["interactive"]["action"]["parameters"]["url"]
    assert "/t/acqua-viva/" in url
    assert breaches() == []


def test_once_per_gift_whatever_is_repeated(stage):
    _given(stage, 5, 5)
    for _ in range(3):
        _bought(stage, 600)
    assert len(stage.work()) == 2
    assert stage.work() == []
    assert spend_and_trace.tell_due(stage.organisation.id) == 0
    assert Report.objects.count() == 1


def test_only_those_whose_cents_it_took(stage):
    _given(stage, 5)
    stage.says("I'd like to give 5 euros for the well", of=EMMA)
    stage.taps(stage.buttons()["Confirm"], of=EMMA)
    stage.paid_notice(stage.provider.pay(Payment.objects.order_by("-created_at")[0]))
    stage.work()
    _bought(stage, 400, key="first")  # Anna's 421 suffice
    stage.work()
    told = Message.objects.filter(deliveries__purpose=Purpose.REPORT)
    assert [m.conversation for m in told] == [stage.talk(ANNA)]
    _bought(stage, 100, key="second")
    assert len(stage.work()) == 2


def test_who_said_stop_is_not_told_and_nothing_is_written_down(stage):
    _given(stage, 5)
    stage.says("STOP")
    _bought(stage)
    assert stage.work() == []
    assert Delivery.objects.filter(purpose=Purpose.REPORT).count() == 0
    assert Report.objects.get().done_at


def test_a_stop_after_it_was_queued_counts_too(stage):
    _given(stage, 5)
    _bought(stage)
    spend_and_trace.tell_due(stage.organisation.id)
    sent = len(stage.graph.sent)
    stage.hears({"type": "text", "text": {"body": "STOP"}})
    read_notices.run(stage.organisation.id)
    answer_a_message.run(stage.organisation.id)
    stage.work()
    assert Delivery.objects.get(purpose=Purpose.REPORT).state == "refused"
    assert len(stage.graph.sent) == sent + 1  # the word that it was obeyed


def test_after_a_day_it_goes_as_a_template(stage, clock):
    _given(stage, 5)
    clock(days=2)
    _bought(stage)
    stage.work()
    template = stage.graph.sent[-1]["template"]
    assert template["name"] == "gift_counted"
    assert "obolo.invalid" not in str(template)
    assert "t/acqua-viva/" in str(template)


def test_many_are_told_in_pieces(stage, monkeypatch):
    monkeypatch.setattr(spend_and_trace, "PIECE", 2)
    _given(stage, 5, 5, 5, 5, 5)
    _bought(stage, 2_000)
    pieces = []
    while done := spend_and_trace.tell_due(stage.organisation.id):
        pieces.append(done)
    assert pieces == [2, 2, 1]
    assert Delivery.objects.filter(purpose=Purpose.REPORT).count() == 5
    assert Report.objects.get().told_count == 5


def test_a_purchase_that_fails_owes_no_report(stage):
    _given(stage, 5)
    with pytest.raises(NotEnoughCents):
        _bought(stage, 100_000)
    with pytest.raises(BadPurchase):
        _bought(stage, 0)
    assert Report.objects.count() == 0
    assert spend_and_trace.tell_due(stage.organisation.id) == 0


def test_no_table_holds_an_open_link(stage):
    """Thanks and report were queued and handed over; the token stands in none of their rows."""
    _given(stage, 5)
    _bought(stage)
    stage.work()
    tokens = {
        body["interactive"]["action"]["parameters"]["url"].rpartition("/")[2]
        for body in stage.graph.sent
        if "/t/acqua-viva/" in str(body)
    }
    [token] = tokens
    assert len(token) == 43
    assert TraceLink.objects.count() == 1
    assert _columns_with(token) == []
    assert _columns_with("Tubi") != []  # the search does see words


def _columns_with(word: str) -> list[str]:
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type IN"
            " ('text', 'character varying', 'jsonb', 'json', 'bytea')"
        )
        for table, column, kind in cursor.fetchall():
            shown = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE position(%s in {shown}) > 0', [word]
            )
            if (cursor.fetchone() or (0,))[0]:
                found.append(f"{table}.{column}")
    return found


def test_above_the_limit_nobody_hears_before_a_second_person_said_yes(stage):
    officer, treasurer = uuid4(), uuid4()
    causes.set_limit(currency="EUR", limit_minor=200, by=treasurer)
    _given(stage, 5)
    bought = _bought(stage, 300, recorded_by=officer)
    assert Report.objects.count() == 0
    assert stage.work() == []
    for _ in range(2):
        spend_and_trace.approve(purchase_id=bought.id, by=treasurer)
    [report] = stage.work()
    assert "Tubi" in report
    assert breaches() == []


def test_a_refused_purchase_is_told_to_nobody(stage):
    causes.set_limit(currency="EUR", limit_minor=200, by=uuid4())
    _given(stage, 5)
    bought = _bought(stage, 300, recorded_by=uuid4())
    causes.refuse_purchase(purchase_id=bought.id, by=uuid4(), reason="Doppia")
    with pytest.raises(AlreadyDecided):
        spend_and_trace.approve(purchase_id=bought.id, by=uuid4())
    assert stage.work() == []
    assert Report.objects.count() == 0
    assert breaches() == []
