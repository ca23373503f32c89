"""The commands. Each imports what it needs when it runs, so that the light ones stay light."""

import json
import sys
from pathlib import Path

import click

from obolo.cli import database
from obolo.cli.log import log


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def obolo() -> None:
    """A conversation with small donors, and every cent followed to what it bought."""


@obolo.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--headless", is_flag=True, help="Print one JSON line when ready, nothing else.")
@click.option("--fresh", is_flag=True, help="Throw the former demo's data away.")
def demo(port: int, headless: bool, fresh: bool) -> None:
    """Database, sample organisation and simulator on this machine."""
    from obolo.project import demo as part

    part.run(port=port, headless=headless, fresh=fresh)


@obolo.command()
@click.option("--sample", is_flag=True, help="Found the sample organisation too.")
def prepare(sample: bool) -> None:
    """Create roles and bring the tables up to date."""
    with database.reached():
        import django

        django.setup()
        from obolo.project import config
        from obolo.project import database as owned

        owned.prepare()
        if sample:
            from obolo.project.sample import ensure

            ensure(config.read().data, config.read().base_url.rstrip("/"))


@obolo.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
def web(port: int, host: str) -> None:
    """Serve pages, notices and streams."""
    from obolo.project import serve

    serve.web(port, host)


@obolo.command()
def work() -> None:
    """Do due work: read notices, answer, hand messages over."""
    from obolo.project import serve

    serve.work()


@obolo.command()
def understand() -> None:
    """Understand messages: JSON lines in, JSON lines out."""
    from obolo.assistant.understand import serve

    for line in serve(sys.stdin):
        click.echo(line)
        sys.stdout.flush()


@obolo.group()
def whatsapp() -> None:
    """WhatsApp's own shapes."""


@whatsapp.command("read")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def whatsapp_read(files: tuple[Path, ...]) -> None:
    """Print the facts in webhook bodies, one JSON line each."""
    from obolo.gateways.messaging.whatsapp.reading import read_files

    for fact in read_files(files):
        click.echo(json.dumps(fact))


@obolo.command()
@click.argument("gift", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def trace(gift: object, as_json: bool) -> None:
    """Print the path of a gift."""
    from obolo.cli import reports

    with database.reached():
        click.echo(reports.trace(str(gift), as_json=as_json))


@obolo.command()
def check() -> None:
    """Audit books, numbers and promises of the installation; exit 1 on any breach."""
    from obolo.cli import reports

    with database.reached():
        found = reports.check()
    for breach in found:
        click.echo(breach)
    plural = "" if len(found) == 1 else "es"
    click.echo(f"{len(found)} breach{plural}." if found else "Everything holds.")
    if found:
        raise click.exceptions.Exit(1)


@obolo.command()
@click.argument("name", type=click.Choice(["ingest", "ledger", "log", "reply", "trace"]))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--seconds", type=click.IntRange(1, 60), default=8, show_default=True)
@click.option(
    "--gifts",
    type=click.IntRange(10_000, 100_000_000),
    default=1_000_000,
    show_default=True,
    help="Only for `trace`.",
)
def bench(name: str, as_json: bool, seconds: int, gifts: int) -> None:
    """Measure a speed beside its baselines in the same run."""
    from obolo.cli import bench as benches

    click.echo(benches.run(name, as_json=as_json, seconds=seconds, gifts=gifts))


@obolo.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def verify(words: tuple[str, ...]) -> None:
    """Check a proof or a copy of a public log: exit 0 it holds, 1 it does not, 2 misspelt."""
    import runpy

    # The very file that outsiders run, as they run it; it ends the process with its own status.
    verifier = Path(__file__).parents[1] / "verify" / "obolo_verify.py"
    sys.argv = [str(verifier), *words]
    runpy.run_path(str(verifier), run_name="__main__")


obolo.add_command(log)
