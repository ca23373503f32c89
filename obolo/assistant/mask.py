"""Payment card numbers typed into a chat are masked before anything is stored.

Owns the finding of card numbers (ISO/IEC 7812: 13 to 19 digits, Luhn check). Never keeps the
number, and never tells a card from another number that happens to pass the check.
"""

import re
import unicodedata
from typing import Final

_RUN: Final = re.compile(r"(?<![\d+])\d(?:[\s\-.·_\u200b-\u200f\u2060]{0,3}\d){12,18}(?!\d)")
MASK: Final = "•"
_SHOWN_DIGITS: Final = 4  # enough for the person to know which card it was


def mask_cards(text: str) -> tuple[str, bool]:
    """Return `text` with card numbers masked but for their last four digits, and whether any was.

    Separators stay where they were. Digits of every script are looked at. Never raises.
    """
    masked, last = [], 0
    for match in _RUN.finditer(text):
        if passes_luhn(match.group()):
            masked += [text[last : match.start()], _masked(match.group())]
            last = match.end()
    return ("".join(masked) + text[last:], bool(masked)) if masked else (text, False)


def passes_luhn(run: str) -> bool:
    """Say whether the digits in `run` carry a right check digit (and are not all the same)."""
    digits = [unicodedata.decimal(c) for c in run if c.isdecimal()]
    if len(set(digits)) < 2:
        return False
    doubled = (d * 2 - 9 * (d > 4) for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _masked(run: str) -> str:
    places = [i for i, c in enumerate(run) if c.isdecimal()][:-_SHOWN_DIGITS]
    hidden = set(places)
    return "".join(MASK if i in hidden else c for i, c in enumerate(run))
