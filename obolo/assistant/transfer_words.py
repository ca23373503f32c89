"""Whether somebody wants to pay by bank transfer. Pure; the words are folded (`kit.text.fold`).

Owns the two answers: the message asks for nothing else, or it says so beside a gift. Never: a
transfer that was sent already, or a promise that is to change; those are other wishes.
"""

import re
from typing import Final, Literal

Wish = Literal["", "also", "only"]
WORDS_MAX: Final = 9  # a longer message says more than this
_TRANSFER: Final = re.compile(
    r"\b(?:bonific[oi]|iban|coordinate bancarie|(?:bank|wire|sepa|by|a) transfer|wire money"
    r"|virement|transferencia|uberweisung)\b|^transfer$|تحويل|حواله|ايبان|الايبان"
)
# Sent already, every month, to be undone or changed: not a wish to pay now in this way.
_OTHERWISE: Final = re.compile(
    r"\b(?:ho|abbiamo|hai|avete|fatto|mandato|inviato|arrivat[oa]|ricevut[oa]|effettuato|partito"
    r"|mensil\w*|mes[ei]|ogni|annull\w*|disd\w*|cancell\w*|rimbors\w*|sbagliat\w*|cambi\w*|non"
    r"|sent|made|done|received|arrived|monthly|months?|every|cancel\w*|refund\w*|chang\w*|wrong"
    r"|have|had|did|didn|don|not|me)\b|شهر|حولت|ارسلت|وصل|الغ|استرداد|استرجاع|تغيير|غير|كل\b|لا\b"
)


def wish(folded: str) -> Wish:
    """`only` when the message asks how to pay by transfer, `also` when it says so by the way."""
    if not _TRANSFER.search(folded) or _OTHERWISE.search(folded):
        return ""
    has_amount = any(character.isdigit() for character in folded)
    return "also" if has_amount or len(folded.split()) > WORDS_MAX else "only"
