"""The page of a transfer: where to send how much with which reference, to copy or to scan.

A payment that has a provider's page can be paid by transfer instead: the press (POST) plans the
payment beside it. Looking changes nothing.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from obolo.giving import queries as giving
from obolo.giving.bank import transfer
from obolo.giving.bank.errors import NoAccount
from obolo.giving.models import Payment, PaymentState
from obolo.organisations import queries as organisations
from obolo.web.public.books import nothing
from obolo.web.words import direction, money, pick


@csrf_exempt  # the reference in the address is the key; there is no cookie to misuse
@require_http_methods(["GET", "HEAD", "POST"])
def instead(request: HttpRequest, slug: str, reference: str) -> HttpResponse:
    """Ask whether to pay by transfer instead; on the press, the payment beside this one."""
    payment = giving.payment_by_reference(reference)
    if payment is None or not transfer.is_possible(payment.currency):
        return nothing(request)
    if payment.state not in (PaymentState.PLANNED, PaymentState.OPEN):
        return redirect("payment", slug, reference)
    lang = pick(request.GET.get("lang"), payment.language)
    if request.method == "POST" or transfer.is_by_transfer(payment):
        beside = transfer.instead_of(payment)
        return redirect(f"{reverse('payment', args=[slug, beside.reference])}?lang={lang}")
    return render(request, "public/transfer_ask.html", _around(payment, lang))


def page(request: HttpRequest, payment: Payment) -> HttpResponse:
    """The page of a payment that waits for a transfer."""
    lang = pick(request.GET.get("lang"), payment.language, organisations.current().language)
    try:
        facts = transfer.facts(payment)
    except NoAccount:
        return nothing(request)
    values = [
        ("beneficiary", facts.beneficiary, facts.beneficiary),
        ("iban", facts.iban_printed, facts.iban),
        ("bic", facts.bic, facts.bic),
        ("amount", facts.amount.decimal_text(), facts.amount.decimal_text()),
        ("reference", facts.reference_printed, facts.reference),
    ]
    context = _around(payment, lang) | {
        "values": [one for one in values if one[1]],
        "picture": mark_safe(facts.picture_svg()),  # noqa: S308 - drawn here, holds no words
    }
    return render(request, "public/transfer.html", context)


def _around(payment: Payment, lang: str) -> dict[str, object]:
    return {
        "lang": lang,
        "dir": direction(lang),
        "organisation": organisations.current(),
        "amount": money(payment.asked, lang),
        "cause_name": payment.cause.name(lang),
    }
