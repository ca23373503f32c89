"""Bench: measures a speed of the real parts beside named baselines in the same run.

Owns: the load, the throw-away installation it runs against, the figures. Never: a figure without
its baseline, or the data of an installation that is in use.
"""


def run(name: str, *, as_json: bool, seconds: int) -> str:
    """Run the bench `ingest` or `reply` for `seconds` a step; the answer is a table or JSON."""
    from obolo.cli.bench import ingest, reply
    from obolo.cli.bench.figures import as_object, as_table

    measured = {"ingest": ingest.measure, "reply": reply.measure}[name](seconds)
    return as_object(measured) if as_json else as_table(measured)
