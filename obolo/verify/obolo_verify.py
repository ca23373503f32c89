#!/usr/bin/env python3
"""Check what an Obolo log says, with nothing but this file and Python 3.11 or newer.

    python obolo_verify.py proof FILE --key KEY [--reference TEXT]
    python obolo_verify.py checkpoint FILE --key KEY
    python obolo_verify.py log DIRECTORY --key KEY [--since CHECKPOINT]... [--copy DIRECTORY]
    python obolo_verify.py consistency OLD NEW --key KEY (--log DIRECTORY | --proof FILE)

KEY is the log's public key (`name+id+base64`) or a file that holds it; DIRECTORY is a copy of what
the log publishes: `checkpoint` and `tile/`. A log that changed its key says so in an entry that the
old key signed: `log` follows it from any key it ever had, the others with `--chain KEYS`, the file
`keys` of the log. Everything holds: exit status 0. Something does not:
status 1 and one sentence that names it. Owns its own Ed25519 (RFC 8032), tree (RFC 9162), notes,
tiles, and the rules of the numbers. Shares no code with what writes the log; opens no connection.
"""

import argparse
import base64
import binascii
import bisect
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

Span = list[int]
EMPTY = hashlib.sha256(b"").digest()
decode = json.JSONDecoder().decode  # of UTF-8 alone: `json.loads` would guess the encoding
PROOF = "c2sp.org/tlog-proof@v1"
# Uses that take given numbers (a gift's own cents); all others take the lowest free ones.
GIVEN = ("refund", "void", "transfer_own")
# Uses that only the reserve pays.
RESERVED = ("cover", "fee")
# Postings in clear and the uses each may have. Any other kind of entry is not of this version.
POSTINGS: dict[str, tuple[str, ...]] = {
    "purchase": ("purchase",),
    "advance": ("purchase",),
    "refund": ("refund", "cover", "fee"),
    "chargeback": ("refund", "cover", "fee"),
    "void": ("void", "cover"),
    "fee": ("fee",),
    "transfer": ("transfer", "transfer_own"),
    "conversion": ("conversion",),
    "reimburse": ("reimburse",),
    "supplier_refund": (),
    "release": (),
    "repayment": (),
    "close": (),
    "owner": (),
    "rule": (),
}
BUYING = ("purchase", "advance")
MOVING = ("transfer", "conversion", "reimburse")  # as much is made as is taken, elsewhere
OWING = ("refund", "chargeback", "void")  # what is made is an IOU, and used at once


class Broken(Exception):
    """Something does not hold; the sentence says what."""


def sha(*parts: bytes) -> bytes:
    """SHA-256 of the parts, one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


# Ed25519, RFC 8032 §5.1, checking only. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    """The sum of two points."""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    """A point added to itself `scalar` times."""
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def point_of(told: bytes) -> Point | None:
    """The point these 32 bytes name; None when they name none, or in a second spelling."""
    y = int.from_bytes(told, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Was the message signed with the key whose public side this is?"""
    a, r = point_of(public), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    base = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    if len(signature) != 64 or a is None or r is None or base is None or s >= L:
        return False
    told = hashlib.sha512(signature[:32] + public + message).digest()
    left = times(s, base)
    right = add(r, times(int.from_bytes(told, "little") % L, a))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


def unbase64(text: str) -> bytes:
    """Standard base64, in its one spelling."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Broken("A value is no base64.") from None
    if base64.b64encode(value).decode() != text:
        raise Broken("A value is spelt in another base64.")
    return value


def unhex(text: str) -> bytes:
    """Hexadecimal, in its one spelling."""
    value = bytes.fromhex(text)
    if value.hex() != text:
        raise Broken("A value is spelt in another way.")
    return value


class Key:
    """A public key with its name."""

    def __init__(self, text: str) -> None:
        """Read `name+id+base64`."""
        parts = text.strip().split("+", 2)
        value = unbase64(parts[2]) if len(parts) == 3 else b""
        if len(value) != 33 or value[0] not in (1, 4):
            raise Broken("The key does not read name+id+base64 of an Ed25519 key.")
        self.text = text.strip()
        self.name, self.kind, self.public = parts[0], value[0], value[1:]
        self.id = sha(self.name.encode(), b"\n", value)[:4]
        if self.id.hex() != parts[1]:
            raise Broken("The id in the key is not that of the key.")

    def holds(self, text: str, value: bytes) -> bool:
        """Is this a signature of the text by this key?"""
        if self.kind == 1:
            return signature_holds(self.public, text.encode(), value)
        at = int.from_bytes(value[:8], "big")
        told = f"cosignature/v1\ntime {at}\n{text}"
        return signature_holds(self.public, told.encode(), value[8:])


class Chain:
    """The keys of one log, each from an entry on; the key before it has signed it in."""

    def __init__(self, trusted: Key, origin: str | None = None) -> None:
        """One key, until links are followed; `origin` when it is not the name of the key."""
        self.trusted, self.origin = trusted, origin or trusted.name
        self.keys = [(0, trusted)]  # sizes above the first number are this key's to sign

    def follow(self, links: list[dict[str, Any]], *, back: bool) -> None:
        """Take up hand-overs (`was`, `key`, `index`, `signature`) in their order.

        `back`: also keys before the trusted one; only when the signed log itself tells of them.
        """
        keys = [(0, Key(links[0]["was"]))] if links else self.keys
        for link in links:
            was, new, index = keys[-1][1], Key(link["key"]), link["index"]
            told = f"obolo/log-key/v1\n{was.text}\n{new.text}\n{index}\n".encode()
            fits = (was.text, was.name) == (link["was"], new.name) and index >= keys[-1][0]
            if not fits or not signature_holds(was.public, told, unbase64(link["signature"])):
                raise Broken(f"Entry {index}: the former key did not sign the new key in.")
            keys.append((index, new))
        known = [n for n, (_, one) in enumerate(keys) if one.text == self.trusted.text]
        if not known:
            raise Broken(f"The key {self.trusted.id.hex()} is none of those of this log.")
        self.keys = keys if back else keys[known[0] :]

    def at(self, size: int) -> Key:
        """Whose it is to sign a log of this size."""
        return next((key for index, key in self.keys[:0:-1] if index < size), self.keys[0][1])


class Checkpoint:
    """A checkpoint that the log's key, and every witness we know, has signed."""

    def __init__(self, note: str, chain: Chain, witnesses: list[Key] | None = None) -> None:
        """Check the note and read it."""
        text, blank, tail = note.rpartition("\n\n")
        text += "\n"
        if not blank or not tail.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", note):
            raise Broken("The checkpoint is no signed note.")
        lines = text.split("\n")
        good = len(lines) > 3 and re.fullmatch(r"0|[1-9]\d{0,18}", lines[1], re.ASCII)
        self.size = int(lines[1]) if good else 0
        key, known = chain.at(self.size), [one for _, one in chain.keys] + list(witnesses or [])
        vouched = {one.id for line in tail[:-1].split("\n") for one in _vouches(line, text, known)}
        if key.id not in vouched:
            raise Broken(f"The checkpoint is not signed by {key.name}.")
        for one in witnesses or []:
            if one.id not in vouched:
                raise Broken(f"The witness {one.name} has not vouched for the checkpoint.")
        if not good or lines[0] != chain.origin or "" in lines[:-1]:
            raise Broken("The signed text is no checkpoint of this log.")
        self.root = unbase64(lines[2])

    def __str__(self) -> str:
        """The size and the root, as a receipt has them."""
        return f"{self.size} entries, root {base64.b64encode(self.root).decode()}"


def _vouches(line: str, text: str, known: list[Key]) -> Iterator[Key]:
    """The known keys that signed with this line; unknown ones are passed over."""
    parts = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
    if not parts:
        raise Broken("The checkpoint has a line that is no signature.")
    value = unbase64(parts[2])
    for one in known:
        if (one.name, one.id) == (parts[1], value[:4]):
            if not one.holds(text, value[4:]):
                raise Broken(f"The signature of {one.name} is wrong.")
            yield one


def check_inclusion(entry: bytes, index: int, path: list[bytes], told: Checkpoint) -> None:
    """RFC 9162 §2.1.3.2."""
    found, at, last = sha(b"\x00", entry), index, told.size - 1
    for sibling in path:
        if at & 1 or at == last:
            found = sha(b"\x01", sibling, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = sha(b"\x01", found, sibling)
        if last == 0:
            raise Broken("The path of the proof is too long.")
        at, last = at >> 1, last >> 1
    if last or found != told.root or index >= told.size:
        raise Broken(f"Entry {index} is not what the signed log of {told.size} was made from.")


def check_consistency(old: Checkpoint, new: Checkpoint, path: list[bytes]) -> None:
    """RFC 9162 §2.1.4.2."""
    fault = Broken(f"The log of {new.size} does not begin with the log of {old.size}.")
    if old.size > new.size:
        raise Broken(f"The log was rolled back from {old.size} entries to {new.size}.")
    if old.size in (0, new.size):
        if path or old.root != (new.root if old.size else EMPTY):
            raise fault
        return
    path = [old.root, *path] if old.size & (old.size - 1) == 0 else path
    at, last = old.size - 1, new.size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not path:
        raise fault
    before = after = path[0]
    for sibling in path[1:]:
        if at & 1 or at == last:
            before, after = sha(b"\x01", sibling, before), sha(b"\x01", sibling, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = sha(b"\x01", after, sibling)
        at, last = at >> 1, last >> 1
    if last or before != old.root or after != new.root:
        raise fault


def canonical(told: Any) -> bytes:
    """The one spelling of what a proof carries."""
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "replace")


def check_proof(text: str, key: Chain, witnesses: list[Key], reference: str | None) -> str:
    """One proof: what it proves, in a sentence."""
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if len(lines) < 3 or lines[0] != PROOF or not lines[1].startswith("extra "):
        raise Broken("This is no proof file of Obolo.")
    index = re.fullmatch(r"index (0|[1-9]\d{0,18})", lines[2])
    if not index:
        raise Broken("The proof does not say which entry it proves.")
    raw = unbase64(lines[1][6:])
    try:
        extra = json.loads(raw)
        body = json.loads(extra["body"])
        same = canonical(extra) == raw
    except (ValueError, KeyError, TypeError, RecursionError):
        same = False
    if not same:
        raise Broken("What the proof carries cannot be read.")
    told = Checkpoint(note, key, witnesses)
    path = [unbase64(line) for line in lines[3:]]
    check_inclusion(extra["body"].encode(), int(index[1]), path, told)
    where = f"entry {index[1]} of the log {key.origin} with {told}"
    if body["kind"] == "owner" and "salt" in extra:
        return f"{owned(extra, body)} in {where}."
    if body["kind"] != "gifts":
        if set(extra) != {"body"}:
            raise Broken("The proof carries more than its entry.")
        return f"A {body['kind']} is {where}: {extra['body']}"
    lo, amount = opened(extra, body)
    if reference is not None and reference != extra["reference"]:
        raise Broken(f"The proof is about the payment {extra['reference']}, not {reference}.")
    return (
        f"The gift with the reference {extra['reference']} has the {amount} cents {lo + 1} to "
        f"{lo + amount} of the line {body['line']}, in {where}."
    )


def owned(extra: dict[str, Any], body: dict[str, Any]) -> str:
    """Whose a gift is, that was thought to be another's."""
    try:
        found = sha(unhex(extra["salt"]), extra["reference"].encode()).hex()
        fits = set(extra) == {"body", "reference", "salt"} and found == body["now"]
    except (ValueError, KeyError, TypeError, AttributeError):
        fits = False
    if not fits:
        raise Broken("The proof does not open the entry that says whose the gift is.")
    return f"It is the gift of whoever holds this proof of {extra['reference']}, as it is told"


def check_owner(text: str, log: "Log") -> None:
    """Is what a proof shows still its holder's, after all that the log has told?"""
    mine = set[str]()
    for part in text.split("\nextra ")[1:]:
        extra = json.loads(unbase64(part.split("\n")[0]))
        if "salt" in extra:
            mine.add(sha(unhex(extra["salt"]), extra["reference"].encode()).hex())
    size = re.match(r"[^\n]+\n([1-9]\d{0,18})\n", text_of(log.root / "checkpoint"), re.ASCII)
    whose, lost = set(mine), False
    for entries in log.bundles(int(size[1]) if size else 0):
        for entry in entries:
            told = json.loads(entry) if b'"kind":"owner"' in entry else {}
            if whose & set(told.get("was", [])):
                whose.add(told["now"])
                lost = told["now"] not in mine
    if lost:
        raise Broken("This gift was found to be another person's since the proof was made.")


def opened(extra: dict[str, Any], body: dict[str, Any]) -> tuple[int, int]:
    """The first number and the amount of a gift, from its path through the sums of its batch."""
    try:
        salt, at = unhex(extra["salt"]), extra["position"]
        minor = total = extra["amount_minor"]
        found = sha(salt, extra["reference"].encode())
        found = sha(b"\x10", minor.to_bytes(8, "big"), salt, found)
        plain = set(extra) == {"amount_minor", "body", "position", "reference", "salt", "sums"}
        fits = plain and len(salt) == 32 and 0 <= at < 1 << len(extra["sums"]) <= 1 << 32
        before = 0
        for level, (told, beside) in enumerate(extra["sums"]):
            mine = found + total.to_bytes(8, "big")
            other = unhex(told) + beside.to_bytes(8, "big")
            right = at >> level & 1
            found = sha(b"\x11", other, mine) if right else sha(b"\x11", mine, other)
            before, total = before + beside * right, total + beside
            fits = fits and len(other) == 40 and total < 2**63
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise Broken("What should open the gift cannot be read.") from None
    if not fits or found.hex() != body["root"] or total != body["hi"] - body["lo"]:
        raise Broken("The gift is not what its batch was made from.")
    return body["lo"] + before, minor


class Line:
    """The numbered cents of one fund in one currency, as the log tells them."""

    __slots__ = ("closed", "currency", "free", "fund", "head", "purpose")

    def __init__(self, currency: str, fund: str = "", purpose: str = "") -> None:
        """No cents yet."""
        self.head, self.currency, self.closed = 0, currency, False
        self.fund, self.purpose = fund, purpose
        self.free: list[Span] = []  # ascending, apart

    def mint(self, lo: int, hi: int) -> None:
        """New numbers on top."""
        if type(lo) is not int or type(hi) is not int or lo != self.head or hi <= lo or self.closed:
            raise Broken(f"numbers {lo} to {hi} do not follow {self.head}")
        if self.free and self.free[-1][1] == lo:
            self.free[-1][1] = hi
        else:
            self.free.append([lo, hi])
        self.head = hi

    def lowest(self, wanted: int) -> list[Span]:
        """Take the lowest free numbers."""
        taken: list[Span] = []
        while wanted and self.free:
            first = self.free[0]
            until = min(first[1], first[0] + wanted)
            taken.append([first[0], until])
            wanted -= until - first[0]
            first[0] = until
            if first[0] == first[1]:
                del self.free[0]
        return taken

    def take(self, lo: int, hi: int) -> None:
        """Take given numbers, which must be free."""
        at = bisect.bisect_right(self.free, [lo, self.head + 1]) - 1
        if at < 0 or hi <= lo or self.free[at][1] < hi or lo < 0:
            raise Broken(f"numbers {lo} to {hi} are not free")
        start, end = self.free[at]
        self.free[at : at + 1] = [s for s in ([start, lo], [hi, end]) if s[0] < s[1]]

    def release(self, lo: int, hi: int) -> None:
        """Give numbers back, which must be used."""
        at = bisect.bisect_left(self.free, [lo, lo])
        above = self.free[at][0] if at < len(self.free) else self.head
        below = self.free[at - 1][1] if at else 0
        if not 0 <= below <= lo < hi <= above:
            raise Broken(f"numbers {lo} to {hi} were not used")
        self.free = joined([*self.free, [lo, hi]])


def joined(spans: list[Span]) -> list[Span]:
    """Spans in order, neighbours as one."""
    found: list[Span] = []
    for lo, hi in sorted(spans):
        if found and found[-1][1] == lo:
            found[-1][1] = hi
        else:
            found.append([lo, hi])
    return found


class Replay:
    """The log told again: every number is computed a second time."""

    def __init__(self, origin: str) -> None:
        """Nothing told yet."""
        self.origin, self.lines, self.count = origin, dict[str, Line](), 0
        self.bought: dict[str, list[Span]] = {}  # by purchase: the numbers it holds
        self.owed: dict[str, int] = {}  # by advance: cents the reserve still waits for
        self.parts: list[dict[str, Any]] = []  # of a posting that is told in several entries
        self.links: list[dict[str, Any]] = []  # from one key of the log to the next
        self.short: dict[str, str] = {}  # by currency: what the last cash proof lacked
        self.remarks: list[str] = []

    def tell(self, entry: bytes) -> None:
        """The next entry; raises Broken, naming it."""
        try:
            told = decode(entry.decode())
            kind = told["kind"]
            if self.parts and "part" not in told:
                raise Broken("a part of a posting is missing")
            if kind == "gifts":
                self.lines[told["line"]].mint(told["lo"], told["hi"])
            elif self.count == 0:
                if kind != "rule" or told["format"] != 1 or told["origin"] != self.origin:
                    raise Broken("the log does not begin with its rule")
            elif kind in POSTINGS:
                self._posting(told if "part" not in told else self._joined(told))
            else:
                self._other(kind, told)
        except Broken as wrong:
            raise Broken(f"Entry {self.count}: {wrong}.") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Broken(f"Entry {self.count} cannot be read.") from None
        self.count += 1

    def _joined(self, told: dict[str, Any]) -> dict[str, Any]:
        """A posting in several entries: nothing until its last part, then all of it."""
        number, of = told["part"]
        if number != len(self.parts) + 1 or not 1 < of >= number:
            raise Broken("a part of a posting is missing")
        self.parts.append(told)
        if number < of:
            return {}
        first, whole = self.parts[0], dict(self.parts[0])
        for name in ("minted", "freed", "taken"):
            whole[name] = [span for part in self.parts for span in part.get(name, [])]
        whole["amount_minor"] = sum(part.get("amount_minor", 0) for part in self.parts)
        same = [(p["kind"], p["line"], p.get("id"), p["part"][1]) for p in self.parts]
        if set(same) != {(first["kind"], first["line"], first.get("id"), of)}:
            raise Broken("the parts of a posting do not belong together")
        self.parts = []
        return whole

    def _other(self, kind: str, told: dict[str, Any]) -> None:
        if kind == "line":
            if told["line"] in self.lines:
                raise Broken("a line begins twice")
            line = Line(told["currency"], told["fund"], told["purpose"])
            self.lines[told["line"]] = line
        elif kind == "cash":
            self._cash(told)
        elif kind == "key":
            self.links.append(told | {"index": self.count})
            Chain(Key(told["key"])).follow(self.links, back=True)
        elif kind != "evidence":
            raise Broken(f"{kind!r} is no kind of entry")
        elif told["id"] not in self.bought:
            raise Broken("it shows a purchase that was never told")

    def _posting(self, told: dict[str, Any]) -> None:
        if not told:
            return
        kind, lines = told["kind"], self.lines
        taken: list[tuple[str, str, int, int]] = told.get("taken", [])
        if sum([hi - lo for _, _, lo, hi in taken]) != told.get("amount_minor", 0):
            raise Broken("the amount is not that of its cents")
        freed, minted = told.get("freed", []), told.get("minted", [])
        for line, lo, hi in freed:
            lines[line].release(lo, hi)
        for line, lo, hi in minted:
            lines[line].mint(lo, hi)
        self._take(kind, taken)
        if minted:
            self._minted(told, taken, minted)
        elif kind in MOVING:
            raise Broken("what it takes goes nowhere")
        if freed and kind not in ("supplier_refund", "release"):
            raise Broken(f"a {kind} frees no cents")
        if "id" in told:
            self._purchase(told, taken, freed)
        if kind == "close":
            self._close(lines[told["line"]])

    def _close(self, line: Line) -> None:
        if line.free:
            raise Broken(f"the line closes with {joined(line.free)} free")
        line.closed = True

    def _take(self, kind: str, taken: list[tuple[str, str, int, int]]) -> None:
        """Given numbers first, then the lowest of what is free."""
        wanted: dict[str, list[Span]] = {}
        allowed = POSTINGS[kind]
        for why, line, lo, hi in taken:
            if why not in allowed or lo >= hi:
                raise Broken(f"{why!r} is no way to use cents in a {kind}")
            if self.lines[line].closed:
                raise Broken("nothing moves on a closed line")
            if why in RESERVED and self.lines[line].purpose != "reserve":
                raise Broken(f"a {why} is not the reserve's")
            if why in GIVEN:
                self.lines[line].take(lo, hi)
            else:
                wanted.setdefault(line, []).append([lo, hi])
        for line, spans in wanted.items():
            expected = self.lines[line].lowest(sum([hi - lo for lo, hi in spans]))
            if spans != expected and joined(spans) != joined(expected):
                raise Broken(f"it takes {joined(spans)}, the lowest free cents are {expected}")

    def _minted(
        self,
        told: dict[str, Any],
        taken: list[tuple[str, str, int, int]],
        minted: list[tuple[str, int, int]],
    ) -> None:
        """Where new cents that are no gift come from."""
        kind, made = told["kind"], sum(hi - lo for _, lo, hi in minted)
        if kind in MOVING:
            [of], [to] = {line for _, line, _, _ in taken}, {line for line, _, _ in minted}
            source, target = self.lines[of], self.lines[to]
            if kind == "conversion":
                if source.fund != target.fund or source.currency == target.currency:
                    raise Broken("a conversion is between two currencies of one fund")
            elif of == to or source.currency != target.currency or made != told["amount_minor"]:
                raise Broken(f"{told['amount_minor']} cents became {made}")
            if kind == "reimburse" and target.purpose != "reserve":
                raise Broken("only the reserve is paid back")
        elif kind not in (*OWING, "fee"):
            raise Broken(f"a {kind} makes no cents")
        elif any(self.lines[line].purpose != "reserve" for line, _, _ in minted):
            raise Broken("only the reserve gets cents that nobody gave")
        elif taken or kind in OWING:
            left = [line for line, _, _ in minted if self.lines[line].free]
            if left:
                raise Broken(f"of {made} cents that are owed not all were needed")

    def _purchase(
        self,
        told: dict[str, Any],
        taken: list[tuple[str, str, int, int]],
        freed: list[tuple[str, int, int]],
    ) -> None:
        kind, name = told["kind"], told["id"]
        if kind in BUYING:
            if name in self.bought:
                raise Broken("a purchase is told twice")
            self.bought[name] = joined([[lo, hi] for _, _, lo, hi in taken])
            if kind == "advance":
                self.owed[name] = told["amount_minor"]
        elif kind == "reimburse":
            self.owed[name] = self.owed.get(name, 0) - told["amount_minor"]
            if self.owed[name] < 0:
                raise Broken("more is paid back than was advanced")
        elif freed:
            self._give_back(kind, name, freed)

    def _give_back(self, kind: str, name: str, freed: list[tuple[str, int, int]]) -> None:
        """What a purchase gives back are its highest numbers; when it never happened, all."""
        if name not in self.bought:
            raise Broken("a purchase that was never told gives cents back")
        held = self.bought[name]
        spans = joined([[lo, hi] for _, lo, hi in freed])
        wanted, given = sum(hi - lo for lo, hi in spans), list[Span]()
        while wanted and held:
            lo, hi = held.pop()
            given.append([max(lo, hi - wanted), hi])
            wanted -= hi - given[-1][0]
            if lo < given[-1][0]:
                held.append([lo, given[-1][0]])
        if joined(given) != spans:
            raise Broken(f"it frees {spans}, the purchase's highest cents are {joined(given)}")
        if kind == "release" and held:
            raise Broken(f"a purchase that never happened keeps {held}")

    def _cash(self, told: dict[str, Any]) -> None:
        lines = [line for line in self.lines.values() if line.currency == told["currency"]]
        free = sum(hi - lo for line in lines for lo, hi in line.free)
        if told["unspent_minor"] - told["unlogged_minor"] != free:
            raise Broken(f"it tells of other unspent cents than the {free} of the log")
        held = sum(one["minor"] for one in told["accounts"])
        held += sum(one["minor"] for one in told.get("receivables", []))
        self.short.pop(told["currency"], None)
        if held < told["unspent_minor"]:
            when = f"On {told['on']} {told['unspent_minor']} cents {told['currency']} were unspent"
            self.short[told["currency"]] = f"{when}, {held} were held."
            self.remarks.append(self.short[told["currency"]])


class Log:
    """The published files of a log."""

    def __init__(self, root: Path) -> None:
        """`root` holds `checkpoint` and `tile/`."""
        self.root = root

    def tile(self, level: str, index: int, width: int) -> bytes:
        """A whole tile if it is there, else the partial one, or a wider one of a later log."""
        digits = f"{index:0{-(-len(str(index)) // 3) * 3}}"
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = self.root / "tile" / level / "/".join(["x" + g for g in groups[:-1]] + groups[-1:])
        partials = Path(f"{path}.p").glob("[0-9]*")
        wide = sorted(int(one.name) for one in partials if one.name.isdecimal())
        for one in (path, *(Path(f"{path}.p") / str(w) for w in wide if w >= width)):
            if one.is_file():
                return one.read_bytes()
        first = index * 256 ** (int(level) + 1 if level.isdigit() else 1)
        raise Broken(f"Entry {first} and those after it: the tile {path} is missing.")

    def bundles(self, size: int) -> Iterator[list[bytes]]:
        """The entries, up to 256 at once."""
        for index in range(-(-size // 256)):
            width = min(256, size - index * 256)
            told, at = self.tile("entries", index, width), 0
            found: list[bytes] = []
            while at < len(told) and len(found) < width:
                end = at + 2 + int.from_bytes(told[at : at + 2], "big")
                found.append(told[at + 2 : end])
                at = end
            if len(found) != width or at > len(told):
                raise Broken(f"Entry {index * 256 + len(found)} is missing from its bundle.")
            yield found

    def path(self, old: int, size: int) -> list[bytes]:
        """The proof that the log of `old` is the beginning of that of `size`."""
        found, lo, hi = list[bytes](), 0, size
        while old not in (0, hi):
            middle = lo + (1 << ((hi - lo - 1).bit_length() - 1))
            beside = (middle, hi) if old <= middle else (lo, middle)
            found.append(self._stretch(*beside, size))
            lo, hi = (lo, middle) if old <= middle else (middle, hi)
        return ([self._stretch(lo, hi, size)] if lo and old else []) + found[::-1]

    def _stretch(self, lo: int, hi: int, size: int) -> bytes:
        edge = Edge()
        while lo < hi:
            level = (hi - lo).bit_length() - 1
            tall, start = level // 8, lo >> (level // 8 * 8)
            width = min(256, (size >> tall * 8) - start // 256 * 256)
            tile = self.tile(str(tall), start // 256, width)
            row = hashes(tile)[start % 256 : start % 256 + (1 << level % 8)]
            if len(row) != 1 << level % 8:
                raise Broken(f"Tile {start // 256} of level {tall} is too short.")
            edge.add(level, folded(row))
            lo += 1 << level
        return edge.root()


class Edge:
    """Complete subtrees, widest first."""

    def __init__(self, peaks: list[tuple[int, bytes]] | None = None) -> None:
        """Begin with these subtrees."""
        self.peaks = list(peaks or [])

    def add(self, level: int, found: bytes) -> None:
        """The next subtree of this height."""
        while self.peaks and self.peaks[-1][0] == level:
            found, level = sha(b"\x01", self.peaks.pop()[1], found), level + 1
        self.peaks.append((level, found))

    def root(self) -> bytes:
        """The root of all."""
        found = self.peaks[-1][1] if self.peaks else EMPTY
        for _, peak in self.peaks[-2::-1]:
            found = sha(b"\x01", peak, found)
        return found

    def with_leaves(self, leaves: list[bytes]) -> "Edge":
        """The edge with some leaves more."""
        longer = Edge(self.peaks)
        for leaf in leaves:
            longer.add(0, leaf)
        return longer


def hashes(told: bytes) -> list[bytes]:
    """The hashes in a tile."""
    return [told[at : at + 32] for at in range(0, len(told), 32)]


def folded(row: list[bytes]) -> bytes:
    """The root of a complete subtree."""
    digest = hashlib.sha256
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=True)
        row = [digest(b"\x01" + left + right).digest() for left, right in pairs]
    return row[0]


def check_log(log: Log, told: Checkpoint, earlier: list[Checkpoint], chain: Chain) -> Replay:
    """The whole log against its checkpoint, earlier ones, its tiles, and the rules."""
    gone = max((one.size for one in earlier), default=0)
    if gone > told.size:
        raise Broken(f"The log was rolled back: it had {gone} entries and has {told.size}.")
    replay, edge, good, rows = Replay(chain.origin), Edge(), 0, list[bytes]()
    marks = sorted([*earlier, told], key=lambda one: one.size)
    digest = hashlib.sha256
    for number, entries in enumerate(log.bundles(told.size)):
        row = [digest(b"\x00" + entry).digest() for entry in entries]
        compare(hashes(log.tile("0", number, len(row))), row, number * 256)
        while marks and marks[0].size <= number * 256 + len(row):
            mark = marks.pop(0)
            if edge.with_leaves(row[: mark.size - number * 256]).root() != mark.root:
                raise Broken(
                    f"An entry from {good} to {mark.size - 1} was altered, dropped or moved since "
                    f"the checkpoint of {mark.size} entries was signed."
                )
            good = mark.size
        for entry in entries:
            replay.tell(entry)
        if len(row) == 256:
            rows.append(folded(row))
            edge.add(8, rows[-1])
    check_upper(log, rows)
    if replay.parts:
        raise Broken(f"Entry {replay.count - 1}: a part of a posting is missing.")
    return replay


def hand_overs(log: Log, size: int) -> list[dict[str, Any]]:
    """The entries with which the log changed its key, each with its index; read before all else."""
    found = []
    for number, entries in enumerate(log.bundles(size)):
        for at, entry in enumerate(entries):
            if b'"kind":"key"' in entry:
                try:
                    told = json.loads(entry)
                    links = {name: str(told[name]) for name in ("was", "key", "signature")}
                except (ValueError, KeyError, TypeError, RecursionError):
                    continue  # the replay names it
                if told.get("kind") == "key":
                    found.append(links | {"index": number * 256 + at})
    return found


def told_chain(text: str) -> list[dict[str, Any]]:
    """The hand-overs in a file `keys`: the first key, then `key index signature` in each line."""
    first, *rest = text.splitlines() or [""]
    links: list[dict[str, Any]] = []
    for line in rest:
        parts = line.split(" ")
        if len(parts) != 3 or not re.fullmatch(r"[1-9]\d{0,18}", parts[1], re.ASCII):
            raise Broken("A line of the chain does not read key index signature.")
        was = links[-1]["key"] if links else first
        links.append({"was": was, "key": parts[0], "index": int(parts[1]), "signature": parts[2]})
    return links


def compare(published: list[bytes], made: list[bytes], first: int) -> None:
    """Entries against the hashes in their tile."""
    if published[: len(made)] != made:
        at = next(n for n, one in enumerate(made) if published[n : n + 1] != [one])
        raise Broken(f"Entry {first + at} is not what its published hash was made from.")


def check_upper(log: Log, rows: list[bytes]) -> None:
    """The tiles above the entries."""
    level = 1
    while rows:
        for number in range(-(-len(rows) // 256)):
            row = rows[number * 256 : number * 256 + 256]
            if hashes(log.tile(str(level), number, len(row)))[: len(row)] != row:
                raise Broken(f"Tile {number} of level {level} is not made from what is below it.")
        rows = [folded(rows[at : at + 256]) for at in range(0, len(rows) // 256 * 256, 256)]
        level += 1


def check_copy(log: Log, copy: Log, size: int) -> None:
    """The log against an earlier copy of it, entry by entry."""
    pairs = zip(log.bundles(size), copy.bundles(size), strict=True)
    for number, (ours, theirs) in enumerate(pairs):
        for at, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            if one != other:
                raise Broken(f"Entry {number * 256 + at} is another one than in the earlier copy.")


def run(asked: argparse.Namespace) -> str:
    """Do what was asked: the sentence of success; raises Broken."""
    told = text_of(asked.key).split("\n")[0] if Path(asked.key).is_file() else asked.key
    chain = Chain(Key(told), asked.origin)
    if asked.chain:
        chain.follow(told_chain(text_of(asked.chain)), back=False)
    witnesses = [Key(one) for one in asked.witness]
    if asked.what == "proof":
        return run_proof(asked, chain, witnesses)
    if asked.what == "checkpoint":
        return f"{chain.origin} has signed {Checkpoint(text_of(asked.file), chain, witnesses)}."
    if asked.what == "consistency":
        old = Checkpoint(text_of(asked.old), chain)
        new = Checkpoint(text_of(asked.new), chain, witnesses)
        if asked.log:
            path = Log(Path(asked.log)).path(min(old.size, new.size), new.size)
        else:
            path = [unbase64(line) for line in text_of(asked.proof).split()]
        check_consistency(old, new, path)
        return f"The log {chain.origin} of {new.size} entries begins with that of {old.size}."
    return run_log(asked, chain, witnesses)


def run_proof(asked: argparse.Namespace, chain: Chain, witnesses: list[Key]) -> str:
    """All proofs in a file, a sentence each."""
    text = text_of(asked.file)
    parts = ("\n" + text).split(f"\n{PROOF}\n")[1:]
    if not parts or not text.startswith(PROOF):
        raise Broken("This is no proof file.")
    told = [f"{PROOF}\n{part}" + "\n" * (at + 1 < len(parts)) for at, part in enumerate(parts)]
    found = [check_proof(one, chain, witnesses, asked.reference) for one in told]
    if asked.log:
        check_owner(text, Log(Path(asked.log)))
    return "\n".join(found)


def run_log(asked: argparse.Namespace, chain: Chain, witnesses: list[Key]) -> str:
    """A whole log, from its first entry to its checkpoint."""
    log = Log(Path(asked.directory))
    note = text_of(log.root / "checkpoint")
    size = re.match(r"[^\n]+\n([1-9]\d{0,18})\n", note, re.ASCII)
    links = hand_overs(log, int(size[1])) if size and not asked.chain else []
    if links:
        chain.follow(links, back=True)
    told = Checkpoint(note, chain, witnesses)
    earlier = [Checkpoint(text_of(one), chain) for one in asked.since]
    if asked.copy:
        copy = Log(Path(asked.copy))
        kept = Checkpoint(text_of(copy.root / "checkpoint"), chain)
        check_copy(log, copy, min(kept.size, told.size))
        earlier.append(kept)
    replay = check_log(log, told, earlier, chain)
    if replay.short:
        raise Broken("\n".join(replay.remarks))
    lines = replay.lines.values()
    free = sum(hi - lo for line in lines for lo, hi in line.free)
    cents = sum(line.head for line in lines)
    holds = (
        f"All of {chain.origin} holds: {told}; {cents} cents on {len(lines)} lines, {free} free."
    )
    return "\n".join([holds, *replay.remarks])


def text_of(path: str | Path) -> str:
    """A text file as it is, byte for byte."""
    try:
        return Path(path).read_bytes().decode()
    except (OSError, UnicodeDecodeError) as trouble:
        raise Broken(f"{path} cannot be read: {type(trouble).__name__}.") from None


def main() -> NoReturn:
    """Parse the arguments, check, say one sentence."""
    parser = argparse.ArgumentParser(description="Check proofs and logs of Obolo.")
    commands = parser.add_subparsers(dest="what", required=True)
    proof, checkpoint = commands.add_parser("proof"), commands.add_parser("checkpoint")
    log, consistency = commands.add_parser("log"), commands.add_parser("consistency")
    for one in (proof, checkpoint, log, consistency):
        one.add_argument("--key", required=True, help="the log's public key, or a file with it")
        one.add_argument("--witness", action="append", default=[], help="a key that must vouch")
        one.add_argument("--chain", help="the log's file `keys`, when its key has changed since")
        one.add_argument("--origin", help="what its checkpoints begin with, if not the key's name")
    proof.add_argument("file")
    proof.add_argument("--log", help="a copy of the log: is the gift still its holder's?")
    proof.add_argument("--reference", help="the payment's reference on your own statement")
    checkpoint.add_argument("file")
    log.add_argument("directory")
    log.add_argument("--since", action="append", default=[], help="an earlier checkpoint")
    log.add_argument("--copy", help="an earlier copy of the directory")
    consistency.add_argument("old")
    consistency.add_argument("new")
    source = consistency.add_mutually_exclusive_group(required=True)
    source.add_argument("--log", help="a copy of what the log publishes")
    source.add_argument("--proof", help="a file with the hashes of the proof, one a line")
    try:
        sys.stdout.write(run(parser.parse_args()) + "\n")
    except Broken as wrong:
        sys.stdout.write(f"{wrong}\n")
        sys.exit(1)
    sys.exit(0)


if __name__ == "__main__":
    main()
