"""The one verb of the room: keeping turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from obolo.assistant.decide import VERSION, Decision
from obolo.assistant.models import Turn
from obolo.assistant.reading import Reading
from obolo.kit.text import shown_deep


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """What was understood from some waiting words, and what was decided."""

    conversation_id: UUID
    message_ids: tuple[UUID, ...]
    reading: Reading
    decision: Decision


def keep_turns(understood: Sequence[Understood]) -> list[Turn]:
    """Store what was understood and decided, with the reasons."""
    return Turn.objects.bulk_create([_turn(one) for one in understood])


def _turn(one: Understood) -> Turn:
    decision = one.decision
    return Turn(
        conversation_id=one.conversation_id,
        message_ids=[str(message_id) for message_id in one.message_ids],
        reading=shown_deep(one.reading.as_json()),
        decision={
            "act": decision.act,
            "text": decision.text,
            "question": decision.question,
            "hand_off": decision.hand_off,
            "reasons": list(decision.reasons),
        },
        versions=f"{one.reading.version} {VERSION}"[:100],
    )
