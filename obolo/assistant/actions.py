"""The one verb of the room: keeping a turn."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from obolo.assistant.decide import VERSION, Decision
from obolo.assistant.models import Turn
from obolo.kit.text import shown_deep


def keep_turn(
    *,
    conversation_id: UUID,
    message_ids: Sequence[UUID],
    reading: dict[str, Any],
    reading_version: str,
    decision: Decision,
) -> Turn:
    """Store what was understood and decided, with the reasons."""
    return Turn.objects.create(
        conversation_id=conversation_id,
        message_ids=[str(one) for one in message_ids],
        reading=shown_deep(reading),
        decision={
            "act": decision.act,
            "text": decision.text,
            "question": decision.question,
            "hand_off": decision.hand_off,
            "reasons": list(decision.reasons),
        },
        versions=f"{reading_version} {VERSION}"[:100],
    )
