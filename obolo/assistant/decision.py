"""What deciding goes by and what it comes to: plain data, shared by the parts that decide.

Owns the shapes. Never decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from obolo.assistant.reading import QuestionKind

Act = Literal[
    "say",
    "ask",
    "offer_gift",
    "offer_transfer",
    "begin_pledge",
    "ask_about_pledge",
    "change_pledge",
    "show_trace",
    "show_receipt",
    "withdraw",
    "restore",
    "hand_off",
    "quiet",
]

Verb = Literal["end", "pause", "resume", "skip", "change", "method"]

CONFUSED_MAX = 2  # failed clarifications in a row before a person takes over
VERSION = "decide-1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A gift being talked about; amounts in minor units. `nonce` marks its buttons."""

    nonce: str
    amount_minor: int | None = None
    currency: str = ""
    cause: str | None = None
    rhythm: str = ""  # empty: one gift
    way: str = ""  # "transfer", or however the link offers it

    @property
    def complete(self) -> bool:
        """Do we know how much and for what?"""
        return self.amount_minor is not None and self.cause is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A change of a promise, proposed and not yet confirmed. `nonce` marks its buttons.

    What is None stays as it is; without `pledge` we have asked which one is meant.
    """

    nonce: str
    verb: Verb
    pledge: str | None = None
    amount_minor: int | None = None
    rhythm: str | None = None
    day: int | None = None
    months: int | None = None  # of a pause; None: until the person says so


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownPledge:
    """A promise the person has: amounts in minor units."""

    id: str
    cause: str
    amount_minor: int
    currency: str
    rhythm: str
    paused: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known of this person and this conversation, before the new words."""

    handed_off: str | None = None  # the reason, while a person of the team answers
    question: QuestionKind | None = None  # what we asked last
    draft: Draft | None = None
    proposal: Proposal | None = None
    pledges: tuple[KnownPledge, ...] = ()  # those that have not ended
    confused: int = 0
    cause_slugs: tuple[str, ...] = ()
    has_gift: bool = False
    has_unpaid: bool = False  # a payment waits; asked only when somebody speaks of a transfer
    transfers: bool = False  # transfers can be taken; asked only then, too
    next_nonce: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """The new words, understood. `kind` is that of the newest message."""

    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    abstain: bool = False
    risk: tuple[str, ...] = ()
    answers_question: bool = False
    resumes: bool = False  # the whole message asks for our messages again
    about_robot: bool = False
    pledge_wish: str = ""  # `pledge_words.wish`, for people who have a promise
    transfer_wish: str = ""  # `transfer_words.wish`
    tap: str = ""
    kind: str = "text"
    has_words: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What to do, why, and where the conversation stands afterwards."""

    act: Act
    text: str = ""  # key of the catalogue
    values: Mapping[str, Any] = field(default_factory=dict)
    hand_off: str = ""  # reason
    question: QuestionKind | None = None
    draft: Draft | None = None
    proposal: Proposal | None = None
    confused: int = 0
    reasons: tuple[str, ...] = ()
