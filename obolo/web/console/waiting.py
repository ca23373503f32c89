"""Purchases that wait for a second person, and the limit above which they do."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.causes import actions, limits
from obolo.causes import queries as causes
from obolo.causes.purchase_models import SpendingLimit
from obolo.kit.money import Money
from obolo.organisations import queries as organisations
from obolo.web import words
from obolo.web.console import money
from obolo.web.console.amounts import AmountUnclear, read_amount
from obolo.web.console.page import language, slug_of, staff

TAB = "console-waiting"
LIMITS_SHOWN_MAX = 10


def show(request: HttpRequest) -> HttpResponse:
    """All that wait, oldest first, and the limits."""
    return _page(request)


def set_limit(request: HttpRequest) -> HttpResponse:
    """Set the limit of one currency; an empty field takes it away."""
    lang, currency = language(request), request.POST.get("currency", "")[:3]
    text = request.POST.get("limit", "")[:100].strip()
    if currency not in _currencies():
        return _page(request, problem=words.word("field.limit_empty_means", lang), status=422)
    try:
        minor = _minor(text, currency)
    except AmountUnclear as unclear:
        example = words.money(Money(50_000, currency), lang)
        key = f"console.amount_{unclear.reason}"
        told = words.word(key, lang, example=example, currency=currency)
        return _page(request, problem=told, typed={currency: text}, status=422)
    actions.set_limit(currency=currency, limit_minor=minor, by=staff(request).id)
    return redirect(TAB, slug_of(request))


def _minor(text: str, currency: str) -> int | None:
    if not text:
        return None
    try:
        return read_amount(text, currency).minor
    except AmountUnclear as unclear:
        if unclear.reason == "zero":
            return 0
        raise


def _currencies() -> list[str]:
    """The currencies of the causes, the organisation's own first."""
    own = organisations.current().currency
    return [own, *sorted({one.currency for one in causes.all_causes()} - {own})]


def _page(
    request: HttpRequest,
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    waiting = causes.waiting_purchases()
    past = {code: limits.history(code) for code in _currencies()}
    people = [one.recorded_by for one in waiting]
    people += [limit.set_by for rows in past.values() for limit in rows]
    names = organisations.staff_names([one for one in people if one])
    lang = language(request)
    context = {
        "waiting": [(one, one.cause.name(lang), _name(names, one.recorded_by)) for one in waiting],
        "limits": [_limit(code, rows, names, typed or {}) for code, rows in past.items()],
        "problem": problem,
        "may_limit": organisations.may(staff(request).role, "limits"),
    }
    return money.page(request, "console/waiting.html", context, tab=TAB, status=status)


def _name(names: dict[UUID, str], one: UUID | None) -> str:
    return names.get(one, "") if one else ""


def _limit(
    code: str, past: list[SpendingLimit], names: dict[UUID, str], typed: dict[str, str]
) -> dict[str, object]:
    now = past[0].limit_minor if past else None
    rows = [(one, _name(names, one.set_by)) for one in past[:LIMITS_SHOWN_MAX]]
    text = "" if now is None else Money(now, code).decimal_text()
    return {
        "currency": code,
        "now": now,
        "text": typed.get(code, text),
        "rows": rows[:LIMITS_SHOWN_MAX],
    }
