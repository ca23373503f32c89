"""What a cause is about, in lists that others know: the goals of the UN, the groups of ICNPO.

The lists are data (`taxonomies.toml`). Pure: asks nothing else.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("taxonomies.toml")


@cache
def sdg_goals() -> dict[int, dict[str, str]]:
    """The 17 Sustainable Development Goals: number to name by language."""
    return {int(code): names for code, names in _lists()["sdg"].items()}


@cache
def icnpo_groups() -> dict[str, dict[str, str]]:
    """The twelve groups: code to name by language."""
    return dict(_lists()["icnpo"])


def known(goals: Sequence[int], group: str) -> bool:
    """Are all of these in the lists? An empty group is none told yet."""
    return all(goal in sdg_goals() for goal in goals) and (not group or group in icnpo_groups())


@cache
def _lists() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
