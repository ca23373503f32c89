"""International bank account numbers, checked before money is asked to go there.

Source: ISO 13616 and the SWIFT IBAN registry (lengths of the countries of SEPA).
"""

import re

from obolo.gateways.payments.bank.references import check_number
from obolo.kit.errors import OboloError

_LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21,
    "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24,
    "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")


class NotAnIban(OboloError):
    """This is not an IBAN: a character was left out or mistyped."""

    fault = "theirs"


def normal(text: str) -> str:
    """The IBAN without gaps, in capitals. Raises NotAnIban."""
    found = re.sub(r"[\s-]+", "", text).upper()
    wanted = _LENGTHS.get(found[:2], len(found))
    right = _SHAPE.fullmatch(found) and check_number(found[4:] + found[:4]) == 1
    if not right or len(found) != wanted:
        raise NotAnIban(f"Got {text[:40]!r}.")
    return found


def is_iban(text: str) -> bool:
    """Whether `text` is an IBAN, gaps allowed."""
    try:
        return bool(normal(text))
    except NotAnIban:
        return False


def printed(iban: str) -> str:
    """In groups of four, as people read it."""
    return " ".join(iban[i : i + 4] for i in range(0, len(iban), 4))
