"""A statement of the bank comes in, and those whose transfers it tells of are thanked.

1. Staff hand in a file and look at what it seems to say (`giving.bank.queries.look`).
2. `bring_in` reads it into lines; those with a reference of ours become gifts at once.
3. Everybody whose gift was booked is thanked, in the same transaction, if we can reach them.
4. The money of a debit, and a debit that came back, go to the pledge they belong to.
5. What is in doubt waits for a person's word (`settle_*`), which books and thanks likewise.
"""

import logging
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from obolo.gateways.payments.bank.csv_statement import Choice
from obolo.giving.bank import actions as bank
from obolo.giving.bank import queries, transfer
from obolo.giving.bank.errors import NotAGift
from obolo.giving.bank.models import Statement, StatementFile, StatementLine
from obolo.giving.models import Gift
from obolo.giving.pledges.errors import NoSuchDebit, NotAReturnCode
from obolo.ledger.errors import TooMuch
from obolo.people import queries as people
from obolo.stories import collect_debits
from obolo.stories.receive_a_gift import thank

log = logging.getLogger(__name__)


@transaction.atomic
def bring_in(
    *, file: StatementFile, by: UUID | None, choice: Choice | None = None, account: str = ""
) -> list[Statement]:
    """Import a file, book what is certain, thank. Again: the same statements, nothing new.

    Raises NotAStatement, NotOurAccount.
    """
    statements, gifts = bank.import_file(file=file, by=by, choice=choice, account=account)
    _welcome(gifts)
    for line in queries.of_debits([one.id for one in statements]):
        _note_debit(line)
    return statements


def _note_debit(line: StatementLine) -> None:
    """A debit's money or its return goes to its pledge; what the pledge refuses waits on."""
    try:
        if line.return_code or line.amount_minor < 0:
            collect_debits.note_returned(
                end_to_end=line.end_to_end, code=line.return_code, day=line.booked_on
            )
            bank.note_debit(line_id=line.id, gift=None)
            return
        with transaction.atomic():
            result = collect_debits.note_collected(end_to_end=line.end_to_end, day=line.booked_on)
            if result.gift is None or result.gift.gross != line.gross:
                raise NotAGift  # another amount, or paid by something else: a person looks
            bank.note_debit(line_id=line.id, gift=result.gift)
    except (NoSuchDebit, NotAReturnCode, NotAGift, TooMuch) as odd:
        log.info("line %s is no debit of ours: %s", line.id, odd)


@transaction.atomic
def settle_as_payment(*, line_id: UUID, payment_id: UUID, by: UUID | None) -> Gift:
    """Staff: this line pays that payment. Raises what `giving.bank.deciding` raises."""
    gift, booked = bank.settle_as_payment(line_id=line_id, payment_id=payment_id, by=by)
    _welcome([gift] if booked else [])
    return gift


@transaction.atomic
def settle_as_person(*, line_id: UUID, person_id: UUID, cause_id: UUID, by: UUID | None) -> Gift:
    """Staff: this line is a gift of that person. Raises what `giving.bank.deciding` raises."""
    gift, booked = bank.settle_as_person(
        line_id=line_id, person_id=person_id, cause_id=cause_id, by=by
    )
    _welcome([gift] if booked else [])
    return gift


@transaction.atomic
def settle_as_new_person(*, line_id: UUID, name: str, cause_id: UUID, by: UUID | None) -> Gift:
    """Staff: this line is a gift of somebody new. Raises what `giving.bank.deciding` raises."""
    gift, _ = bank.settle_as_new_person(line_id=line_id, name=name, cause_id=cause_id, by=by)
    return gift  # nobody to thank: we know no address of theirs


def _welcome(gifts: Iterable[Gift]) -> None:
    for gift in gifts:
        transfer.close_the_other(gift.payment)
        if any(people.whatsapp_address(gift.person_id)):
            thank(gift)
