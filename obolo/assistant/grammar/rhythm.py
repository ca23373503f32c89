"""How often a gift is meant to come: once, daily, weekly, monthly, quarterly, yearly.

Owns the words for a rhythm. Never assumes one: what was not said is None.
"""

from typing import Final, Literal, get_args

from obolo.assistant.grammar.cues import CueBook, Hit, longest
from obolo.assistant.grammar.folded import Folded
from obolo.assistant.grammar.lexicon import cue_rows

Rhythm = Literal["once", "daily", "weekly", "monthly", "quarterly", "yearly"]
RHYTHMS: Final[tuple[Rhythm, ...]] = get_args(Rhythm)
_BOOK: Final = CueBook(cue_rows("rhythm", RHYTHMS))


def read_rhythms(message: Folded) -> list[tuple[Rhythm, Hit]]:
    """All rhythms said, in the order of the message, each with its place.

    Where cues overlap ("every three months" holds "months") the longest one is kept.
    """
    kept = longest(_BOOK.hits(message))
    return [(rhythm, hit) for hit in kept for rhythm in RHYTHMS if rhythm == hit.cue.meaning]


def read_rhythm(message: Folded) -> Rhythm | None:
    """Return the last rhythm said (a correction wins), or None."""
    rhythms = read_rhythms(message)
    return rhythms[-1][0] if rhythms else None
