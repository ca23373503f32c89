"""Text as people type it, folded so that rules can read it.

Sources: Unicode TR15 (NFKC) and TR9 (direction marks). Folding is for comparing; what a person
wrote is stored as it came.
"""

import re
import unicodedata
from typing import Any

_DIGITS = {ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
# Arabic: one shape for alef, ya and ta marbuta; no short vowels, no lengthening stroke.
_ARABIC = {ord(a): b for a, b in zip("أإآٱىةؤئ", "اااايهوي", strict=True)}


def without_invisible(text: str) -> str:
    """Drop format characters, controls, lone surrogates; keep newlines and tabs as spaces."""
    kept = (c if unicodedata.category(c)[0] != "C" else " " * (c in "\n\r\t") for c in text)
    return "".join(kept)


def shown(text: str, limit: int = 65_536) -> str:
    """What may be put into a database or a page: no NUL, no lone surrogate, at most `limit`."""
    clean = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
    return clean[:limit]


def shown_deep(piece: Any) -> Any:
    """The same for every string inside plain JSON data."""
    if isinstance(piece, str):
        return shown(piece)
    if isinstance(piece, dict):
        return {shown(str(key)): shown_deep(part) for key, part in piece.items()}
    return [shown_deep(part) for part in piece] if isinstance(piece, list | tuple) else piece


def fold(text: str) -> str:
    """Lower case, compatibility forms, western digits, no accents, no invisible characters."""
    flat = unicodedata.normalize("NFKC", without_invisible(text)).casefold().translate(_DIGITS)
    flat = flat.translate(_ARABIC)
    parts = unicodedata.normalize("NFD", flat)
    bare = "".join(c for c in parts if not unicodedata.combining(c) and c != "ـ")
    return re.sub(r"\s+", " ", bare).strip()
