"""What staff say about a line: whose gift it is, that it is none, or that it was an error.

Owns the word of a person on one line, and taking it back. The row of the line is the lock; each
word is a decision with who and when. Same word again: no change. Other word: undo first.
"""

from typing import Final
from uuid import UUID

from django.db import transaction

from obolo.causes.models import Cause
from obolo.gateways.payments.bank.references import PREFIX
from obolo.giving import actions as giving
from obolo.giving.bank import accounts, booking, transfer
from obolo.giving.bank.errors import (
    AlreadyDecided,
    NoReason,
    NoSuchLine,
    NotAGift,
    NothingToUndo,
)
from obolo.giving.bank.importing import OTHER_ACCOUNTS
from obolo.giving.bank.models import (
    REASON_CHARS_MAX,
    DecisionKind,
    LineDecision,
    LineState,
    Statement,
    StatementLine,
)
from obolo.giving.models import Gift, Payment, PaymentState
from obolo.giving.receipts import actions as receipts
from obolo.kit.clock import now
from obolo.kit.ids import new_token
from obolo.kit.money import Money
from obolo.ledger import actions as ledger
from obolo.organisations import queries as organisations
from obolo.organisations.bell import ring
from obolo.people import actions as people
from obolo.people.models import Person

_UNASKED: Final = "line "  # how the payment of a gift that nobody asked for is named
_GIFTS: Final = (DecisionKind.MATCHED, DecisionKind.PAYMENT, DecisionKind.PERSON)


@transaction.atomic
def settle_as_payment(
    *, line_id: UUID, payment_id: UUID, by: UUID | None, reason: str = ""
) -> tuple[Gift, bool]:
    """This line pays that payment: (its gift, whether this call booked it).

    Raises NoSuchLine, AlreadyDecided, NotAGift and what the ledger refuses.
    """
    line = _locked(line_id)
    wanted = Payment.objects.select_related("person", "cause").filter(id=payment_id).first()
    if wanted is None or not transfer.is_by_transfer(wanted):
        raise NotAGift("There is no such payment by transfer.")
    if (known := _booked(line)) is not None:
        last = _last(line)
        if last is None or last.payment_id != payment_id:
            raise AlreadyDecided
        return known, False
    if Gift.objects.filter(payment=wanted).exists():  # paid before: a second gift of the same kind
        wanted = _fresh_payment(line, wanted.person, wanted.cause)
    gift = booking.book(line=line, payment=wanted, by=by, kind=DecisionKind.PAYMENT, reason=reason)
    return gift, True


@transaction.atomic
def settle_as_person(
    *, line_id: UUID, person_id: UUID, cause_id: UUID, by: UUID | None, reason: str = ""
) -> tuple[Gift, bool]:
    """This line is a gift of that person, to that cause: (the gift, whether this call booked it).

    Raises NoSuchLine, AlreadyDecided, NotAGift and what the ledger refuses.
    """
    line = _locked(line_id)
    if (known := _booked(line)) is not None:
        if (known.person_id, known.cause_id) != (person_id, cause_id):
            raise AlreadyDecided
        return known, False
    person = Person.objects.filter(id=person_id).first()
    cause = Cause.objects.filter(id=cause_id).first()
    if person is None or cause is None:
        raise NotAGift("Choose a person and a cause.")
    payment = _fresh_payment(line, person, cause)
    return booking.book(
        line=line, payment=payment, by=by, kind=DecisionKind.PERSON, reason=reason
    ), True


@transaction.atomic
def settle_as_new_person(
    *, line_id: UUID, name: str, cause_id: UUID, by: UUID | None, reason: str = ""
) -> tuple[Gift, bool]:
    """This line is a gift of somebody we do not know yet, named like the payer (or `name`).

    Raises what `settle_as_person` does.
    """
    line = _locked(line_id)
    if (known := _booked(line)) is not None:
        return known, False
    called = name.strip() or line.payer
    if not called:
        raise NotAGift("Write the person's name: the bank does not tell it.")
    language = organisations.current().language
    person = people.add(name=called, language=language)
    return settle_as_person(
        line_id=line_id, person_id=person.id, cause_id=cause_id, by=by, reason=reason
    )


@transaction.atomic
def set_aside(*, line_id: UUID, by: UUID | None, reason: str) -> None:
    """This line is not a gift. Raises NoSuchLine, NoReason, AlreadyDecided."""
    line = _locked(line_id)
    if line.state == LineState.ASIDE:
        return
    if line.state != LineState.DOUBT:
        raise AlreadyDecided
    if not reason.strip():
        raise NoReason
    _move(line, LineState.ASIDE)
    _note(line, DecisionKind.ASIDE, by=by, reason=reason)


@transaction.atomic
def undo(*, line_id: UUID, by: UUID | None, reason: str) -> None:
    """Take back what was decided: a gift is voided with its receipt, the line waits again.

    Raises NoSuchLine, NoReason, NothingToUndo; TooMuch when money of the gift went back already.
    """
    line = _locked(line_id)
    if not reason.strip():
        raise NoReason
    last = _last(line)
    if last is None or last.kind not in (*_GIFTS, DecisionKind.ASIDE) or _is_debit(line):
        raise NothingToUndo  # a debit is undone where its pledge is
    if last.gift_id is not None:
        _void(last, last.gift_id, by, reason)
    _move(line, LineState.DOUBT, reasons=["undone"])
    _note(line, DecisionKind.UNDONE, by=by, reason=reason, gift_id=last.gift_id)


@transaction.atomic
def note_debit(*, line_id: UUID, gift: Gift | None) -> None:
    """This line tells of a debit: of its money with its gift, of its return without one.

    The debit itself was noted with its pledge. A line that does not wait stays as it is.
    """
    line = _locked(line_id)
    if line.state != LineState.DOUBT:
        return
    state, kind = LineState.RETURNED, DecisionKind.RETURNED
    if gift is not None:
        state, kind = LineState.BOOKED, DecisionKind.MATCHED
    StatementLine.objects.filter(id=line.id).update(
        state=state, gift_id=gift.id if gift else None, reasons=[], candidates=[]
    )
    LineDecision.objects.create(
        line=line,
        kind=kind,
        payment_id=gift.payment_id if gift else None,
        gift_id=gift.id if gift else None,
        reason=line.return_code,
    )


def _is_debit(line: StatementLine) -> bool:
    last = _last(line)
    paid = last.payment if last else None
    ref = (paid.provider_ref or "") if paid else ""
    return paid is not None and not ref.startswith((PREFIX, _UNASKED))


def undo_import(*, statement_id: UUID, by: UUID | None, reason: str) -> int:
    """Take back every gift booked from one statement; its lines wait again. How many there were.

    Its lines stay, so that the same file cannot be booked twice. All or nothing.
    """
    statement = Statement.objects.filter(id=statement_id).first()
    if statement is None:
        raise NoSuchLine
    if not reason.strip():
        raise NoReason
    with transaction.atomic():
        booked = StatementLine.objects.filter(statement=statement, state=LineState.BOOKED)
        lines = [line for line in booked.order_by("id") if not _is_debit(line)]
        for line in lines:
            undo(line_id=line.id, by=by, reason=reason)
    return len(lines)


def _void(last: LineDecision, gift_id: UUID, by: UUID | None, reason: str) -> None:
    gift = Gift.objects.select_related("payment", "cause").get(id=gift_id)
    payment: Payment = gift.payment
    ledger.post_void(
        gift_id=gift.id,
        gross=gift.gross,
        fee=gift.fee,
        account=f"cash:{payment.rail}",
        key=f"bank undo:{last.id}",
        value_date=booking.local_day(now()),
        reason="wrong_match",
    )
    receipts.void_for(gift_id=gift.id, reason=reason, by=by)
    _take_back(payment)
    ring(f"fund:{gift.cause.fund_id}")


def _take_back(payment: Payment) -> None:
    """The payment was not paid after all: one that was asked for is awaited again.

    A gift's payment is never another gift's, so a new one takes over its reference.
    """
    reference = payment.provider_ref or ""
    Payment.objects.filter(id=payment.id).update(
        state=PaymentState.CANCELLED, provider_ref=f"undone {payment.id}"
    )
    if reference.startswith(PREFIX):
        giving.await_transfer(
            person=payment.person,
            cause=payment.cause,
            amount=payment.asked,
            language=payment.language,
            conversation_id=payment.conversation_id,
            reference=new_token(),
            creditor_reference=reference,
            asked_at=payment.created_at,
        )


def _fresh_payment(line: StatementLine, person: Person, cause: Cause) -> Payment:
    """The payment of a gift nobody asked for: it is there because the money is."""
    if line.gross.minor <= 0:
        raise NotAGift("Nothing came in with it.")
    account = line.statement.account
    tries = line.decisions.count()
    return giving.await_transfer(
        person=person,
        cause=cause,
        amount=Money(line.gross.minor, line.currency),
        language=person.language or organisations.current().language,
        conversation_id=None,
        reference=new_token(),
        creditor_reference=f"{_UNASKED}{line.identity} {tries}",
        rail=account if account in OTHER_ACCOUNTS else accounts.BANK,
    )


def _locked(line_id: UUID) -> StatementLine:
    found = (
        StatementLine.objects.select_for_update(of=("self",))
        .select_related("statement")
        .filter(id=line_id)
        .first()
    )
    if found is None:
        raise NoSuchLine
    return found


def _booked(line: StatementLine) -> Gift | None:
    """The gift this line stands for, if any; raises AlreadyDecided when it is no gift."""
    if line.state == LineState.DOUBT:
        return None
    if line.state != LineState.BOOKED or line.gift_id is None:
        raise AlreadyDecided
    return Gift.objects.get(id=line.gift_id)


def _last(line: StatementLine) -> LineDecision | None:
    found: LineDecision | None = line.decisions.order_by("-at", "-id").first()
    return found


def _move(line: StatementLine, state: LineState, reasons: list[str] | None = None) -> None:
    StatementLine.objects.filter(id=line.id).update(
        state=state, gift_id=None, reasons=reasons or line.reasons
    )


def _note(
    line: StatementLine,
    kind: DecisionKind,
    *,
    by: UUID | None,
    reason: str,
    gift_id: UUID | None = None,
) -> None:
    LineDecision.objects.create(
        line=line, kind=kind, by=by, reason=reason.strip()[:REASON_CHARS_MAX], gift_id=gift_id
    )
