"""The witness protocol (c2sp.org/tlog-witness), both sides, without the network.

Pure. Owns the request `add-checkpoint`, its answer, and what a witness must remember. A witness
keeps what it answers in the same transaction. Never opens a connection: `Transport` is given.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

from obolo.trace.log import checkpoint, note, tree
from obolo.trace.log.errors import BadNote, BadProof

SIZE_TYPE: Final = "text/x.tlog.size"
PLAIN_TYPE: Final = "text/plain; charset=utf-8"
PATH_MAX: Final = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


class Transport(Protocol):
    """Brings a request to a witness. A gateway implements it."""

    def post(self, url: str, body: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer; raises OSError when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A log asks: this is my newest checkpoint, and how it follows from the one you saw."""

    old_size: int
    path: tuple[bytes, ...]
    signed: str

    def body(self) -> bytes:
        """The request as it travels."""
        path = [base64.b64encode(one).decode() for one in self.path]
        return "\n".join([f"old {self.old_size}", *path, "", self.signed]).encode()


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest tree of a log that this witness has vouched for."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the witness says; `keep` is to be remembered before it is said."""

    status: int
    body: str
    content_type: str = PLAIN_TYPE
    keep: checkpoint.Checkpoint | None = None


def parse(body: bytes) -> Request:
    """Read a request; raises BadProof, BadNote."""
    try:
        head, blank, signed = body.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise BadNote("The request is no text.") from None
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if not blank or not old or len(lines) > PATH_MAX:
        raise BadProof("The request begins with old and a size.")
    path = tuple(note.strict_base64(line) for line in lines)
    if any(len(one) != tree.HASH_BYTES for one in path):
        raise BadProof("A hash has 32 bytes.")
    return Request(int(old[1]), path, signed)


def origin_of(request: Request) -> str:
    """Which log asks, by its own word; raises BadNote."""
    return checkpoint.parse(note.parse(request.signed).text).origin


def answer(
    request: Request,
    key: note.Key | None,
    seen: Seen | None,
    signer: note.Signer,
    *,
    at_seconds: int,
) -> Answer:
    """Vouch for a checkpoint, or say why not. `key`: the log's, None for one not known here."""
    if key is None:
        return unknown()
    try:
        told = checkpoint.verify(request.signed, key)
    except BadNote as wrong:
        return Answer(HTTPStatus.FORBIDDEN, f"{wrong}\n")
    if request.old_size > told.size:
        return Answer(HTTPStatus.BAD_REQUEST, "The old size is above the new one.\n")
    known = seen or Seen(0, tree.EMPTY_ROOT)
    if request.old_size != known.size:
        return Answer(HTTPStatus.CONFLICT, f"{known.size}\n", SIZE_TYPE)
    try:
        tree.check_consistency(known.size, told.size, request.path, known.root, told.root)
    except BadProof as wrong:
        return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, f"{wrong}\n")
    line = signer.line(told.text(), at_seconds=at_seconds)
    return Answer(HTTPStatus.OK, line, keep=told)


def unknown() -> Answer:
    """The answer about a log that is not watched."""
    return Answer(HTTPStatus.NOT_FOUND, "This log is not known here.\n")


def refused(wrong: BadNote | BadProof) -> Answer:
    """The answer to what is no request."""
    return Answer(HTTPStatus.BAD_REQUEST, f"{wrong}\n")


def ask(
    transport: Transport,
    url: str,
    signed: str,
    nodes: tree.Nodes,
    key: note.Key,
    *,
    old_size: int = 0,
) -> str:
    """The cosignature line of one witness for our checkpoint.

    `url` ends before /add-checkpoint; `old_size` is what we think it saw last: when it knows
    better, it says so and is asked once more. Raises BadNote, BadProof, OSError.
    """
    told = checkpoint.parse(note.parse(signed).text)
    status, body = _asked(transport, url, signed, told.size, old_size, nodes)
    if status == HTTPStatus.CONFLICT:
        old_size = _size(body)
        status, body = _asked(transport, url, signed, told.size, old_size, nodes)
    if status != HTTPStatus.OK:
        raise BadNote(f"The witness {key.name} answered {status}.")
    lines = [
        line
        for line in body.decode("utf-8", "replace").splitlines(keepends=True)
        if line.endswith("\n")
    ]
    note.verify(note.assembled(told.text(), lines), [key])
    return _line_of(lines, key)


def _asked(
    transport: Transport, url: str, signed: str, size: int, old_size: int, nodes: tree.Nodes
) -> tuple[int, bytes]:
    if old_size > size:
        raise BadProof(f"A witness has seen {old_size} entries of this log of {size}.")
    path = tuple(tree.consistency(old_size, size, nodes))
    return transport.post(f"{url}/add-checkpoint", Request(old_size, path, signed).body())


def _size(body: bytes) -> int:
    text = body.decode("ascii", "replace").removesuffix("\n")
    if not text.isdigit() or len(text) > 19:
        raise BadProof("The witness did not say which size it knows.")
    return int(text)


def _line_of(lines: Sequence[str], key: note.Key) -> str:
    for line in lines:
        name, value = note.parse(note.assembled("\n", [line])).lines[0]
        if (name, value[:4]) == (key.name, key.id):
            return line
    raise BadNote(f"{key.name} has not signed.")
