"""Collecting by direct debit: a day is chosen, the file handed in, the bank's answers noted."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.gateways.payments.sepa.debits import NotCollectable
from obolo.giving.pledges import actions, debits, queries
from obolo.giving.pledges.actions import By
from obolo.giving.pledges.errors import CannotCollect, NoSuchDebit, NotAReturnCode
from obolo.giving.pledges.models import DebitBatch
from obolo.kit.ids import new_token
from obolo.kit.text import shown
from obolo.stories import collect_debits
from obolo.web import words
from obolo.web.console import money
from obolo.web.console.page import language, slug_of, staff
from obolo.web.console.pledges import name_of_staff

TAB: Final = "console-pledges"


def show(request: HttpRequest) -> HttpResponse:
    """What is ready for the chosen day, what is missing before, and the files made so far."""
    return _page(request)


def make(request: HttpRequest) -> HttpResponse:
    """Make the file of one day; a double click meets the same one."""
    due_on = _day(request.POST.get("due_on", ""))
    if due_on is None:
        return _page(request, "day_odd", status=422)
    key = f"{staff(request).id}:{request.POST.get('key', '')[:60]}"
    try:
        batch = debits.make_batch(due_on=due_on, by=_by(request), key=key)
    except (CannotCollect, NotCollectable):
        return _page(request, "not_collectable", status=422)
    return redirect("console-debit-batch", slug_of(request), batch.id)


def set_creditor(request: HttpRequest) -> HttpResponse:
    """Keep the organisation's creditor identifier."""
    try:
        debits.set_creditor(creditor_id=request.POST.get("creditor_id", "")[:60])
    except NotCollectable:
        return _page(request, "creditor_odd", status=422)
    return redirect("console-debits", slug_of(request))


def show_batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One file: its debits with their results, and who did what."""
    return _batch_page(request, _found(batch_id))


def file(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The file for the bank."""
    batch = _found(batch_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{batch.due_on}-{batch.name}.xml"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(
        debits.file_of(batch), content_type="application/xml; charset=utf-8", headers=headers
    )


def word(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Handed in, or taken back before that."""
    batch = _found(batch_id)
    verbs = {"hand_in": debits.hand_in, "withdraw": debits.withdraw}
    verb = verbs.get(request.POST.get("verb", ""))
    if verb is None:
        return _batch_page(request, batch, "unknown_verb", status=422)
    try:
        verb(batch_id=batch.id, by=_by(request))
    except CannotCollect:
        return _batch_page(request, batch, "batch_too_late", status=409)
    return redirect("console-debit-batch", slug_of(request), batch.id)


def result(request: HttpRequest) -> HttpResponse:
    """What the bank said of one debit, typed by hand: arrived, or returned with its reason."""
    end_to_end, day = request.POST.get("debit", "")[:40], _day(request.POST.get("day", ""))
    batch = queries.batch_of(end_to_end)
    if batch is None:
        raise Http404
    if day is None or day > actions.today():
        return _batch_page(request, batch, "day_odd", status=422)
    try:
        if request.POST.get("result") == "collected":
            collect_debits.note_collected(end_to_end=end_to_end, day=day, by=_by(request))
        else:
            code = request.POST.get("code", "")[:10]
            collect_debits.note_returned(end_to_end=end_to_end, code=code, day=day, by=_by(request))
    except NotAReturnCode:
        return _batch_page(request, batch, "code_odd", status=422)
    except NoSuchDebit:
        raise Http404 from None
    return redirect("console-debit-batch", slug_of(request), batch.id)


def _by(request: HttpRequest) -> By:
    reason = shown(request.POST.get("reason", ""), 300).strip()
    return By(source="console", staff_id=staff(request).id, reason=reason)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:20])
    except ValueError:
        return None


def _found(batch_id: UUID) -> DebitBatch:
    found = queries.batch(batch_id)
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, problem: str = "", *, status: int = 200) -> HttpResponse:
    lang = language(request)
    due_on = _day(request.GET.get("due_on", "")) or debits.first_possible()
    ready = debits.ready(due_on)
    context: dict[str, Any] = {
        "due_on": due_on.isoformat(),
        "first": debits.first_possible(),
        "ready": [(one, one.pledge.cause.name(lang)) for one in ready],
        "ready_minor": sum(one.amount_minor for one in ready),
        "missing": debits.missing(),
        "batches": queries.batches(),
        "key": new_token(),
        "problem": words.word(f"pledges.{problem}", lang) if problem else "",
    }
    return money.page(request, "console/debits.html", context, tab=TAB, status=status)


def _batch_page(
    request: HttpRequest, batch: DebitBatch, problem: str = "", *, status: int = 200
) -> HttpResponse:
    lang = language(request)
    rows = queries.debits_of(batch.id)
    context: dict[str, Any] = {
        "batch": batch,
        "withdrawn": debits.is_withdrawn(batch),
        "debits": [(one, one.instalment.pledge.cause.name(lang)) for one in rows],
        "told": [(one, name_of_staff(one.staff_id)) for one in queries.words_of(batch.id)],
        "today": actions.today().isoformat(),
        "problem": words.word(f"pledges.{problem}", lang) if problem else "",
    }
    return money.page(request, "console/debit_batch.html", context, tab=TAB, status=status)
