"""Cells of a statement as amounts and days: read exactly or refused, never rounded or guessed.

Owns the two questions a file may leave open: which sign parts the cents, and whether the day or the
month comes first. Answered from the whole file when any cell tells, else asked once.
"""

import re
from collections.abc import Iterable
from datetime import date

from obolo.kit.money import Money, NotAnAmount, exponent

YEAR_MIN = 2000
YEAR_MAX = 2099
_PADDING = str.maketrans("", "", " \u00a0\u202f'’€$£")
_SIGNED = re.compile(r"(?P<sign>[-+\u2212]?)(?P<digits>[0-9][0-9.,]*)(?P<after>-?)")
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][-+]?[0-9]+")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?")
_PARTED = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})[-/.]([0-9]{2}|[0-9]{4})(?:[T ].*)?")
_SERIAL = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?")


class BadCell(Exception):
    """A cell that is not what its column holds; the text says so to staff."""


def decimal_sign(cells: Iterable[str], currency: str) -> str | None:
    """`,` or `.`: whichever the amounts show; None when none of them tells."""
    told = {sign for cell in cells if (sign := _shown_sign(cell, currency))}
    return told.pop() if len(told) == 1 else None


def amount(cell: str, decimal: str, currency: str) -> Money:
    """The amount in a cell. Raises BadCell: cents that do not exist are never rounded away."""
    text = re.sub(r"(?i)euro?", "", cell).translate(_PADDING)
    is_out = text.startswith("(") and text.endswith(")")
    text = text[1:-1] if is_out else text
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell("A spreadsheet has changed this number.")
    match = _SIGNED.fullmatch(text)
    if match is None or (match["sign"] and match["after"]):
        raise BadCell(f"{cell[:30]!r} is no amount.")
    is_out = is_out or bool(match["after"]) or match["sign"] in {"-", "\u2212"}
    minor = _minor(match["digits"], decimal, currency, cell)
    try:
        return Money(-minor if is_out else minor, currency)
    except NotAnAmount:
        raise BadCell(f"{cell[:30]!r} is larger than any amount.") from None


def day_order(cells: Iterable[str]) -> str | None:
    """`dmy` or `mdy`, whichever the days show; None when none of them tells."""
    told = set()
    for cell in cells:
        match = _PARTED.fullmatch(cell.strip())
        if not match:
            continue
        if match[2] == "." or int(match[1]) > 12:
            told.add("dmy")
        elif int(match[3]) > 12:
            told.add("mdy")
    return told.pop() if len(told) == 1 else None


def needs_order(cells: Iterable[str]) -> bool:
    """Whether any day is written so that its order matters."""
    return any(_PARTED.fullmatch(cell.strip()) for cell in cells)


def day(cell: str, order: str) -> date:
    """The day in a cell. Raises BadCell."""
    text = cell.strip()
    if _SERIAL.fullmatch(text):
        raise BadCell("A spreadsheet has turned this day into a number.")
    iso, parted = _ISO.fullmatch(text), _PARTED.fullmatch(text)
    if iso:
        year, month, of_month = (int(part) for part in iso.groups())
    elif parted:
        first, second, year = int(parted[1]), int(parted[3]), int(parted[4])
        year += 2000 if year < 100 else 0
        of_month, month = (first, second) if order == "dmy" else (second, first)
    else:
        raise BadCell(f"{cell[:30]!r} is no day.")
    try:
        found = date(year, month, of_month)
    except ValueError:
        raise BadCell(f"{cell[:30]!r} is no day of any year.") from None
    if not YEAR_MIN <= found.year <= YEAR_MAX:
        raise BadCell(f"{cell[:30]!r} is not of these years.")
    return found


def _minor(digits: str, decimal: str, currency: str, cell: str) -> int:
    places = exponent(currency)
    whole, _, part = digits.partition(decimal)
    grouping = "," if decimal == "." else "."
    is_grouped = grouping in whole
    if is_grouped and not re.fullmatch(rf"[0-9]{{1,3}}(?:{re.escape(grouping)}[0-9]{{3}})+", whole):
        raise BadCell(f"{cell[:30]!r} is no amount.")
    if part and not re.fullmatch(r"[0-9]+", part):
        raise BadCell(f"{cell[:30]!r} is no amount.")
    if len(part) > places:
        if part[places:].strip("0"):
            raise BadCell(f"{cell[:30]!r} has more decimals than {currency} has.")
        part = part[:places]
    if len(whole) > 20:
        raise BadCell(f"{cell[:30]!r} is larger than any amount.")
    return int(whole.replace(grouping, "") + part.ljust(places, "0"))


def _shown_sign(cell: str, currency: str) -> str | None:
    """The sign that parts the cents in this cell, when it cannot part thousands instead."""
    digits = re.sub(r"[^0-9.,]", "", cell)
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0:
        return None
    sign, after = digits[last], len(digits) - last - 1
    other = "," if sign == "." else "."
    if other in digits[:last]:
        return sign
    if digits.count(sign) > 1:
        return other  # 1.234.567: those part thousands
    return sign if after != 3 else None
