"""The page of a gift moves to a new address, or is closed; the old address opens nothing.

1. `renew`: the living link is ended (who, when and why are kept), a new one is made, and a message
   with it is queued in the donor's chat, all in one transaction. Open pages are rung and find out.
2. `close` ends the living link alone. The next message about the gift brings a new one.
A donor asks for it on the page itself, staff beside the conversation.
"""

from uuid import UUID

from django.db import transaction

from obolo.assistant import compose
from obolo.assistant.texts import money
from obolo.conversations import actions as conversations
from obolo.conversations.models import Author
from obolo.giving import queries as giving
from obolo.giving.models import Gift
from obolo.organisations.bell import ring
from obolo.people.models import Purpose
from obolo.trace import actions as trace


@transaction.atomic
def renew(*, gift: Gift, by: UUID | None, why: str) -> None:
    """A new address for the page of a gift; `by` is a member of staff, None the donor."""
    close(gift=gift, by=by, why=why)
    link_id = trace.link_for(gift_id=gift.id).id
    lang = gift.person.language or gift.payment.language
    receipt = giving.receipt_of(gift.id)
    values = {"amount": money(gift.gross, lang), "cause": gift.cause.name(lang)}
    composed = compose.with_link(
        "new_page_link", lang, "btn_trace", f"{compose.LINK}{link_id}", **values
    )
    told = [*values.values(), receipt.shown if receipt else "-"]
    conversations.say(
        conversation=conversations.of_person(gift.person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=f"page_link:{link_id}",
        author=Author.SYSTEM,
        template=compose.as_template("gift_receipt", lang, told, link_id),
        content={"gift": str(gift.id)},
    )


@transaction.atomic
def close(*, gift: Gift, by: UUID | None, why: str) -> None:
    """From now on the page's address opens nothing; repeating changes nothing."""
    trace.revoke(gift_id=gift.id, by=by, why=why)
    ring(f"fund:{gift.cause.fund_id}")
