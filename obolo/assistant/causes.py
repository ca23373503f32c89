"""Which cause a person means, from the words they used for it.

Owns the matching of a mention against a catalogue of names and aliases in several languages. Never
picks one of two equally good causes, and never invents one that is not in the catalogue.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from obolo.assistant.grammar.cues import one_letter_apart, word_forms
from obolo.assistant.grammar.folded import Folded, Token, folded

TYPO_LETTERS_MIN: Final = 5
STEM_LETTERS_MIN: Final = 4
MENTION_GAP_WORDS: Final = 3  # words like "in" or "of the" may stand inside a mention

_SMALL_WORDS: Final = """
    il lo la i gli le l un una di del della dei delle dello in nel nella nei sul sulla su per a
    al alla ai da e the a an of in on for to and with from at your our my vostro nostro progetto
    project مشروع في من علي الي عن ل ب و ال el fi 3ala men li un une des du de les y los las
    casa house home bayt بيت donazione gift s cancel cancels cancelled cancella cancellare
    cancello stop
"""
_SMALL: Final = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True, slots=True)
class KnownCause:
    """One cause of the catalogue: its id, and every name a person may use for it."""

    id: str
    names: Mapping[str, str] = field(default_factory=dict)
    aliases: Sequence[str] = ()

    def __hash__(self) -> int:
        """Hash by identity of content, so that a catalogue can be prepared once."""
        return hash((self.id, tuple(sorted(self.names.items())), tuple(self.aliases)))


@dataclass(frozen=True, slots=True)
class Mention:
    """What was found: the ids that fit best (one, or several that fit alike) and the words."""

    ids: tuple[str, ...]
    text: str  # exactly as written
    start: int  # in the folded text
    end: int

    @property
    def id(self) -> str | None:
        """The one cause meant, or None when several fit alike."""
        return self.ids[0] if len(self.ids) == 1 else None


def cause_from_json(row: Mapping[str, Any]) -> KnownCause:
    """Read one catalogue entry {"id", "names", "aliases"}; raises ValueError when it has no id."""
    names, aliases = row.get("names") or {}, row.get("aliases") or []
    if not row.get("id") or not isinstance(names, Mapping) or not isinstance(aliases, list):
        raise ValueError("A cause needs an id, names by language and a list of aliases.")
    texts = {str(lang): str(name) for lang, name in names.items()}
    return KnownCause(str(row["id"]), texts, tuple(str(alias) for alias in aliases))


def find_cause(message: Folded, causes: Iterable[KnownCause]) -> Mention | None:
    """Return the cause (or the equally good causes) a message mentions, or None."""
    prepared = _prepared(tuple(causes))
    scores: dict[str, float] = defaultdict(float)
    places: dict[str, list[int]] = defaultdict(list)
    for place, token in enumerate(message.tokens):
        for cause, weight in _matches(token, prepared).items():
            scores[cause] += weight
            places[cause].append(place)
    if not scores:
        return None
    best = max(scores.values())
    ids = tuple(cause for cause, score in scores.items() if score >= best * 0.999)
    start, end = _stretch(places[ids[0]], message.tokens)
    return Mention(ids, message.as_written(start, end), start, end)


def sample_catalogue() -> tuple[KnownCause, ...]:
    """Return the six causes of the sample organisation."""
    return _SAMPLE


_Index = dict[str, dict[str, float]]


@lru_cache(maxsize=64)
def _prepared(causes: tuple[KnownCause, ...]) -> _Index:
    """Index stems to causes; a stem that few causes share tells more."""
    stems: dict[str, set[str]] = defaultdict(set)
    for cause in causes:
        for name in (*cause.names.values(), *cause.aliases):
            for token in folded(name).tokens:
                if token.text not in _SMALL and len(token.text) > 1:
                    stems[_stem(token.text)].add(cause.id)
    return {stem: dict.fromkeys(ids, 1.0 / len(ids)) for stem, ids in stems.items()}


def _matches(token: Token, prepared: _Index) -> dict[str, float]:
    if token.text in _SMALL or len(token.text) < 2:
        return {}
    for form in word_forms(token.text):
        exact = prepared.get(_stem(form))
        if exact:
            return exact
    return _near(token.text, prepared) if len(token.text) >= TYPO_LETTERS_MIN else {}


def _near(word: str, prepared: _Index) -> dict[str, float]:
    """Forgive one letter in longer words, at half the worth."""
    stem = _stem(word)
    for known, causes in prepared.items():
        short, long = sorted((len(known), len(stem)))
        long_enough = short >= STEM_LETTERS_MIN and long > STEM_LETTERS_MIN
        if long_enough and known[0] == stem[0] and one_letter_apart(stem, known):
            return {cause: weight / 2 for cause, weight in causes.items()}
    return {}


@lru_cache(maxsize=4_096)
def _stem(word: str) -> str:
    """Cut the ends that only bend a word: pozzo/pozzi, well/wells, the Arabic article."""
    if word.isascii():
        if len(word) > 4 and word[-1] == "s" and word[-2] != "s":
            word = word[:-1]
        return word[:-1] if len(word) > 4 and word[-1] in "aeiou" else word
    bare = word.removeprefix("ال") if len(word) > 4 else word
    for tail in ("ات", "ين", "ون", "ه", "ي", "ا"):
        if bare.endswith(tail) and len(bare) - len(tail) >= 3:
            return bare[: -len(tail)]
    return bare


def _stretch(places: list[int], tokens: Sequence[Token]) -> tuple[int, int]:
    """Return the longest run of matched words that stand near each other."""
    runs: list[list[int]] = []
    for place in places:
        near = runs and place - runs[-1][-1] <= MENTION_GAP_WORDS
        if near and tokens[place].clause == tokens[runs[-1][-1]].clause:
            runs[-1].append(place)
        else:
            runs.append([place])
    run = max(runs, key=len)
    return tokens[run[0]].start, tokens[run[-1]].end


_SAMPLE: Final = tuple(
    KnownCause(key, {"it": it, "en": en, "ar": ar}, tuple(aliases.split("|")))
    for key, it, en, ar, aliases in (
        ("pozzi-burkina", "Pozzi in Burkina Faso", "Wells in Burkina Faso", "آبار في بوركينا فاسو",
         "acqua|water|pozzo d'acqua|بئر|البئر|بير|المياه|مياه|ماء|bir|abar|mayy|mayya|pozo"),
        ("scuola-libano", "Scuola nella Bekaa, Libano", "School in the Bekaa, Lebanon",
         "مدرسة البقاع في لبنان",
         "scuole libanesi|lebanese school|بقاع|beqaa|madrasa|madrase|lebnen|lubnan|école|escuela"),
        ("mensa-napoli", "Mensa di Napoli", "Naples soup kitchen", "مطعم نابولي الخيري",
         "mensa dei poveri|canteen|pasti|meals|المطبخ|مطعم|mat3am|napoli|soup"),
        ("ricerca-seno", "Ricerca sul tumore al seno", "Breast cancer research",
         "أبحاث سرطان الثدي", "cancro|tumori|oncologia|السرطان|saratan|البحث"),
        ("emergenza-alluvione", "Emergenza alluvione", "Flood appeal", "إغاثة الفيضان",
         "alluvionati|alluvioni|floods|flooding|الفيضانات|السيول|faydan|fayadan|inondation"),
        ("casa-rifugio", "Casa rifugio per donne", "Women's shelter", "بيت الإيواء للنساء",
         "rifugio|shelter|donne|woman|women|refuge|ملجأ|نساء|الايواء|malja2|nisa2"),
    )
)  # fmt: skip
