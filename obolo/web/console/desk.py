"""The desk: cash and cheques written down by whoever received them.

A form's address carries its key, so that a double click, a reload or the back button meets the
same form and books once.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.causes import queries as causes
from obolo.causes.models import Cause
from obolo.giving.bank.booking import local_day
from obolo.giving.desk import queries as told
from obolo.giving.desk.errors import BadDeskGift, DraftReused, TooMuchCash
from obolo.giving.desk.models import NOTE_CHARS_MAX, Method
from obolo.kit.clock import now
from obolo.kit.money import Money
from obolo.ledger.errors import FundClosed
from obolo.organisations import queries as organisations
from obolo.people import queries as people
from obolo.people.models import Person
from obolo.stories import take_at_a_desk
from obolo.stories.take_at_a_desk import NewGiver
from obolo.web import words
from obolo.web.console import money
from obolo.web.console.amounts import AmountUnclear, read_amount
from obolo.web.console.page import language, slug_of, staff

TAB: Final = "console-desk"
PEOPLE_FOUND_MAX: Final = 8
_REFUSED: Final = {
    TooMuchCash: ("amount", "too_much_cash"),
    DraftReused: ("form", "draft_reused"),
    BadDeskGift: ("received_on", "day_odd"),
    FundClosed: ("cause", "fund_closed"),
}


@dataclass(slots=True)
class DeskForm:
    """The fields as typed, and what is wrong, by field."""

    amount: str = ""
    method: str = Method.CASH.value
    cause: str = ""
    received_on: str = ""
    name: str = ""
    email: str = ""
    person: str = ""
    note: str = ""
    problems: dict[str, str] = field(default_factory=dict)


def show(request: HttpRequest) -> HttpResponse:
    """What was handed over last, and the way to write down more."""
    lang = language(request)
    context = {
        "rows": [(one, one.payment.cause.name(lang)) for one in told.newest()],
        "may_record": organisations.may(staff(request).role, "desk"),
    }
    return money.page(request, "console/desk.html", context, tab=TAB)


def begin(request: HttpRequest) -> HttpResponse:
    """Give the form an address of its own."""
    return redirect("console-desk-form", slug_of(request), uuid4())


def form(request: HttpRequest, draft: UUID) -> HttpResponse:
    """The empty form; when it was sent already, the gift it made."""
    known = told.by_key(_key(request, draft))
    if known is not None:
        return redirect("console-gift", slug_of(request), known.gift_id)
    return _page(request, draft, DeskForm(received_on=local_day(now()).isoformat()))


def record(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Book it; 422 with a sentence per field when something is odd."""
    lang, filled = language(request), _filled(request)
    cause = _cause(filled, lang)
    amount = _amount(filled, cause, lang)
    received_on = _day(filled, lang)
    giver = _giver(filled, lang)
    if filled.problems or not (cause and amount and received_on and giver):
        return _page(request, draft, filled, 422)
    try:
        gift = take_at_a_desk.record(
            key=_key(request, draft),
            giver=giver,
            cause=cause,
            amount=amount,
            method=filled.method,
            received_on=received_on,
            note=filled.note,
            by=staff(request).id,
        )
    except (TooMuchCash, DraftReused, BadDeskGift, FundClosed) as odd:
        name, key = _REFUSED[type(odd)]
        filled.problems[name] = words.word(f"desk.{key}", lang)
        return _page(request, draft, filled, 409 if isinstance(odd, DraftReused) else 422)
    return redirect("console-gift", slug_of(request), gift.id)


def _filled(request: HttpRequest) -> DeskForm:
    def said(name: str, limit: int) -> str:
        return " ".join(request.POST.get(name, "").split())[:limit]

    return DeskForm(
        amount=said("amount", 100),
        method=said("method", 10),
        cause=said("cause", 40),
        received_on=said("received_on", 20),
        name=said("name", 100),
        email=said("email", 254).lower(),
        person=said("person", 40),
        note=said("note", NOTE_CHARS_MAX),
    )


def _cause(filled: DeskForm, lang: str) -> Cause | None:
    found = next((one for one in causes.open_causes() if str(one.id) == filled.cause), None)
    if found is None:
        filled.problems["cause"] = words.word("desk.choose_cause", lang)
    return found


def _amount(filled: DeskForm, cause: Cause | None, lang: str) -> Money | None:
    currency = cause.currency if cause else organisations.current().currency
    try:
        return read_amount(filled.amount, currency)
    except AmountUnclear as unclear:
        example = words.money(Money(1250, currency), lang)
        key = f"console.amount_{unclear.reason}"
        filled.problems["amount"] = words.word(key, lang, example=example, currency=currency)
        return None


def _day(filled: DeskForm, lang: str) -> date | None:
    try:
        found = date.fromisoformat(filled.received_on)
    except ValueError:
        filled.problems["received_on"] = words.word("console.day_bad", lang)
        return None
    if found > local_day(now()):
        filled.problems["received_on"] = words.word("console.day_future", lang)
    return found


def _giver(filled: DeskForm, lang: str) -> Person | NewGiver | None:
    """The person chosen, else the one written down."""
    if filled.person:
        chosen = people.get(_uuid(filled.person))
        if chosen is None:
            filled.problems["name"] = words.word("desk.choose_person", lang)
        return chosen
    if not filled.name:
        filled.problems["name"] = words.word("desk.name_empty", lang)
    if filled.email:
        try:
            validate_email(filled.email)
        except ValidationError:
            filled.problems["email"] = words.word("desk.email_odd", lang)
    return NewGiver(name=filled.name, email=filled.email)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _key(request: HttpRequest, draft: UUID) -> str:
    # With the staff member in it nobody can meet another's form, however they got its address.
    return f"console:{staff(request).id}:{draft}"


def _page(request: HttpRequest, draft: UUID, filled: DeskForm, status: int = 200) -> HttpResponse:
    lang = language(request)
    asked = request.GET.get("q", "")[:100]
    chosen = people.get(_uuid(request.GET.get("person", "") or filled.person))
    context: dict[str, Any] = {
        "draft": draft,
        "form": filled,
        "causes": [(str(one.id), one.name(lang)) for one in causes.open_causes()],
        "methods": Method.values,
        "asked": asked,
        "found": people.search(asked, limit=PEOPLE_FOUND_MAX) if asked.strip() else [],
        "chosen": chosen,
        "today": local_day(now()).isoformat(),
    }
    return money.page(request, "console/desk_form.html", context, tab=TAB, status=status)
