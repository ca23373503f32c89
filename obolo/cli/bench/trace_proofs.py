"""Part of `obolo bench trace`: a proof out of ten million leaves, and a whole log told again.

The log of millions is written as tiles, not through the ledger: see `log`, which this runs.
"""

from collections.abc import Mapping

from obolo.cli.bench import log
from obolo.cli.bench.figures import Part


def measure(seconds: int, gifts: int) -> Part:
    """The bench of the log with all its ten million leaves, however many `gifts` the books hold."""
    told = log.measure(seconds, count=max(log.LEAVES, gifts))
    return Part(
        figures=_named(told.figures), baselines=_named(told.baselines), ratios=_named(told.ratios)
    )


def _named(told: Mapping[str, float]) -> dict[str, float]:
    return {f"log_{name}": value for name, value in told.items()}
