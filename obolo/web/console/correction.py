"""Correcting a purchase: first what happened, then a page that says what it means, then it is done.

The address carries the key of the correction: a double click or a reload corrects once.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from obolo.causes import actions
from obolo.causes.errors import CorrectionKeyReused, NotBooked, NothingLeft, ReasonMissing
from obolo.causes.models import Purchase
from obolo.causes.purchase_models import CorrectionKind
from obolo.kit.money import Money
from obolo.ledger.errors import FundClosed, NotPostable, TooMuch
from obolo.web import words
from obolo.web.console import purchase as purchases
from obolo.web.console.amounts import AmountUnclear, read_amount
from obolo.web.console.page import language, page, slug_of, staff


@dataclass(slots=True)
class Fields:
    """The form as typed, what it means, and what is odd."""

    kind: str = CorrectionKind.RETURNED.value
    amount_text: str = ""
    day_text: str = ""
    reason: str = ""
    amount: Money | None = None
    day: date | None = None
    problems: dict[str, str] = field(default_factory=dict)


def begin(request: HttpRequest, purchase_id: UUID) -> HttpResponse:
    """Give the form an address of its own."""
    return redirect("console-correct", slug_of(request), purchase_id, uuid4())


def form(request: HttpRequest, purchase_id: UUID, draft: UUID) -> HttpResponse:
    """The empty form."""
    purchase = _booked(purchase_id)
    return _page(request, purchase, draft, Fields(day_text=purchases.today().isoformat()))


def correct(request: HttpRequest, purchase_id: UUID, draft: UUID) -> HttpResponse:
    """Say what it means; when that was confirmed, do it."""
    purchase, lang = _booked(purchase_id), language(request)
    fields = _read(request, purchase, lang)
    if fields.problems or fields.day is None:
        return _page(request, purchase, draft, fields, status=422)
    if request.POST.get("confirmed") != "yes":
        return _page(request, purchase, draft, fields, template="console/correct_confirm.html")
    try:
        _do(request, purchase, draft, fields, fields.day)
    except (NothingLeft, TooMuch, NotBooked, CorrectionKeyReused):
        left = words.money(Money(purchase.left_minor, purchase.currency), lang)
        fields.problems["amount"] = words.word("field.correct_much", lang, left=left)
    except NotPostable:
        fields.problems["form"] = words.word("field.correct_repaid", lang)
    except FundClosed:
        fields.problems["form"] = words.word("field.fund_closed", lang)
    except ReasonMissing:
        fields.problems["reason"] = words.word("field.reason_empty", lang)
    if fields.problems:
        return _page(request, purchase, draft, fields, status=422)
    return redirect("console-purchase", slug_of(request), purchase_id)


def _do(request: HttpRequest, purchase: Purchase, draft: UUID, fields: Fields, day: date) -> None:
    by = staff(request).id
    key = f"console:{by}:{draft}"
    if fields.amount is None:
        actions.release_purchase(
            purchase_id=purchase.id, day=day, reason=fields.reason, key=key, by=by
        )
        return
    actions.supplier_paid_back(
        purchase_id=purchase.id,
        amount=fields.amount,
        day=day,
        reason=fields.reason,
        key=key,
        by=by,
    )


def _read(request: HttpRequest, purchase: Purchase, lang: str) -> Fields:
    sent = request.POST
    fields = Fields(
        kind=sent.get("kind", "")[:10],
        amount_text=sent.get("amount", "")[:100],
        day_text=sent.get("day", "")[:20],
        reason=" ".join(sent.get("reason", "")[:300].split()),
    )
    if fields.kind != CorrectionKind.RELEASED:
        _read_amount(fields, purchase, lang)
    try:
        fields.day = date.fromisoformat(fields.day_text)
    except ValueError:
        fields.problems["day"] = words.word("console.day_bad", lang)
    if fields.day and fields.day > purchases.today():
        fields.problems["day"] = words.word("console.day_future", lang)
    if not fields.reason:
        fields.problems["reason"] = words.word("field.reason_empty", lang)
    return fields


def _read_amount(fields: Fields, purchase: Purchase, lang: str) -> None:
    currency = purchase.currency
    try:
        fields.amount = read_amount(fields.amount_text, currency)
    except AmountUnclear as unclear:
        example = words.money(Money(1250, currency), lang)
        key = f"console.amount_{unclear.reason}"
        fields.problems["amount"] = words.word(key, lang, example=example, currency=currency)
        return
    if fields.amount.minor > purchase.left_minor:
        left = words.money(Money(purchase.left_minor, currency), lang)
        fields.problems["amount"] = words.word("field.correct_much", lang, left=left)


def _booked(purchase_id: UUID) -> Purchase:
    purchase = purchases.found(purchase_id)
    if not purchase.booked_at:
        raise Http404
    return purchase


def _page(
    request: HttpRequest,
    purchase: Purchase,
    draft: UUID,
    fields: Fields,
    *,
    template: str = "console/correct.html",
    status: int = 200,
) -> HttpResponse:
    back = fields.amount.minor if fields.amount else purchase.left_minor
    context = {
        "section": "causes",
        "purchase": purchase,
        "draft": draft,
        "form": fields,
        "back_minor": back,
        "today": purchases.today().isoformat(),
    }
    return page(request, template, context, status=status)
