"""Beginning a regular gift for a person: they are found first, then its terms are written.

A form's address carries its key, so that a double click or the back button begins one.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.causes import queries as causes
from obolo.causes.models import Cause
from obolo.giving.pledges import actions
from obolo.giving.pledges.actions import By
from obolo.giving.pledges.errors import BadTerms, PledgeKeyReused
from obolo.giving.pledges.models import Way
from obolo.giving.pledges.plan import RHYTHMS
from obolo.kit.money import Money
from obolo.kit.text import shown
from obolo.people import queries as people
from obolo.people.models import Person
from obolo.stories import begin_a_pledge
from obolo.web import words
from obolo.web.console import money
from obolo.web.console.amounts import AmountUnclear, read_amount
from obolo.web.console.page import language, slug_of, staff

PEOPLE_FOUND_MAX: Final = 8
REASON_CHARS_MAX: Final = 300


@dataclass(slots=True)
class PledgeForm:
    """The fields as typed, and what is wrong, by field."""

    cause: str = ""
    amount: str = ""
    rhythm: str = "monthly"
    day: str = ""
    start: str = ""
    way: str = ""
    reason: str = ""
    problems: dict[str, str] = field(default_factory=dict)


def begin(request: HttpRequest) -> HttpResponse:
    """Give the form an address of its own."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    answer = redirect("console-pledge-form", slug_of(request), uuid4())
    answer["Location"] += query
    return answer


def form(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Find a person, or the empty form for the one who was chosen."""
    today = actions.today()
    fresh = PledgeForm(day=str(today.day), start=today.isoformat())
    return _page(request, draft, fresh, _person(request.GET.get("person", "")))


def record(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Begin it; 422 with a sentence per field when something is odd."""
    lang, person = language(request), _person(request.POST.get("person", ""))
    filled = PledgeForm()
    for name in ("cause", "amount", "rhythm", "day", "start", "way", "reason"):
        setattr(filled, name, shown(request.POST.get(name, ""), 300))
    cause = _cause(filled.cause)
    amount, start = _read(filled, cause, lang)
    if person is None or filled.problems or cause is None or amount is None:
        return _page(request, draft, filled, person, status=422)
    who = staff(request).id
    try:
        pledge = begin_a_pledge.begin(
            person=person,
            cause=cause,
            amount=amount,
            rhythm=filled.rhythm,
            day=int(filled.day),
            start=start,
            way=Way(filled.way) if filled.way in Way.values else None,
            by=By(source="console", staff_id=who, reason=filled.reason[:REASON_CHARS_MAX]),
            key=f"console:{who}:{draft}",
        )
    except BadTerms:
        filled.problems["form"] = words.word("pledges.bad_terms", lang)
        return _page(request, draft, filled, person, status=422)
    except PledgeKeyReused:
        filled.problems["form"] = words.word("pledges.form_used", lang)
        return _page(request, draft, filled, person, status=409)
    return redirect("console-pledge", slug_of(request), pledge.id)


def _read(form: PledgeForm, cause: Cause | None, lang: str) -> tuple[Money | None, date | None]:
    amount = start = None
    if cause is None:
        form.problems["cause"] = words.word("pledges.cause_missing", lang)
    try:
        amount = read_amount(form.amount, cause.currency if cause else "EUR")
    except AmountUnclear:
        form.problems["amount"] = words.word("pledges.amount_odd", lang)
    if not (form.day.isascii() and form.day.isdigit() and 1 <= int(form.day) <= 31):
        form.problems["day"] = words.word("pledges.day_of_month_odd", lang)
    try:
        start = date.fromisoformat(form.start)
    except ValueError:
        form.problems["start"] = words.word("pledges.day_odd", lang)
    else:
        if not 0 <= (start - actions.today()).days <= 366:
            form.problems["start"] = words.word("pledges.start_odd", lang)
    if not form.reason.strip():
        form.problems["reason"] = words.word("pledges.reason_missing", lang)
    return amount, start


def _person(text: str) -> Person | None:
    try:
        return people.get(UUID(text))
    except ValueError:
        return None


def _cause(text: str) -> Cause | None:
    try:
        return causes.get(UUID(text))
    except ValueError:
        return None


def _page(
    request: HttpRequest,
    draft: UUID,
    filled: PledgeForm,
    person: Person | None,
    *,
    status: int = 200,
) -> HttpResponse:
    lang, asked = language(request), shown(request.GET.get("q", ""), 100)
    context: dict[str, Any] = {
        "draft": draft,
        "form": filled,
        "chosen": person,
        "asked": asked,
        "found": people.search(asked, limit=PEOPLE_FOUND_MAX) if asked.strip() else [],
        "causes": [(str(one.id), one.name(lang)) for one in causes.open_causes()],
        "rhythms": RHYTHMS,
        "ways": Way.values,
        "today": actions.today().isoformat(),
    }
    return money.page(
        request, "console/pledge_form.html", context, tab="console-pledges", status=status
    )
