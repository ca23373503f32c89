"""The organisation's activities as IATI 2.03: one activity for each cause. Pure.

Source: iati-activities-schema.xsd of version 2.03 (the order of children is strict) and the code
lists of the standard. Gifts are told by months, never one by one (transaction type 1); what payment
services kept and each purchase are expenditure (type 4), what came back is a negative one. Notes
for people stand in `description`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from obolo.causes.models import Cause, Purchase
from obolo.kit.money import Money
from obolo.trace.open_books import Months, Returned

VERSION: Final = "2.03"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NATIONAL_NGO, _OTHER = "22", "90"  # OrganisationType
_FUNDING, _ACCOUNTABLE = "1", "2"  # OrganisationRole
_IMPLEMENTATION, _CLOSED = "2", "4"  # ActivityStatus
_BEGAN, _ENDED = "2", "4"  # ActivityDateType
_INCOMING, _EXPENDITURE = "1", "4"  # TransactionType
_SECTOR_UNSPECIFIED: Final = "99810"  # DAC 5 digit: sectors not specified
_GOALS: Final = "2"  # TagVocabulary: UN Sustainable Development Goals
_DONORS: Final = {"it": "Singoli donatori", "en": "Individual donors", "ar": "متبرّعون أفراد"}


@dataclass(frozen=True, slots=True)
class Reporting:
    """Who publishes: identifier as IATI wants it, name, main language."""

    identifier: str
    name: str
    language: str


def activities(
    by: Reporting,
    causes: Sequence[Cause],
    months: Iterable[Months],
    purchases: Iterable[Purchase],
    returned: Mapping[UUID, Sequence[Returned]],
    *,
    read_at: datetime,
) -> bytes:
    """The whole file, UTF-8 with its declaration."""
    root = Element("iati-activities", version=VERSION)
    root.set("generated-datetime", read_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    months_of: dict[UUID, list[Months]] = defaultdict(list)
    bought_for: dict[UUID, list[Purchase]] = defaultdict(list)
    for month in months:
        months_of[month.cause_id].append(month)
    for purchase in purchases:
        bought_for[purchase.cause_id].append(purchase)
    for cause in causes:
        activity = _activity(root, by, cause, read_at)
        for month in months_of[cause.id]:
            _gifts(activity, month)
        for purchase in bought_for[cause.id]:
            _bought(activity, purchase, returned.get(purchase.id, ()), by.language)
    indent(root)
    told: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return told


def _activity(root: Element, by: Reporting, cause: Cause, read_at: datetime) -> Element:
    """Everything before the transactions, in the order of the schema."""
    activity = SubElement(root, "iati-activity")
    activity.set("default-currency", cause.currency)
    activity.set("last-updated-datetime", read_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    activity.set(_LANG, by.language)
    SubElement(activity, "iati-identifier").text = f"{by.identifier}-{cause.slug}"
    reporting = SubElement(activity, "reporting-org", ref=by.identifier, type=_NATIONAL_NGO)
    _narrative(reporting, {by.language: by.name}, by.language)
    _narrative(SubElement(activity, "title"), cause.names, by.language)
    summaries = {k: v for k, v in cause.summaries.items() if v} or cause.names
    _narrative(SubElement(activity, "description", type="1"), summaries, by.language)
    donors = SubElement(activity, "participating-org", role=_FUNDING, type=_OTHER)
    _narrative(donors, _DONORS, by.language)
    own = SubElement(activity, "participating-org", ref=by.identifier, type=_NATIONAL_NGO)
    own.set("role", _ACCOUNTABLE)
    _narrative(own, {by.language: by.name}, by.language)
    SubElement(activity, "activity-status", code=_CLOSED if cause.closed_at else _IMPLEMENTATION)
    began = cause.created_at.date().isoformat()
    SubElement(activity, "activity-date", {"type": _BEGAN, "iso-date": began})
    if cause.closed_at:
        ended = cause.closed_at.date().isoformat()
        SubElement(activity, "activity-date", {"type": _ENDED, "iso-date": ended})
    SubElement(activity, "sector", vocabulary="1", code=_SECTOR_UNSPECIFIED)
    for goal in cause.sdg_goals:
        SubElement(activity, "tag", vocabulary=_GOALS, code=str(goal))
    return activity


def _gifts(activity: Element, month: Months) -> None:
    """The gifts of some months together, and what payment services kept of them."""
    last_day = _last_day(month.last)
    period = f"{month.first:%Y-%m}/{month.last:%Y-%m}"
    told = f"{month.gifts_count} gifts, {period}"
    given = Money(month.given_minor, month.currency)
    incoming = _transaction(
        activity, f"gifts-{period}-{month.currency}", _INCOMING, last_day, given
    )
    _narrative(SubElement(incoming, "description"), {"en": told}, "")
    _narrative(SubElement(incoming, "provider-org", type=_OTHER), {"en": _DONORS["en"]}, "")
    if month.fee_minor:
        fee = Money(month.fee_minor, month.currency)
        ref = f"fees-{period}-{month.currency}"
        paid = _transaction(activity, ref, _EXPENDITURE, last_day, fee)
        _narrative(SubElement(paid, "description"), {"en": f"Payment services, {period}"}, "")


def _bought(
    activity: Element, purchase: Purchase, returned: Sequence[Returned], language: str
) -> None:
    cost = Money(purchase.amount_minor, purchase.currency)
    paid = _transaction(activity, str(purchase.id), _EXPENDITURE, purchase.bought_on, cost)
    _narrative(SubElement(paid, "description"), {language: purchase.description}, language)
    for at, back in enumerate(returned, 1):
        amount = Money(-back.minor, back.currency)
        ref = f"{purchase.id}-returned-{at}"
        entry = _transaction(activity, ref, _EXPENDITURE, back.on, amount)
        told = {language: purchase.description}
        _narrative(SubElement(entry, "description"), told, language)


def _transaction(activity: Element, ref: str, kind: str, on: date, amount: Money) -> Element:
    """Type, date, value: the children that must come first."""
    made = SubElement(activity, "transaction", ref=ref)
    SubElement(made, "transaction-type", code=kind)
    SubElement(made, "transaction-date", {"iso-date": on.isoformat()})
    value = SubElement(made, "value", {"currency": amount.currency, "value-date": on.isoformat()})
    value.text = amount.decimal_text()
    return made


def _narrative(parent: Element, texts: Mapping[str, str], language: str) -> None:
    """Texts in their languages, the main one first; without a text in any, a dash."""
    for lang in sorted(texts, key=lambda one: (one != language, one)):
        told = SubElement(parent, "narrative")
        told.set(_LANG, lang)
        told.text = _printable(texts[lang]) or "-"


def _printable(text: str) -> str:
    """Without the control signs that XML 1.0 forbids."""
    return "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"))


def _last_day(month: date) -> date:
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)
