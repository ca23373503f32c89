"""A donor's permission to collect from their account, as plain data.

Source: SEPA Direct Debit Core Scheme Rulebook 2025 (EPC016-06): what a mandate holds, when it
lapses, which sequence type a collection has.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from obolo.gateways.payments.bank import iban as ibans
from obolo.gateways.payments.bank.references import check_number
from obolo.kit.errors import OboloError

Sequence = Literal["OOFF", "FRST", "RCUR", "FNAL"]
LAPSES_MONTHS = 36  # without any collection
UMR_CHARS_MAX = 35
NAME_CHARS_MAX = 70
# The characters every bank of the scheme must take (EPC217-08), without the space.
_UMR = re.compile(r"[A-Za-z0-9+?/:().,'-]{1,35}")
_CREDITOR = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Za-z0-9]{1,28}")


class NotAMandate(OboloError):
    """With these particulars nothing can be collected."""

    fault = "theirs"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mandate:
    """One signed mandate. `reference` (UMR) is unique for a creditor and never used twice."""

    reference: str
    name: str
    iban: str
    signed_on: date
    recurrent: bool = True
    bic: str = ""
    last_collected_on: date | None = None
    revoked_on: date | None = None

    def __post_init__(self) -> None:
        """Raises NotAMandate, NotAnIban."""
        if not _UMR.fullmatch(self.reference):
            raise NotAMandate(f"{self.reference[:40]!r} is no mandate reference.")
        if not 1 <= len(self.name.strip()) <= NAME_CHARS_MAX:
            raise NotAMandate(f"The name of its holder has 1 to {NAME_CHARS_MAX} characters.")
        object.__setattr__(self, "iban", ibans.normal(self.iban))

    def lapses_on(self) -> date:
        """The day from which nothing may be collected any more, unless something is before."""
        start = self.last_collected_on or self.signed_on
        months = start.year * 12 + start.month - 1 + LAPSES_MONTHS
        year, month = divmod(months, 12)
        # 29 February lapses on 1 March: the day must exist.
        if (start.month, start.day) == (2, 29) and not _is_leap(year):
            return date(year, 3, 1)
        return date(year, month + 1, start.day)

    def may_collect(self, on: date) -> bool:
        """Whether a collection on that day has this mandate behind it."""
        if self.revoked_on is not None and on >= self.revoked_on:
            return False
        if not self.recurrent and self.last_collected_on is not None:
            return False
        return self.signed_on <= on < self.lapses_on()

    def sequence(self, *, final: bool = False) -> Sequence:
        """The sequence type of the next collection."""
        if not self.recurrent:
            return "OOFF"
        if final:
            return "FNAL"
        return "FRST" if self.last_collected_on is None else "RCUR"


def is_creditor_id(text: str) -> bool:
    """Whether `text` is a SEPA creditor identifier; its business code (places 5-7) is not checked.

    Source: EPC262-08, check digits by MOD 97-10 over the national part and the country.
    """
    if not _CREDITOR.fullmatch(text):
        return False
    return check_number(text[7:] + text[:4]) == 1


def masked(iban: str) -> str:
    """What a donor may be shown of an account: the country and the last four characters."""
    return f"{iban[:2]}•• {iban[-4:]}"


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
