"""A statement tells of debits too: their money, and what came back, go to their pledge once."""

import pytest

from obolo.gateways.payments.bank.tests.camt_files import camt
from obolo.giving.bank import accounts
from obolo.giving.bank import actions as bank
from obolo.giving.bank.errors import NothingToUndo
from obolo.giving.bank.models import LineState, StatementLine
from obolo.giving.bank.tests.cast import came
from obolo.giving.models import Gift
from obolo.giving.pledges import debits
from obolo.giving.pledges.models import Attempt, Way
from obolo.giving.pledges.tests.cast import begun, coming, key
from obolo.giving.pledges.tests.test_debits import IBAN, OURS, STAFF, signed
from obolo.people.tests.cast import anna
from obolo.stories import import_a_statement
from obolo.stories.audit import breaches

AM04 = "<RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf>"


@pytest.fixture
def attempt(stage, clock) -> Attempt:
    """Anna's debit is at the bank."""
    accounts.set_account(iban=OURS, beneficiary="Acqua Viva", bic="", reason="", by=None)
    debits.set_creditor(creditor_id="DE98ZZZ09999999999")
    pledge = begun(anna(), stage.cause, Way.DEBIT)
    signed(pledge, iban=IBAN)
    stage.work()
    debits.make_batch(due_on=coming(pledge).take_on, by=STAFF, key=key())
    found: Attempt = Attempt.objects.select_related("payment").get()
    return found


def bring_in(attempt: Attempt, amount: str = "", *, ref: str, sign: str = "CRDT", inner: str = ""):
    assert attempt.payment is not None
    told = f"<Refs><EndToEndId>{attempt.end_to_end}</EndToEndId></Refs>{inner}"
    entry = came(
        amount or attempt.payment.asked.decimal_text(), ref="", sign=sign, inner=told
    ).replace("<ValDt>", f"<ValDt><!--{ref}-->")
    acct = f"<Acct><Id><IBAN>{OURS}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    file = bank.receive_file(content=camt(entry, acct=acct), name=ref, by=None)
    [statement] = import_a_statement.bring_in(file=file, by=None)
    return StatementLine.objects.filter(statement=statement).first()


def test_the_money_of_a_debit_is_its_pledges_gift(attempt):
    line = bring_in(attempt, ref="B1")
    gift = Gift.objects.get()
    assert (line.state, line.gift_id, gift.payment) == (LineState.BOOKED, gift.id, attempt.payment)
    assert gift.method == "sepa_debit"
    assert bring_in(attempt, ref="again") is None  # the same movement in another file
    with pytest.raises(NothingToUndo):
        bank.undo(line_id=line.id, by=None, reason="x")
    assert breaches() == []


def test_a_debit_that_came_back_is_charged_back(attempt):
    bring_in(attempt, ref="B1")
    line = bring_in(attempt, ref="B2", sign="DBIT", inner=AM04)
    assert line.state == LineState.RETURNED
    attempt.refresh_from_db()
    assert attempt.outcome == "returned"
    assert breaches() == []


def test_another_amount_than_was_debited_waits_for_a_person(attempt):
    line = bring_in(attempt, "1.00", ref="B1")
    assert (line.state, Gift.objects.count()) == (LineState.DOUBT, 0)


def test_a_return_without_a_code_waits_for_a_person(attempt):
    bring_in(attempt, ref="B1")
    line = bring_in(attempt, ref="B2", sign="DBIT")
    assert line.state != LineState.RETURNED
