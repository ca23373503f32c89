"""A message folded for the rules, which still knows where each letter was written.

Owns the fold of one message and its tokens. Never alters what is stored: spans given back point
into the text as it came.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from obolo.kit.text import fold

READ_CHARS_MAX: Final = 4_096  # one WhatsApp text; what is longer is stored whole, read to here

_SPECIAL: Final = {
    **dict.fromkeys("’‘`´ʼ", "'"),
    **dict.fromkeys("−‐‑‒–—", "-"),
    **dict.fromkeys("کڪ", "ك"),
    **dict.fromkeys("یې", "ي"),
    **dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True)),
    "،": ",",
    "؛": ";",
    "؟": "?",
}
_TOKEN: Final = re.compile(r"[^\W_]+n't\b|[^\W_]+|[^\w\s]")
_CLAUSE_ENDS: Final = frozenset(".,;:!?\n()")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or sign of a folded message."""

    text: str
    start: int  # in the folded text
    end: int
    clause: int  # tokens of one clause share this number


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text with, for each of its characters, the place it was written at."""

    text: str
    origin: tuple[int, ...]
    written: str
    tokens: tuple[Token, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a folded span into a span of the written text."""
        if start >= end:
            return (0, 0)
        return self.origin[start], self.origin[end - 1] + 1

    def as_written(self, start: int, end: int) -> str:
        """Return the written words behind a folded span, exactly as they came."""
        first, last = self.span(start, end)
        return self.written[first:last]


def folded(text: str) -> Folded:
    """Fold at most READ_CHARS_MAX characters of `text`; never raises."""
    pieces: list[str] = []
    origin: list[int] = []
    for place, char in enumerate(text[:READ_CHARS_MAX]):
        piece = _fold_char(char)
        if piece == " " and (not pieces or pieces[-1] == " "):
            continue
        pieces.extend(piece)
        origin.extend([place] * len(piece))
    while pieces and pieces[-1] == " ":
        pieces.pop()
        origin.pop()
    flat = "".join(pieces)
    return Folded(flat, tuple(origin), text, tuple(_tokens(flat)))


def _tokens(flat: str) -> list[Token]:
    found, clause = [], 0
    for match in _TOKEN.finditer(flat):
        word = match.group()
        if word in _CLAUSE_ENDS:
            clause += 1
        elif word not in "'-":
            found.append(Token(word.replace("'", ""), match.start(), match.end(), clause))
    return found


@lru_cache(maxsize=4_096)
def _fold_char(char: str) -> str:
    """Fold one character; a sign that only looks like a digit keeps a caret before it."""
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char.isspace():
        return " "
    kind = unicodedata.category(char)
    if kind in ("Mn", "Me"):
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    flat = fold(char)
    if kind == "No":
        # "5²" is not 52 and "½" is not 12: compatibility forms would turn them into such.
        return "^" + flat
    return " " if flat.isspace() else flat
