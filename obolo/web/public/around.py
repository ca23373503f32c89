"""Around the money: why it waits, what came of it, how a cause ended, facts of a purchase.

Owns the choice of sentences. Reads the causes' own words; where there are none it says plainly what
the books say. Never a staff member's private reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from obolo.causes import queries as causes
from obolo.causes.models import Cause, Purchase
from obolo.causes.purchase_models import CorrectionKind
from obolo.causes.story_models import Ending, OutcomePhoto
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.trace import open_books
from obolo.trace.queries import Path
from obolo.web.words import day, money, word

LONG: Final = timedelta(days=60)  # after this somebody should have said why


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """What came of the money, told by somebody who answers for it."""

    id: UUID
    text: str
    day: date
    by: str
    photos: tuple[OutcomePhoto, ...]
    purchase_id: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a cause ended."""

    how: str
    title: str
    sentence: str
    day: date


def came(cause: Cause, lang: str) -> list[Came]:
    """What came of the money of a cause, newest first."""
    return [
        Came(
            id=one.id,
            text=one.text(lang),
            day=one.day,
            by=one.approver_name,
            photos=tuple(shot for shot in one.photos.all() if shot.public),
            purchase_id=one.purchase_id,
        )
        for one in causes.outcomes_of(cause.id)
    ]


def ended(cause: Cause, lang: str) -> Ended | None:
    """How a cause ended, with the sentence that everybody reads; None while it goes on."""
    if cause.closed_at is None:
        return None
    closing = causes.closing_of(cause.id)
    how = str(closing.how) if closing else str(Ending.FINISHED)
    return Ended(
        how=how,
        title=word(f"around.{how}", lang),
        sentence=closing.sentence(lang) if closing else "",
        day=(closing.closed_at if closing else cause.closed_at).date(),
    )


def waiting(cause: Cause, lang: str) -> str:
    """The cause's own dated words on why money waits; empty without any, or once it has ended."""
    note = None if cause.closed_at else causes.waiting_note(cause.id)
    return word("around.noted", lang, text=note.text(lang), day=day(note.day, lang)) if note else ""


def because(path: Path, organisation: str, lang: str) -> str:
    """Why cents of a gift are not spent yet: the cause's dated words, else what the books say."""
    cause = path.gift.cause
    if not path.free_minor or cause.closed_at:
        return ""
    if note := waiting(cause, lang):
        return note
    ahead = open_books.ahead_minor(path.gift.id)
    before = money(Money(ahead, path.gift.currency), lang)
    told = word("around.ahead" if ahead else "around.next", lang, amount=before)
    if now() - path.gift.booked_at > LONG:
        told += " " + word("around.long", lang, organisation=organisation)
    return told


def facts(purchases: Iterable[Purchase], lang: str) -> dict[UUID, list[str]]:
    """Sentences about each purchase: where, in which money, what came back of it."""
    return {one.id: _facts(one, lang) for one in purchases}


def place(one: Purchase, lang: str) -> str:
    """Where it was, coarsely; empty when nobody said."""
    newest = max(one.places.all(), key=lambda p: (p.told_at, p.id), default=None)
    return word("around.place", lang, region=newest.region) if newest and newest.region else ""


def _facts(one: Purchase, lang: str) -> list[str]:
    told = [text] if (text := place(one, lang)) else []
    if one.paid_minor:
        told.append(
            word(
                "around.rate",
                lang,
                paid=money(Money(one.paid_minor, one.paid_currency), lang),
                rate=one.rate,
                currency=one.currency,
                day=day(one.rate_on, lang) if one.rate_on else "",
            )
        )
    if one.from_reserve:
        told.append(word("around.advance", lang))
    for back in sorted(one.corrections.all(), key=lambda c: (c.made_at, c.id)):
        kind = "released" if back.kind == CorrectionKind.RELEASED else "returned"
        amount = money(Money(back.amount_minor, one.currency), lang)
        told.append(word(f"around.{kind}", lang, amount=amount, day=day(back.day, lang)))
    return told
