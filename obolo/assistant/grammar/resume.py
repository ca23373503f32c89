"""The wish to hear from us again, when it is the whole message.

Owns the few words we told people to write ("resume") and their nearest kin. Never reads sentences.
"""

import re
from typing import Final

from obolo.kit.text import fold

_WORDS: Final = frozenset(
    fold(word)
    for word in (
        "riprendi", "riprendere", "riprendete", "riattiva", "ricomincia",
        "resume", "unstop", "start again", "subscribe",
        "استئناف", "استأنف", "اشتراك", "reprendre", "reanudar", "fortsetzen",
    )
)  # fmt: skip


def is_resume(text: str) -> bool:
    """Say whether the whole message asks for our messages again."""
    return " ".join(re.findall(r"[^\W_]+", fold(text))) in _WORDS
