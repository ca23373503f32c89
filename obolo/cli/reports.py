"""What `obolo trace` and `obolo check` print."""

import json
import sys
from functools import partial
from uuid import UUID

import click

from obolo.cli.database import set_up


def trace(gift_id: str, *, as_json: bool) -> str:
    """The path of a gift, found in whichever organisation it belongs to."""
    set_up()
    from obolo.giving import queries as giving
    from obolo.organisations import queries as organisations
    from obolo.organisations.wall import within
    from obolo.trace import queries as paths
    from obolo.web.turned import sentence

    for organisation_id in organisations.all_ids():
        with within(organisation_id):
            gift = giving.gift(UUID(gift_id))
            if gift is not None:
                found = paths.path(gift)
                told = paths.as_json(found)
                if as_json:
                    return json.dumps(told, indent=2)
                said = [sentence(turn, "en") for turn in found.turns]
                return _in_words(told, list(zip(told["turns"], said, strict=True)))
    raise click.UsageError(f"There is no gift {gift_id}.")


def _in_words(path: dict[str, object], turns: list[tuple[dict[str, object], str]]) -> str:
    from obolo.kit.money import Money

    def amount(key: str, row: dict[str, object] = path) -> str:
        minor = row[key]
        assert isinstance(minor, int)
        money = Money(minor, str(path["currency"]))
        return f"{money.decimal_text()} {money.currency}"

    lines = [
        f"Gift {path['gift']} for {path['cause']}: {amount('gross_minor')}",
        f"  fee {amount('fee_minor')}, overhead {amount('overhead_minor')},"
        f" for the cause {amount('restricted_minor')}",
        f"  spent {amount('spent_minor')}, still to be spent {amount('free_minor')}",
    ]
    if path["refunded_minor"]:
        lines.append(
            f"  went back {amount('refunded_minor')},"
            f" the reserve stands for {amount('covered_minor')}"
        )
    steps, purchases = path["steps"], path["purchases"]
    assert isinstance(steps, list)
    assert isinstance(purchases, list)
    lines += [f"  {step['state']:<10} {step['at'] or 'not yet'}" for step in steps]
    for bought in purchases:
        counted = amount("counted_minor", bought)
        lines.append(f"  {counted} counted towards: {bought['description']}")
    lines += [f"  {turn['at']} {turn['kind']}: {said}" for turn, said in turns]
    return "\n".join(lines)


def check() -> list[str]:
    """Every breach found, one sentence each, with the organisation's slug before it.

    The result is kept, as that of the nightly audit is.
    """
    set_up()
    from obolo.organisations.models import Listing
    from obolo.organisations.wall import breaches as wall_breaches
    from obolo.stories import check as audits

    found = [f"wall: {one}" for one in wall_breaches()]
    for listing in Listing.objects.order_by("slug"):
        tell = partial(_progress, listing.slug)
        wrong = audits.run(listing.organisation_id, tell=tell)
        found += [f"{listing.slug}: {sentence}" for _, sentence in wrong]
    return found


def _progress(slug: str, part: str) -> None:
    """What is being read now, for whoever watches; a program sees nothing of it."""
    if sys.stderr.isatty():
        click.echo(f"· {slug}: {part}", err=True)
