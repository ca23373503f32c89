"""How strongly a message speaks for each intent, by the cues of the lexicon.

Owns the weighing of cues. This is the seam for a trained model: it gives the same table of scores,
and `borders` goes on from there. Never applies a gate and never reads a slot.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from obolo.assistant.grammar.cues import CueBook, Hit
from obolo.assistant.grammar.folded import Folded, folded
from obolo.assistant.grammar.lexicon import cue_rows
from obolo.assistant.language import SPOKEN
from obolo.assistant.reading import INTENTS, RISKS

STRONG: Final = 3.0  # a score that one telling cue gives
SURE: Final = 5.0
_NEXT_CUE_WORTH: Final = 0.5  # many cues for one thing repeat each other


@dataclass(frozen=True, slots=True)
class Evidence:
    """Scores by meaning (intents, `risk_…` and the signs of the gates) with the cues behind."""

    scores: dict[str, float]
    hits: dict[str, list[Hit]]

    def of(self, meaning: str) -> float:
        """Return the score of one meaning, 0 when no cue spoke for it."""
        return self.scores.get(meaning, 0.0)


def scores_by_rules(text: str, lang: str) -> dict[str, float]:
    """Return the score of every intent for `text`, by rules alone: 0 is no evidence, 5 is clear.

    Same shape as a trained model's table. Never raises; an unknown language uses the common cues.
    """
    evidence = evidence_by_rules(folded(text), (lang,))
    return {intent: evidence.of(intent) for intent in INTENTS}


def evidence_by_rules(message: Folded, langs: Sequence[str]) -> Evidence:
    """Weigh the cues of `langs` and the common ones; the best language counts for each meaning."""
    best: dict[str, list[Hit]] = {}
    scores: dict[str, float] = {}
    common = _by_meaning(_book("many").hits(message))
    for lang in dict.fromkeys(lang for lang in langs if lang in SPOKEN):
        own = _by_meaning(_book(lang).hits(message))
        for meaning, hits in own.items():
            score = _score(hits + common.get(meaning, []))
            if score > scores.get(meaning, 0.0):
                scores[meaning], best[meaning] = score, hits + common.get(meaning, [])
    for meaning, hits in common.items():
        if meaning not in scores:
            scores[meaning], best[meaning] = _score(hits), hits
    return Evidence(scores, best)


def risk_scores(evidence: Evidence) -> dict[str, float]:
    """Return the risks that have any evidence, with their scores."""
    found = {risk: evidence.of(f"risk_{risk}") for risk in RISKS}
    return {risk: score for risk, score in found.items() if score}


def _by_meaning(hits: list[Hit]) -> dict[str, list[Hit]]:
    grouped: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        grouped[hit.cue.meaning].append(hit)
    return grouped


def _score(hits: list[Hit]) -> float:
    weights = sorted((hit.cue.weight for hit in hits), reverse=True)
    return sum(weight * _NEXT_CUE_WORTH**place for place, weight in enumerate(weights))


@cache
def _book(name: str) -> CueBook:
    return CueBook(cue_rows(name))
