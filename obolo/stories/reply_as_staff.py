"""A person of the team answers: from now on the assistant is silent in this conversation."""

from uuid import UUID

from obolo.conversations import actions as conversations
from obolo.conversations import queries as talk
from obolo.conversations.errors import AlreadySaid, NoSuchConversation
from obolo.conversations.models import Author, Delivery
from obolo.gateways.messaging.whatsapp import outbound
from obolo.kit.text import shown
from obolo.people.models import Purpose


def reply(*, conversation_id: UUID, text: str, key: str, staff_id: UUID | None) -> Delivery:
    """Queue a human reply and take the conversation over; the same key replies once.

    Raises NoSuchConversation, NotSendable when the text is empty or too long for WhatsApp, and
    AlreadySaid when the key stands for other words.
    """
    conversation = talk.get(conversation_id)
    if conversation is None:
        raise NoSuchConversation
    body = outbound.text(text)
    delivery = conversations.say(
        conversation=conversation,
        body=body,
        text=text,
        purpose=Purpose.SERVICE,
        key=f"reply:{conversation_id}:{key}",
        author=Author.STAFF,
        staff_id=staff_id,
    )
    if delivery.message.text != shown(text):
        raise AlreadySaid
    conversations.hand_off(conversation=conversation, reason="staff", staff_id=staff_id)
    return delivery
