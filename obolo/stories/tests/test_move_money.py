"""A cause ends: what is left moves, everybody reads why, and late money finds its way."""

from uuid import uuid4

import pytest

from obolo.causes import queries as causes
from obolo.giving.models import Gift, Payment
from obolo.giving.returns.actions import Asked
from obolo.giving.returns.errors import BadMove
from obolo.ledger.audit import breaches
from obolo.ledger.queries import free_minor
from obolo.stories import move_money
from obolo.trace import queries as trace

ONE, OTHER = uuid4(), uuid4()
SAID = {
    "it": "Il terreno non tiene l'acqua. Quello che resta va alla scuola.",
    "en": "The ground holds no water. What is left goes to the school.",
    "ar": "الأرض لا تحفظ الماء. ما بقي يذهب إلى المدرسة.",
}


def wish(stage, **more):
    school = causes.by_slug("scuola")
    assert school is not None
    told = {
        "kind": "failed", "from_fund_id": stage.cause.fund_id, "to_fund_id": school.fund_id,
        "currency": "EUR", "legal_basis": "board, 12 May", "reason": "no water",
        "public_words": SAID,
    }  # fmt: skip
    return Asked(**told | more), school


def test_a_project_that_failed_is_told_plainly_and_what_is_left_moves(stage):
    stage.gives()
    gift = Gift.objects.get()
    asked, school = wish(stage)
    move = move_money.ask(asked, by=ONE, key="m")
    assert causes.closing_of(stage.cause.id) is None
    for _ in range(2):
        move_money.approve(move_id=move.id, by=OTHER)
    closing = causes.closing_of(stage.cause.id)
    assert closing is not None
    assert (closing.how, closing.sentence("ar"), closing.closed_by) == ("failed", SAID["ar"], OTHER)
    assert free_minor(stage.cause.fund_id, "EUR") == 0
    [turn] = trace.path(gift).turns
    assert (turn.kind, turn.cause, turn.why) == ("moved", school, "closing")
    assert breaches() == []


def test_money_that_arrives_for_a_cause_that_ended_is_booked_where_the_rest_went(stage):
    late = stage.wants_to_give()
    asked, school = wish(stage)
    move_money.approve(move_id=move_money.ask(asked, by=ONE, key="m").id, by=OTHER)
    late.refresh_from_db()
    assert late.state == "cancelled"
    stage.paid_notice(stage.provider.pay(late))
    stage.work()
    assert Payment.objects.get(id=late.id).state == "paid"
    assert free_minor(school.fund_id, "EUR") == trace.path(Gift.objects.get()).restricted_minor
    assert breaches() == []


def test_without_a_sentence_for_everybody_no_cause_ends(stage):
    with pytest.raises(BadMove):
        move_money.ask(wish(stage, public_words={"it": " "})[0], by=ONE, key="m")
