"""The lexicon: cue patterns kept as data in `obolo/assistant/lexicon`, one file per subject.

Owns the reading of those files. Never matches, never scores. A file is TOML: a table per meaning,
in it a list of patterns per weight.
"""

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

_FOLDER: Final = files("obolo.assistant") / "lexicon"


def cue_rows(name: str, meanings: Iterable[str] | None = None) -> Iterator[tuple[str, str, int]]:
    """Rows of pattern, meaning, weight of one file; of all its tables unless `meanings` are given.

    Raises ValueError when a weight is no whole number.
    """
    tables = _file(name)
    for meaning in tables if meanings is None else meanings:
        for weight, patterns in tables[meaning].items():
            for pattern in patterns:
                yield pattern, meaning, int(weight)


def section(name: str, table: str) -> dict[str, list[str]]:
    """One table of one file as it stands: names to lists of words."""
    return dict(_file(name)[table])


@cache
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
