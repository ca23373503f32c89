"""Money: whole minor units and a currency, nothing else.

Sources: ISO 4217 (codes and exponents). A float never comes near an amount.
"""

from dataclasses import dataclass
from typing import Final

from obolo.kit.errors import OboloError

# ISO 4217 minor units other than two. A currency not listed has two decimals.
_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENTS: Final = dict.fromkeys(_WITHOUT.split(), 0) | dict.fromkeys(_WITH_THREE.split(), 3)
AMOUNT_MINOR_MAX: Final = 10**14  # far below int8, far above any gift: a typing error, not money


class CurrencyMismatch(OboloError):
    """Two currencies cannot be added or compared."""


class NotAnAmount(OboloError):
    """This is not an amount of money."""

    fault = "theirs"


def exponent(currency: str) -> int:
    """How many decimals `currency` has: EUR 2, JPY 0, KWD 3."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units of one currency; may be negative (an entry's other side)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not money: a bool, a float, an amount beyond all gifts, a bad code."""
        if type(self.minor) is not int or abs(self.minor) > AMOUNT_MINOR_MAX:
            raise NotAnAmount(f"Got {self.minor!r}.")
        code = self.currency
        if len(code) != 3 or not code.isascii() or not code.isalpha() or not code.isupper():
            raise NotAnAmount(f"{code!r} is no ISO 4217 code.")

    def __add__(self, other: "Money") -> "Money":
        """Sum of two amounts of one currency; raises CurrencyMismatch otherwise."""
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Difference of two amounts of one currency; raises CurrencyMismatch otherwise."""
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: "Money") -> bool:
        """Order within one currency; raises CurrencyMismatch otherwise."""
        return self.minor < self._same(other)

    def decimal_text(self) -> str:
        """`5.00`, `-0.07`, `1500` (JPY): for machines; people read `assistant` or templates."""
        places = exponent(self.currency)
        sign, digits = ("-" if self.minor < 0 else ""), str(abs(self.minor)).rjust(places + 1, "0")
        return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}.")
        return other.minor


def share(total_minor: int, part_bps: int, *, before_minor: int = 0) -> int:
    """The part of `total_minor` that goes to a share of `part_bps` basis points, exactly.

    By cumulative floor over the running total `before_minor`: each part is within one minor unit of
    its exact share, and all parts together are the floor of the whole. Anyone can recompute it.
    """
    if not 0 <= part_bps <= 10_000 or total_minor < 0 or before_minor < 0:
        raise NotAnAmount(f"No share of {part_bps} bps of {total_minor} after {before_minor}.")
    after_minor = before_minor + total_minor
    return after_minor * part_bps // 10_000 - before_minor * part_bps // 10_000
