"""One line of a statement: what it says, what was decided about it, and deciding."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.giving.bank import actions as verbs
from obolo.giving.bank import queries as told
from obolo.giving.bank.models import StatementLine
from obolo.kit.errors import OboloError
from obolo.organisations import queries as organisations
from obolo.people import queries as people
from obolo.stories import import_a_statement
from obolo.web.console import bank, bank_words, money
from obolo.web.console.page import language, slug_of, staff

PEOPLE_FOUND_MAX: Final = 10


def show(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """The line."""
    return _page(request, _line(line_id))


def decide(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Carry out the word given; then the next line that waits, else the bank's page."""
    found = _line(line_id)
    verb = _VERBS.get(request.POST.get("word", ""))
    if verb is None:
        raise Http404
    try:
        verb(request, found.id)
    except OboloError as odd:
        return _page(request, found, bank_words.refusal(odd, language(request)), 409)
    if request.POST.get("back") == "line":
        return redirect("console-bank-line", slug_of(request), found.id)
    return redirect("console-bank", slug_of(request))


def _payment(request: HttpRequest, line_id: UUID) -> None:
    import_a_statement.settle_as_payment(
        line_id=line_id, payment_id=_id(request, "payment"), by=staff(request).id
    )


def _person(request: HttpRequest, line_id: UUID) -> None:
    import_a_statement.settle_as_person(
        line_id=line_id,
        person_id=_id(request, "person"),
        cause_id=_id(request, "cause"),
        by=staff(request).id,
    )


def _new_person(request: HttpRequest, line_id: UUID) -> None:
    import_a_statement.settle_as_new_person(
        line_id=line_id,
        name=request.POST.get("name", "")[:200],
        cause_id=_id(request, "cause"),
        by=staff(request).id,
    )


def _aside(request: HttpRequest, line_id: UUID) -> None:
    verbs.set_aside(line_id=line_id, by=staff(request).id, reason=request.POST.get("reason", ""))


def _undo(request: HttpRequest, line_id: UUID) -> None:
    verbs.undo(line_id=line_id, by=staff(request).id, reason=request.POST.get("reason", ""))


_VERBS: Final[dict[str, Callable[[HttpRequest, UUID], None]]] = {
    "payment": _payment,
    "person": _person,
    "new": _new_person,
    "aside": _aside,
    "undo": _undo,
}


def _id(request: HttpRequest, name: str) -> UUID:
    """A chosen row; nothing chosen is an id that nobody has, which the door refuses in words."""
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        return UUID(int=0)


def _line(line_id: UUID) -> StatementLine:
    found = told.line(line_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: StatementLine, problem: str = "", status: int = 200
) -> HttpResponse:
    asked = request.GET.get("q", "")[:100]
    decisions = list(found.decisions.order_by("at", "id"))
    by: dict[Any, str] = organisations.staff_names({one.by for one in decisions if one.by})
    context = {
        **bank.facts(found, language(request)),
        "problem": problem,
        "asked": asked,
        "found": people.search(asked, limit=PEOPLE_FOUND_MAX) if asked.strip() else [],
        "history": [(one, by.get(one.by, "")) for one in decisions],
        "account": told.masked(found.statement.account),
    }
    return money.page(request, "console/bank_line.html", context, tab=bank.TAB, status=status)
