"""What a bank says happened on an account, in plain data, whatever file it came from.

Owns the stable identity of a line: the same booking read twice, from two files or after a restart,
has the same one, so that a second import changes nothing. Never: files, matching.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from obolo.kit.errors import OboloError
from obolo.kit.money import Money


class NotAStatement(OboloError):
    """This file is no statement that can be read."""

    fault = "theirs"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One movement: positive is money in. `reversal` says it undoes an earlier one.

    `bank_ref` is the bank's own number of it, `reference` what a structured field carries, `text`
    what was written freely. `charge` was kept by the bank: `amount` is after it.
    """

    amount: Money
    booked_on: date
    value_on: date | None = None
    bank_ref: str = ""
    reference: str = ""
    text: str = ""
    name: str = ""
    iban: str = ""
    end_to_end: str = ""
    charge: Money | None = None
    original: Money | None = None  # as it was sent, when in another currency
    reversal: bool = False
    return_code: str = ""
    lumped: bool = False  # stands for several payments whose details are elsewhere (camt.054)
    place: str = ""  # where in the file: "row 7", "entry 3.1"
    identity: str = ""

    @property
    def gross(self) -> Money:
        """What was sent, before the bank kept its charge."""
        return self.amount + self.charge if self.charge else self.amount


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A row that was left out, and why; the rest of the file is kept."""

    place: str
    why: str
    field: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One account over some days. `sha256` names the file: a second upload is recognised."""

    account: str
    currency: str
    lines: tuple[Line, ...]
    sha256: str
    kind: str
    opening: Money | None = None
    closing: Money | None = None
    closing_on: date | None = None
    problems: tuple[Problem, ...] = field(default=())

    @property
    def adds_up(self) -> bool | None:
        """Whether opening balance and lines make the closing one; None when not both are told."""
        if self.opening is None or self.closing is None:
            return None
        moved = sum(line.amount.minor for line in self.lines)
        return self.opening.minor + moved == self.closing.minor


def with_identities(account: str, lines: Iterable[Line]) -> tuple[Line, ...]:
    """Give each line its identity: account, day, amount and the bank's number for it.

    Without such a number the words count instead, and equal lines are counted within their day:
    two gifts of five euro by the same person stay two, in whatever files they come.
    """
    seen: dict[str, int] = {}
    found = []
    for line in lines:
        base = _digest(account, *_facts(line))
        seen[base] = seen.get(base, 0) + 1
        found.append(replace(line, identity=_digest(base, str(seen[base]))))
    return tuple(found)


def file_digest(content: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _facts(line: Line) -> Sequence[str]:
    told = (line.booked_on.isoformat(), str(line.amount.minor), line.amount.currency)
    if line.bank_ref:
        return (*told, "ref", line.bank_ref)
    words = (line.reference, line.end_to_end, line.text, line.name, line.iban)
    return (*told, "words", *(" ".join(word.split()) for word in words))


def _digest(*parts: str) -> str:
    # Each part with its length: no two lists of parts can look the same.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
