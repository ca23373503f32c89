"""Cues: short patterns of words, kept as data, looked for in a folded message.

Owns the small pattern language of the lexicon files and its matcher. A cue is a row of elements
parted by spaces: `word`, `stem*` (any ending), `a|b` (either), `word?` (may be missing), `~` (up to
four words of the same clause), `^` first (start of the message), `$` last (end of the message).
Never scores and never knows an intent.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from obolo.assistant.grammar.folded import Folded, Token
from obolo.kit.text import fold

_BARRIER_WORDS: Final = """
    but ma pero keep keeping tenere tieni mantenere lascia lasciate mais aber لكن ولكن بس خلي
    خلوا ابقوا ابقي
"""


GAP_WORDS_MAX: Final = 4
TYPO_LETTERS_MIN: Final = 6  # shorter words are too near to other words to be forgiven
# A gap never jumps over these: what stands behind them is another wish.
_BARRIERS: Final = frozenset(_BARRIER_WORDS.split())
_PROCLITICS: Final = ("وبال", "وال", "بال", "فال", "عال", "لل", "ال", "و", "ب", "ل", "ف", "ه", "ع")


@dataclass(frozen=True, slots=True)
class Cue:
    """One pattern with what it stands for and how strongly."""

    elements: tuple[tuple[str, ...], ...]  # each a choice of words; ("~",) is a gap
    optional: tuple[bool, ...]
    meaning: str
    weight: int
    starts: bool
    ends: bool
    pattern: str  # as in the file, for reasons shown to people


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found in a message; start and end are places in the folded text."""

    cue: Cue
    start: int
    end: int


class CueBook:
    """Cues ready to be looked for: indexed by their first word, so a message costs little."""

    def __init__(self, cues: Iterable[tuple[str, str, int]]) -> None:
        """Take rows of pattern, meaning, weight; raises ValueError for an empty pattern."""
        self._by_word: dict[str, list[Cue]] = defaultdict(list)
        self._by_stem: dict[str, list[tuple[str, Cue]]] = defaultdict(list)
        self._vocabulary: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._known: set[str] = set()
        for pattern, meaning, weight in cues:
            self._add(compiled(pattern, meaning, weight))

    def hits(self, message: Folded) -> list[Hit]:
        """Find every cue once, at its first place, in the order of the message."""
        tokens = message.tokens
        forms = [self._forms(token.text) for token in tokens]
        found: dict[str, Hit] = {}
        for place, choices in enumerate(forms):
            for cue in self._starting(choices):
                key = cue.meaning + cue.pattern
                if key in found or (cue.starts and place):
                    continue
                last = _Walk(cue, tokens, forms).step(0, place)
                if last is not None and not (cue.ends and last != len(tokens)):
                    found[key] = Hit(cue, tokens[place].start, tokens[last - 1].end)
        return list(found.values())

    def _add(self, cue: Cue) -> None:
        first = 0
        while True:
            for word in cue.elements[first]:
                if word.endswith("*"):
                    self._by_stem[word[:2]].append((word[:-1], cue))
                else:
                    self._by_word[word].append(cue)
            if not cue.optional[first]:
                break
            first += 1
        for element in cue.elements:
            self._known.update(w for w in element if not w.endswith("*"))
            for word in element:
                if len(word) >= TYPO_LETTERS_MIN and not word.endswith("*"):
                    self._vocabulary[word[0], len(word)].append(word)

    def _starting(self, forms: tuple[str, ...]) -> Iterable[Cue]:
        for form in forms:
            yield from self._by_word.get(form, ())
            for stem, cue in self._by_stem.get(form[:2], ()):
                if form.startswith(stem):
                    yield cue

    def _forms(self, word: str) -> tuple[str, ...]:
        forms = word_forms(word)
        if len(word) < TYPO_LETTERS_MIN or self._known.intersection(forms):
            return forms
        near = [
            candidate
            for size in (len(word) - 1, len(word), len(word) + 1)
            for candidate in self._vocabulary.get((word[0], size), ())
            if one_letter_apart(word, candidate)
        ]
        return forms + tuple(dict.fromkeys(near))


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Keep, where hits overlap, the longest one; in the order of the message."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.start)):
        if not any(hit.start < other.end and other.start < hit.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def compiled(pattern: str, meaning: str, weight: int) -> Cue:
    """Read one pattern of a lexicon file; raises ValueError when it holds no word."""
    parts = _parted(pattern)
    starts, ends = parts[:1] == ["^"], parts[-1:] == ["$"]
    parts = parts[starts : len(parts) - ends]
    elements, optional = [], []
    for part in parts:
        optional.append(part.endswith("?"))
        elements.append(tuple(part.removesuffix("?").split("|")))
    if not parts or all(optional) or "~" in (parts[0], parts[-1]):
        raise ValueError(f"This cue has no word to start or end from: {pattern!r}.")
    return Cue(tuple(elements), tuple(optional), meaning, weight, starts, ends, pattern)


def _parted(pattern: str) -> list[str]:
    """Split as a message is split: "l'anno" is two words, "don't" one, "i'll|i" is "ll" or "i"."""
    parts = []
    for part in fold(pattern).replace("n't", "nt").split():
        if "'" in part and "|" in part:
            choices = part.removesuffix("?").split("|")
            tails = [choice.rpartition("'")[2] or choice[:-1] for choice in choices]
            parts.append("|".join(tails) + "?" * part.endswith("?"))
        else:
            parts += part.replace("'", " ").split()
    return parts


@lru_cache(maxsize=4_096)
def word_forms(word: str) -> tuple[str, ...]:
    """Return the word and, in Arabic, the word without the little words written onto it."""
    if word.isascii():
        return (word,)
    bare = [word[len(p) :] for p in _PROCLITICS if word.startswith(p) and len(word) - len(p) >= 3]
    return (word, *bare)


def one_letter_apart(one: str, other: str) -> bool:
    """Say whether one letter added, dropped, changed or swapped makes `one` into `other`."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    if left[1:] == right or left == right[1:] or left[1:] == right[1:]:
        return True
    return left[:2] == right[1::-1] and left[2:] == right[2:]


class _Walk:
    """One cue walked along one message: plain recursion over elements and places."""

    def __init__(self, cue: Cue, tokens: Sequence[Token], forms: Sequence[tuple[str, ...]]) -> None:
        self.cue, self.tokens, self.forms = cue, tokens, forms

    def step(self, element: int, at: int) -> int | None:
        """Return the place after the cue's last word, walking from `element` at token `at`."""
        if element == len(self.cue.elements):
            return at
        if self.cue.elements[element] == ("~",):
            return self.leap(element + 1, at)
        if at < len(self.tokens) and _fits(self.cue.elements[element], self.forms[at]):
            end = self.step(element + 1, at + 1)
            if end is not None:
                return end
        return self.step(element + 1, at) if self.cue.optional[element] else None

    def leap(self, element: int, at: int) -> int | None:
        """Pass over up to GAP_WORDS_MAX words of the clause, never over a barrier."""
        clause = self.tokens[at - 1].clause
        for here in range(at, min(at + GAP_WORDS_MAX + 1, len(self.tokens))):
            if self.tokens[here].clause != clause:
                return None
            end = self.step(element, here)
            if end is not None:
                return end
            if self.tokens[here].text in _BARRIERS:
                return None
        return None


def _fits(choices: tuple[str, ...], forms: tuple[str, ...]) -> bool:
    for choice in choices:
        if choice.endswith("*"):
            stem = choice[:-1]
            if any(form.startswith(stem) for form in forms):
                return True
        elif choice in forms:
            return True
    return False
