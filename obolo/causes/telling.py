"""Telling how a cause goes on: why its money waits, what came of it, how it ended.

What the public reads was written or approved by a person whose id stands beside it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from obolo.causes import handed_in, taxonomies
from obolo.causes.errors import (
    AlreadyClosed,
    CauseUnknown,
    NoSuchOutcome,
    NotInTheList,
    OutcomeKeyReused,
    ReasonMissing,
    TextMissing,
)
from obolo.causes.handed_in import NewEvidence
from obolo.causes.models import Cause
from obolo.causes.story_models import Closing, Ending, Outcome, OutcomePhoto, WaitingNote
from obolo.kit.clock import now
from obolo.kit.text import shown, without_invisible
from obolo.organisations.bell import ring

TEXT_CHARS_MAX = 1_000
LANGUAGES = ("it", "en", "ar")


@transaction.atomic
def describe(*, cause: Cause, sdg_goals: Sequence[int], icnpo_group: str = "") -> None:
    """Say what a cause is about, in public lists; raises NotInTheList."""
    if not taxonomies.known(sdg_goals, icnpo_group):
        raise NotInTheList
    goals = sorted(set(sdg_goals))
    Cause.objects.filter(id=cause.id).update(sdg_goals=goals, icnpo_group=icnpo_group)


@transaction.atomic
def write_waiting_note(
    *, cause: Cause, texts: Mapping[str, str], day: date, by: UUID
) -> WaitingNote:
    """Say why money of a cause is not spent yet; without words: nothing more is to be said.

    The same words again are the same note.
    """
    words = _words(texts)
    known = WaitingNote.objects.filter(cause=cause).order_by("-written_at", "-id").first()
    if known and known.texts == words and (known.day == day or not words):
        return known
    note = WaitingNote.objects.create(cause=cause, texts=words, day=day, written_by=by)
    ring(f"fund:{cause.fund_id}")
    return note


def write_outcome(
    *,
    cause: Cause,
    texts: Mapping[str, str],
    day: date,
    key: str,
    photos: Sequence[NewEvidence] = (),
    purchase_id: UUID | None = None,
    by: UUID | None = None,
) -> Outcome:
    """Write down what came of the money; nobody outside sees it before it is approved.

    The same key with the same words is the same outcome. Raises TextMissing, OutcomeKeyReused,
    CauseUnknown (the purchase is of another cause), and what `handed_in.keep` raises.
    """
    words = _words(texts)
    if not words:
        raise TextMissing
    if purchase_id and not cause.purchases.filter(id=purchase_id).exists():
        raise CauseUnknown("The purchase belongs to another cause.")
    known = Outcome.objects.filter(key=key).first()
    if known:
        return _same(known, cause, words, day)
    kept = [handed_in.keep(one, added_by=by) for one in photos]
    try:
        with transaction.atomic():
            told = {"texts": words, "day": day, "key": key, "written_by": by}
            outcome = Outcome.objects.create(cause=cause, purchase_id=purchase_id, **told)
            for fields in kept:
                OutcomePhoto.objects.create(outcome=outcome, **fields)
    except IntegrityError:  # the same key at the same moment
        known = Outcome.objects.filter(key=key).first()
        if known is None:
            raise
        return _same(known, cause, words, day)
    return outcome


@transaction.atomic
def approve_outcome(*, outcome_id: UUID, by: UUID, name: str) -> Outcome:
    """A person answers for the words, by name; from now on everybody sees them.

    Approved before: it stays with whoever approved first. Raises NoSuchOutcome.
    """
    outcome = _locked(outcome_id)
    if outcome.approved_at is None and outcome.taken_back_at is None:
        outcome.approved_by, outcome.approved_at = by, now()
        outcome.approver_name = shown(name, 100)
        outcome.save(update_fields=["approved_by", "approved_at", "approver_name"])
        ring(f"fund:{outcome.cause.fund_id}")
    return outcome


@transaction.atomic
def take_back_outcome(*, outcome_id: UUID, by: UUID, reason: str) -> Outcome:
    """From now on nobody outside sees it; the words stay in the records.

    Raises NoSuchOutcome, ReasonMissing.
    """
    why = _line(reason, 300)
    if not why:
        raise ReasonMissing
    outcome = _locked(outcome_id)
    if outcome.taken_back_at is None:
        outcome.taken_back_by, outcome.taken_back_at, outcome.taken_back_why = by, now(), why
        outcome.save(update_fields=["taken_back_by", "taken_back_at", "taken_back_why"])
        ring(f"fund:{outcome.cause.fund_id}")
    return outcome


@transaction.atomic
def close(cause: Cause, how: str, sentences: Mapping[str, str], by: UUID) -> Closing:
    """End a cause as `finished` or `failed`, with the sentence that everybody will read.

    One cannot give to it any more; its money is the ledger's to move. The same again is the same
    closing. Raises AlreadyClosed, TextMissing.
    """
    words = _words(sentences)
    if not words:
        raise TextMissing
    Cause.objects.select_for_update().get(id=cause.id)
    known = Closing.objects.filter(cause=cause).first()
    if known:
        if (known.how, known.sentences) != (Ending(how).value, words):
            raise AlreadyClosed
        return known
    closing = Closing.objects.create(cause=cause, how=Ending(how), sentences=words, closed_by=by)
    cause.closed_at = closing.closed_at
    Cause.objects.filter(id=cause.id).update(closed_at=closing.closed_at)
    ring(f"fund:{cause.fund_id}")
    return closing


def _words(texts: Mapping[str, str]) -> dict[str, str]:
    told = {lang: _line(texts.get(lang, ""), TEXT_CHARS_MAX) for lang in LANGUAGES}
    return {lang: text for lang, text in told.items() if text}


def _line(text: str, limit: int) -> str:
    clean = " ".join(shown(text, limit).split())
    return clean if without_invisible(clean).strip() else ""


def _locked(outcome_id: UUID) -> Outcome:
    found = Outcome.objects.select_for_update().filter(id=outcome_id).first()
    if found is None:
        raise NoSuchOutcome
    return found


def _same(known: Outcome, cause: Cause, words: dict[str, str], day: date) -> Outcome:
    if (known.cause_id, known.texts, known.day) != (cause.id, words, day):
        raise OutcomeKeyReused
    return known
