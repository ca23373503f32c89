"""A notice becomes facts, and the facts take their effect, once.

Runs behind the hook, never in it. A notice that cannot be read is quarantined with a sentence for
staff; one that fails is tried three times, alone, and then quarantined: nobody waits for it.
"""

import logging
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction

from obolo.assistant.mask import mask_cards
from obolo.conversations import actions as conversations
from obolo.conversations import sending
from obolo.conversations.actions import Heard
from obolo.gateways import actions as notices
from obolo.gateways.messaging.whatsapp import facts
from obolo.gateways.messaging.whatsapp.errors import Unreadable
from obolo.gateways.messaging.whatsapp.inbound import Reading, read_notice
from obolo.gateways.models import Notice
from obolo.gateways.payments.rail import RailRefused, RailUnreachable
from obolo.kit.text import shown_deep
from obolo.organisations import queries as organisations
from obolo.organisations.wall import within
from obolo.people import actions as people
from obolo.people.actions import Seen
from obolo.people.models import AddressKind, Person, Purpose
from obolo.stories import receive_a_gift
from obolo.stories.channel import WHATSAPP

BATCH = 50
# Kinds that say something about a message rather than something to answer.
_NO_ANSWER = frozenset({"reaction", "revoke", "edit", "system", "unsupported"})
# Templates, accounts, groups, echoes: kept in the notice; nothing acts on them yet.
_ABOUT_PEOPLE = (facts.NumberChanged, facts.UserIdChanged, facts.Preference)

log = logging.getLogger(__name__)


def run(organisation_id: UUID) -> int:
    """Everything that is open, by one hand; returns how many notices were taken up."""
    return hear(organisation_id) + look(organisation_id)


def hear(organisation_id: UUID) -> int:
    """Read a batch of WhatsApp's notices, in their order: one hand at a time."""
    try:
        with within(organisation_id):
            batch = notices.claim_notices(source=WHATSAPP, limit=BATCH)
            fresh = [n for n in batch if n.attempts == 0]
            _take_effect(fresh)
    except Exception:  # one of them failed: the batch is rolled back and read one by one
        log.exception("a batch of notices failed, reading them one by one")
        with within(organisation_id):
            batch, fresh = notices.claim_notices(source=WHATSAPP, limit=BATCH), []
    for notice in batch:
        if notice not in fresh:
            with within(organisation_id):
                tries = notices.begin_try(notice_id=notice.id)
            _alone(organisation_id, notice, tries)
    return len(batch)


def look(organisation_id: UUID) -> int:
    """Ask about payments, one after another: any number of hands may do so side by side.

    When a provider is away, its other notices are put off: nobody asks in vain, one by one.
    """
    for done in range(BATCH):
        with within(organisation_id):
            notice = notices.claim_alone(apart_from=WHATSAPP)
        if notice is None:
            return done
        try:
            _alone(organisation_id, notice, notice.attempts)
        except RailUnreachable as away:
            log.warning("payment notices wait: %s", away)
            with within(organisation_id):
                notices.put_off(source=notice.source)
    return BATCH


def _alone(organisation_id: UUID, notice: Notice, tries: int) -> None:
    """One notice by itself, its try counted before it runs.

    Raises RailUnreachable: that is nobody's fault here, so the notice stays open.
    """
    try:
        if notice.source == WHATSAPP:
            with within(organisation_id):
                _take_effect([notice])
        else:
            _look_at_payment(organisation_id, notice)
    except RailUnreachable:
        raise
    except Exception as failed:
        log.exception("notice %s failed, try %s", notice.id, tries)
        if tries >= notices.TRIES_MAX:
            with within(organisation_id):
                notices.quarantine(notice=notice, reason=f"It failed {tries} times: {failed}")


def _take_effect(batch: Sequence[Notice]) -> None:
    """Read some notices of one organisation; what is alike in them is written down together."""
    numbers = {one: organisations.account_number(one) for one in {n.account_id for n in batch}}
    done: list[UUID] = []
    statuses: list[facts.Status] = []
    words: list[tuple[facts.Message, Notice]] = []
    for notice in batch:
        try:
            reading = read_notice(bytes(notice.body))
        except Unreadable as odd:
            notices.quarantine(notice=notice, reason=odd.reason)
            continue
        ours = numbers[notice.account_id]
        for fact in _in_order(reading.facts):
            if fact.number_id not in (None, ours):
                continue
            if isinstance(fact, facts.Status):
                statuses.append(fact)
            elif isinstance(fact, facts.Message):
                words.append((fact, notice))
            elif isinstance(fact, _ABOUT_PEOPLE):
                _hear_all(words)  # what was said before is theirs who had the address then
                words.clear()
                _apply(fact)
        if _settled(notice, reading, ours):
            done.append(notice.id)
    _hear_all(words)
    _note_statuses(statuses)
    notices.finish(ids=done)


def _settled(notice: Notice, reading: Reading, ours: str | None) -> bool:
    """Is the notice simply done? Otherwise it was quarantined, or finished with a count."""
    foreign = {f.number_id for f in reading.facts} - {None, ours}
    if foreign:
        named = ", ".join(sorted(str(n) for n in foreign))
        notices.quarantine(
            notice=notice, reason=f"It speaks of a number that is not ours: {named}."
        )
    elif reading.unknown and reading.unknown == len(reading.facts):
        unknown = (f.reason for f in reading.facts if isinstance(f, facts.Unknown))
        reason = next(unknown, "It holds nothing of a kind we know.")
        notices.quarantine(notice=notice, reason=reason)
    elif reading.unknown:
        notices.finish_with_unknown(notice=notice, count=reading.unknown)
    else:
        return True
    return False


def _in_order(found: Iterable[facts.Fact]) -> list[facts.Fact]:
    """By the provider's time: WhatsApp promises no order within a batch."""

    def moment(fact: facts.Fact) -> float:
        at = getattr(fact, "sent_at", None) or getattr(fact, "at", None)
        return at.timestamp() if at else 0.0

    return sorted(found, key=moment)


def _apply(fact: facts.Fact) -> None:
    if isinstance(fact, facts.NumberChanged):
        _move(AddressKind.PHONE, fact.old.phone, fact.new.phone)
        _move(AddressKind.USER_ID, fact.old.user_id, fact.new.user_id)
    elif isinstance(fact, facts.UserIdChanged):
        _move(AddressKind.USER_ID, fact.old.user_id, fact.new.user_id)
        _move(AddressKind.PARENT_ID, fact.old.parent_user_id, fact.new.parent_user_id)
    elif isinstance(fact, facts.Preference):
        _note_preference(fact)


def _hear_all(words: Sequence[tuple[facts.Message, Notice]]) -> None:
    """Messages to us alone, from somebody: groups are kept in the notice."""
    ours = [(f, n) for f, n in words if f.sender.is_known and not f.group_id]
    if not ours:
        return
    persons = people.recognise_all([_seen(fact.sender) for fact, _ in ours])
    conversations.receive_all(
        [_heard(fact, notice, person) for (fact, notice), person in zip(ours, persons, strict=True)]
    )


def _heard(fact: facts.Message, notice: Notice, person: Person) -> Heard:
    text, masked = mask_cards(fact.text or "")
    content = shown_deep(facts.as_json(fact))
    if masked:
        content.pop("content", None)
        content["text"] = text
        content["card_masked"] = True
    return Heard(
        person=person,
        provider_id=fact.message_id,
        kind=fact.kind,
        text=text,
        said_at=fact.sent_at,
        time_doubt=fact.time_flag or "",
        tap_id=fact.tap_id or "",
        reply_to=fact.reply_to or fact.about_id or "",
        content=content,
        notice_id=notice.id,
        calls_for_answer=fact.kind not in _NO_ANSWER,
    )


def _seen(identity: facts.Identity) -> Seen:
    return Seen(
        addresses=(
            (AddressKind.USER_ID, identity.user_id or ""),
            (AddressKind.PHONE, identity.phone or ""),
            (AddressKind.PARENT_ID, identity.parent_user_id or ""),
        ),
        name=identity.profile_name or "",
    )


def _note_statuses(found: Sequence[facts.Status]) -> None:
    told = [
        sending.Told(
            provider_id=fact.message_id,
            state=fact.state,
            at=fact.at,
            detail=shown_deep(
                {
                    "errors": [
                        {"code": e.code, "title": e.title, "details": e.details}
                        for e in fact.errors
                    ],
                    "pricing": fact.pricing,
                    "conversation": fact.conversation,
                    "opaque": fact.opaque,
                }
            ),
        )
        for fact in found
    ]
    if told:
        sending.note_statuses(told)


def _move(kind: AddressKind, old: str | None, new: str | None) -> None:
    if old and new and old != new:
        people.move_address(kind=kind, old=old, new=new)


def _note_preference(fact: facts.Preference) -> None:
    if fact.value not in ("stop", "resume") or not fact.person.is_known:
        return
    people.note_consent(
        person_id=people.recognise_all([_seen(fact.person)])[0].id,
        purpose=Purpose.APPEAL,
        granted=fact.value == "resume",
        source="whatsapp_preference",
        at=fact.at,
    )


def _look_at_payment(organisation_id: UUID, notice: Notice) -> None:
    """A payment notice only says "look": the provider is asked outside any transaction."""
    try:
        refs = receive_a_gift.refs_in(organisation_id, notice.source, bytes(notice.body))
    except RailRefused as odd:
        with within(organisation_id):
            notices.quarantine(notice=notice, reason=str(odd))
        return
    unknown = [ref for ref in refs if not receive_a_gift.look(organisation_id, notice.source, ref)]
    with within(organisation_id), transaction.atomic():
        if unknown:
            notices.quarantine(notice=notice, reason="It points to a payment we never asked for.")
        else:
            notices.finish(ids=[notice.id])
