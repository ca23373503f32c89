"""Somebody would rather pay by transfer: what to type, to copy or to scan.

1. The payment waits under a reference of its own (`giving.bank.transfer`).
2. `words` says it twice: as text, each value alone on its line, with a page that copies it; and as
   a picture that the bank's app reads, drawn and uploaded when it is handed over.
3. Nothing more is said until the bank tells of the money (`import_a_statement`): nobody knows
   whether a transfer is on its way, so nobody is reminded.
"""

from obolo.assistant import compose
from obolo.assistant.compose import Composed
from obolo.assistant.texts import money, render
from obolo.giving.bank import transfer
from obolo.giving.models import Payment
from obolo.stories.attach_a_paper import transfer_reference
from obolo.stories.receive_a_gift import link


def words(payment: Payment, lang: str, *, before: str = "") -> list[Composed]:
    """The message with the values and the picture below it. Raises NoAccount."""
    facts = transfer.facts(payment)
    lines = [
        (render("transfer_beneficiary", lang), facts.beneficiary),
        ("IBAN:", facts.iban),
        *([("BIC:", facts.bic)] if facts.bic else []),
        (render("transfer_amount", lang), facts.amount.decimal_text()),
        (render("transfer_reference", lang), facts.reference),
    ]
    told = compose.with_lines(
        "transfer_how",
        lang,
        "btn_transfer",
        link(payment),
        lines,
        before=before,
        after=render("transfer_then", lang),
        amount=money(payment.asked, lang),
        cause=payment.cause.name(lang),
    )
    picture = compose.with_picture("transfer_qr", lang, transfer_reference(payment.id))
    return [told, picture]
