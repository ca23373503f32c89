"""Somebody wrote: all their waiting words are read together and answered once.

1. A due conversation is claimed; nobody else touches it meanwhile.
2. `assistant` understands the words, decides (a pure function) and composes.
3. The turn is kept with its reasons, and one door is opened: reply, offer a gift, show the trace,
   hand off, stay quiet.
A try that fails is undone and repeated; after three a person of the team takes over.
"""

import logging
import re
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError, transaction

from obolo.assistant import transfer_words
from obolo.assistant.actions import Understood, keep_turns
from obolo.assistant.causes import KnownCause
from obolo.assistant.decide import Draft, Heard, Known, KnownPledge, Proposal, decide
from obolo.assistant.pledge_words import wish
from obolo.assistant.reading import OpenQuestion, Reading
from obolo.assistant.understand import understand
from obolo.causes import queries as causes
from obolo.causes.models import Cause
from obolo.conversations import actions as conversations
from obolo.conversations import queries as talk
from obolo.conversations.actions import Rested, Saying
from obolo.conversations.models import Conversation, HandOff, Message
from obolo.giving import queries as gifts
from obolo.giving.bank import transfer
from obolo.giving.pledges import queries as pledges
from obolo.giving.pledges.models import Pledge, Standing
from obolo.kit.clock import now
from obolo.kit.ids import new_token
from obolo.kit.text import fold
from obolo.organisations import queries as organisations
from obolo.organisations.models import Organisation
from obolo.organisations.wall import within
from obolo.people import actions as people
from obolo.people.models import Person
from obolo.stories.carry_out import Turn

BATCH = 16  # share a commit; the first of them waits some ms for the last
TRIES_MAX = 3
TRY_AGAIN = timedelta(seconds=5)
LANGUAGES = ("it", "en", "ar")  # what the assistant writes; other languages get English
SURE_OF_LANGUAGE = 0.8  # below: keep the language we already speak with this person

_ABOUT_ROBOT = re.compile(r"robot|\bbot\b|chatbot|umano|human|macchina|روبوت|انسان|بشر|اله\b")
_HEARD_ALONE = ("distress", "stop_messages", "human_request")  # in this order

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Around:
    """What is known around the conversations answered together, read once for all of them."""

    organisation: Organisation
    catalogue: list[Cause]
    words: dict[UUID, list[Message]]
    hand_offs: dict[UUID, HandOff]
    givers: set[UUID]
    pledges: dict[UUID, list[Pledge]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """What one conversation's waiting words lead to, ready to be written down."""

    person_id: UUID
    language: str
    language_is_new: bool
    understood: Understood
    sayings: list[Saying]
    rested: Rested


def run(organisation_id: UUID) -> int:
    """Answer some due conversations in one commit; returns how many were taken up.

    When the database refuses the whole, they are answered one by one, so that only the one that
    is the trouble waits.
    """
    try:
        with within(organisation_id):
            return len(_answer_due(BATCH))
    except Exception:
        log.exception("a batch of conversations failed, answering one by one")
    return _alone(organisation_id)


def _alone(organisation_id: UUID) -> int:
    conversation_id = None
    try:
        with within(organisation_id):
            due = conversations.claim_due(limit=1)
            conversation_id = due[0].id if due else None
            _answer_these(due)
    except Exception:
        log.exception("conversation %s could not be answered", conversation_id)
        if conversation_id is not None:
            with within(organisation_id):
                _put_off(conversation_id)
    return BATCH if conversation_id else 0  # more may wait: look again at once


def _answer_due(limit: int) -> list[Conversation]:
    due = conversations.claim_due(limit=limit)
    _answer_these(due)
    return due


def _answer_these(due: list[Conversation]) -> None:
    if not due:
        return
    ids = [one.id for one in due]
    around = _Around(
        organisation=organisations.current(),
        catalogue=causes.open_causes(),
        words=talk.all_waiting_words(ids),
        hand_offs=talk.open_hand_offs(ids),
        givers=gifts.who_gave(one.person_id for one in due),
        pledges=pledges.living_of(one.person_id for one in due),
    )
    answers = [answer for one in due if (answer := _try_to_answer(one, around)) is not None]
    keep_turns([one.understood for one in answers])
    people.speak_all({a.person_id: a.language for a in answers if a.language_is_new})
    conversations.say_all([saying for one in answers for saying in one.sayings])
    silent = [one for one in due if not around.words.get(one.id)]  # read by another meanwhile
    conversations.rest_all(
        [one.rested for one in answers]
        + [Rested(conversation=one, thread=one.thread) for one in silent]
    )


def _try_to_answer(conversation: Conversation, around: _Around) -> _Answer | None:
    words = around.words.get(conversation.id)
    if not words:
        return None
    try:
        return _answer(conversation, words, around)
    except DatabaseError:
        raise  # the transaction is lost: all are tried again, one by one
    except Exception:  # whatever it was, it must delay this person only
        log.exception("conversation %s could not be answered", conversation.id)
        _put_off(conversation.id)
        return None


def _put_off(conversation_id: UUID) -> None:
    tries = conversations.postpone(conversation_id=conversation_id, until=now() + TRY_AGAIN)
    if tries >= TRIES_MAX:
        conversations.set_aside(conversation_id=conversation_id)


def _answer(conversation: Conversation, words: list[Message], around: _Around) -> _Answer:
    known, spoken = _known(conversation, around), conversation.person.language
    reading = _read(words, conversation, known, around)
    heard = _heard(reading, words)
    if heard.transfer_wish:
        known = _known_of_transfers(known, conversation, around)
    decision = decide(heard, known)
    turn = Turn(conversation, around.organisation, decision, around.catalogue, words)
    with transaction.atomic() if turn.changes_records else nullcontext():
        turn.carry_out()
    ids = tuple(one.id for one in words)
    return _Answer(
        person_id=conversation.person_id,
        language=conversation.person.language,
        language_is_new=conversation.person.language != spoken,
        understood=Understood(
            conversation_id=conversation.id, message_ids=ids, reading=reading, decision=decision
        ),
        sayings=turn.sayings,
        rested=Rested(conversation=conversation, thread=turn.thread(known), answered=ids),
    )


def _known(conversation: Conversation, around: _Around) -> Known:
    thread = conversation.thread
    draft, proposal = thread.get("draft"), thread.get("proposal")
    hand_off = around.hand_offs.get(conversation.id)
    return Known(
        handed_off=hand_off.reason if hand_off else None,
        question=thread.get("question"),
        draft=Draft(**draft) if draft else None,
        proposal=Proposal(**proposal) if proposal else None,
        pledges=_promises(around.pledges.get(conversation.person_id, [])),
        confused=thread.get("confused", 0),
        cause_slugs=tuple(c.slug for c in around.catalogue),
        has_gift=conversation.person_id in around.givers,
        next_nonce=new_token()[:8],
    )


def _known_of_transfers(known: Known, conversation: Conversation, around: _Around) -> Known:
    """Rarely spoken of, so it is asked only then."""
    return replace(
        known,
        has_unpaid=transfer.waiting_of(conversation.person_id) is not None,
        transfers=transfer.is_possible(around.organisation.currency),
    )


def _promises(pledges: list[Pledge]) -> tuple[KnownPledge, ...]:
    return tuple(
        KnownPledge(
            id=str(one.id),
            cause=one.cause.slug,
            amount_minor=one.amount_minor,
            currency=one.currency,
            rhythm=one.rhythm,
            paused=one.standing == Standing.PAUSED,
        )
        for one in pledges
    )


def _read(
    words: list[Message], conversation: Conversation, known: Known, around: _Around
) -> Reading:
    """Read the waiting words together; but a stop, a call for help or for a person in one of
    several messages is heard by itself, whatever stands around it."""
    catalogue = around.catalogue
    choices = [(c.slug, c.name(conversation.person.language)) for c in catalogue]
    if known.question == "choice":
        promised = around.pledges.get(conversation.person_id, [])
        choices = [(str(p.id), p.cause.name(conversation.person.language)) for p in promised]
    said = [w.text for w in words if w.text.strip() and not w.tap_id]

    def one(text: str) -> Reading:
        return understand(
            text,
            lang=conversation.person.language or None,
            today=now().date(),
            currency=around.organisation.currency,
            causes=[KnownCause(c.slug, c.names, tuple(c.aliases)) for c in catalogue],
            question=OpenQuestion(known.question, choices) if known.question else None,
        )

    apart = [one(text) for text in said] if len(said) > 1 else []
    urgent = [r for intent in _HEARD_ALONE for r in apart if r.intent == intent]
    whole = one("\n".join(said))
    conversation.person.language = _their_language(conversation.person, whole, said, around)
    return urgent[0] if urgent else whole


def _their_language(person: Person, reading: Reading, said: list[str], around: _Around) -> str:
    """The language to answer in: theirs when their words tell it, else the one we spoke before."""
    heard = reading.lang if reading.lang in LANGUAGES else "en"
    if said and (not person.language or _tells_the_language(reading, " ".join(said))):
        return heard
    return person.language or around.organisation.language


def _tells_the_language(reading: Reading, words: str) -> bool:
    """One Latin word, such as "stop" or "ok", is said in every language."""
    enough = len(words.split()) > 1 or not words.isascii()
    return enough and reading.language_confidence >= SURE_OF_LANGUAGE


def _heard(reading: Reading, words: list[Message]) -> Heard:
    newest, said = words[-1], fold("\n".join(w.text for w in words if not w.tap_id))
    taps = [w.tap_id for w in words if w.tap_id]
    by_transfer = transfer_words.wish(said)
    return Heard(
        intent=reading.intent,
        slots={**reading.slots, **({"way": "transfer"} if by_transfer else {})},
        also=tuple(reading.also),
        abstain=reading.abstain,
        risk=tuple(reading.risk),
        resumes=bool(reading.slots.get("resume")),
        about_robot=_ABOUT_ROBOT.search(fold(newest.text)) is not None,
        answers_question=bool(reading.slots.get("answers_question")),
        pledge_wish=wish(said),
        transfer_wish=by_transfer,
        tap=taps[-1] if taps else "",
        kind=newest.kind,
        has_words=any(w.text.strip() and not w.tap_id for w in words),
    )
