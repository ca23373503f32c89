"""Rows of the room: conversations, messages, deliveries, statuses, hand-offs."""

from typing import Any, ClassVar

from django.db import models

from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey
from obolo.people.models import Person, Purpose


class Conversation(Walled):
    """The one continuous conversation with a person on one channel."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = WalledKey(Person)
    created_at = models.DateTimeField(default=now)
    last_in_at = models.DateTimeField(null=True)  # opens the provider's 24-hour window
    last_at = models.DateTimeField(default=now)  # newest message either way: order of the inbox
    due_at = models.DateTimeField(null=True)  # has unanswered words: a worker should look
    attempts = models.PositiveSmallIntegerField(default=0)
    thread: Any = models.JSONField(default=dict)  # the assistant's place: open question, plans

    class Meta:
        """One conversation per person; workers look for the due ones."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "person"], name="one_conversation"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "due_at"],
                condition=models.Q(due_at__isnull=False),
                name="due_conversations",
            ),
            models.Index(fields=["organisation", "-last_at"], name="newest_conversations"),
        ]


class HandOff(Walled):
    """A person of the team answers now; the assistant is silent until it ends."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = WalledKey(Conversation, related_name="hand_offs")
    reason = models.CharField(max_length=40)  # human_request, distress, complaint, staff, …
    started_at = models.DateTimeField(default=now)
    started_by = models.UUIDField(null=True)  # staff; null: the assistant stepped aside
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)

    class Meta:
        """At most one open hand-off per conversation."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "conversation"],
                condition=models.Q(ended_at=None),
                name="one_open_hand_off",
            ),
        ]


class Direction(models.TextChoices):
    """Seen from the organisation."""

    IN = "in", "From the person"
    OUT = "out", "To the person"


class Author(models.TextChoices):
    """Who spoke."""

    PERSON = "person", "The person"
    ASSISTANT = "assistant", "The assistant"
    STAFF = "staff", "Staff"
    SYSTEM = "system", "Obolo itself: receipts, reports"


class Message(Walled):
    """One message, as it was said."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = WalledKey(Conversation, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    author = models.CharField(max_length=10, choices=Author.choices)
    staff_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=40)
    text = models.TextField(default="")  # the words; payment card numbers are masked
    tap_id = models.CharField(max_length=256, default="")
    content: Any = models.JSONField(default=dict)  # the rest of its kind, plain
    provider_id = models.CharField(max_length=256, null=True)  # wamid
    reply_to = models.CharField(max_length=256, default="")
    said_at = models.DateTimeField()  # the provider's time, else ours
    recorded_at = models.DateTimeField(default=now)
    time_doubt = models.CharField(max_length=40, default="")  # why the provider's time was not used
    answered_at = models.DateTimeField(null=True)  # inbound: read by the assistant or left to staff
    notice_id = models.UUIDField(null=True)

    class Meta:
        """A provider's message counts once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "provider_id"], name="one_message"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "conversation", "said_at"], name="messages_in_order"
            ),
            models.Index(
                fields=["organisation", "conversation"],
                condition=models.Q(direction="in", answered_at=None),
                name="unanswered",
            ),
        ]


class DeliveryState(models.TextChoices):
    """How far a message of ours got."""

    QUEUED = "queued", "Waiting"
    CLAIMED = "claimed", "On its way"
    ACCEPTED = "accepted", "Taken by WhatsApp"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    READ = "read", "Read"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Not known whether it went out"
    REFUSED = "refused", "Not sent"


class Delivery(Walled):
    """The handing over of one outbound message."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = WalledKey(Message, related_name="deliveries")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    body: Any = models.JSONField()  # the provider's body, without the recipient
    template: Any = models.JSONField(null=True)  # what to send instead outside the window
    key = models.CharField(max_length=200)  # the caller's idempotency key
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.QUEUED
    )
    reason = models.CharField(max_length=300, default="")  # why refused, failed or waiting
    error_code = models.IntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=now)
    claimed_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=256, null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        """A key is delivered once; senders look for the queued ones."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_delivery"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "due_at"],
                condition=models.Q(state="queued"),
                name="queued_deliveries",
            ),
            models.Index(
                fields=["organisation", "claimed_at"],
                condition=models.Q(state="claimed"),
                name="claimed_deliveries",
            ),
            models.Index(fields=["organisation", "provider_id"], name="delivery_by_provider"),
            models.Index(fields=["organisation", "message"], name="delivery_of_message"),
        ]


class Status(Walled):
    """What the provider said of one of our messages. Never altered; may come before we know it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider_id = models.CharField(max_length=256)
    state = models.CharField(max_length=40)
    at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(default=now)
    detail: Any = models.JSONField(default=dict)  # errors, pricing, conversation, opaque data

    class Meta:
        """Each state of a message once, however often it is told."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "provider_id", "state"], name="one_status"
            ),
        ]
