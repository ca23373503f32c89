"""A purchase paid in another currency: what it counts in the fund's own.

Pure, exact and rounded once. A rate says how much of the paid currency one unit of the fund's was,
as central banks and bank statements write it: `655.957` XOF for 1 EUR.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from obolo.causes.errors import BadRate
from obolo.kit.money import AMOUNT_MINOR_MAX, Money, exponent

# Lawful parities that do not move. Sources: Council Decision 98/683/EC and the Comorian one.
FIXED_FOR_ONE_EURO: Final = {"XOF": "655.957", "XAF": "655.957", "KMF": "491.96775"}
_RATE: Final = re.compile(r"\d{1,9}(\.\d{1,10})?")


@dataclass(frozen=True, slots=True)
class Exchange:
    """The rate of a purchase: decimal text, the day it held, and where it was read."""

    rate: str
    on: date
    source: str


def checked_rate(text: str) -> str:
    """The rate in plain decimals without idle zeros; raises BadRate."""
    clean = text.strip()
    if not _RATE.fullmatch(clean) or not clean.isascii() or not Decimal(clean):
        raise BadRate("Write how much of it one unit was, for example 655.957.")
    return format(Decimal(clean).normalize(), "f")


def counted(paid: Money, rate: str, currency: str) -> Money:
    """What `paid` is in `currency`, rounded half to even to its minor unit; raises BadRate.

    Raises BadRate too when nothing would be left of it, or more than any purchase can be.
    """
    scale = Fraction(10) ** (exponent(currency) - exponent(paid.currency))
    exact = Fraction(paid.minor) * scale * Fraction(1, Fraction(checked_rate(rate)))
    minor = round(exact)  # of a Fraction: exact, halves to even
    if minor <= 0:
        raise BadRate("At this rate it is less than the smallest coin.")
    if minor > AMOUNT_MINOR_MAX:
        raise BadRate("At this rate it is more than any purchase can be.")
    return Money(minor, currency)
