"""Payment links: forwarded while they can be paid, plainly explained when not.

The one thing a press here can leave is a wish: a payment whose page at the provider has closed is
planned once more.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from obolo.giving import actions as payments
from obolo.giving import queries as giving
from obolo.giving.bank.transfer import is_by_transfer, is_possible
from obolo.giving.models import Payment, PaymentState
from obolo.kit.clock import now
from obolo.organisations import queries as organisations
from obolo.trace import actions as trace_links
from obolo.trace import queries as trace
from obolo.web.public import transfer
from obolo.web.public.books import nothing
from obolo.web.public.chat import chat_url
from obolo.web.words import money, pick, word


@csrf_exempt  # the reference in the address is the key; there is no cookie to misuse
@require_http_methods(["GET", "HEAD", "POST"])
def payment_link(request: HttpRequest, slug: str, reference: str) -> HttpResponse:
    """Forward to the payment provider, or say plainly why there is nothing to pay any more.

    Looking changes nothing: a preview or a scanner may look too. When the provider's page has
    closed, the donor's press (POST, which the page does by itself) asks for the next one.
    """
    payment = giving.payment_by_reference(reference)
    if payment is None:
        return nothing(request)
    if is_by_transfer(payment) and payment.state == PaymentState.OPEN:
        return transfer.page(request, payment)
    standing = _standing(payment, now())
    if request.method == "POST":
        if standing == PaymentState.PLANNED:
            payments.ask_reopen(payment_id=payment.id)
        address = reverse("payment", args=[slug, reference])
        return redirect(f"{address}?lang={pick(request.GET.get('lang'), payment.language)}")
    if standing == PaymentState.OPEN:
        return HttpResponseRedirect(payment.url)
    organisation = organisations.current()
    lang = pick(request.GET.get("lang"), payment.language, organisation.language)
    words = {
        "lang": lang,
        "organisation": organisation,
        "standing": standing.value,
        "is_closed": standing == PaymentState.PLANNED and payment.state == PaymentState.OPEN,
        "headline": word(f"public.pay_{standing.value}", lang),
        "explained": word(f"public.pay_{standing.value}_text", lang),
        "amount": money(payment.asked, lang),
        "cause_name": payment.cause.name(lang),
        "trace_url": _trace_url(payment) if standing == PaymentState.PAID else "",
        "chat_url": _chat_url(payment, lang),
        "by_transfer": standing == PaymentState.PLANNED and is_possible(payment.currency),
    }
    return render(request, "public/payment.html", words)


def _standing(payment: Payment, at: datetime) -> PaymentState:
    """The payment's state as the link should tell it: unpaid ones end with their time."""
    state = PaymentState(payment.state)
    waiting = state in (PaymentState.PLANNED, PaymentState.OPEN)
    if waiting and payment.expires_at <= at:
        return PaymentState.EXPIRED
    # Open without a page that takes money: to the person it is still being prepared.
    is_closed = payment.page_until is not None and payment.page_until <= at
    return PaymentState.PLANNED if waiting and (is_closed or not payment.url) else state


def _trace_url(payment: Payment) -> str:
    # Only a link that lives: opening this page must neither make one nor bring back a revoked one.
    link = trace.living_link(payment)
    return trace_links.url(link.id) if link else ""


def _chat_url(payment: Payment, lang: str) -> str:
    wish = word(
        "public.pay_wish",
        lang,
        amount=money(payment.asked, lang),
        cause=payment.cause.name(lang),
    )
    return chat_url(wish)
