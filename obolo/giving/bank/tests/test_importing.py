"""Statements become gifts: what is certain at once, each movement once, whatever files come."""

import pytest

from obolo.gateways.payments.bank.csv_statement import Choice
from obolo.gateways.payments.bank.statement import NotAStatement
from obolo.giving.bank import actions, queries
from obolo.giving.bank.errors import NotOurAccount
from obolo.giving.bank.models import LineDecision, LineState, Statement, StatementLine
from obolo.giving.bank.tests.cast import (
    ANNAS_IBAN,
    IBAN,
    asked,
    balance,
    came,
    handed_in,
    imported,
    lines_of,
)
from obolo.giving.models import Gift, PaymentState
from obolo.ledger.audit import breaches
from obolo.ledger.models import Entry, Leg
from obolo.people.tests.cast import anna

pytestmark = pytest.mark.usefixtures("charity")


def test_a_transfer_with_its_reference_is_a_gift_of_what_came(cause):
    payment = asked(anna(), cause)
    _, [gift] = imported(came("5.00", rf=payment.provider_ref))
    assert (gift.gross_minor, gift.fee_minor, gift.fee_is_estimate) == (500, 0, False)
    assert (gift.payment_id, gift.method) == (payment.id, "transfer")
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID
    assert Leg.objects.filter(account="cash:bank").get().amount_minor == 500
    assert breaches() == []


def test_the_value_date_of_the_bank_is_the_day_of_the_gift(cause):
    """The cast's bookings have the value date 24 November, whatever day they were booked on."""
    payment = asked(anna(), cause)
    _, [gift] = imported(came(rf=payment.provider_ref, day="2026-11-24"))
    assert gift.paid_at.date().isoformat() == "2026-11-24"
    assert Entry.objects.get(source_id=gift.id).value_date.isoformat() == "2026-11-24"


def test_a_charge_of_the_bank_is_the_fee_of_the_gift(cause):
    payment = asked(anna(), cause)
    charge = (
        '<Chrgs><Rcrd><Amt Ccy="EUR">0.20</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        "<ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>"
    )
    _, [gift] = imported(came("4.80", rf=payment.provider_ref, inner=charge))
    assert (gift.gross_minor, gift.fee_minor) == (500, 20)


def test_the_same_file_twice_changes_nothing(cause):
    payment = asked(anna(), cause)
    file = handed_in(came(rf=payment.provider_ref), came("3.00", ref="B2"))
    first, gifts = actions.import_file(file=file, by=None)
    again, none = actions.import_file(
        file=handed_in(came(rf=payment.provider_ref), came("3.00", ref="B2")), by=None
    )
    assert (again, none, len(gifts)) == (first, [], 1)
    assert (StatementLine.objects.count(), Gift.objects.count()) == (2, 1)


def test_an_overlapping_statement_brings_only_what_is_new(cause):
    first, second = asked(anna(), cause), asked(anna(), cause, 700)
    imported(came(rf=first.provider_ref, ref="B1"))
    statement, gifts = imported(
        came(rf=first.provider_ref, ref="B1"), came("7.00", rf=second.provider_ref, ref="B2")
    )
    assert (statement.told_count, statement.new_count) == (2, 1)
    assert [one.gross_minor for one in gifts] == [700]
    assert Gift.objects.count() == 2


def test_the_notification_and_the_statement_of_a_day_count_once(cause):
    """camt.054 comes at once, camt.053 tomorrow: one booking, one number of the bank."""
    from obolo.gateways.payments.bank.tests.camt_files import camt

    payment = asked(anna(), cause)
    notified = camt(came(rf=payment.provider_ref), version="054.001.08")
    file = actions.receive_file(content=notified, name="avviso.xml", by=None)
    _, gifts = actions.import_file(file=file, by=None)
    _, again = imported(came(rf=payment.provider_ref))
    assert (len(gifts), again, Gift.objects.count()) == (1, [], 1)


def test_another_amount_is_booked_as_it_came(cause):
    payment = asked(anna(), cause, 500)
    _, [gift] = imported(came("7.00", rf=payment.provider_ref))
    assert (gift.gross_minor, gift.asked_minor, gift.other_amount) == (700, 500, True)


def test_a_transfer_after_the_person_changed_their_mind_is_still_theirs(cause):
    from obolo.giving import actions as giving

    payment = asked(anna(), cause)
    giving.cancel(payment_id=payment.id)
    _, [gift] = imported(came(rf=payment.provider_ref))
    assert gift.person_id == payment.person_id


def test_the_same_reference_once_more_is_asked_about(cause):
    payment = asked(anna(), cause)
    imported(came(rf=payment.provider_ref, ref="B1"))
    statement, gifts = imported(came(rf=payment.provider_ref, ref="B2"))
    [line] = lines_of(statement)
    assert (gifts, line.state, line.reasons) == ([], LineState.DOUBT, ["paid_already"])
    assert line.candidates == [str(payment.id)]


@pytest.mark.parametrize(
    ("told", "reasons"),
    [
        ({"text": "Per il pozzo", "name": "Mario Rossi"}, ["payer_unknown"]),
        ({"text": "RF18539007547034"}, ["reference_unknown"]),
        ({"name": "Anna"}, ["name_and_amount"]),
    ],
)
def test_what_is_not_certain_waits_with_its_reason(cause, told, reasons):
    asked(anna(), cause)
    statement, gifts = imported(came(**told))
    [line] = lines_of(statement)
    assert (gifts, line.state, line.reasons) == ([], LineState.DOUBT, reasons)


def test_a_slip_of_the_finger_proposes_the_payment(cause):
    payment = asked(anna(), cause)
    ref = payment.provider_ref
    assert ref
    mistyped = ref[:-2] + ("X" if ref[-2] != "X" else "Y") + ref[-1]
    statement, _ = imported(came(text=mistyped))
    [line] = lines_of(statement)
    assert "reference_mistyped" in line.reasons
    assert line.candidates == [str(payment.id)]


def test_money_that_left_is_not_a_gift(cause):
    statement, gifts = imported(came("12.00", sign="DBIT", name="Tubi SpA"))
    [line] = lines_of(statement)
    assert (gifts, line.state, line.amount_minor) == ([], LineState.ASIDE, -1200)


def test_a_matched_transfer_teaches_whose_account_it_is(cause):
    payment = asked(anna(), cause)
    imported(came(rf=payment.provider_ref, iban=ANNAS_IBAN))
    statement, _ = imported(came("9.00", ref="B2", iban=ANNAS_IBAN, text="un altro dono"))
    [line] = lines_of(statement)
    assert line.reasons == ["payer_known"]
    assert [one.person_id for one in queries.proposed_people(line)] == [payment.person_id]


def test_a_payers_account_is_kept_as_a_hash_and_four_letters(cause):
    statement, _ = imported(came(iban=ANNAS_IBAN, name="Anna"))
    [line] = lines_of(statement)
    assert line.payer_end == ANNAS_IBAN[-4:]
    assert len(bytes(line.payer_hash or b"")) == 32
    assert ANNAS_IBAN not in str(list(StatementLine.objects.values()))


def test_a_fund_that_was_closed_leaves_the_line_to_a_person(cause, monkeypatch):
    from obolo.giving import actions as giving
    from obolo.ledger.errors import FundClosed

    payment, other = asked(anna(), cause), asked(anna(), cause, 300)
    settle = giving.settle

    def refuse(*, payment_id, remote):
        if payment_id == payment.id:
            raise FundClosed
        return settle(payment_id=payment_id, remote=remote)

    monkeypatch.setattr(giving, "settle", refuse)
    statement, gifts = imported(
        came(rf=payment.provider_ref, ref="B1"), came("3.00", rf=other.provider_ref, ref="B2")
    )
    assert [one.gross_minor for one in gifts] == [300]
    assert [one.reasons for one in lines_of(statement)] == [["fund_closed"], []]


def test_who_decided_is_kept(cause):
    payment = asked(anna(), cause)
    imported(came(rf=payment.provider_ref))
    [decision] = LineDecision.objects.all()
    assert (decision.kind, decision.by, decision.payment_id) == ("matched", None, payment.id)


# ---- Balances and bad files ------------------------------------------------------------------


def test_the_newest_balance_of_each_account(cause):
    imported(came(), balances=balance("OPBD", "1.00") + balance("CLBD", "6.00"))
    [closing] = queries.closing_balances()
    assert (closing.minor, closing.currency) == (600, "EUR")
    assert closing.account == f"{IBAN[:4]} … {IBAN[-4:]}"
    assert closing.sha256 == Statement.objects.get().file.sha256


def test_no_balance_is_told_of_what_no_bank_told(cause):
    imported(came())
    assert queries.closing_balances() == []


def test_a_statement_of_somebody_elses_account_is_refused(cause):
    from obolo.gateways.payments.bank.tests.camt_files import camt

    acct = f"<Acct><Id><IBAN>{ANNAS_IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    file = actions.receive_file(content=camt(came(), acct=acct), name="x.xml", by=None)
    assert queries.look(file).strange == (ANNAS_IBAN,)
    with pytest.raises(NotOurAccount, match="DE89 … 3000"):
        actions.import_file(file=file, by=None)
    assert StatementLine.objects.count() == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n \n",
        b"Data;Importo\n",
        b"ciao",
        b"<a/>",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"PK\x03\x04",
    ],
)
def test_what_is_no_statement_is_refused_in_words(cause, content):
    with pytest.raises(NotAStatement):
        actions.import_file(
            file=actions.receive_file(content=content, name="x", by=None), by=None, account=IBAN
        )
    assert Statement.objects.count() == 0


def test_an_entity_bomb_is_refused(cause):
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'
    file = actions.receive_file(content=bomb, name="x.xml", by=None)
    with pytest.raises(NotAStatement):
        actions.import_file(file=file, by=None)


def test_a_csv_is_read_as_was_chosen(cause):
    payment = asked(anna(), cause)
    rows = f"Data;Importo;Descrizione\r\n03/04/26;5,00;{payment.provider_ref}\r\n"
    file = actions.receive_file(content=rows.encode("cp1252"), name="x.csv", by=None)
    preview = queries.look(file).preview
    assert preview is not None
    assert preview.questions == ("date_order",)
    with pytest.raises(NotAStatement, match="date_order"):
        actions.import_file(file=file, by=None, account=IBAN)
    choice = Choice(date_order="mdy")
    [statement], gifts = actions.import_file(file=file, by=None, choice=choice, account=IBAN)
    [line] = lines_of(statement)
    assert line.booked_on.isoformat() == "2026-03-04"
    assert (gifts, line.reasons) == ([], ["before_asked"])


def test_rows_that_cannot_be_read_are_told_and_the_rest_is_kept(cause):
    rows = (
        "Data;Importo;Descrizione\n24/11/2026;5,00;a\n31/02/2026;5,00;b\n"
        "24/11/2026;5,005;c\n24/11/2026;1E+5;d\n24/11/2026;2,00;a\x00b\n"
    )
    file = actions.receive_file(content=rows.encode(), name="x.csv", by=None)
    [statement], _ = actions.import_file(file=file, by=None, account=IBAN)
    assert statement.told_count == 1
    assert {one["place"] for one in statement.problems} == {"row 3", "row 4", "row 5", "row 6"}


def test_a_formula_in_a_cell_stays_text(cause):
    rows = "Data;Importo;Descrizione\n24/11/2026;5,00;=HYPERLINK(1)\n"
    file = actions.receive_file(content=rows.encode(), name="x.csv", by=None)
    [statement], _ = actions.import_file(file=file, by=None, account=IBAN)
    assert lines_of(statement)[0].words == "=HYPERLINK(1)"


def test_paypal_is_an_account_of_its_own(cause):
    rows = (
        '"Date","Name","Status","Currency","Gross","Fee","Net","Transaction ID"\n'
        '"24/11/2026","Anna B","Completed","EUR","5,00","-0,35","4,65","T1"\n'
    )
    file = actions.receive_file(content=rows.encode(), name="x.csv", by=None)
    [statement], _ = actions.import_file(file=file, by=None, account="paypal")
    gift, _ = actions.settle_as_new_person(
        line_id=lines_of(statement)[0].id, name="", cause_id=cause.id, by=None
    )
    assert (gift.gross_minor, gift.fee_minor, gift.person.name) == (500, 35, "Anna B")
    assert Leg.objects.filter(account="cash:paypal").get().amount_minor == 465
