"""The person beside a conversation: language, consent, gifts and how far their cents are."""

from dataclasses import dataclass

from obolo.giving import queries as giving
from obolo.giving.models import Gift
from obolo.giving.pledges.queries import PledgeView, pledges_of
from obolo.people import queries as people
from obolo.people.models import Person
from obolo.trace import queries as trace
from obolo.web.console.page import name_of

GIFTS_MAX = 20


@dataclass(frozen=True, slots=True)
class GiftBeside:
    """A gift and the state of its path; amounts in minor units of its currency."""

    gift: Gift
    cause: str
    receipt: str
    path: trace.Path
    state: str  # the last one reached, in words


@dataclass(frozen=True, slots=True)
class Beside:
    """What staff see of a person."""

    person: Person
    phone: str
    language: str
    consent: tuple[tuple[str, bool], ...]
    gifts: tuple[GiftBeside, ...]
    pledges: tuple[tuple[PledgeView, str], ...]  # with the name of the cause


def beside(person: Person, lang: str) -> Beside:
    """The person as of now."""
    phone, _ = people.whatsapp_address(person.id)
    standing = people.consent(person.id)
    return Beside(
        person=person,
        phone=phone or "",
        language=name_of("language", person.language, lang) if person.language else "",
        consent=tuple((name_of("purpose", key, lang), yes) for key, yes in standing.items()),
        pledges=tuple((one, one.pledge.cause.name(lang)) for one in pledges_of(person.id)),
        gifts=tuple(_gift(one, lang) for one in giving.gifts_of(person.id, limit=GIFTS_MAX)),
    )


def _gift(gift: Gift, lang: str) -> GiftBeside:
    path = trace.path(gift)
    reached = [step for step in path.steps if step.done][-1]
    key = f"{reached.state}_partly" if reached.partly else reached.state
    return GiftBeside(
        gift=gift,
        cause=gift.cause.name(lang),
        receipt=path.receipt.shown if path.receipt else "",
        path=path,
        state=name_of("step", key, lang),
    )
