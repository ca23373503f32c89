"""The wall around notices; the hook's role may add them and nothing else."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from obolo.organisations.wall import RaiseWall


def _let_the_hook_add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    ingest = f'"{schema_editor.connection.settings_dict["NAME"]}_ingest"'
    schema_editor.execute(f"GRANT INSERT ON gateways_notice TO {ingest}")
    schema_editor.execute(
        f"CREATE POLICY hooks ON gateways_notice FOR INSERT TO {ingest} WITH CHECK (true)"
    )


class Migration(migrations.Migration):
    """Notices are added by the hook and never altered but for their state."""

    dependencies = [("gateways", "0001_initial"), ("organisations", "0002_wall")]

    operations = [
        RaiseWall(
            "Notice",
            updatable=(
                "attempts",
                "retry_at",
                "done_at",
                "quarantined_at",
                "quarantine_reason",
                "unknown_count",
            ),
        ),
        migrations.RunPython(_let_the_hook_add, migrations.RunPython.noop),
    ]
