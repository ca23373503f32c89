"""Regular gifts as staff see them: the list, one with its history, and what can be done about it.

Every verb asks for a reason, keeps who and when, and can be undone while it is the newest.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.conversations import queries as talk
from obolo.gateways.payments.bank.iban import NotAnIban
from obolo.gateways.payments.sepa.mandate import NotAMandate
from obolo.giving.pledges import actions, mandates, queries
from obolo.giving.pledges.actions import By
from obolo.giving.pledges.errors import (
    BadTerms,
    NothingToSkip,
    NotUndoable,
    PledgeEnded,
    PledgeKeyReused,
)
from obolo.giving.pledges.models import Pledge
from obolo.giving.pledges.plan import RHYTHMS
from obolo.kit.errors import OboloError
from obolo.kit.ids import new_token
from obolo.kit.text import shown
from obolo.organisations.models import User
from obolo.web import words
from obolo.web.console import money
from obolo.web.console.amounts import AmountUnclear, read_amount
from obolo.web.console.page import language, slug_of, staff

TAB: Final = "console-pledges"
FILTERS: Final = ("all", "due", "failing", "paused", "ended")
REASON_CHARS_MAX: Final = 300
_SENTENCES: Final[dict[type[OboloError], str]] = {
    BadTerms: "bad_terms",
    NothingToSkip: "nothing_to_skip",
    NotUndoable: "not_undoable",
    PledgeEnded: "has_ended",
    PledgeKeyReused: "form_used",
    NotAMandate: "mandate_odd",
    NotAnIban: "iban_odd",
}


class _Odd(Exception):
    """A field that cannot be read; its argument is the key of the sentence."""


def show_all(request: HttpRequest) -> HttpResponse:
    """Regular gifts: all, those due, failing, paused or ended."""
    lang = language(request)
    which = request.GET.get("which", "all")
    which = which if which in FILTERS else "all"
    rows = [(one, one.pledge.cause.name(lang)) for one in queries.listed(which)]
    context = {"rows": rows, "which": which, "filters": FILTERS}
    return money.page(request, "console/pledges.html", context, tab=TAB)


def show(request: HttpRequest, pledge_id: UUID) -> HttpResponse:
    """One regular gift: its terms, its due days, its history."""
    return _page(request, pledge_id)


def change(request: HttpRequest, pledge_id: UUID) -> HttpResponse:
    """Do the verb of the form, under the form's key. 422 with a sentence when it cannot be."""
    verb, reason = request.POST.get("verb", ""), shown(request.POST.get("reason", "")).strip()
    key = f"console:{staff(request).id}:{request.POST.get('key', '')[:60]}"
    by = By(source="console", staff_id=staff(request).id, reason=reason[:REASON_CHARS_MAX])
    problem = ""
    try:
        if not reason:
            raise _Odd("reason_missing")
        _do(request, verb, pledge_id, by, key)
    except _Odd as odd:
        problem = str(odd)
    except tuple(_SENTENCES) as odd:
        problem = _SENTENCES[type(odd)]
    if problem:
        return _page(request, pledge_id, problem=problem, status=422)
    return redirect("console-pledge", slug_of(request), pledge_id)


def mandate(request: HttpRequest, pledge_id: UUID) -> HttpResponse:
    """Write down a mandate that was signed on paper."""
    by = By(source="console", staff_id=staff(request).id, reason="mandate")
    try:
        signed_on = _day(request, "signed_on")
        if signed_on is None:
            raise _Odd("day_odd")
        mandates.keep(
            pledge_id=pledge_id,
            name=shown(request.POST.get("name", ""), 200),
            iban=request.POST.get("iban", "")[:60],
            bic=request.POST.get("bic", "")[:11],
            reference=request.POST.get("reference", "")[:60],
            signed_on=signed_on,
            signed_by=mandates.PAPER,
            by=by,
            key=f"console:{staff(request).id}:{request.POST.get('key', '')[:60]}",
        )
    except _Odd as odd:
        return _page(request, pledge_id, problem=str(odd), status=422)
    except tuple(_SENTENCES) as odd:
        return _page(request, pledge_id, problem=_SENTENCES[type(odd)], status=422)
    return redirect("console-pledge", slug_of(request), pledge_id)


def _do(request: HttpRequest, verb: str, pledge_id: UUID, by: By, key: str) -> None:
    plain = {"skip": actions.skip, "resume": actions.resume, "end": actions.end}
    if verb in plain:
        plain[verb](pledge_id=pledge_id, by=by, key=key)
    elif verb == "pause":
        actions.pause(pledge_id=pledge_id, by=by, key=key, until=_day(request, "until"))
    elif verb == "undo":
        actions.undo(change_id=_newest(pledge_id, request), by=by, key=key)
    elif verb == "change":
        rhythm, day = request.POST.get("rhythm", ""), request.POST.get("day", "")
        if not (day.isascii() and day.isdigit() and 1 <= int(day) <= 31):
            raise _Odd("day_of_month_odd")
        actions.change(
            pledge_id=pledge_id,
            by=by,
            key=key,
            amount_minor=_amount_minor(request, pledge_id),
            rhythm=rhythm,
            day=int(day),
        )
    else:
        raise _Odd("unknown_verb")


def _amount_minor(request: HttpRequest, pledge_id: UUID) -> int:
    try:
        return read_amount(request.POST.get("amount", ""), _found(pledge_id).currency).minor
    except AmountUnclear as unclear:
        raise _Odd("amount_odd") from unclear


def _newest(pledge_id: UUID, request: HttpRequest) -> UUID:
    """The change the reader saw as the newest; raises NotUndoable when there is a newer one."""
    found = queries.changes(pledge_id)
    if not found or str(found[0].id) != request.POST.get("change"):
        raise NotUndoable
    return found[0].id


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.POST.get(name, "")[:20]
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Odd("day_odd") from None


def _found(pledge_id: UUID) -> Pledge:
    found = queries.view(pledge_id)
    if found is None:
        raise Http404
    return found.pledge


def _page(
    request: HttpRequest, pledge_id: UUID, *, problem: str = "", status: int = 200
) -> HttpResponse:
    lang, view = language(request), queries.view(pledge_id)
    if view is None:
        raise Http404
    history = queries.changes(pledge_id)
    context: dict[str, Any] = {
        "view": view,
        "pledge": view.pledge,
        "cause_name": view.pledge.cause.name(lang),
        "talk": talk.of_person(view.pledge.person_id),
        "days": queries.instalments(pledge_id),
        "history": [(one, name_of_staff(one.staff_id)) for one in history],
        "newest": history[0] if history else None,
        "undoable": len(history) > 1 and history[0].kind != "undone",
        "rhythms": RHYTHMS,
        "today": actions.today().isoformat(),
        "key": new_token(),
        "typed": request.POST,
        "amount_text": view.pledge.amount.decimal_text(),
        "problem": words.word(f"pledges.{problem}", lang) if problem else "",
    }
    return money.page(request, "console/pledge.html", context, tab=TAB, status=status)


def name_of_staff(staff_id: UUID | None) -> str:
    """Who of the team; empty for the person, the system and programs."""
    if staff_id is None:
        return ""
    return User.objects.filter(id=staff_id).values_list("name", flat=True).first() or ""
