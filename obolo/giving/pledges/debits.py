"""Direct debits: announced due days go into one file for the bank, and each result comes back once.

Owns batches, their file (pain.008, sealed) and their debits. A due day is in one living batch at a
time, by the database. The gift is booked when the money is here; what the bank takes back later is
a chargeback. Never: handing the file in, which staff do at their bank.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from obolo.gateways.payments import failures
from obolo.gateways.payments.rail import RemotePayment
from obolo.gateways.payments.sepa import calendar
from obolo.gateways.payments.sepa.debits import Collection, Creditor, NotCollectable, pain_008
from obolo.gateways.payments.sepa.mandate import is_creditor_id
from obolo.giving import actions as giving
from obolo.giving.models import Gift, Payment
from obolo.giving.pledges import actions, collecting, mandates
from obolo.giving.pledges.actions import By, today
from obolo.giving.pledges.errors import CannotCollect, NoSuchDebit, NotAReturnCode
from obolo.giving.pledges.models import (
    Attempt,
    DebitBatch,
    DebitWord,
    DebitWordKind,
    Instalment,
    InstalmentState,
    Outcome,
    Standing,
    Way,
)
from obolo.giving.returns import found as returns
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.kit.money import Money
from obolo.organisations import actions as organisations_actions
from obolo.organisations import queries as organisations
from obolo.organisations.bell import ring
from obolo.organisations.seal import seal, unseal
from obolo.organisations.wall import current_id

BANK: Final = "bank"
CREDITOR: Final = "sepa_creditor"
BATCH_MAX: Final = 5_000
_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{3}")
_NOON: Final = time(12)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a debit by one call: the gift, whether this call changed anything."""

    attempt: Attempt
    gift: Gift | None
    changed: bool
    kind: str = ""  # of a return: hard, soft, donor, ours


def set_creditor(*, creditor_id: str) -> None:
    """The organisation's creditor identifier. Raises NotCollectable."""
    plain = creditor_id.replace(" ", "").upper()
    if not is_creditor_id(plain):
        raise NotCollectable(f"{creditor_id[:40]!r} is no creditor identifier.")
    organisations_actions.keep_account(
        kind=CREDITOR,
        hook_key="",
        outside_id=plain,
        address={"creditor_id": plain},
        secrets={},
        organisation_id=current_id(),
    )


def creditor() -> Creditor:
    """Who collects, as the bank has it. Raises CannotCollect, saying what is missing."""
    account, known = organisations.preferred_account([BANK]), organisations.account(CREDITOR)
    if account is None:
        raise CannotCollect("The organisation's bank account is not set.")
    if known is None:
        raise CannotCollect("The creditor identifier is not set.")
    return Creditor(
        name=str(account.address["beneficiary"])[:70],
        iban=str(account.address["iban"]),
        creditor_id=known.outside_id,
        bic=str(account.address.get("bic") or ""),
    )


def missing() -> list[str]:
    """What must be set before anything is collected: `account`, `creditor`."""
    found = {"account": organisations.preferred_account([BANK]),
             "creditor": organisations.account(CREDITOR)}  # fmt: skip
    return [name for name, account in found.items() if account is None]


def first_possible() -> date:
    """The first day for which a file handed in today is in time."""
    due = calendar.working_day_from(today() + timedelta(days=1))
    while calendar.hand_in_by(due, collecting.HAND_IN_DAYS) < today():
        due = calendar.working_day_from(due + timedelta(days=1))
    return due


def ready(due_on: date) -> list[Instalment]:
    """The announced due days that may be collected on that day, with the longest wait first."""
    rows = Instalment.objects.select_related("pledge__person", "pledge__cause", "pledge__mandate")
    found = rows.filter(
        state=InstalmentState.PLANNED,
        take_on__lte=due_on,
        announced_at__isnull=False,
        by_link=False,
        pledge__way=Way.DEBIT,
        pledge__mandate__ended_on=None,
    ).exclude(pledge__standing=Standing.ENDED)
    due = found.filter(currency="EUR").order_by("take_on", "id")[:BATCH_MAX]
    return [one for one in due if not _held(one, due_on)]


@transaction.atomic
def make_batch(*, due_on: date, by: By, key: str) -> DebitBatch:
    """Put all that is ready into one file. The same key is the same batch.

    Raises CannotCollect (nothing is ready, a day banks do not work, too soon), NotCollectable.
    """
    name = f"OB{actions.told_hash(key).hex()[:24].upper()}"
    if known := DebitBatch.objects.filter(name=name).first():
        return known
    if not calendar.is_working_day(due_on) or due_on < first_possible():
        raise CannotCollect(f"The first possible day is {first_possible()}.")
    ids = [one.id for one in ready(due_on)]
    locked = Instalment.objects.select_for_update(of=("self",)).order_by("id")
    list(locked.filter(id__in=ids))  # two colleagues at once: the second finds what is left
    due = [one for one in ready(due_on) if one.id in set(ids)]
    if not due:
        raise CannotCollect("Nothing is ready for that day.")
    batch = DebitBatch(
        id=new_id(),
        organisation_id=current_id(),
        name=name,
        due_on=due_on,
        count=len(due),
        total_minor=sum(one.amount_minor for one in due),
        made_at=now(),
        made_by=by.staff_id,
    )
    debits = [_attempt(one, batch) for one in due]
    file = _file(batch, debits)
    batch.sealed = seal(settings.SECRET_KEY, batch.purpose(), {"file": file.decode()})
    batch.save(force_insert=True)
    for debit in debits:
        debit.payment = _payment(debit)
    Attempt.objects.bulk_create(debits)
    Instalment.objects.filter(id__in=[one.id for one in due]).update(
        state=InstalmentState.ASKED, look_on=due_on + timedelta(days=400)
    )
    _word(batch, DebitWordKind.MADE, due_on, by)
    return batch


def file_of(batch: DebitBatch) -> bytes:
    """The file for the bank: always the same bytes. Raises SealBroken."""
    return str(unseal(settings.SECRET_KEY, batch.purpose(), bytes(batch.sealed))["file"]).encode()


@transaction.atomic
def hand_in(*, batch_id: UUID, by: By) -> DebitBatch:
    """Staff gave the file to the bank. Again: no change. Raises CannotCollect once taken back."""
    batch = _locked(batch_id)
    if is_withdrawn(batch):
        raise CannotCollect("This file was taken back.")
    if batch.handed_in_at is None:
        batch.handed_in_at, batch.handed_in_by = now(), by.staff_id
        DebitBatch.objects.filter(id=batch.id).update(
            handed_in_at=batch.handed_in_at, handed_in_by=batch.handed_in_by
        )
        _word(batch, DebitWordKind.HANDED_IN, today(), by)
    return batch


@transaction.atomic
def withdraw(*, batch_id: UUID, by: By) -> DebitBatch:
    """Take a file back that was not handed in: its due days are ready again."""
    batch = _locked(batch_id)
    if batch.handed_in_at is not None:
        raise CannotCollect("This file is at the bank already.")
    if is_withdrawn(batch):
        return batch
    debits = list(Attempt.objects.filter(batch=batch, outcome=Outcome.OPEN))
    for debit in debits:
        if debit.payment_id is not None:
            giving.cancel(payment_id=debit.payment_id)
    ids = [one.instalment_id for one in debits]
    Attempt.objects.filter(id__in=[one.id for one in debits]).update(
        outcome=Outcome.WITHDRAWN, ended_at=now()
    )
    Instalment.objects.filter(id__in=ids).update(state=InstalmentState.PLANNED, look_on=today())
    _word(batch, DebitWordKind.WITHDRAWN, today(), by)
    return batch


def is_withdrawn(batch: DebitBatch) -> bool:
    """Was it taken back?"""
    return DebitWord.objects.filter(batch=batch, kind=DebitWordKind.WITHDRAWN).exists()


@transaction.atomic
def note_collected(*, end_to_end: str, day: date, by: By) -> Result:
    """The money of a debit is on our account: the gift is booked, once. Raises NoSuchDebit."""
    attempt = _debit(end_to_end)
    if attempt.payment is None or attempt.outcome not in (Outcome.OPEN, Outcome.COLLECTED):
        return Result(attempt, None, changed=False)
    payment = attempt.payment
    remote = RemotePayment(
        provider_ref=end_to_end,
        reference=payment.reference,
        state="paid",
        asked=payment.asked,
        paid=payment.asked,
        fee=Money(0, payment.currency),  # banks bill debits by the month, not one by one
        method="sepa_debit",
        paid_at=min(datetime.combine(day, _NOON, UTC), now()),
        url="",
    )
    gift, booked = giving.settle(payment_id=payment.id, remote=remote)
    if booked:
        mandates.used(mandate_id=attempt.mandate_id, day=day)
        _word(_batch_of(attempt), DebitWordKind.COLLECTED, day, by, attempt=attempt)
    return Result(attempt, gift, changed=booked)


@transaction.atomic
def note_returned(*, end_to_end: str, code: str, day: date, by: By) -> Result:
    """The bank returned a debit, before or after the money was here; again: no change.

    After it, the gift is charged back. A soft return is collected again later, a hard one ends the
    mandate, and after the donor's own objection the pledge waits. Raises NoSuchDebit,
    NotAReturnCode, ledger.TooMuch.
    """
    plain = code.strip().upper()
    if not _CODE.fullmatch(plain):
        raise NotAReturnCode(f"Got {code[:20]!r}.")
    attempt = _debit(end_to_end)
    failure = failures.of_debit(plain)
    if attempt.outcome not in (Outcome.OPEN, Outcome.COLLECTED) or attempt.payment is None:
        return Result(attempt, None, changed=False, kind=failure.kind)
    gift = Gift.objects.filter(payment=attempt.payment).first()
    if gift is not None:
        returns.charge_back(
            gift_id=gift.id,
            amount=gift.gross,
            dispute_fee=Money(0, gift.currency),
            account=f"cash:{BANK}",
            reason=f"{plain}: {failure.means}"[:200],
            by=by.staff_id,
            key=f"debit:{end_to_end}",
        )
        _reopen(attempt, plain)
    else:
        giving.cancel(payment_id=attempt.payment.id)
    _word(_batch_of(attempt), DebitWordKind.RETURNED, day, by, attempt=attempt, code=plain)
    _go_on(attempt, failure, day)
    return Result(attempt, gift, changed=True, kind=failure.kind)


def _reopen(attempt: Attempt, code: str) -> None:
    """The day was collected and is not any more."""
    Attempt.objects.filter(id=attempt.id).update(
        outcome=Outcome.RETURNED, code=code, ended_at=now()
    )


def _go_on(attempt: Attempt, failure: failures.Failure, day: date) -> None:
    """What the reason of a return means for the due day, the mandate and the pledge."""
    made = Attempt.objects.filter(instalment_id=attempt.instalment_id, way=Way.DEBIT).count()
    open_still = Attempt.objects.filter(id=attempt.id, outcome=Outcome.OPEN)
    open_still.update(outcome=Outcome.FAILED, code=failure.code, ended_at=now())
    again_on = today() if failure.kind == "ours" else failure.retry_on(day, made - 1)
    if failure.kind in ("hard", "donor"):
        collecting.give_up_method(attempt, failure.code)
    state = InstalmentState.PLANNED
    if failure.kind == "donor":  # never again without talking with them
        state = InstalmentState.UNPAID
        pledge = attempt.instalment.pledge
        if pledge.standing == Standing.BEGUN:
            who = By(source="system", reason=failure.code)
            actions.pause(pledge_id=pledge.id, by=who, key=f"returned:{attempt.id}")
    Instalment.objects.filter(id=attempt.instalment_id).update(
        state=state,
        failure=failure.code,
        by_link=again_on is None,
        take_on=again_on or today(),
        look_on=today(),
        announced_at=now() if failure.kind == "ours" else None,
        ended_at=None if state == InstalmentState.PLANNED else now(),
    )
    ring("pledge")


def _held(instalment: Instalment, due_on: date) -> bool:
    pledge = instalment.pledge
    paused = pledge.standing == Standing.PAUSED
    return paused and (pledge.paused_until is None or due_on < pledge.paused_until)


def _attempt(instalment: Instalment, batch: DebitBatch) -> Attempt:
    mandate = instalment.pledge.mandate
    assert mandate is not None
    attempt_id = new_id()
    return Attempt(
        id=attempt_id,
        organisation_id=batch.organisation_id,
        instalment=instalment,
        number=Attempt.objects.filter(instalment=instalment).count() + 1,
        way=Way.DEBIT,
        batch=batch,
        mandate=mandate,
        end_to_end=f"OB{attempt_id.hex[-24:].upper()}",
        sequence="FRST" if mandate.last_collected_on is None else "RCUR",
    )


def _payment(attempt: Attempt) -> Payment:
    pledge = attempt.instalment.pledge
    return giving.await_transfer(
        person=pledge.person,
        cause=pledge.cause,
        amount=attempt.instalment.amount,
        language=pledge.language,
        conversation_id=None,
        reference=str(attempt.end_to_end),
        creditor_reference=str(attempt.end_to_end),
    )


def _file(batch: DebitBatch, debits: Sequence[Attempt]) -> bytes:
    organisation = organisations.current()
    return pain_008(
        batch=batch.name,
        made_at=batch.made_at,
        creditor=creditor(),
        collections=[
            Collection(
                reference=str(one.end_to_end),
                mandate=one.mandate.facts(mandates.opened(one.mandate)),
                amount=one.instalment.amount,
                due_on=batch.due_on,
                words=f"{organisation.name}: {one.instalment.pledge.cause.name('it')}"[:140],
            )
            for one in debits
            if one.mandate is not None
        ],
    )


def _debit(end_to_end: str) -> Attempt:
    rows = Attempt.objects.select_for_update(of=("self",)).select_related(
        "instalment__pledge__cause", "instalment__pledge__person", "payment", "batch"
    )
    found = rows.filter(end_to_end=end_to_end.strip()[:30], way=Way.DEBIT).first()
    if found is None:
        raise NoSuchDebit(end_to_end[:40])
    return found


def _batch_of(attempt: Attempt) -> DebitBatch:
    batch: DebitBatch | None = attempt.batch
    assert batch is not None
    return batch


def _locked(batch_id: UUID) -> DebitBatch:
    found = DebitBatch.objects.select_for_update(of=("self",)).filter(id=batch_id).first()
    if found is None:
        raise NoSuchDebit
    return found


def _word(
    batch: DebitBatch,
    kind: DebitWordKind,
    day: date,
    by: By,
    *,
    attempt: Attempt | None = None,
    code: str = "",
) -> None:
    DebitWord.objects.create(
        batch=batch, kind=kind, day=day, staff_id=by.staff_id, source=by.source,
        reason=by.reason[:300], attempt=attempt, code=code,
    )  # fmt: skip
