"""Cli: the `obolo` command. Parses, calls one door, prints. Never: a rule.

A wrong argument or setting is one clear line and exit status 2.
"""

import os
import sys

import click

from obolo.kit.errors import OboloError


def main() -> None:
    """Run the command; an error of ours is one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "obolo.project.settings")
    from obolo.cli.commands import obolo

    try:
        # Left to itself click would print its errors in two lines; so it hands us the exit status.
        status = obolo.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.exceptions.NoArgsIsHelpError as wrong:
        click.echo(wrong.format_message(), err=True)
        sys.exit(2)
    except click.ClickException as wrong:
        click.echo(f"obolo: {wrong.format_message()}", err=True)
        sys.exit(2)
    except OboloError as wrong:
        click.echo(f"obolo: {wrong}", err=True)
        sys.exit(2 if wrong.fault == "theirs" else 1)
    if isinstance(status, int):
        sys.exit(status)
