"""Why a repeated payment failed, and whether to try again: card declines and returned debits.

Owns the reading of the two tables beside it (`decline_codes.toml`, `sepa/return_codes.toml`).
Never: the retry itself. Sources: Stripe "Decline codes"; ISO 20022 return reasons of SEPA Core.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from obolo.gateways.payments.sepa.calendar import working_day_from

Kind = Literal["hard", "soft", "donor", "hidden", "ours"]
KINDS = frozenset({"hard", "soft", "donor", "hidden", "ours"})
UNKNOWN_TRIES = 1
UNKNOWN_DAYS = 7
_HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What a code says. `tries` more are allowed, each `days` after the last; 0 when not soft."""

    code: str
    kind: Kind
    tries: int
    days: int
    means: str = ""

    def retry_on(self, failed_on: date, tries_made: int) -> date | None:
        """The day to try again, a day on which banks work; None: not again by itself."""
        if self.kind != "soft" or tries_made >= self.tries:
            return None
        return working_day_from(failed_on + timedelta(days=self.days))


def of_card(decline_code: str) -> Failure:
    """What a card's decline code says; unknown ones may be tried once more."""
    return _failure(_table(_HERE / "decline_codes.toml"), decline_code)


def of_debit(return_code: str) -> Failure:
    """What the reason of a returned debit says; unknown ones may be tried once more."""
    return _failure(_table(_HERE / "sepa" / "return_codes.toml"), return_code)


def _failure(table: dict[str, Any], code: str) -> Failure:
    told = table.get(code, {"kind": "soft", "tries": UNKNOWN_TRIES, "days": UNKNOWN_DAYS})
    return Failure(
        code=code,
        kind=told["kind"],
        tries=told.get("tries", 0),
        days=told.get("days", 0),
        means=told.get("means", ""),
    )


@cache
def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
