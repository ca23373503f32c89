"""What the assistant understood and decided, kept for whoever asks "why did it say that?"."""

from typing import Any, ClassVar

from django.db import models

from obolo.conversations.models import Conversation
from obolo.kit.clock import now
from obolo.kit.ids import new_id
from obolo.organisations.wall import Walled, WalledKey


class Turn(Walled):
    """One reading of waiting words and the decision that followed. Never altered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = WalledKey(Conversation, related_name="turns")
    message_ids: Any = models.JSONField()  # the words that were read together
    reading: Any = models.JSONField()  # as `obolo understand` says it
    decision: Any = models.JSONField()  # act, text, reasons
    versions = models.CharField(max_length=100)
    at = models.DateTimeField(default=now)

    class Meta:
        """Listed by conversation."""

        indexes: ClassVar = [
            models.Index(fields=["organisation", "conversation", "-at"], name="turns_of")
        ]
