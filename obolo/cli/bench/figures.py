"""What a bench found, and how it is shown. Pure but for looking at the machine.

Every name ends in its unit: `_per_second`, `_ms`, `_count`, `_seconds`, `_percent`; a ratio has
none.
"""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


def this_machine() -> dict[str, Any]:
    """What it ran on: figures of two machines are not to be compared."""
    return {
        "cores_count": os.cpu_count(),
        "processor": _processor(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The outcome of one bench: its own figures, the baselines of the same run, their ratios."""

    bench: str
    machine: dict[str, Any] = field(default_factory=this_machine)
    figures: dict[str, float]
    baselines: dict[str, float]
    ratios: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one part of a bench found; names as in `Measured`, different from other parts'."""

    figures: dict[str, float] = field(default_factory=dict)
    baselines: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` % of `ordered` do not exceed (nearest rank).

    `ordered` ascends; nothing measured gives 0.
    """
    if not ordered:
        return 0.0
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(int(rank), 1) - 1]


def ratio(ours: float, theirs: float) -> float:
    """How many times theirs ours is, to three digits; 0 when theirs measured nothing."""
    return round(ours / theirs, 3) if theirs else 0.0


def as_object(measured: Measured) -> str:
    """One JSON object, as promised in the list of doors."""
    return json.dumps(asdict(measured))


def as_table(measured: Measured) -> str:
    """The same for people: a line per figure."""
    about = ", ".join(str(value) for value in measured.machine.values())
    lines = [f"{measured.bench} (cores, processor, system, Python: {about})"]
    width = max(map(len, [*measured.figures, *measured.baselines, *measured.ratios]), default=0)
    for title in ("figures", "baselines", "ratios"):
        lines += ["", title]
        rows: dict[str, float] = getattr(measured, title)
        lines += [f"  {name:<{width}}  {_number(value):>12}" for name, value in rows.items()]
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as told:
            names = [line.split(":", 1)[1].strip() for line in told if "model name" in line]
    except OSError:
        names = []
    return names[0] if names else platform.machine()
