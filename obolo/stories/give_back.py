"""Money goes back to a donor, or a bank takes it back; and fees that are known late.

1. `ask` plans a refund (console, API); `pay_back_by_hand` notes one that was paid by hand.
2. `give_back_due` brings planned refunds to their provider (network, no transaction), then posts
   each in the transaction that notes the answer, and tells the donor.
3. Whatever happened at the provider itself is found by a look: a notice says "look"
   (`receive_a_gift.look` calls `note`), and `look_again` asks about paid payments now and then.
4. What needs a person (a refusal, a dispute) is handed to the team in the donor's conversation.
A provider that is away is asked again later, with the same key: money goes back once.
"""

import logging
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction

from obolo.assistant import compose
from obolo.assistant.texts import money
from obolo.conversations import actions as conversations
from obolo.conversations.models import Author
from obolo.gateways.payments.rail import RailRefused, RailUnreachable, RemotePayment
from obolo.giving import actions as giving
from obolo.giving import queries as gifts
from obolo.giving.errors import NoRail
from obolo.giving.models import Gift
from obolo.giving.rails import rail_by_name
from obolo.giving.returns import actions as returns
from obolo.giving.returns.models import Refund
from obolo.kit.money import Money
from obolo.organisations import queries as organisations
from obolo.organisations.wall import within
from obolo.people.models import Purpose
from obolo.trace import actions as trace

log = logging.getLogger(__name__)
BATCH: Final = 10


def ask(*, gift_id: UUID, amount: Money, reason: str, by: UUID | None, key: str) -> Refund:
    """Plan a refund; raises what `returns.actions.ask_refund` raises."""
    refund, _ = returns.ask_refund(gift_id=gift_id, amount=amount, reason=reason, by=by, key=key)
    return refund


@transaction.atomic
def pay_back_by_hand(
    *,
    gift_id: UUID,
    amount: Money,
    account: str,
    on: date,
    reason: str,
    by: UUID | None,
    key: str,
) -> Refund:
    """Note that somebody paid it back by hand, and tell the donor."""
    refund, new = returns.pay_back_by_hand(
        gift_id=gift_id, amount=amount, account=account, on=on, reason=reason, by=by, key=key
    )
    if new:
        _tell_refund(refund)
    return refund


def give_back_due(organisation_id: UUID) -> int:
    """Bring planned refunds to the provider; returns how many were taken up."""
    with within(organisation_id):
        due = returns.claim_refunds(limit=BATCH)
    for refund in due:
        try:
            give_back(organisation_id, refund)
        except RailUnreachable as away:
            log.warning("refund %s not carried out: %s", refund.id, away)
        except (RailRefused, NoRail) as refusal:
            log.error("refund %s refused: %s", refund.id, refusal)
            with within(organisation_id):
                if returns.refused(refund_id=refund.id, why=str(refusal)):
                    _hand_over(refund.gift, "refund_refused")
    return len(due)


def give_back(organisation_id: UUID, refund: Refund) -> None:
    """One refund at its provider; raises RailUnreachable, RailRefused, NoRail."""
    payment = refund.gift.payment
    with within(organisation_id):
        provider = rail_by_name(payment.rail)
    remote = provider.refund(payment.provider_ref or "", refund.amount, f"refund:{refund.id}")
    with within(organisation_id):
        if returns.sent(refund_id=refund.id, remote=remote):
            _tell_refund(refund)
        elif remote.state == "failed":
            _hand_over(refund.gift, "refund_refused")


def look_again(organisation_id: UUID) -> int:
    """Ask about paid payments whose time it is; returns how many were asked about."""
    with within(organisation_id):
        due = giving.claim_to_recheck(limit=BATCH)
    for payment in due:
        try:
            with within(organisation_id):
                provider = rail_by_name(payment.rail)
            remote = provider.fetch(payment.provider_ref or "")
            with within(organisation_id):
                gift = gifts.gift_of_payment(payment.id)
                if gift is not None:
                    note(gift, remote)
        except (RailUnreachable, RailRefused, NoRail) as away:
            log.warning("paid payment %s not looked at: %s", payment.id, away)
    return len(due)


def note(gift: Gift, remote: RemotePayment) -> None:
    """Post what the provider says happened to a booked gift, and tell whom it concerns."""
    news = returns.compare(gift_id=gift.id, remote=remote)
    if not news.is_any:
        return
    for refund in news.refunded:
        _tell_refund(refund)
    if news.charged_back:
        _tell(gift, "charged_back", news.charged_back, f"charged_back:{gift.id}")
        _hand_over(gift, "disputed")
    if news.came_back:
        log.info("gift %s: %s came back", gift.id, news.came_back)


def _tell_refund(refund: Refund) -> None:
    """The donor hears that money is on its way; once for each refund."""
    by_hand = refund.way == "hand"
    key = "refunded_by_hand" if by_hand else "refunded"
    _tell(refund.gift, key, refund.amount, f"refunded:{refund.id}")


def _tell(gift: Gift, text: str, amount: Money, key: str) -> None:
    lang = gift.person.language or gift.payment.language
    link_id = trace.link_for(gift_id=gift.id).id
    values = {"amount": money(amount, lang), "cause": gift.cause.name(lang)}
    url = f"{compose.LINK}{link_id}"
    composed = compose.with_link(text, lang, "btn_trace", url, **values)
    conversations.say(
        conversation=conversations.of_person(gift.person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=key,
        author=Author.SYSTEM,
        template=compose.as_template("gift_returned", lang, list(values.values()), link_id),
        content={"gift": str(gift.id)},
    )


def _hand_over(gift: Gift, reason: str) -> None:
    conversations.hand_off(conversation=conversations.of_person(gift.person), reason=reason)
    log.error("%s: gift %s at %s", reason, gift.id, organisations.current().slug)
