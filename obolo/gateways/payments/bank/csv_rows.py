"""Bytes of a CSV file as numbered rows of cells, with a problem where a row cannot be read.

Owns encodings, delimiters and the repair of broken quotes (RFC 4180 as banks bend it).
Never: what a column means.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from obolo.gateways.payments.bank.statement import NotAStatement, Problem

FILE_BYTES_MAX = 20_000_000
CELL_CHARS_MAX = 4_000
QUOTED_LINES_MAX = 20  # a cell that spans more lines than this was never closed
DELIMITERS = ";,\t|"
ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOOKED_AT = 200  # lines from which a delimiter is guessed


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `number` is the line of the file it begins on, from 1."""

    number: int
    cells: tuple[str, ...]


def decoded(content: bytes, encoding: str = "") -> tuple[str, str, bool]:
    """(text, encoding, certain). Without a mark and outside UTF-8 the encoding is a guess.

    Raises NotAStatement for an empty file, one too large, or one that is not in `encoding`.
    """
    if len(content) > FILE_BYTES_MAX:
        raise NotAStatement(
            f"It is larger than {FILE_BYTES_MAX // 1_000_000} MB: send it by month."
        )
    for mark, named in _BOMS:
        if content.startswith(mark) and encoding in ("", named):
            return _text(content, "utf-8-sig" if named == "utf-8" else named), named, True
    if encoding:
        if encoding not in ENCODINGS:
            raise NotAStatement(f"The encoding is one of {', '.join(ENCODINGS)}.")
        return _text(content, encoding), encoding, True
    try:
        return _text(content, "utf-8"), "utf-8", True
    except NotAStatement:
        if not content.strip(b"\x00\r\n\t "):
            raise
    if content[1::2].count(0) > len(content) // 4:  # Latin letters in two bytes each
        return _text(content, "utf-16-le"), "utf-16", True
    return _text(content, "latin-1" if _has_holes(content) else "cp1252"), "cp1252", False


def delimiters_by_likelihood(text: str) -> list[str]:
    """The delimiters, first the one that cuts most lines into one number of cells, two or more."""
    lines = [line for line in text.splitlines()[:_LOOKED_AT] if line.strip()]

    def cuts(delimiter: str) -> tuple[int, int]:
        counts = Counter(len(_cut(line, delimiter)) for line in lines)
        counts.pop(1, None)
        return max(((times, width) for width, times in counts.items()), default=(0, 0))

    return sorted(DELIMITERS, key=cuts, reverse=True)


def rows(text: str, delimiter: str) -> Iterator[Row | Problem]:
    """Each row in order; a broken one is a problem with its line, the next lines are still read."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = 0
    while at < len(lines):
        found, used = _row(lines, at, delimiter)
        if found is not None:
            yield found
        at += used


def _row(lines: list[str], at: int, delimiter: str) -> tuple[Row | Problem | None, int]:
    number = at + 1
    if not lines[at].strip():
        return None, 1
    for used in range(1, min(QUOTED_LINES_MAX, len(lines) - at) + 1):
        piece = "\n".join(lines[at : at + used])
        if piece.count('"') % 2:
            continue  # inside a quoted cell: the next line belongs to it
        read = _read(piece, number, delimiter)
        if used == 1 or isinstance(read, Row):
            return read, used
        break  # two stray quotes, far apart: the lines between them are rows of their own
    return Problem(place=f"row {number}", why="A quote that opens here is never closed."), 1


def _read(piece: str, number: int, delimiter: str) -> Row | Problem:
    place = f"row {number}"
    if "\x00" in piece:
        return Problem(place=place, why="It holds a NUL character.")
    try:
        cells = next(csv.reader([piece], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration) as odd:
        return Problem(place=place, why=f"It cannot be cut into cells ({odd}).")
    if any(len(cell) > CELL_CHARS_MAX for cell in cells):
        return Problem(place=place, why=f"A cell is longer than {CELL_CHARS_MAX} characters.")
    return Row(number, tuple(cell.strip() for cell in cells))


def _cut(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except (csv.Error, StopIteration):
        return []


def _text(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as odd:
        raise NotAStatement(f"It is not written in {encoding}.") from odd
    if not text.strip("\ufeff\x00 \r\n\t"):
        raise NotAStatement("It is empty.")
    return text


def _has_holes(content: bytes) -> bool:
    """Five bytes mean nothing in Windows-1252."""
    return any(hole in content for hole in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))
