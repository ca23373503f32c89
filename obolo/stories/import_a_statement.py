"""A statement of the bank comes in, and those whose transfers it tells of are thanked.

1. Staff hand in a file and look at what it seems to say (`giving.bank.queries.look`).
2. `bring_in` reads it into lines; those with a reference of ours become gifts at once.
3. Returned debits go to the pledges they belong to.
4. Everybody whose gift was booked is thanked, in the same transaction, if we can reach them.
5. What is in doubt waits for a person's word (`settle_*`), which books and thanks likewise.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from obolo.gateways.payments.bank.csv_statement import Choice
from obolo.giving.bank import actions as bank
from obolo.giving.bank import transfer
from obolo.giving.bank.models import Statement, StatementFile
from obolo.giving.models import Gift
from obolo.people import queries as people
from obolo.stories.receive_a_gift import thank


@transaction.atomic
def bring_in(
    *, file: StatementFile, by: UUID | None, choice: Choice | None = None, account: str = ""
) -> list[Statement]:
    """Import a file, book what is certain, thank. Again: the same statements, nothing new.

    Raises NotAStatement, NotOurAccount.
    """
    statements, gifts = bank.import_file(file=file, by=by, choice=choice, account=account)
    _welcome(gifts)
    return statements


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
