"""The pages of the pretend Stripe and Satispay, where whoever plays the donor presses a button.

Owns their markup, in Italian, English and Arabic. Never: rules; no script.
"""

from html import escape
from typing import Any

from obolo.kit.money import Money
from obolo.simulator.errors import Refused

_WORDS = {
    "it": {
        "pretend": "Simulatore: nessun denaro vero.",
        "pay": "Paga con carta",
        "begin": "Addebito sul conto (arriva fra giorni)",
        "decline": "La carta viene rifiutata",
        "accept": "Accetta con Satispay",
        "reject": "Rifiuta",
        "over": "Questa pagina non prende più pagamenti.",
    },
    "en": {
        "pretend": "Simulator: no real money.",
        "pay": "Pay by card",
        "begin": "Debit my account (takes days)",
        "decline": "The card is declined",
        "accept": "Accept with Satispay",
        "reject": "Refuse",
        "over": "This page takes no payment any more.",
    },
    "ar": {
        "pretend": "محاكاة: لا أموال حقيقية.",
        "pay": "ادفع بالبطاقة",
        "begin": "خصم من الحساب (يستغرق أياما)",
        "decline": "البطاقة مرفوضة",
        "accept": "اقبل عبر Satispay",
        "reject": "ارفض",
        "over": "هذه الصفحة لم تعد تقبل الدفع.",
    },
}


def html(session: dict[str, Any], org_name: str) -> str:
    """The page of a Checkout Session."""
    lang = session.get("locale") if session.get("locale") in _WORDS else "en"
    amount = Money(session["amount_total"], session["currency"].upper())
    deeds = ("pay", "begin", "decline") if session["status"] == "open" else ()
    text = session.get("_description", "")
    return _page("Stripe", str(lang), org_name, text, amount, deeds)


def satispay_html(payment: dict[str, Any], org_name: str) -> str:
    """The page of a Satispay payment."""
    amount = Money(payment["amount_unit"], payment["currency"])
    deeds = ("accept", "reject") if payment["status"] == "PENDING" else ()
    return _page("Satispay", "it", org_name, "", amount, deeds)


def _page(
    provider: str, lang: str, org_name: str, text: str, amount: Money, deeds: tuple[str, ...]
) -> str:
    if lang not in _WORDS:
        raise Refused(f"No page is written in {lang!r}.")
    words = _WORDS[lang]
    buttons = "".join(
        f'<button name="deed" value="{deed}">{escape(words[deed])}</button>' for deed in deeds
    )
    body = f'<form method="post">{buttons}</form>' if deeds else f"<p>{escape(words['over'])}</p>"
    direction = "rtl" if lang == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{lang}" dir="{direction}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{provider}</title>"
        '<link rel="stylesheet" href="/sim/static/pay.css">'
        f"<main><p>{escape(words['pretend'])}</p><h1>{provider}</h1>"
        f"<p><bdi>{escape(org_name)}</bdi></p><p><bdi>{escape(text)}</bdi></p>"
        f"<p><strong><bdi>{amount.decimal_text()} {amount.currency}</bdi></strong></p>"
        f"{body}</main></html>"
    )
