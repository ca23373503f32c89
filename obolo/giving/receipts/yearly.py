"""A person's gifts of one year, and everybody's for the treasurer.

Owns which gifts belong to whom and to which year: by the day of payment where the organisation is.
Never: the clock. Amounts are what was paid; what went back stands beside them with its year.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from obolo.giving.models import Gift, Receipt
from obolo.giving.papers.statement import Row, StatementPaper, statement_pdf
from obolo.giving.receipts import queries
from obolo.giving.receipts.paper import File, local_day
from obolo.giving.receipts.printed import spoken
from obolo.ledger.models import Entry
from obolo.organisations import queries as organisations
from obolo.people.models import Person

_FIRST_YEAR, _LAST_YEAR = 1900, 9000  # others are slips of the finger in an address
_BACK = ("refund", "chargeback")


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """Money that went back: in which year, how much of the gift, noted on which day."""

    year: int
    minor: int
    noted_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Giver:
    """Somebody who gave in a year, with the number of gifts."""

    person: Person
    name: str
    gifts_count: int


def years_of(person_id: UUID) -> list[int]:
    """The years this person gave in, the newest first."""
    found = Receipt.objects.filter(gift_id__in=_owned(person_id).values("id"))
    return list(found.order_by("-year").values_list("year", flat=True).distinct())


def is_year(year: int) -> bool:
    """Can anybody have given in this year?"""
    return _FIRST_YEAR <= year <= _LAST_YEAR


def statement(*, person: Person, year: int, language: str = "") -> File:
    """The paper of this person's gifts of that year; without gifts it says so."""
    told = paper(person=person, year=year, language=language)
    return File(file_name(year), statement_pdf(told))


def file_name(year: int) -> str:
    """`statement-2026.pdf`."""
    return f"statement-{year}.pdf"


def paper(*, person: Person, year: int, language: str = "") -> StatementPaper:
    """What that paper says."""
    organisation = organisations.current()
    lang = spoken(language, person.language, organisation.language)
    gifts = list(_with_receipts(_in_year(_owned(person.id), year)))
    returns = returns_of(gift.id for gift in gifts)
    rows = [row for gift in gifts if (row := _row(gift, returns[gift.id], lang))]
    wished = queries.receipt_name(person.id)
    return StatementPaper(
        language=lang,
        year=year,
        body=queries.body(),
        donor_name=wished.name if wished else person.name,
        donor_tax_code=wished.tax_code if wished else "",
        rows=tuple(rows),
        as_of=_last_record(gifts, returns) or date(year, 12, 31),
    )


def givers(year: int) -> list[Giver]:
    """Everybody who gave in that year, by the name on their receipts."""
    counts: dict[UUID, int] = defaultdict(int)
    owners = _owners()
    for gift_id, person_id in _in_year(Gift.objects.all(), year).values_list("id", "person_id"):
        counts[owners.get(gift_id, person_id)] += 1
    people = Person.objects.in_bulk(counts.keys())
    names = queries.receipt_names(counts.keys())
    found = [
        Giver(person=people[one], name=names.get(one, people[one].name), gifts_count=count)
        for one, count in counts.items()
        if one in people
    ]
    return sorted(found, key=lambda giver: (giver.name.casefold(), giver.person.id))


def receipts_of(year: int) -> QuerySet[Receipt]:
    """All receipts of a year in the order of their numbers, void ones among them."""
    near = Receipt.objects.filter(year=year).select_related("gift", "replaces")
    return near.prefetch_related("voids", "replaced_by").order_by("number")


def returns_of(gift_ids: Iterable[UUID]) -> dict[UUID, list[Return]]:
    """What went back of these gifts, by gift, in the order it was booked."""
    found: dict[UUID, list[Return]] = defaultdict(list)
    rows = Entry.objects.filter(kind__in=_BACK, source_id__in=list(gift_ids)).order_by("turn")
    for entry in rows:
        minor = int(entry.details["refunded_minor"])
        noted_on = local_day(entry.posted_at)
        one = Return(year=entry.value_date.year, minor=minor, noted_on=noted_on)
        found[entry.source_id].append(one)
    return found


def _row(gift: Gift, returns: list[Return], lang: str) -> Row | None:
    """None for a gift that never came: its receipt is void and nothing of it was paid."""
    chain = list(gift.receipts.all())
    living = next((one for one in chain if not one.voids.all()), None)
    newest = living or max(chain, key=lambda one: (one.issued_at, one.id))
    printed = queries.printed_of(newest)
    back = sum(one.minor for one in returns)
    if living is None and not back:
        return None
    by_year: dict[int, int] = defaultdict(int)
    for one in returns:
        by_year[one.year] += one.minor
    return Row(
        paid_on=printed.paid_on,
        cause=gift.cause.name(lang),
        method=printed.method,
        number=newest.shown,
        verdict=printed.verdict,
        gift_minor=printed.gift_minor,
        currency=printed.currency,
        returns=tuple(sorted(by_year.items())),
    )


def _owned(person_id: UUID) -> QuerySet[Gift]:
    """The gifts that are this person's: those they made, less and plus what was set right."""
    owners = _owners()
    theirs = [gift for gift, owner in owners.items() if owner == person_id]
    others = [gift for gift, owner in owners.items() if owner != person_id]
    own = Gift.objects.filter(person_id=person_id).exclude(id__in=others)
    return own | Gift.objects.filter(id__in=theirs)


def _owners() -> dict[UUID, UUID]:
    """Gifts that were found to be somebody else's, and whose they are."""
    rows = Entry.objects.filter(kind="owner").order_by("turn")
    return {entry.source_id: UUID(entry.details["owner"]) for entry in rows}


def _in_year(gifts: QuerySet[Gift], year: int) -> QuerySet[Gift]:
    if not is_year(year):
        return gifts.none()
    zone = ZoneInfo(organisations.current().time_zone)
    first, after = (datetime(y, 1, 1, tzinfo=zone) for y in (year, year + 1))
    return gifts.filter(paid_at__gte=first, paid_at__lt=after)


def _with_receipts(gifts: QuerySet[Gift]) -> QuerySet[Gift]:
    receipts = Prefetch("receipts", Receipt.objects.prefetch_related("voids"))
    near = gifts.select_related("cause", "person", "payment").prefetch_related(receipts)
    return near.order_by("paid_at", "id")


def _last_record(gifts: list[Gift], returns: dict[UUID, list[Return]]) -> date | None:
    days = [local_day(gift.booked_at) for gift in gifts]
    days += [one.noted_on for found in returns.values() for one in found]
    days += [local_day(r.issued_at) for gift in gifts for r in gift.receipts.all()]
    days += [
        local_day(void.at) for gift in gifts for r in gift.receipts.all() for void in r.voids.all()
    ]
    return max(days, default=None)
