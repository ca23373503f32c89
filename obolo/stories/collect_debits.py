"""Announced due days go to the bank in one file; its answers reach the books and the people.

1. `keep_a_pledge` announces amount and day, fourteen days before or as agreed.
2. Staff choose a day: `giving.pledges.debits.make_batch` writes the file (pain.008), once.
3. They upload it at their bank and say so.
4. The statement (or staff) tells of each debit: `note_collected` books the gift and thanks;
   `note_returned` charges a gift back, and says kindly what comes next.
"""

from datetime import date

from django.db import transaction

from obolo.assistant import compose
from obolo.assistant.texts import money, render
from obolo.conversations import actions as conversations
from obolo.conversations.models import Author
from obolo.giving.pledges import debits
from obolo.giving.pledges.actions import By
from obolo.giving.pledges.debits import Result
from obolo.people import queries as people
from obolo.people.models import Purpose
from obolo.stories.receive_a_gift import thank

BANK = By(source="bank")


@transaction.atomic
def note_collected(*, end_to_end: str, day: date, by: By = BANK) -> Result:
    """The money of a debit arrived: booked and thanked for, once. Raises NoSuchDebit."""
    result = debits.note_collected(end_to_end=end_to_end, day=day, by=by)
    if result.changed and result.gift is not None and _reached(result):
        thank(result.gift)
    return result


@transaction.atomic
def note_returned(*, end_to_end: str, code: str, day: date, by: By = BANK) -> Result:
    """The bank returned a debit: undone and told, once. Raises NoSuchDebit, NotAReturnCode."""
    result = debits.note_returned(end_to_end=end_to_end, code=code, day=day, by=by)
    if not result.changed or not _reached(result):
        return result
    if result.kind == "donor":  # what they said to their bank they need not say again here
        person = result.attempt.instalment.pledge.person
        conversation = conversations.of_person(person)
        _say(result, "debit_returned_donor")
        conversations.hand_off(conversation=conversation, reason="debit_returned")
    elif result.gift is not None:  # they were thanked for money that went back
        _say(result, "debit_returned")
    return result


def _reached(result: Result) -> bool:
    return any(people.whatsapp_address(result.attempt.instalment.pledge.person_id))


def _say(result: Result, key: str) -> None:
    pledge = result.attempt.instalment.pledge
    lang = pledge.language
    composed = compose.with_buttons(
        key,
        lang,
        [("ask:person", render("btn_person", lang))],
        values={
            "amount": money(result.attempt.instalment.amount, lang),
            "cause": pledge.cause.name(lang),
        },
    )
    conversations.say(
        conversation=conversations.of_person(pledge.person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=f"debit_returned:{result.attempt.id}",
        author=Author.SYSTEM,
        content={"pledge": str(pledge.id)},
    )
