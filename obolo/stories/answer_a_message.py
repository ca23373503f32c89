"""Somebody wrote: all their waiting words are read together and answered once.

1. A due conversation is claimed; nobody else touches it meanwhile.
2. `assistant` understands the words, decides (a pure function) and composes.
3. The turn is kept with its reasons, and one door is opened: reply, offer a gift, show the trace,
   hand off, stay quiet.
A try that fails is undone and repeated; after three a person of the team takes over.
"""

import logging
import re
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from obolo.assistant.actions import keep_turn
from obolo.assistant.causes import KnownCause
from obolo.assistant.decide import Draft, Heard, Known, decide
from obolo.assistant.reading import OpenQuestion, Reading
from obolo.assistant.understand import understand
from obolo.causes import queries as causes
from obolo.causes.models import Cause
from obolo.conversations import actions as conversations
from obolo.conversations import queries as talk
from obolo.conversations.models import Conversation, Message
from obolo.giving import queries as gifts
from obolo.kit.clock import now
from obolo.kit.ids import new_token
from obolo.kit.text import fold
from obolo.organisations import queries as organisations
from obolo.organisations.models import Organisation
from obolo.organisations.wall import within
from obolo.people import actions as people
from obolo.stories.carry_out import Turn

BATCH = 4  # share a commit; the first of them waits some ms for the last
TRIES_MAX = 3
TRY_AGAIN = timedelta(seconds=5)
LANGUAGES = ("it", "en", "ar")  # what the assistant writes; other languages get English
SURE_OF_LANGUAGE = 0.8  # below: keep the language we already speak with this person

_ABOUT_ROBOT = re.compile(r"robot|\bbot\b|chatbot|umano|human|macchina|روبوت|انسان|بشر|اله\b")
_HEARD_ALONE = ("distress", "stop_messages", "human_request")  # in this order

log = logging.getLogger(__name__)


def run(organisation_id: UUID) -> int:
    """Answer some due conversations in one commit; returns how many were taken up."""
    with within(organisation_id):
        due = conversations.claim_due(limit=BATCH)
        if not due:
            return 0
        organisation, catalogue = organisations.current(), causes.open_causes()
        for conversation in due:
            _try_to_answer(conversation, organisation, catalogue)
    return len(due)


def _try_to_answer(
    conversation: Conversation, organisation: Organisation, catalogue: list[Cause]
) -> None:
    try:
        with transaction.atomic():
            _answer(conversation, organisation, catalogue)
    except Exception:  # whatever it was, it must delay this person only
        log.exception("conversation %s could not be answered", conversation.id)
        tries = conversations.postpone(conversation_id=conversation.id, until=now() + TRY_AGAIN)
        if tries >= TRIES_MAX:
            conversations.set_aside(conversation_id=conversation.id)


def _answer(conversation: Conversation, organisation: Organisation, catalogue: list[Cause]) -> None:
    words = talk.waiting_words(conversation.id)
    if not words:
        conversations.rest(conversation=conversation, thread=conversation.thread, answered=[])
        return
    known = _known(conversation, catalogue)
    reading = _read(words, conversation, known, catalogue, organisation)
    decision = decide(_heard(reading, words), known)
    keep_turn(
        conversation_id=conversation.id,
        message_ids=[w.id for w in words],
        reading=reading.as_json(),
        reading_version=reading.version,
        decision=decision,
    )
    turn = Turn(conversation, organisation, decision, catalogue, words)
    turn.carry_out()
    conversations.rest(
        conversation=conversation,
        thread=turn.thread(known),
        answered=[w.id for w in words],
    )


def _known(conversation: Conversation, catalogue: list[Cause]) -> Known:
    thread = conversation.thread
    draft = thread.get("draft")
    hand_off = talk.open_hand_off(conversation.id)
    return Known(
        handed_off=hand_off.reason if hand_off else None,
        question=thread.get("question"),
        draft=Draft(**draft) if draft else None,
        confused=thread.get("confused", 0),
        cause_slugs=tuple(c.slug for c in catalogue),
        has_gift=gifts.has_given(conversation.person_id),
        next_nonce=new_token()[:8],
    )


def _read(
    words: list[Message],
    conversation: Conversation,
    known: Known,
    catalogue: list[Cause],
    organisation: Organisation,
) -> Reading:
    """Read the waiting words together; but a stop, a call for help or for a person in one of
    several messages is heard by itself, whatever stands around it."""
    choices = [(c.slug, c.name(conversation.person.language)) for c in catalogue]
    said = [w.text for w in words if w.text.strip() and not w.tap_id]

    def one(text: str) -> Reading:
        return understand(
            text,
            lang=conversation.person.language or None,
            today=now().date(),
            currency=organisation.currency,
            causes=[KnownCause(c.slug, c.names, tuple(c.aliases)) for c in catalogue],
            question=OpenQuestion(known.question, choices) if known.question else None,
        )

    apart = [one(text) for text in said] if len(said) > 1 else []
    urgent = [r for intent in _HEARD_ALONE for r in apart if r.intent == intent]
    whole = one("\n".join(said))
    _speak_their_language(conversation, whole, organisation, said)
    return urgent[0] if urgent else whole


def _speak_their_language(
    conversation: Conversation, reading: Reading, organisation: Organisation, said: list[str]
) -> None:
    person = conversation.person
    heard = reading.lang if reading.lang in LANGUAGES else "en"
    if not said:
        if not person.language:
            people.speak(person=person, language=organisation.language)
    elif not person.language or _tells_the_language(reading, " ".join(said)):
        people.speak(person=person, language=heard)


def _tells_the_language(reading: Reading, words: str) -> bool:
    """One Latin word, such as "stop" or "ok", is said in every language."""
    enough = len(words.split()) > 1 or not words.isascii()
    return enough and reading.language_confidence >= SURE_OF_LANGUAGE


def _heard(reading: Reading, words: list[Message]) -> Heard:
    newest = words[-1]
    taps = [w.tap_id for w in words if w.tap_id]
    return Heard(
        intent=reading.intent,
        slots=reading.slots,
        also=tuple(reading.also),
        abstain=reading.abstain,
        risk=tuple(reading.risk),
        resumes=bool(reading.slots.get("resume")),
        about_robot=_ABOUT_ROBOT.search(fold(newest.text)) is not None,
        answers_question=bool(reading.slots.get("answers_question")),
        tap=taps[-1] if taps else "",
        kind=newest.kind,
        has_words=any(w.text.strip() and not w.tap_id for w in words),
    )
