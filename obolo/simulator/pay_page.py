"""The provider's payment page, in Italian, English and Arabic.

Owns its words and its markup. Never: rules; the page shows the state it is given. No script.
"""

from decimal import Decimal
from html import escape

from babel.dates import format_date
from babel.numbers import format_currency

from obolo.kit.money import exponent
from obolo.simulator.world import Payment

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # "no-referrer" would make our own forms look foreign
    "X-Content-Type-Options": "nosniff",
    # The form answers with a redirect to this page; the way back to the merchant is a plain link.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; "
        "frame-ancestors 'self'; base-uri 'none'"
    ),
}
_WORDS: dict[str, dict[str, str]] = {
    "it": {
        "title": "Pagamento",
        "pretend": "Simulatore: nessun denaro vero.",
        "to": "a {org}",
        "card": "Paga con carta",
        "satispay": "Paga con Satispay",
        "decline": "Rifiuta il pagamento",
        "until": "Valido fino al {date}",
        "paid": "Pagato. Grazie!",
        "failed": "Il pagamento non è riuscito. Puoi riprovare.",
        "expired": "Questo link di pagamento è scaduto. Nulla è stato addebitato.",
        "cancelled": "Questa richiesta di pagamento è stata annullata.",
        "refunded": "Questo pagamento è stato rimborsato.",
        "back": "Torna a {org}",
    },
    "en": {
        "title": "Payment",
        "pretend": "Simulator: no real money.",
        "to": "to {org}",
        "card": "Pay by card",
        "satispay": "Pay with Satispay",
        "decline": "Decline the payment",
        "until": "Valid until {date}",
        "paid": "Paid. Thank you!",
        "failed": "The payment did not go through. You can try again.",
        "expired": "This payment link has expired. Nothing was charged.",
        "cancelled": "This payment request was cancelled.",
        "refunded": "This payment was refunded.",
        "back": "Back to {org}",
    },
    "ar": {
        "title": "الدفع",
        "pretend": "محاكاة: لا أموال حقيقية.",
        "to": "إلى {org}",
        "card": "ادفع بالبطاقة",
        "satispay": "ادفع عبر Satispay",
        "decline": "رفض الدفع",
        "until": "صالح حتى {date}",
        "paid": "تم الدفع. شكرًا لك!",
        "failed": "لم تنجح عملية الدفع. يمكنك المحاولة مرة أخرى.",
        "expired": "انتهت صلاحية رابط الدفع هذا. لم يُخصم أي مبلغ.",
        "cancelled": "أُلغي طلب الدفع هذا.",
        "refunded": "أُعيد مبلغ هذه الدفعة.",
        "back": "العودة إلى {org}",
    },
}


def html(payment: Payment, org_name: str) -> str:
    """The whole page for the payment as it stands."""
    words = _WORDS[payment.lang]
    direction = "rtl" if payment.lang == "ar" else "ltr"
    org = f"<bdi>{escape(org_name)}</bdi>"
    minor = payment.paid_amount_minor or payment.amount_minor
    return f"""<!doctype html>
<html lang="{payment.lang}" dir="{direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{words["title"]} · {escape(org_name)}</title>
<link rel="stylesheet" href="/sim/static/pay.css">
</head>
<body>
<main class="sheet" data-status="{payment.status}">
<p class="pretend">{words["pretend"]}</p>
<h1><span class="amount">{_amount(minor, payment.currency, payment.lang)}</span>
<span class="to">{words["to"].format(org=org)}</span></h1>
<p class="what" dir="auto">{escape(payment.description)}</p>
{_state(payment, words)}
{_way_back(payment, words, org)}
</main>
</body>
</html>
"""


def _state(payment: Payment, words: dict[str, str]) -> str:
    parts = []
    if payment.status != "open":
        parts.append(f'<p class="state" role="status">{words[payment.status]}</p>')
    if payment.status in ("open", "failed"):
        day = format_date(payment.expires_at.date(), "long", locale=payment.lang)
        buttons = "".join(
            f'<button class="{name}" name="action" value="{name}">{words[name]}</button>'
            for name in ("card", "satispay", "decline")
        )
        parts.append(f'<form method="post" action="/sim/pay/{payment.id}">{buttons}</form>')
        parts.append(f'<p class="until">{words["until"].format(date=day)}</p>')
    return "\n".join(parts)


def _way_back(payment: Payment, words: dict[str, str], org: str) -> str:
    if not payment.return_url or payment.status == "open":
        return ""
    label = words["back"].format(org=org)
    return f'<p><a class="back" href="{escape(payment.return_url)}">{label}</a></p>'


def _amount(minor: int, currency: str, lang: str) -> str:
    value = Decimal(minor).scaleb(-exponent(currency))  # exact; Babel takes a Decimal
    return escape(format_currency(value, currency, locale=lang))
