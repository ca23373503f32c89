"""What the bank's pages say of an odd file, a row left out, a refusal, in the reader's language.

Owns the way from what a reader of files says (English, with what it saw) to a sentence of the
catalogue. A saying without one is shown as it is.
"""

import re
from typing import Final

from obolo.gateways.payments.bank import iban as ibans
from obolo.gateways.payments.bank.epc import NotATransfer
from obolo.gateways.payments.bank.statement import NotAStatement
from obolo.giving.bank import errors
from obolo.kit.errors import OboloError
from obolo.ledger.errors import FundClosed, TooMuch
from obolo.web import words

_SEEN: Final = tuple(
    (re.compile(pattern, re.DOTALL), key)
    for pattern, key in (
        (r"It is empty\.", "empty"),
        (r"It is larger than (?P<a>\d+) MB.*", "large"),
        (r"It has more than (?P<a>\d+) (?:rows|entries).*", "long"),
        (r"It is no camt.*", "no_camt"),
        (r"It is no plain XML.*", "no_xml"),
        (r"It holds no statement\.", "no_statement"),
        (r"It does not say which account.*", "no_account"),
        (r"It is not written in (?P<a>[\w-]+)\.", "encoding"),
        (r"Columns are missing: (?P<a>.*)\. It has: (?P<b>.*)\.", "columns"),
        (r"No row names columns we know\. It begins with: (?P<a>.*)\.", "no_columns"),
        (r"It has a header and no rows\.", "only_header"),
        (r"Say first: .*", "questions"),
        (r"It holds a NUL character\.", "nul"),
        (r"A quote that opens here is never closed\.", "quote"),
        (r"A cell is longer than (?P<a>\d+) characters\.", "cell"),
        (r"The header stands here again\.", "header_again"),
        (r"It is not completed: (?P<a>.*)\.", "not_done"),
        (r"(?P<a>'.*') is no amount\.", "no_amount"),
        (r"(?P<a>'.*') is no day.*", "no_day"),
        (r"(?P<a>'.*') is not of these years\.", "no_day"),
        (r"(?P<a>'.*') has more decimals.*", "decimals"),
        (r"(?P<a>'.*') is larger than any amount\.", "no_amount"),
        (r"(?P<a>'.*') is no currency\.", "no_currency"),
        (r"A spreadsheet has .*", "spreadsheet"),
        (r"This entry is not booked yet\.", "not_booked"),
        (r"It says neither or both of money in and money out\.", "both_ways"),
    )
)
_REFUSED: Final[tuple[tuple[type[OboloError], str], ...]] = (
    (errors.NotOurAccount, "not_ours"),
    (errors.AlreadyDecided, "already_decided"),
    (errors.NothingToUndo, "nothing_to_undo"),
    (errors.NoReason, "no_reason"),
    (errors.NotAGift, "not_a_gift"),
    (errors.NoSuchLine, "no_such_line"),
    (FundClosed, "fund_closed"),
    (TooMuch, "went_back"),
    (ibans.NotAnIban, "no_iban"),
    (NotATransfer, "no_transfer"),
)


def seen(saying: str, lang: str) -> str:
    """What a reader of files said, as a sentence of the reader's language."""
    for pattern, key in _SEEN:
        found = pattern.fullmatch(saying)
        if found:
            return words.word(f"bank.seen_{key}", lang, **found.groupdict())
    return saying


def refusal(odd: OboloError, lang: str) -> str:
    """Why something was refused, and what to do."""
    if isinstance(odd, NotAStatement):
        return seen(odd.detail, lang)
    for kind, key in _REFUSED:
        if isinstance(odd, kind):
            return words.word(f"bank.refused_{key}", lang)
    return str(odd)


def place(text: str, lang: str) -> str:
    """`row 7`, `entry 3.1` in the reader's language."""
    kind, _, number = text.partition(" ")
    if kind not in ("row", "entry"):
        return text
    return words.word(f"bank.place_{kind}", lang, number=number)
