"""`obolo log`: how the public log stands, who witnesses it, whose logs we witness, its key."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click

from obolo.cli.database import reached, set_up

_WHOSE = click.option("--organisation", "slug", help="Which organisation, when there are several.")


@click.group()
def log() -> None:
    """The public log: how it stands, its key, its witnesses."""


@log.command()
@_WHOSE
def status(slug: str | None) -> None:
    """Size, key, witnesses and their last word."""
    with _organisation(slug) as organisation_id:
        from obolo.organisations.wall import within
        from obolo.trace import log_status

        with within(organisation_id):
            found = log_status.status()
    if found is None:
        click.echo("Nothing was published yet: `obolo work` does it within a minute.")
        return
    click.echo(f"{found.origin}: {found.size} entries, root {found.root_base64}")
    click.echo(f"signed {found.signed_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"key {found.keys[-1]}")
    for former in found.keys[:-1]:
        click.echo(f"former key {former}")
    click.echo(f"our key as a witness {found.witness_key}")
    for one in found.witnesses:
        said = f"vouched for {one.size} entries at {one.at:%Y-%m-%d %H:%M} UTC" if one.at else ""
        click.echo(f"witness {one.name} ({one.url}): {said or 'nothing yet'}")
    for origin, size in found.watched:
        click.echo(f"we witness {origin}: {size} entries")


@log.command("rotate-key")
@_WHOSE
def rotate_key(slug: str | None) -> None:
    """Replace the key that signs: the old one signs the new one in, then it is destroyed."""
    with _organisation(slug) as organisation_id:
        from obolo.trace import publishing

        made = publishing.rotate_key(organisation_id)
    click.echo(made.text())


@log.group()
def witness() -> None:
    """Who is asked to vouch for our checkpoints."""


@witness.command("add")
@click.argument("name")
@click.argument("vkey")
@click.argument("url")
@_WHOSE
def witness_add(name: str, vkey: str, url: str, slug: str | None) -> None:
    """Ask this witness from now on: its NAME, its key, and its address before /add-checkpoint."""
    with _organisation(slug) as organisation_id:
        from obolo.organisations.wall import within
        from obolo.trace import witnessing

        _same_name(name, vkey)
        if not url.startswith(("https://", "http://")):
            raise click.UsageError(f"{url} is no address of a witness.")
        with within(organisation_id):
            witnessing.add_witness(url=url, key=vkey)
    click.echo(f"{name} will be asked about every checkpoint.")


@log.command()
@click.argument("origin")
@click.argument("vkey")
@_WHOSE
def watch(origin: str, vkey: str, slug: str | None) -> None:
    """Vouch for the log of others from now on: its ORIGIN and its key."""
    with _organisation(slug) as organisation_id:
        from obolo.organisations.wall import within
        from obolo.trace import log_keys, witnessing

        _same_name(origin, vkey)
        with within(organisation_id):
            witnessing.watch(key=vkey)
            ours = log_keys.public(log_keys.WITNESS_KEY)
    click.echo(f"We vouch for {origin} as {ours.text() if ours else ''}")


@log.command("forget")
@click.argument("gift", type=click.UUID)
@click.option("--why", required=True, help="Kept beside the erasure: who asked, and how.")
@_WHOSE
def forget(gift: UUID, why: str, slug: str | None) -> None:
    """Erase what opens a GIFT in the public log, and close its page; it cannot be undone."""
    with _organisation(slug) as organisation_id:
        from obolo.giving import queries as giving
        from obolo.organisations.wall import within
        from obolo.stories import forget_a_gift

        with within(organisation_id):
            found = giving.gift(gift)
            if found is None:
                raise click.UsageError(f"There is no gift {gift}.")
            forget_a_gift.run(gift=found, by=None, why=why)
    click.echo("Its place in the log says nothing any more; the log stays as it was.")


def _same_name(name: str, vkey: str) -> None:
    """A name typed beside a key shows that the key is the one that was meant; raises BadNote."""
    from obolo.trace.log import note

    if note.parse_key(vkey).name != name:
        raise click.UsageError(f"This is the key of {note.parse_key(vkey).name}, not of {name}.")


@contextmanager
def _organisation(slug: str | None) -> Iterator[UUID]:
    with reached():
        set_up()
        from obolo.organisations.models import Listing
        from obolo.organisations.queries import id_by_slug

        if slug:
            yield id_by_slug(slug)
            return
        found = list(Listing.objects.order_by("slug").values_list("slug", "organisation_id"))
        if len(found) != 1:
            known = ", ".join(name for name, _ in found) or "none yet"
            raise click.UsageError(f"Say which organisation (--organisation): {known}.")
        yield found[0][1]
