"""The bodies of leaves: canonical JSON of whole numbers and short words.

Pure. Owns what each kind of entry says in public. Never: a person, the amount, the time or the
order of one gift. A refund has to name the numbers it takes back, else nobody could recompute the
line; it names no gift. Amounts are in minor units; spans are [line, lo, hi) with `hi` outside.

Kinds: `rule` (entry 0, how numbers are given), `line`, `gifts` (a batch), `evidence`, `cash`,
`key`, and otherwise the kind of a posting of the ledger (`purchase`, `refund`, …).
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from obolo.trace.log import note

FORMAT: Final = 1
SPANS_MAX: Final = 600  # of one leaf; an entry has at most 65,535 bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """The cents [lo, hi) of one line."""

    line_id: UUID
    lo: int
    hi: int

    @property
    def minor(self) -> int:
        """How many they are."""
        return self.hi - self.lo


@dataclass(frozen=True, slots=True)
class Taken:
    """Cents that left their lines for one reason (`purchase`, `cover`, `refund`, …)."""

    why: str
    spans: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """A posting of the ledger that is told in clear.

    `freed` are cents that an earlier use gave back. `subject` is a purchase: never a gift.
    """

    entry_id: UUID
    turn: int
    kind: str
    line_id: UUID  # of the fund it is about
    on: date
    posted_at: datetime
    subject: UUID | None = None
    minted: tuple[Stretch, ...] = ()
    taken: tuple[Taken, ...] = ()
    freed: tuple[Stretch, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)  # what the public may know

    def stretches(self) -> list[Stretch]:
        """All cents it touches."""
        return [*self.minted, *(s for use in self.taken for s in use.spans), *self.freed]


@dataclass(frozen=True, slots=True)
class Bought:
    """What a purchase says of itself, in hashes."""

    what: bytes  # see `description_hash`
    files: tuple[bytes, ...] = field(default=())  # SHA-256 of each file of evidence


def canonical(told: dict[str, Any]) -> bytes:
    """One spelling for each value: sorted keys, no spaces, UTF-8 (RFC 8785 for what we use)."""
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def description_hash(salt: bytes, description: str) -> bytes:
    """A description bound to the log, yet erasable: without the salt the hash says nothing."""
    return hashlib.sha256(salt + description.encode()).digest()


def rule(origin: str, name: str, words: Mapping[str, Sequence[str]]) -> bytes:
    """Entry 0: the format, and the rule of allocation in plain words by language."""
    told = {lang: list(sentences) for lang, sentences in words.items()}
    head = {"kind": "rule", "format": FORMAT, "origin": origin}
    return canonical(head | {"rule": name, "words": told})


def line(line_id: UUID, fund_id: UUID, purpose: str, currency: str) -> bytes:
    """A line of numbered cents begins."""
    told = {"kind": "line", "line": str(line_id), "fund": str(fund_id), "purpose": purpose}
    return canonical(told | {"currency": currency})


def gifts(of: Stretch, count: int, root: bytes, closed_at: datetime) -> bytes:
    """A batch of gifts on one line: how many is told as a power of ten, when as an hour."""
    told = {"kind": "gifts", "line": str(of.line_id), "lo": of.lo, "hi": of.hi}
    told |= {"count": f"{10 ** (len(str(count)) - 1)}+", "root": root.hex()}
    return canonical(told | {"closed": f"{closed_at:%Y-%m-%dT%HZ}"})


def posting(of: Posting, bought: Bought | None = None) -> list[bytes]:
    """A posting in clear; one with very many spans is told in parts."""
    flat = [("minted", "", s) for s in of.minted] + [("freed", "", s) for s in of.freed]
    flat += [("taken", use.why, span) for use in of.taken for span in use.spans]
    parts = [flat[at : at + SPANS_MAX] for at in range(0, len(flat), SPANS_MAX)] or [[]]
    return [_part(of, bought, part, number, len(parts)) for number, part in enumerate(parts)]


def _part(
    of: Posting,
    bought: Bought | None,
    spans: list[tuple[str, str, Stretch]],
    number: int,
    parts: int,
) -> bytes:
    told: dict[str, Any] = {"kind": of.kind, "line": str(of.line_id), "on": of.on.isoformat()}
    if number == 0:
        told |= of.details
    if of.subject:
        told["id"] = str(of.subject)
    if parts > 1:
        told["part"] = [number + 1, parts]
    for what, why, one in spans:
        span = [str(one.line_id), one.lo, one.hi]
        told.setdefault(what, []).append([why, *span] if why else span)
    if any(what == "taken" for what, _, _ in spans):
        told["amount_minor"] = sum(s.minor for what, _, s in spans if what == "taken")
    if bought and number == 0:
        told |= {"what": bought.what.hex(), "files": [one.hex() for one in bought.files]}
    return canonical(told)


def evidence(purchase_id: UUID, files: Sequence[bytes]) -> bytes:
    """Files that came after their purchase was logged."""
    told = {"kind": "evidence", "id": str(purchase_id), "files": [one.hex() for one in files]}
    return canonical(told)


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account held at the end of a day, and the hash of the statement that says so."""

    account: str  # cash:bank, …
    minor: int
    statement: bytes | None = None
    day: date | None = None  # when it is another than the day of the proof


def cash(
    on: date,
    currency: str,
    balances: Sequence[Balance],
    receivables: Sequence[Balance],
    *,
    unspent: int,
    unlogged: int,
) -> bytes:
    """The cash proof of a day: money held, and money on its way, beside the cents not yet used.

    `receivables` is held for us by others. `unlogged` is how many of `unspent` are not in the log
    yet (less purchases not in it yet): the rest is what a reader of the log finds free.
    """
    told: dict[str, Any] = {"kind": "cash", "on": on.isoformat(), "currency": currency}
    told["accounts"] = [_balance(one) for one in balances]
    told["receivables"] = [_balance(one) for one in receivables]
    return canonical(told | {"unspent_minor": unspent, "unlogged_minor": unlogged})


def _balance(of: Balance) -> dict[str, str | int]:
    told: dict[str, str | int] = {"account": of.account, "minor": of.minor}
    told |= {"day": of.day.isoformat()} if of.day else {}
    return told | ({"statement": of.statement.hex()} if of.statement else {})


def key(old: note.Signer, new: note.Key, index: int) -> bytes:
    """From this entry on, which is number `index`, another key signs; the old one says so."""
    text = key_text(old.key, new, index)
    signature = note.raw_signature(old, text)
    told = {"kind": "key", "was": old.key.text(), "key": new.text()}
    return canonical(told | {"signature": base64.b64encode(signature).decode()})


def key_text(old: note.Key, new: note.Key, index: int) -> str:
    """What the old key signs when it hands over."""
    return f"obolo/log-key/v1\n{old.text()}\n{new.text()}\n{index}\n"
