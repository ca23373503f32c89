"""Direct debits: announced, in one file once, booked when the money is here, undone when not."""

from datetime import date, timedelta
from typing import Any

import pytest
from defusedxml import ElementTree
from django.db import connection

from obolo.causes.tests.cast import well
from obolo.gateways.payments.bank.iban import NotAnIban
from obolo.gateways.payments.sepa import calendar
from obolo.gateways.payments.sepa.debits import NotCollectable
from obolo.gateways.payments.sepa.mandate import NotAMandate
from obolo.giving.bank import accounts
from obolo.giving.models import Gift
from obolo.giving.pledges import actions, debits, mandates, queries
from obolo.giving.pledges.actions import By
from obolo.giving.pledges.audit import breaches
from obolo.giving.pledges.errors import (
    CannotCollect,
    NoSuchDebit,
    NotAReturnCode,
    PledgeKeyReused,
)
from obolo.giving.pledges.models import Attempt, DebitBatch, DebitWord, Mandate, Outcome, Way
from obolo.giving.pledges.tests.cast import CHAT, begun, coming, days, key, look, shown
from obolo.ledger.models import Leg
from obolo.people.tests.cast import anna

pytestmark = pytest.mark.usefixtures("charity", "clock")
IBAN = "DE89370400440532013000"
OURS = "IT60X0542811101000000123456"
STAFF = By(source="console")


def signed(pledge: Any, **other: Any) -> Mandate:
    told: dict[str, Any] = {
        "name": "Anna Rossi", "iban": IBAN, "signed_on": actions.today(), "signed_by": "paper",
        "by": STAFF, "key": key(),
    }  # fmt: skip
    return mandates.keep(pledge_id=pledge.id, **(told | other))


@pytest.fixture
def bank():
    accounts.set_account(iban=OURS, beneficiary="Acqua Viva", bic="", reason="", by=None)
    debits.set_creditor(creditor_id="DE98 ZZZ 0999 9999 999")


@pytest.fixture
def announced(bank, clock):
    """A pledge with its mandate, announced, and its day has come near."""
    pledge = begun(anna(), well(), Way.DEBIT)
    signed(pledge)
    assert [s.what for s in look()] == ["announce"]
    pledge.refresh_from_db()
    return pledge


def the_file(pledge) -> DebitBatch:
    return debits.make_batch(due_on=coming(pledge).take_on, by=STAFF, key=key())


def the_debit() -> str:
    return str(Attempt.objects.get(outcome=Outcome.OPEN).end_to_end)


def test_a_mandate_is_sealed_and_shown_masked(bank):
    pledge = begun(anna(), well(), Way.DEBIT)
    mandate = signed(pledge)
    assert mandate.iban_shown == "DE•• 3000"
    assert mandates.opened(mandate) == IBAN
    assert mandate.text_version == mandates.TEXT_VERSION
    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM giving_mandate m")
        assert IBAN not in str(cursor.fetchall())
        assert IBAN.encode().hex() not in str(cursor.fetchall())
    assert signed(pledge, reference=mandate.reference).id == mandate.id
    with pytest.raises(PledgeKeyReused):
        signed(pledge, reference=mandate.reference, iban="FR1420041010050500013M02606")


@pytest.mark.parametrize(
    ("odd", "error"),
    [
        ({"iban": "DE89370400440532013001"}, NotAnIban),
        ({"iban": ""}, NotAnIban),
        ({"name": "  "}, NotAMandate),
        ({"name": "x" * 71}, NotAMandate),
        ({"reference": "with spaces in it"}, NotAMandate),
        ({"signed_on": date(1999, 1, 1)}, NotAMandate),
        ({"signed_on": date(2999, 1, 1)}, NotAMandate),
    ],
)
def test_odd_mandates_are_refused(odd, error):
    pledge = begun(anna(), well(), Way.DEBIT)
    with pytest.raises(error):
        signed(pledge, **odd)
    assert not Mandate.objects.exists()


def test_without_a_mandate_nothing_is_announced(bank, clock):
    pledge = begun(anna(), well(), Way.DEBIT)
    clock(days=60)
    assert look() == []
    assert [state for _, state in days(pledge)] == ["planned"]
    signed(pledge)
    clock(days=1)
    assert [s.what for s in look()] == ["announce"]


def test_the_day_is_announced_fourteen_days_before_and_banks_work_on_it(announced):
    due = coming(announced)
    assert due.take_on >= actions.today() + timedelta(days=14)
    assert calendar.is_working_day(due.take_on)
    assert debits.ready(due.take_on - timedelta(days=1)) == []
    assert [one.id for one in debits.ready(due.take_on)] == [due.id]


def test_the_file_is_valid_the_same_each_time_and_each_day_in_it_once(announced):
    due_on = coming(announced).take_on
    batch = debits.make_batch(due_on=due_on, by=STAFF, key="k")
    assert debits.make_batch(due_on=due_on, by=STAFF, key="k").id == batch.id
    file = debits.file_of(batch)
    assert file == debits.file_of(DebitBatch.objects.get(id=batch.id))
    tree = ElementTree.fromstring(file)
    assert tree.findtext(".//{*}MsgId") == batch.name
    assert tree.findtext(".//{*}EndToEndId") == the_debit()
    assert tree.findtext(".//{*}InstdAmt") == "5.00"
    assert tree.findtext(".//{*}SeqTp") == "FRST"
    assert tree.findtext(".//{*}DbtrAcct//{*}IBAN") == IBAN
    with pytest.raises(CannotCollect):
        debits.make_batch(due_on=due_on, by=STAFF, key="another")


def test_taken_back_before_it_was_handed_in_the_days_are_ready_again(announced):
    batch = the_file(announced)
    debits.withdraw(batch_id=batch.id, by=STAFF)
    debits.withdraw(batch_id=batch.id, by=STAFF)
    assert debits.is_withdrawn(batch)
    with pytest.raises(CannotCollect):
        debits.hand_in(batch_id=batch.id, by=STAFF)
    again = the_file(announced)
    debits.hand_in(batch_id=again.id, by=STAFF)
    assert debits.hand_in(batch_id=again.id, by=STAFF).handed_in_at
    with pytest.raises(CannotCollect):
        debits.withdraw(batch_id=again.id, by=STAFF)
    kinds = list(DebitWord.objects.order_by("at", "id").values_list("kind", flat=True))
    assert kinds == ["made", "withdrawn", "made", "handed_in"]


@pytest.mark.parametrize("days_off", [-30, 1])
def test_a_day_that_is_too_soon_or_no_working_day_is_refused(announced, days_off):
    due_on = coming(announced).take_on
    if days_off > 0:
        while calendar.is_working_day(due_on):
            due_on += timedelta(days=1)
    else:
        due_on += timedelta(days=days_off)
    with pytest.raises(CannotCollect):
        debits.make_batch(due_on=due_on, by=STAFF, key=key())


def test_what_is_missing_is_said(clock):
    pledge = begun(anna(), well(), Way.DEBIT)
    signed(pledge)
    look()
    with pytest.raises(CannotCollect, match="account"):
        the_file(pledge)
    accounts.set_account(iban=OURS, beneficiary="Acqua Viva", bic="", reason="", by=None)
    with pytest.raises(CannotCollect, match="creditor"):
        the_file(pledge)
    with pytest.raises(NotCollectable):
        debits.set_creditor(creditor_id="DE00ZZZ09999999999")
    assert not DebitBatch.objects.exists()
    assert not Attempt.objects.exists()


def collected(pledge, clock) -> Gift:
    batch = the_file(pledge)
    debits.hand_in(batch_id=batch.id, by=STAFF)
    clock(days=(batch.due_on - actions.today()).days)
    found = debits.note_collected(end_to_end=the_debit(), day=batch.due_on, by=STAFF)
    assert found.changed
    assert found.gift is not None
    return found.gift


def test_the_gift_is_booked_when_the_money_is_here_once(announced, clock):
    gift = collected(announced, clock)
    assert (gift.gross_minor, gift.fee_minor, gift.method) == (500, 0, "sepa_debit")
    assert Leg.objects.filter(account="cash:bank").exists()
    debit = str(Attempt.objects.get(outcome=Outcome.COLLECTED).end_to_end)
    again = debits.note_collected(end_to_end=debit, day=actions.today(), by=STAFF)
    assert (again.changed, Gift.objects.count()) == (False, 1)
    assert [state for _, state in days(announced)] == ["collected", "planned"]
    assert Mandate.objects.get().last_collected_on == actions.today()
    assert breaches() == []


def test_the_second_one_is_recurrent(announced, clock):
    collected(announced, clock)
    while not any(s.what == "announce" for s in look()):
        clock(days=2)
    assert b"RCUR" in debits.file_of(the_file(announced))


@pytest.mark.parametrize(
    ("code", "kind", "state", "link"),
    [
        ("AM04", "soft", "planned", False),
        ("AC04", "hard", "planned", True),
        ("MD06", "donor", "unpaid", True),
        ("FF01", "ours", "planned", False),
    ],
)
def test_returned_before_the_money_came(announced, clock, code, kind, state, link):
    the_file(announced)
    found = debits.note_returned(end_to_end=the_debit(), code=code, day=actions.today(), by=STAFF)
    assert (found.changed, found.kind, found.gift) == (True, kind, None)
    [due] = [one for one in queries.instalments(announced.id) if one.failure == code]
    assert (due.state, due.by_link) == (state, link)
    assert (Mandate.objects.get().ended_on is not None) == (kind in ("hard", "donor"))
    announced.refresh_from_db()
    assert announced.standing == ("paused" if kind == "donor" else "begun")
    assert not Gift.objects.exists()


def test_returned_after_it_the_gift_is_charged_back_once(announced, clock):
    gift = collected(announced, clock)
    debit = str(Attempt.objects.get().end_to_end)
    for changed in (True, False):
        found = debits.note_returned(end_to_end=debit, code=" md06 ", day=actions.today(), by=STAFF)
        assert found.changed is changed
    assert Attempt.objects.get().outcome == Outcome.RETURNED
    assert Gift.objects.get().id == gift.id
    assert sum(Leg.objects.filter(account="cash:bank").values_list("amount_minor", flat=True)) == 0
    announced.refresh_from_db()
    assert announced.standing == "paused"
    assert breaches() == []


def test_a_soft_return_is_announced_anew_and_collected_by_another_debit(announced, clock):
    the_file(announced)
    first = the_debit()
    debits.note_returned(end_to_end=first, code="AM04", day=actions.today(), by=STAFF)
    while not any(s.what == "announce" for s in look()):
        clock(days=1)
    the_file(announced)
    assert the_debit() != first
    debits.note_collected(end_to_end=the_debit(), day=actions.today(), by=STAFF)
    assert Gift.objects.count() == 1
    late = debits.note_collected(end_to_end=first, day=actions.today(), by=STAFF)
    assert (late.changed, Gift.objects.count()) == (False, 1)


def test_after_a_hard_return_a_link_is_offered(announced, clock):
    the_file(announced)
    debits.note_returned(end_to_end=the_debit(), code="AC04", day=actions.today(), by=STAFF)
    assert [s.what for s in look()] == ["told_failure"]


@pytest.mark.parametrize("code", ["", "AM", "am04 x", "1234", "AM04; DROP"])
def test_odd_codes_and_unknown_debits_are_refused(announced, code):
    the_file(announced)
    with pytest.raises(NotAReturnCode):
        debits.note_returned(end_to_end=the_debit(), code=code, day=actions.today(), by=STAFF)
    with pytest.raises(NoSuchDebit):
        debits.note_returned(end_to_end="OB0", code="AM04", day=actions.today(), by=STAFF)
    with pytest.raises(NoSuchDebit):
        debits.note_collected(end_to_end="", day=actions.today(), by=STAFF)


def test_ended_while_at_the_bank_the_result_still_comes(announced, clock):
    the_file(announced)
    actions.end(pledge_id=announced.id, by=CHAT, key=key())
    debits.note_collected(end_to_end=the_debit(), day=actions.today(), by=STAFF)
    assert [state for _, state in days(announced)] == ["collected"]
    assert shown(announced).next_on is None
