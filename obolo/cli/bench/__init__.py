"""Bench: measures a speed of the real parts beside named baselines in the same run.

Owns: the load, the throw-away installation it runs against, the figures. Never: a figure without
its baseline, or the data of an installation that is in use.
"""

from collections.abc import Callable
from functools import partial


def run(name: str, *, as_json: bool, seconds: int, gifts: int) -> str:
    """Run a bench for `seconds` a step (`ledger`: three at most); a table, or JSON.

    `trace` is measured at `gifts` gifts, the others do not ask.
    """
    from obolo.cli.bench import ingest, ledger, log, reply, trace
    from obolo.cli.bench.figures import Measured, as_object, as_table

    benches: dict[str, Callable[[int], Measured]] = {
        "ingest": ingest.measure,
        "ledger": ledger.measure,
        "log": log.measure,
        "reply": reply.measure,
        "trace": partial(trace.measure, gifts=gifts),
    }
    measured = benches[name](seconds)
    return as_object(measured) if as_json else as_table(measured)
