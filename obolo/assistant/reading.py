"""What was understood from one message, and the question it may answer.

Owns the shapes handed on: `Reading` and `OpenQuestion`, and the list of intents. Never decides what
to do with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

VERSION: Final = "rules-1"  # stored with every reading: a later version may read otherwise

INTENTS: Final = (
    "give_once", "give_recurring", "impact_query", "receipt_tax", "stop_messages",
    "change_message_frequency", "change_recurring_gift", "complaint", "project_question",
    "event_signup", "refund", "cancel_recurring", "thanks", "smalltalk", "off_topic", "abusive",
    "distress", "volunteer", "in_memory_gift", "change_contact", "human_request",
)  # fmt: skip
RISKS: Final = ("self_harm", "violence", "bereavement", "hardship")

QuestionKind = Literal["amount", "confirm", "cause", "rhythm", "choice"]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """The question a person was asked last; `choices` are (id, title) in the order shown."""

    kind: QuestionKind
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One message understood.

    `intent` is the best guess even when `abstain` says that a person should read the message.
    `slots` hold only what was said. With `answers_question` among the slots the message answered
    the open question, by `answer` (yes, no, change), `choice` (an id), an amount or a rhythm.
    """

    lang: str
    intent: str
    confidence: float  # 0..1, by the margin of the best intent over the next
    also: tuple[str, ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    abstain: bool = False
    risk: tuple[str, ...] = ()
    language_confidence: float = 0.0
    version: str = VERSION

    def as_json(self) -> dict[str, Any]:
        """Return the object `obolo understand` prints: plain lists, numbers and texts."""
        return {
            "lang": self.lang,
            "intent": self.intent,
            "confidence": round(self.confidence, 3),
            "also": list(self.also),
            "slots": dict(self.slots),
            "abstain": self.abstain,
            "risk": list(self.risk),
            "language_confidence": round(self.language_confidence, 3),
            "version": self.version,
        }
