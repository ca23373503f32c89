"""Checkpoints (c2sp.org/tlog-checkpoint): how large the log is and its root, signed.

Pure. Owns the text of a checkpoint. Never signs twice: `publishing` keeps what was signed.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from obolo.trace.log import note
from obolo.trace.log.errors import BadNote

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log by its origin, the number of its entries, and their root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse(text: str) -> Checkpoint:
    """Read the text of a note as a checkpoint; raises BadNote. Further lines are ignored."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0] or not _SIZE.fullmatch(lines[1]) or "" in lines[:-1]:
        raise BadNote("It is no checkpoint.")
    root = note.strict_base64(lines[2])
    if len(root) != 32:
        raise BadNote("A root has 32 bytes.")
    return Checkpoint(lines[0], int(lines[1]), root)


def sign(checkpoint: Checkpoint, signer: note.Signer) -> str:
    """The signed note of a checkpoint."""
    text = checkpoint.text()
    return note.assembled(text, [signer.line(text)])


def verify(told: str, key: note.Key, others: Iterable[note.Key] = ()) -> Checkpoint:
    """A checkpoint signed by the log's own key, which is named like its origin.

    `others` are known witnesses: one whose signature fails spoils the note. Raises BadNote.
    """
    opened, signatures = note.verify(told, [key, *others])
    if key not in [one.key for one in signatures]:
        raise BadNote(f"{key.name} has not signed it.")
    found = parse(opened.text)
    if found.origin != key.name:
        raise BadNote(f"It is a checkpoint of {found.origin}.")
    return found
