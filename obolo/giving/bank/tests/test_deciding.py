"""The word of staff on a doubtful line: one click, once, and it can be taken back."""

from uuid import uuid4

import pytest

from obolo.causes.tests.cast import buy, school
from obolo.giving.bank import actions, queries
from obolo.giving.bank.errors import (
    AlreadyDecided,
    NoReason,
    NoSuchLine,
    NotAGift,
    NothingToUndo,
)
from obolo.giving.bank.importing import awaited
from obolo.giving.bank.models import LineDecision, LineState, StatementLine
from obolo.giving.bank.tests.cast import ANNAS_IBAN, asked, came, imported, lines_of
from obolo.giving.models import Gift, PaymentState
from obolo.giving.receipts.models import ReceiptVoid
from obolo.ledger.audit import breaches
from obolo.ledger.queries import free_minor
from obolo.people.models import Person
from obolo.people.tests.cast import anna, omar

pytestmark = pytest.mark.usefixtures("charity")
BY = uuid4()


def waiting(**told) -> StatementLine:
    """A line that waits for a word."""
    [line] = lines_of(imported(came(**told))[0])
    assert line.state == LineState.DOUBT
    return line


def fresh(line: StatementLine) -> StatementLine:
    return StatementLine.objects.get(id=line.id)


def test_this_payment(cause):
    payment = asked(anna(), cause)
    line = waiting(text="per il pozzo")
    gift, booked = actions.settle_as_payment(line_id=line.id, payment_id=payment.id, by=BY)
    assert (gift.payment_id, booked) == (payment.id, True)
    again = actions.settle_as_payment(line_id=line.id, payment_id=payment.id, by=BY)
    assert again == (gift, False)
    decision = LineDecision.objects.get()
    assert (decision.kind, decision.by, decision.gift_id) == ("payment", BY, gift.id)
    assert breaches() == []


def test_a_payment_that_was_paid_before_gets_a_second_gift(cause):
    payment = asked(anna(), cause)
    imported(came(rf=payment.provider_ref, ref="B1"))
    line = waiting(rf=payment.provider_ref, ref="B2")
    gift, _ = actions.settle_as_payment(line_id=line.id, payment_id=payment.id, by=BY)
    assert gift.payment_id != payment.id
    assert (gift.person_id, gift.cause_id) == (payment.person_id, payment.cause_id)
    assert Gift.objects.count() == 2


def test_this_person(cause):
    line = waiting(iban=ANNAS_IBAN, name="A. B.")
    gift, booked = actions.settle_as_person(
        line_id=line.id, person_id=anna().id, cause_id=cause.id, by=BY
    )
    assert (gift.person.name, gift.gross_minor, booked) == ("Anna", 500, True)
    assert actions.settle_as_person(
        line_id=line.id, person_id=anna().id, cause_id=cause.id, by=BY
    ) == (gift, False)


def test_a_new_person_is_made_from_the_payers_name_once(cause):
    line = waiting(iban=ANNAS_IBAN, name="Mario Rossi")
    before = Person.objects.count()
    gift, _ = actions.settle_as_new_person(line_id=line.id, name="", cause_id=cause.id, by=BY)
    again, booked = actions.settle_as_new_person(line_id=line.id, name="", cause_id=cause.id, by=BY)
    assert (gift.person.name, again, booked) == ("Mario Rossi", gift, False)
    assert Person.objects.count() == before + 1
    next_one = waiting(iban=ANNAS_IBAN, ref="B2", amount="8.00")
    assert [p.person_id for p in queries.proposed_people(next_one)] == [gift.person_id]


def test_a_new_person_needs_a_name(cause):
    with pytest.raises(NotAGift, match="name"):
        actions.settle_as_new_person(line_id=waiting().id, name=" ", cause_id=cause.id, by=BY)
    assert Gift.objects.count() == 0


def test_not_a_gift(cause):
    line = waiting(name="Agenzia")
    with pytest.raises(NoReason):
        actions.set_aside(line_id=line.id, by=BY, reason=" ")
    for _ in range(2):
        actions.set_aside(line_id=line.id, by=BY, reason="rimborso di un fornitore")
    assert fresh(line).state == LineState.ASIDE
    assert LineDecision.objects.get().reason == "rimborso di un fornitore"


def test_two_words_on_one_line_do_not_both_count(cause):
    line = waiting()
    actions.settle_as_person(line_id=line.id, person_id=anna().id, cause_id=cause.id, by=BY)
    with pytest.raises(AlreadyDecided):
        actions.settle_as_person(line_id=line.id, person_id=omar().id, cause_id=cause.id, by=BY)
    with pytest.raises(AlreadyDecided):
        actions.set_aside(line_id=line.id, by=BY, reason="no")
    payment = asked(omar(), cause)
    with pytest.raises(AlreadyDecided):
        actions.settle_as_payment(line_id=line.id, payment_id=payment.id, by=BY)
    assert Gift.objects.count() == 1


def test_money_that_went_back_cannot_become_a_gift(cause):
    inner = "<RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf>"
    [line] = lines_of(imported(came("5.00", sign="DBIT", inner=inner))[0])
    assert line.reasons == ["returned"]
    with pytest.raises(NotAGift):
        actions.settle_as_person(line_id=line.id, person_id=anna().id, cause_id=cause.id, by=BY)


@pytest.mark.parametrize("verb", ["set_aside", "undo"])
def test_a_line_that_is_not_there(charity, verb):
    with pytest.raises(NoSuchLine):
        getattr(actions, verb)(line_id=uuid4(), by=BY, reason="x")


# ---- Taking it back --------------------------------------------------------------------------


def test_undoing_a_match_voids_the_gift_and_the_line_waits_again(cause):
    payment = asked(anna(), cause)
    statement, [gift] = imported(came(rf=payment.provider_ref))
    assert free_minor(cause.fund_id, "EUR") == 450
    [line] = lines_of(statement)
    with pytest.raises(NoReason):
        actions.undo(line_id=line.id, by=BY, reason="")
    actions.undo(line_id=line.id, by=BY, reason="era un altro")
    assert free_minor(cause.fund_id, "EUR") == 0
    assert (fresh(line).state, fresh(line).reasons) == (LineState.DOUBT, ["undone"])
    last = LineDecision.objects.order_by("-at")[0]
    assert (last.kind, last.by, last.reason, last.gift_id) == (
        "undone", BY, "era un altro", gift.id,
    )  # fmt: skip
    voided = ReceiptVoid.objects.get(receipt__gift=gift)
    assert (voided.by, voided.reason) == (BY, "era un altro")
    with pytest.raises(NothingToUndo):
        actions.undo(line_id=line.id, by=BY, reason="ancora")
    assert breaches() == []


def test_an_undone_payment_is_awaited_again_under_its_reference(cause):
    payment = asked(anna(), cause)
    reference = payment.provider_ref
    statement, _ = imported(came(rf=reference))
    actions.undo(line_id=lines_of(statement)[0].id, by=BY, reason="sbagliato")
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert [(one.reference, one.settled) for one in awaited() if one.reference == reference] == [
        (reference, False)
    ]
    _, [gift] = imported(came(rf=reference, ref="B9"))
    assert gift.person_id == payment.person_id


def test_an_undone_line_can_be_given_to_somebody_else(cause):
    line = waiting()
    actions.settle_as_person(line_id=line.id, person_id=anna().id, cause_id=cause.id, by=BY)
    actions.undo(line_id=line.id, by=BY, reason="era Omar")
    gift, _ = actions.settle_as_person(
        line_id=line.id, person_id=omar().id, cause_id=school().id, by=BY
    )
    assert gift.person == omar()
    actions.undo(line_id=line.id, by=BY, reason="era Anna")
    actions.settle_as_person(line_id=line.id, person_id=anna().id, cause_id=cause.id, by=BY)
    assert fresh(line).state == LineState.BOOKED
    assert breaches() == []


def test_not_a_gift_can_be_taken_back(cause):
    line = waiting()
    actions.set_aside(line_id=line.id, by=BY, reason="un rimborso")
    actions.undo(line_id=line.id, by=BY, reason="era un dono")
    assert fresh(line).state == LineState.DOUBT


def test_undoing_a_gift_that_was_spent_leaves_the_purchase_alone(cause):
    line = waiting(amount="10.00")
    actions.settle_as_person(line_id=line.id, person_id=anna().id, cause_id=cause.id, by=BY)
    purchase = buy(cause, 900)
    actions.undo(line_id=line.id, by=BY, reason="doppio")
    purchase.refresh_from_db()
    assert purchase.amount_minor == 900
    assert breaches() == []


def test_undoing_a_whole_import(cause):
    one, two = asked(anna(), cause), asked(omar(), cause, 700)
    statement, gifts = imported(
        came(rf=one.provider_ref, ref="B1"),
        came("7.00", rf=two.provider_ref, ref="B2"),
        came("3.00", ref="B3"),
    )
    assert len(gifts) == 2
    assert actions.undo_import(statement_id=statement.id, by=BY, reason="file sbagliato") == 2
    assert {line.state for line in lines_of(statement)} == {LineState.DOUBT}
    assert free_minor(cause.fund_id, "EUR") == 0
    assert actions.undo_import(statement_id=statement.id, by=BY, reason="file sbagliato") == 0
    again, none = actions.import_file(file=statement.file, by=BY)
    assert (again, none) == ([statement], [])
    assert breaches() == []
