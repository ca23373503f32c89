"""Receipts and yearly statements on their way to a person.

1. A gift's receipt is numbered when the gift is booked (`giving.receipts.actions.issue`).
2. Who asks in the chat for a receipt, or for a year, is answered with the paper (`answer`).
3. Staff send either again from the console (`send_receipt`, `send_statement`): queued once per key;
   outside the 24-hour window a template leads to the person's page, where the receipt lies.
4. `attach_a_paper` draws the file when the message is handed over.
"""

from uuid import UUID

from obolo.assistant import compose
from obolo.assistant.compose import Composed
from obolo.assistant.papers import asks_for_a_year
from obolo.assistant.texts import day, money
from obolo.conversations import actions as conversations
from obolo.conversations.models import Author, Delivery
from obolo.giving import queries as gifts
from obolo.giving.models import Receipt
from obolo.giving.receipts import paper, queries, yearly
from obolo.giving.receipts.errors import NoSuchReceipt
from obolo.giving.receipts.printed import spoken
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.people import queries as people
from obolo.people.models import Person, Purpose
from obolo.stories.attach_a_paper import receipt_reference, statement_reference
from obolo.trace import actions as trace

_LAST_YEAR_UNTIL_MONTH = 9  # until the tax returns are in, "my statement" means last year's


def answer(person: Person, lang: str, words: str, said_year: int | None, before: str) -> Composed:
    """The paper this person asks for, who has given at least once; `said_year` wins."""
    if said_year is not None or asks_for_a_year(words):
        return _statement(person, said_year or _year_meant(person.id), lang, before)
    receipt = queries.newest_of(gifts.gifts_of(person.id, limit=1)[0].id)
    if receipt is None:
        return compose.plain("receipt_none", lang, before=before)
    return _receipt(receipt, lang, before)


def send_receipt(*, receipt_id: UUID, key: str, staff_id: UUID | None) -> Delivery:
    """Queue the paper of a receipt for the person whose gift it is. Raises NoSuchReceipt."""
    receipt = queries.get(receipt_id)
    if receipt is None:
        raise NoSuchReceipt
    gift = receipt.gift
    lang = gift.person.language or gift.payment.language
    composed = _receipt(receipt, lang, "")
    link_id = trace.link_for(gift_id=gift.id).id
    amount = money(gift.gross, lang)
    values = [amount, gift.cause.name(lang), receipt.shown]
    return conversations.say(
        conversation=conversations.of_person(gift.person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=f"receipt:{receipt_id}:{key}",
        author=Author.STAFF,
        staff_id=staff_id,
        template=compose.as_template("gift_receipt", lang, values, link_id),
        content={"receipt": str(receipt_id)},
    )


def send_statement(*, person_id: UUID, year: int, key: str, staff_id: UUID | None) -> Delivery:
    """Queue the paper of a person's year. Raises NoSuchReceipt when there is no such person."""
    person = people.get(person_id)
    if person is None:
        raise NoSuchReceipt
    composed = _statement(person, year, person.language, "")
    return conversations.say(
        conversation=conversations.of_person(person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=f"statement:{person_id}:{year}:{key}",
        author=Author.STAFF,
        staff_id=staff_id,
        content={"statement": year},
    )


def _receipt(receipt: Receipt, lang: str, before: str) -> Composed:
    printed = queries.printed_of(receipt)
    void = queries.void_of(receipt)
    return compose.with_paper(
        "receipt_void_text" if void else "receipt_text",
        lang,
        receipt_reference(receipt.id),
        paper.receipt_file_name(receipt),
        before=before,
        number=receipt.shown,
        amount=money(Money(printed.amount_minor, printed.currency), lang),
        date=day(paper.local_day(void.at) if void else printed.paid_on, lang),
        organisation=printed.body.name,
    )


def _statement(person: Person, year: int, lang: str, before: str) -> Composed:
    years = yearly.years_of(person.id)
    if year not in years:
        told = ", ".join(map(str, years)) or "–"
        return compose.plain("statement_none", lang, before=before, year=year, years=told)
    return compose.with_paper(
        "statement_text",
        lang,
        statement_reference(person.id, year, spoken(lang)),
        yearly.file_name(year),
        before=before,
        year=str(year),
    )


def _year_meant(person_id: UUID) -> int:
    """The year asked for by somebody who named none."""
    years, today = yearly.years_of(person_id), paper.local_day(now())
    if today.year - 1 in years and today.month <= _LAST_YEAR_UNTIL_MONTH:
        return today.year - 1
    return years[0] if years else today.year
