"""Which awaited payment a line of a statement pays: certain, in doubt and why, or none of ours.

Owns the rules, pure and in one order: the same lines and the same awaited payments always give the
same answer, in whatever order they come, and lines that were taken before change nothing.
Never: booking. Whoever takes a doubt decides by hand.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

from obolo.gateways.payments.bank.mistyped import Mistyped
from obolo.gateways.payments.bank.references import found_in, normal
from obolo.gateways.payments.bank.statement import Line
from obolo.gateways.payments.rail import RemotePayment
from obolo.kit.money import Money
from obolo.kit.text import fold

Reason = Literal[
    "lumped",  # several payments in one booking, and the file does not tell which
    "returned",  # money of ours that went back, or came back
    "several_references",
    "other_currency",
    "paid_already",  # the same reference once more: a second gift, or a standing order
    "before_asked",
    "reference_mistyped",
    "reference_unknown",
    "name_and_amount",
    "account_and_amount",
]
CANDIDATES_MAX = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """A payment that may come by transfer. `key` is ours; `reference` the one on the transfer.

    `settled` when something has paid it already. `name` and `iban` are hints, never proof.
    """

    key: str
    reference: str
    amount: Money
    asked_on: date
    settled: bool = False
    name: str = ""
    iban: str = ""


@dataclass(frozen=True, slots=True)
class Matched:
    """This line pays that payment, perhaps with another amount than was asked."""

    line: Line
    awaited: Awaited

    @property
    def other_amount(self) -> bool:
        """Whether what was sent differs from what was asked."""
        return self.line.gross != self.awaited.amount

    def as_remote(self) -> RemotePayment:
        """The same as a rail would tell it. The charge of a bank is known: none told is none."""
        line = self.line
        return RemotePayment(
            provider_ref=line.identity,
            reference=self.awaited.key,
            state="paid",
            asked=self.awaited.amount,
            paid=line.gross,
            fee=line.charge or Money(0, line.amount.currency),
            method="transfer",
            # A statement knows days: noon keeps the day in every time zone of Europe.
            paid_at=datetime.combine(line.booked_on, time(12), UTC),
            url="",
        )


@dataclass(frozen=True, slots=True)
class Doubt:
    """This line may be one of ours; a person decides."""

    line: Line
    reasons: tuple[Reason, ...]
    candidates: tuple[str, ...]  # keys, best first


@dataclass(frozen=True, slots=True)
class Findings:
    """What a statement says about awaited payments. `known` lines were taken before."""

    matched: tuple[Matched, ...]
    doubts: tuple[Doubt, ...]
    foreign: tuple[Line, ...]
    known: tuple[Line, ...]


def match(
    lines: Iterable[Line], awaited: Iterable[Awaited], known: Collection[str] = ()
) -> Findings:
    """Put each line in its place. `known` are identities of lines taken before.

    Several payments may await one reference (a standing order): the oldest unpaid one is paid.
    """
    book = _Book(awaited)
    matched: list[Matched] = []
    doubts: list[Doubt] = []
    foreign: list[Line] = []
    old: list[Line] = []
    seen = set(known)
    for line in sorted(lines, key=lambda one: (one.booked_on, one.identity)):
        if line.identity in seen:
            old.append(line)
            continue
        seen.add(line.identity)  # the same line twice in one go counts once
        found = _place(line, book)
        if isinstance(found, Matched):
            book.taken.add(found.awaited.key)
            matched.append(found)
        elif isinstance(found, Doubt):
            doubts.append(found)
        else:
            foreign.append(line)
    return Findings(tuple(matched), tuple(doubts), tuple(foreign), tuple(old))


class _Book:
    """What is awaited, laid out for the questions a line asks of it."""

    def __init__(self, awaited: Iterable[Awaited]) -> None:
        rows = sorted(awaited, key=lambda one: (one.asked_on, one.key))
        self.order = {one.key: place for place, one in enumerate(rows)}
        self.taken = {one.key for one in rows if one.settled}
        self._by_reference: dict[str, list[Awaited]] = {}
        self._by_amount: dict[Money, list[tuple[Awaited, frozenset[str]]]] = {}
        for one in rows:
            words = frozenset(fold(one.name).split())
            self._by_amount.setdefault(one.amount, []).append((one, words))
            if one.reference:
                self._by_reference.setdefault(one.reference, []).append(one)
        self._lengths = {len(reference) for reference in self._by_reference}
        self._mistyped = Mistyped(self._by_reference)

    def named(self, line: Line) -> list[Awaited]:
        """The payments whose reference the line carries: in its own field, or in its words."""
        own = self._first(normal(line.reference))
        if own is not None:
            return [own]
        found: dict[str, Awaited] = {}
        for part in _said(line):
            word = normal(part)
            for start in range(len(word)):
                for length in self._lengths:
                    hit = self._first(word[start : start + length])
                    if hit is not None:
                        found[hit.key] = hit
        return self._sorted(found.values())

    def nearly_named(self, line: Line) -> list[Awaited]:
        """The open payments whose reference was written with a slip."""
        hits = (self._first(one) for one in self._mistyped.near(_said(line)))
        return self._sorted(one for one in hits if one and one.key not in self.taken)

    def with_amount(self, amount: Money) -> list[tuple[Awaited, frozenset[str]]]:
        """The open payments of this amount, with the words of their names."""
        found = self._by_amount.get(amount, [])
        return [(one, words) for one, words in found if one.key not in self.taken]

    def _first(self, reference: str) -> Awaited | None:
        rows = self._by_reference.get(reference)
        return next((one for one in rows if one.key not in self.taken), rows[0]) if rows else None

    def _sorted(self, found: Iterable[Awaited]) -> list[Awaited]:
        return sorted(found, key=lambda one: self.order[one.key])


def _place(line: Line, book: _Book) -> Matched | Doubt | None:
    named = book.named(line)
    if line.reversal or line.return_code:
        return _doubt(line, ["returned"], named)
    if line.amount.minor <= 0:
        return None
    if line.lumped:
        return _doubt(line, ["lumped"], named)
    if len(named) == 1:
        reasons = _against(line, named[0], book.taken)
        return _doubt(line, reasons, named) if reasons else Matched(line, named[0])
    if named:
        return _doubt(line, ["several_references"], named)
    return _guess(line, book)


def _against(line: Line, named: Awaited, taken: Collection[str]) -> list[Reason]:
    """What speaks against a line that carries the right reference."""
    reasons: list[Reason] = []
    if line.amount.currency != named.amount.currency:
        reasons.append("other_currency")
    if named.key in taken:
        reasons.append("paid_already")
    if line.booked_on < named.asked_on:
        reasons.append("before_asked")
    return reasons


def _guess(line: Line, book: _Book) -> Doubt | None:
    """A line without a reference of ours: what makes one think of a payment, best first."""
    alike = book.with_amount(line.gross)
    written = frozenset(re.split(r"[^\w]+", fold(f"{line.name} {line.text}")))
    tests: tuple[tuple[Reason, list[Awaited]], ...] = (
        ("reference_mistyped", book.nearly_named(line)),
        ("account_and_amount", [one for one, _ in alike if one.iban and one.iban == line.iban]),
        ("name_and_amount", [one for one, words in alike if _share_a_name(words, written)]),
    )
    found: dict[str, Awaited] = {}
    reasons: list[Reason] = []
    for reason, hits in tests:
        if hits:
            reasons.append(reason)
            found |= {one.key: one for one in hits if one.key not in found}
    if not reasons and any(found_in(part) for part in _said(line)):
        reasons.append("reference_unknown")
    return _doubt(line, reasons, list(found.values())) if reasons else None


def _share_a_name(words: frozenset[str], written: frozenset[str]) -> bool:
    """At least two words of the name, in any order; the only one, if it has one."""
    return bool(words) and len(words & written) >= min(2, len(words))


def _said(line: Line) -> tuple[str, str, str]:
    """Where a donor or their bank may have put a reference."""
    return line.reference, line.text, line.end_to_end


def _doubt(line: Line, reasons: Sequence[Reason], named: Sequence[Awaited]) -> Doubt:
    return Doubt(line, tuple(reasons), tuple(one.key for one in named[:CANDIDATES_MAX]))
