"""The wall around the terms of open data: what was chosen is never altered."""

from typing import Any

from django.db import migrations

from obolo.organisations.wall import RaiseWall


def _grant(apps: Any, schema_editor: Any) -> None:
    """Who ended a link and why is told when it ends."""
    role = f'"{schema_editor.connection.settings_dict["NAME"]}_app"'
    schema_editor.execute(f"GRANT UPDATE (revoked_by, revoked_why) ON trace_tracelink TO {role}")


class Migration(migrations.Migration):
    """Append only; a link can only be revoked."""

    dependencies = [("trace", "0005_open_terms")]

    operations = [
        RaiseWall("OpenTerms", append_only=True),
        migrations.RunPython(_grant, migrations.RunPython.noop),
    ]
