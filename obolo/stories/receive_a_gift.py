"""From "yes, 5 euro" to a gift that is booked once, thanked for, and can be followed.

1. `answer_a_message` plans the payment in its own transaction.
2. `place` brings it to the provider (network, no transaction), then sends the link.
3. The person pays there. A notice says "look"; `look` fetches the truth and settles it.
4. In the transaction that books the gift, thanks with the receipt are queued.
A lost notice is made up for by `look_again`, which asks about open payments now and then.
A payment keeps the rail it was opened with. When the provider's page closes before our own link,
whoever follows the link plans it once more, and `place` asks for the next page.
"""

import logging
from uuid import UUID

from django.conf import settings

from obolo.assistant import compose
from obolo.assistant.texts import money, render
from obolo.conversations import actions as conversations
from obolo.conversations.models import Author
from obolo.gateways.payments.rail import Order, RailRefused, RailUnreachable, RemotePayment
from obolo.giving import actions as giving
from obolo.giving import queries as gifts
from obolo.giving.bank import transfer
from obolo.giving.errors import NoRail
from obolo.giving.models import Gift, Payment
from obolo.giving.pledges import collecting
from obolo.giving.pledges import queries as pledges
from obolo.giving.rails import charge, rail, rail_by_name
from obolo.kit.money import Money
from obolo.organisations import queries as organisations
from obolo.organisations.wall import within
from obolo.people.models import Purpose
from obolo.stories import give_back
from obolo.trace import actions as trace
from obolo.trace import proofs
from obolo.trace import queries as paths

log = logging.getLogger(__name__)
BATCH = 10


def link(payment: Payment) -> str:
    """Our own address of a payment: it forwards to the provider, or says why it cannot."""
    return f"{settings.BASE_URL}/p/{organisations.current().slug}/{payment.reference}"


def place_due(organisation_id: UUID) -> int:
    """Bring planned payments to the provider; returns how many were taken up."""
    with within(organisation_id):
        due = giving.claim_to_place(limit=BATCH)
    for payment in due:
        try:
            place(organisation_id, payment)
        except RailUnreachable as away:
            log.warning("payment %s not placed: %s", payment.id, away)
            # Else they have their link (its page says "one moment"), or a saved method is asked.
            if not payment.provider_ref and payment.conversation_id:
                _tell_delay(organisation_id, payment)
        except (RailRefused, NoRail) as refused:
            log.error("payment %s refused: %s", payment.id, refused)
            with within(organisation_id):
                if collecting.refused(payment):  # a saved method: a link follows instead
                    continue
                giving.cancel(payment_id=payment.id)
                _hand_over_to_staff(payment)
    return len(due)


def place(organisation_id: UUID, payment: Payment) -> None:
    """Open the payment at the provider, then send the link; repeating changes nothing.

    One that is there already gets its next page; the link stays the same and is not sent again.
    """
    with within(organisation_id):
        name, provider = (payment.rail, rail_by_name(payment.rail)) if payment.rail else rail()
        keep, saved = pledges.method_for(payment.id)
        order = Order(
            reference=payment.reference,
            amount=payment.asked,
            description=payment.cause.name(payment.language),
            return_url=link(payment),
            expires_at=payment.expires_at,
            language=payment.language,
            keep_method=keep,
        )
    ref = payment.provider_ref
    if saved is not None:
        remote = charge(provider, order, saved)
    else:
        remote = provider.reopen(order, ref) if ref else provider.create(order)
    with within(organisation_id):
        if giving.placed(payment=payment, rail=name, remote=remote) and not ref:
            _send_link(payment)
        # It was paid, or ended, before the page was asked for; or taken from a saved method.
        if (ref or saved is not None) and remote.state != "open":
            _settle(payment, remote)


def _send_link(payment: Payment) -> None:
    if payment.conversation_id is None:
        return
    lang = payment.language
    composed = compose.with_link(
        "pay_link",
        lang,
        "btn_pay",
        link(payment),
        after=render("or_transfer", lang) if transfer.is_possible(payment.currency) else "",
        amount=money(payment.asked, lang),
        cause=payment.cause.name(lang),
    )
    conversations.say(
        conversation=conversations.of_person(payment.person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=f"pay_link:{payment.id}",
        content={"payment": str(payment.id)},
    )


def _tell_delay(organisation_id: UUID, payment: Payment) -> None:
    """The provider is away: say so once; the link follows when it is back."""
    with within(organisation_id):
        composed = compose.plain("pay_later", payment.language)
        conversations.say(
            conversation=conversations.of_person(payment.person),
            body=composed.body,
            text=composed.text,
            purpose=Purpose.SERVICE,
            key=f"pay_later:{payment.id}",
        )


def _hand_over_to_staff(payment: Payment) -> None:
    conversation = conversations.of_person(payment.person)
    composed = compose.plain("pay_trouble", payment.language)
    conversations.say(
        conversation=conversation,
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=f"pay_trouble:{payment.id}",
    )
    conversations.hand_off(conversation=conversation, reason="payment_refused")


def refs_in(organisation_id: UUID, name: str, body: bytes) -> list[str]:
    """The references a notice of the provider `name` points to; raises RailRefused, NoRail."""
    with within(organisation_id):
        provider = rail_by_name(name)
    return list(provider.read_notice(body))


def look(organisation_id: UUID, name: str, provider_ref: str) -> bool:
    """Ask the provider `name` about one payment and settle it; False when it is none of ours.

    Raises RailUnreachable, RailRefused, NoRail: the notice stays open and is tried again.
    """
    with within(organisation_id):
        provider = rail_by_name(name)
        known = gifts.payment_by_provider_ref(provider_ref, name)
    remote = provider.fetch(provider_ref)
    with within(organisation_id):
        # A notice may overtake the answer to `create`: the reference is ours in any case.
        payment = known or gifts.payment_by_reference(remote.reference)
        if payment is None:
            return False
        if payment.provider_ref is None:
            opened = giving.placed(payment=payment, rail=name, remote=remote)
            if opened and remote.state == "open":
                _send_link(payment)
        _settle(payment, remote)
    return True


def _settle(payment: Payment, remote: RemotePayment) -> None:
    gift, booked = giving.settle(payment_id=payment.id, remote=remote)
    if gift is not None and booked:
        thank(gift)
    elif gift is None and remote.state == "failed" and pledges.method_for(payment.id)[1] is None:
        _tell_failure(payment)  # of a saved method `keep_a_pledge` tells, when it gives up
    if gift is not None and (not booked or remote.refunded or remote.disputed):
        give_back.note(gift, remote)


def look_again(organisation_id: UUID) -> int:
    """Ask about open payments, in case a notice was lost; returns how many were asked about."""
    with within(organisation_id):
        due = giving.claim_to_look(limit=BATCH)
    for payment in due:
        try:
            look(organisation_id, payment.rail, payment.provider_ref or "")
        except (RailUnreachable, RailRefused, NoRail) as away:
            log.warning("payment %s not looked at: %s", payment.id, away)
    return len(due)


def thank(gift: Gift) -> None:
    """Thanks and receipt in one message, with the link to the donor's page."""
    lang = gift.payment.language
    link_id = trace.link_for(gift_id=gift.id).id
    values = _thanks_values(gift, lang)
    log_line = _log_line()
    # A template has fixed values: beside the receipt's number there is room for the checkpoint.
    receipt = " · ".join(filter(None, [values["receipt"], log_line]))
    before = ""
    if gift.other_amount:
        asked = money(Money(gift.asked_minor, gift.currency), lang)
        before = render("paid_other_amount", lang, asked=asked, paid=values["amount"])
    key = "paid_thanks"
    if gift.fee_is_estimate:
        key = "paid_thanks_fee_open"
        del values["fee"], values["overhead"], values["net"]
    composed = compose.with_link(
        key,
        lang,
        "btn_trace",
        f"{compose.LINK}{link_id}",
        before=before,
        after=log_line,
        **values,
    )
    conversations.say(
        conversation=conversations.of_person(gift.person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=f"thanks:{gift.id}",
        author=Author.SYSTEM,
        template=compose.as_template(
            "gift_receipt", lang, [values["amount"], values["cause"], receipt], link_id
        ),
        content={"gift": str(gift.id)},
    )


def _log_line() -> str:
    """The newest checkpoint of the public log: whoever keeps the thanks can hold it against us."""
    newest = proofs.newest()
    return newest.line() if newest else ""


def _thanks_values(gift: Gift, lang: str) -> dict[str, str]:
    path = paths.path(gift)

    def amount(minor: int) -> str:
        return money(Money(minor, gift.currency), lang)

    return {
        "amount": amount(gift.gross_minor),
        "cause": gift.cause.name(lang),
        "receipt": path.receipt.shown if path.receipt else "",
        "fee": amount(gift.fee_minor),
        "overhead": amount(path.overhead_minor),
        "net": amount(path.restricted_minor),
    }


def _tell_failure(payment: Payment) -> None:
    composed = compose.with_buttons(
        "payment_failed",
        payment.language,
        [
            ("ask:give", render("btn_give", payment.language)),
            ("ask:person", render("btn_person", payment.language)),
        ],
    )
    conversations.say(
        conversation=conversations.of_person(payment.person),
        body=composed.body,
        text=composed.text,
        purpose=Purpose.SERVICE,
        key=f"payment_failed:{payment.id}",
    )
