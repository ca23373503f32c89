"""What the bank says of debits reaches people once: thanks, or kind words and a person."""

import pytest

from obolo.conversations.models import Direction, HandOff, Message
from obolo.giving.bank import accounts
from obolo.giving.pledges import actions, debits
from obolo.giving.pledges.models import Attempt, Way
from obolo.giving.pledges.tests.cast import begun, coming, key
from obolo.giving.pledges.tests.test_debits import IBAN, OURS, STAFF, signed
from obolo.people.tests.cast import anna
from obolo.stories import collect_debits
from obolo.stories.audit import breaches


@pytest.fixture
def debit(stage, clock):
    """Anna's debit is at the bank, and was announced to her."""
    accounts.set_account(iban=OURS, beneficiary="Acqua Viva", bic="", reason="", by=None)
    debits.set_creditor(creditor_id="DE98ZZZ09999999999")
    pledge = begun(anna(), stage.cause, Way.DEBIT)
    signed(pledge, iban=IBAN)
    [notice] = stage.work()
    assert "addebiteremo" in notice
    debits.make_batch(due_on=coming(pledge).take_on, by=STAFF, key=key())
    return str(Attempt.objects.get().end_to_end)


def said(stage) -> list[str]:
    """All we have said so far that was not said when the debit was announced."""
    stage.work()
    out = Message.objects.filter(direction=Direction.OUT).order_by("said_at", "id")
    return list(out.values_list("text", flat=True))[1:]


def test_money_that_arrived_is_thanked_for_once(stage, debit):
    for _ in range(2):
        collect_debits.note_collected(end_to_end=debit, day=actions.today())
    [thanks] = said(stage)
    assert thanks.startswith("Grazie")
    assert breaches() == []


def test_money_the_donor_took_back_is_undone_and_a_person_looks(stage, debit):
    collect_debits.note_collected(end_to_end=debit, day=actions.today())
    for _ in range(2):
        collect_debits.note_returned(end_to_end=debit, code="MD06", day=actions.today())
    [_, undone] = said(stage)
    assert "come hai chiesto" in undone
    assert HandOff.objects.get().reason == "debit_returned"
    assert breaches() == []


def test_money_the_bank_took_back_is_told_kindly_then_a_link_is_offered(stage, debit):
    collect_debits.note_collected(end_to_end=debit, day=actions.today())
    collect_debits.note_returned(end_to_end=debit, code="AC04", day=actions.today())
    words = said(stage)
    assert any("abbiamo annullato" in one for one in words)
    assert any("link" in one for one in words)
    assert not HandOff.objects.exists()


def test_a_soft_return_before_the_money_came_is_not_told(stage, debit):
    collect_debits.note_returned(end_to_end=debit, code="AM04", day=actions.today())
    assert not any("restituito" in one for one in said(stage))
