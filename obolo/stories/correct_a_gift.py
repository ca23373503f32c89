"""A gift was booked wrongly: another amount, twice, for another person; or it matches another one.

1. Staff say what is right and why (console, API); `giving.returns` posts it once, by its key.
2. The amount: the donor hears that the record was put right; the receipt is replaced.
3. The person: the old page closes for good, whoever had it; both persons hear of it, and the one
   whose gift it is gets the link to a page of their own.
(A wrong cause is a move of the gift's cents, see `move_money`: it needs a second person.)
"""

from typing import Any
from uuid import UUID

from django.db import transaction

from obolo.assistant import compose
from obolo.assistant.texts import money
from obolo.conversations import actions as conversations
from obolo.conversations import queries as talk
from obolo.conversations.models import Author
from obolo.giving import queries as gifts
from obolo.giving.models import Gift
from obolo.giving.returns import actions as returns
from obolo.giving.returns.models import Deed
from obolo.kit.money import Money
from obolo.people.models import Person, Purpose
from obolo.trace import actions as trace


@transaction.atomic
def void(
    *, gift_id: UUID, gross: Money, fee: Money, reason: str, by: UUID | None, key: str
) -> Deed:
    """Take off what was booked too much; raises what `returns.actions.void` raises."""
    deed = returns.void(gift_id=gift_id, gross=gross, fee=fee, reason=reason, by=by, key=key)
    _tell_amount(deed, "gift_lowered")
    return deed


@transaction.atomic
def add(*, gift_id: UUID, gross: Money, fee: Money, reason: str, by: UUID | None, key: str) -> Deed:
    """Add what was booked too little; raises what `returns.actions.add` raises."""
    deed = returns.add(gift_id=gift_id, gross=gross, fee=fee, reason=reason, by=by, key=key)
    _tell_amount(deed, "gift_raised")
    return deed


@transaction.atomic
def change_owner(*, gift_id: UUID, person_id: UUID, reason: str, by: UUID | None, key: str) -> Deed:
    """The gift is another person's; raises what `returns.actions.change_owner` raises."""
    deed, new = returns.change_owner(
        gift_id=gift_id, person_id=person_id, reason=reason, by=by, key=key
    )
    if new:
        trace.revoke(gift_id=gift_id, by=by, why="owner")
        gift = gifts.gift(gift_id)
        assert gift is not None
        assert deed.person_from is not None
        _tell_old_owner(gift, deed.person_from, deed)
        _tell(gift, "gift_is_yours", {"amount": _text(gift.gross, gift)}, f"owner:{deed.id}:new")
    return deed


def match(*, gift_id: UUID, matched_id: UUID, reason: str, by: UUID | None, key: str) -> Deed:
    """Note that a gift was given because of another; nobody is written to."""
    return returns.match(gift_id=gift_id, matched_id=matched_id, reason=reason, by=by, key=key)


def _tell_amount(deed: Deed, text: str) -> None:
    gift = gifts.gift(deed.gift_id) if deed.gift_id else None
    if gift is not None and deed.amount is not None:
        _tell(gift, text, {"amount": _text(deed.amount, gift)}, f"corrected:{deed.id}")


def _tell(gift: Gift, text: str, values: dict[str, str], key: str) -> None:
    """To whoever the gift belongs to, with the link to its page; the same key once."""
    lang = _language(gift.person, gift)
    link_id = trace.link_for(gift_id=gift.id).id
    url = f"{compose.LINK}{link_id}"
    values["cause"] = gift.cause.name(lang)
    composed = compose.with_link(text, lang, "btn_trace", url, **values)
    conversations.say(
        conversation=conversations.of_person(gift.person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=key,
        author=Author.SYSTEM,
        template=_template(gift, text, values, lang, link_id),
        content={"gift": str(gift.id)},
    )


def _template(
    gift: Gift, text: str, values: dict[str, str], lang: str, link_id: UUID
) -> dict[str, Any]:
    """The same in short, for who has not written to us lately."""
    if text != "gift_is_yours":
        return compose.as_template("gift_corrected", lang, [values["cause"]], link_id)
    receipt = gifts.receipt_of(gift.id)
    told = [values["amount"], values["cause"], receipt.shown if receipt else ""]
    return compose.as_template("gift_receipt", lang, told, link_id)


def _tell_old_owner(gift: Gift, person: Person, deed: Deed) -> None:
    """Only in words, and only where we talked before: the page is not theirs any more."""
    conversation = talk.of_person(person.id)
    if conversation is None:
        return
    lang = _language(person, gift)
    amount = money(gift.gross, lang)
    composed = compose.plain("gift_not_yours", lang, amount=amount, cause=gift.cause.name(lang))
    conversations.say(
        conversation=conversation,
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=f"owner:{deed.id}:old",
        author=Author.SYSTEM,
    )


def _language(person: Person, gift: Gift) -> str:
    return person.language or gift.payment.language


def _text(amount: Money, gift: Gift) -> str:
    return money(amount, _language(gift.person, gift))
