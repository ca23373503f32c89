"""`obolo bench trace`: reading the path of a cent back, in books that have grown large.

Owns the list of parts and how their figures are put together. Each part is a file of its own with
one function `(seconds, gifts) -> Part`, and brings its own throw-away installation.
"""

from collections.abc import Callable
from typing import Final

from obolo.cli.bench import trace_notices, trace_paths, trace_proofs
from obolo.cli.bench.figures import Measured, Part

PARTS: Final[tuple[Callable[[int, int], Part], ...]] = (
    trace_paths.measure,
    trace_proofs.measure,
    trace_notices.measure,
)


def measure(seconds: int, gifts: int) -> Measured:
    """Run every part: `seconds` for what is repeated, `gifts` in the largest books."""
    figures: dict[str, float] = {}
    baselines: dict[str, float] = {}
    ratios: dict[str, float] = {}
    for part in PARTS:
        told = part(seconds, gifts)
        figures |= told.figures
        baselines |= told.baselines
        ratios |= told.ratios
    return Measured(bench="trace", figures=figures, baselines=baselines, ratios=ratios)
