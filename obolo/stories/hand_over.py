"""Handing our messages over to WhatsApp.

1. Due deliveries pass the gate and are claimed; the claim is committed.
2. Outside any transaction: links are put in, the request is made.
3. What came back is noted. An answer that got lost leaves the delivery `unknown`; a status that
   carries our id settles it. Nothing unknown is sent again.
"""

import json
import logging
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from obolo.assistant.compose import LINK
from obolo.conversations import sending
from obolo.conversations.models import Author, Delivery
from obolo.gateways.messaging.whatsapp import outbound
from obolo.gateways.messaging.whatsapp.client import Client
from obolo.gateways.messaging.whatsapp.errors import (
    AnswerLost,
    NotReached,
    NotSendable,
    SendRefused,
)
from obolo.organisations.wall import within
from obolo.people import queries as people
from obolo.stories.attach_a_paper import attached
from obolo.stories.channel import NoChannel, client
from obolo.trace import actions as trace

BATCH = 8
RETRY_SECONDS = 4  # 4, 16, 64, … as WhatsApp advises for the pair rate

_PLACEHOLDER = re.compile(re.escape(LINK) + r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")

Addresses = dict[UUID, tuple[str | None, str | None]]  # by person: phone, user id

log = logging.getLogger(__name__)


def run(organisation_id: UUID) -> int:
    """Hand over a batch; returns how many deliveries were taken up."""
    with within(organisation_id):
        going = sending.claim(limit=BATCH)
        if not going:
            return 0
        try:
            channel = client()
        except NoChannel as none:
            for delivery, _ in going:
                sending.failed(delivery=delivery, reason=str(none), code=None)
            return len(going)
        addresses = people.whatsapp_addresses(d.message.conversation.person_id for d, _ in going)
        ready = [(d, _request(d, as_template, addresses)) for d, as_template in going]
    taken: list[tuple[Delivery, str]] = []
    for delivery, request in ready:
        try:
            name = _hand_over(organisation_id, channel, delivery, request)
        except Exception:  # whatever it was, it must not hold up the others
            log.exception("delivery %s: trouble", delivery.id)
            with within(organisation_id):
                sending.lost(delivery=delivery)
        else:
            taken += [(delivery, name)] if name else []
    with within(organisation_id):
        sending.accepted_all(taken)
    return len(ready)


def _request(
    delivery: Delivery, as_template: bool, addresses: Addresses
) -> dict[str, Any] | NotSendable:
    body = delivery.template if as_template else delivery.body
    phone, user_id = addresses[delivery.message.conversation.person_id]
    try:
        return outbound.addressed(
            _with_links(body), phone=phone, user_id=user_id, opaque=str(delivery.id)
        )
    except NotSendable as odd:
        return odd


def _with_links(body: dict[str, Any]) -> dict[str, Any]:
    """Put in the links that were not written down."""
    text = json.dumps(body)
    for link_id in set(_PLACEHOLDER.findall(text)):
        url = trace.url(UUID(link_id))
        if body.get("type") == "template":  # the button's address is fixed but for its end
            url = url.removeprefix(f"{settings.BASE_URL}/")
        text = text.replace(f"{LINK}{link_id}", url)
    made: dict[str, Any] = json.loads(text)
    return made


def _hand_over(
    organisation_id: UUID,
    channel: Client,
    delivery: Delivery,
    request: dict[str, Any] | NotSendable,
) -> str | None:
    """Send one; returns the provider's name for it, or None when it was not taken."""
    if isinstance(request, NotSendable):
        with within(organisation_id):
            sending.failed(delivery=delivery, reason=str(request), code=None)
        return None
    _show_typing(channel, delivery)
    try:
        return channel.send(attached(organisation_id, channel, request)).message_id
    except SendRefused as refused:
        with within(organisation_id):
            _note_refusal(delivery, refused)
    except NotReached as away:
        with within(organisation_id):
            sending.again(delivery=delivery, after=_pause(delivery), reason=str(away))
    except AnswerLost:
        with within(organisation_id):
            sending.lost(delivery=delivery)
    return None


def _show_typing(channel: Client, delivery: Delivery) -> None:
    """Blue ticks and "typing…" before an answer; a courtesy, so a failure is only logged."""
    answers = delivery.message.content.get("answers")
    if delivery.message.author != Author.ASSISTANT or not answers:
        return
    try:
        channel.mark_read(answers, typing=True)
    except (SendRefused, NotReached, AnswerLost) as failed:
        log.info("not marked as read: %s", failed)


def _note_refusal(delivery: Delivery, refused: SendRefused) -> None:
    if refused.worth_retrying:
        sending.again(
            delivery=delivery, after=_pause(delivery), reason=str(refused), code=refused.code
        )
    else:
        sending.failed(delivery=delivery, reason=str(refused), code=refused.code)


def _pause(delivery: Delivery) -> timedelta:
    return timedelta(seconds=RETRY_SECONDS ** (delivery.attempts + 1))
