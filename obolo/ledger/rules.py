"""The published rule by which a fund's cents are chosen, in plain words.

Owns the name of the rule in force and its texts (`rules.toml`). The rule itself is `spans` and
`draft`; `replay` tells it a second time.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

CURRENT: Final = "fifo-1"
LANGUAGES: Final = ("it", "en", "ar")


def words(rule: str, language: str) -> tuple[str, ...]:
    """The sentences of a rule; in English for a language that has none. KeyError: no such rule."""
    texts = _texts()[rule]
    return tuple(texts.get(language, texts["en"])["sentences"])


@cache
def _texts() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads(Path(__file__).with_name("rules.toml").read_text("utf-8"))
