"""Which of many references somebody meant who typed one with a slip of the finger.

Owns the search for near misses: up to two wrong characters, one left out or doubled, or two
neighbours swapped. Pure. Never: the decision; a near miss is a doubt, not a match.
"""

import re
from collections.abc import Iterable

from obolo.gateways.payments.bank.references import normal

SLIPS_MAX = 2  # a third one could be another payment's reference
_PARTS = SLIPS_MAX + 1
_PREFIX = 2  # "RF", which all have
_LIKE = re.compile(r"RF[0-9A-Z]{6,23}")


class Mistyped:
    """References, found by what is left of them after a slip or two.

    Each is cut into three parts: whatever two slips did, one part is still whole. So only those
    that share a part with what was typed are compared, not all.
    """

    def __init__(self, references: Iterable[str]) -> None:
        """Index the references once; a search is then independent of their number."""
        self._by_part: dict[str, set[str]] = {}
        self._sizes: set[int] = set()
        for reference in references:
            size = max(1, (len(reference) - _PREFIX) // _PARTS)
            self._sizes.add(size)
            for start in range(_PREFIX, len(reference) - size + 1, size):
                self._by_part.setdefault(reference[start : start + size], set()).add(reference)

    def near(self, texts: Iterable[str]) -> set[str]:
        """The references that something in these texts nearly is."""
        found: set[str] = set()
        for text in texts:
            for like in _LIKE.finditer(normal(text)):
                found |= {one for one in self._sharing(like[0]) if _is_near(like[0], one)}
        return found

    def _sharing(self, like: str) -> set[str]:
        shared: set[str] = set()
        for size in self._sizes:
            for start in range(_PREFIX, len(like) - size + 1):
                shared |= self._by_part.get(like[start : start + size], set())
        return shared


def _is_near(like: str, reference: str) -> bool:
    """Words may follow what was typed, so its beginning is compared, in three lengths."""
    size = len(reference)
    lengths = [length for length in (size - 1, size, size + 1) if len(like) >= length]
    return any(slips(like[:length], reference) <= SLIPS_MAX for length in lengths)


def slips(one: str, other: str) -> int:
    """Wrong, missing or swapped characters, counted up to one more than is of interest."""
    if len(one) == len(other):
        wrong = [place for place in range(len(one)) if one[place] != other[place]]
        return 1 if _is_swap(one, other, wrong) else len(wrong)
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return SLIPS_MAX + 1
    left_out = any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
    return 1 if left_out else SLIPS_MAX + 1


def _is_swap(one: str, other: str, wrong: list[int]) -> bool:
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:
        return False
    first, second = wrong
    return one[first] == other[second] and one[second] == other[first]
