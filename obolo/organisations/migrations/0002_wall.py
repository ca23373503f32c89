"""The wall around the room, and the little the hook may look up."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from obolo.organisations.wall import RaiseWall

_ORGANISATION = """
ALTER TABLE organisations_organisation ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisations_organisation FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON organisations_organisation
    USING (id = current_setting('obolo.organisation')::uuid)
    WITH CHECK (id = current_setting('obolo.organisation')::uuid);
"""


def _let_the_hook_look_up(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    ingest = f'"{schema_editor.connection.settings_dict["NAME"]}_ingest"'
    schema_editor.execute(f"GRANT SELECT ON organisations_outsideaccount TO {ingest}")
    schema_editor.execute(
        f"CREATE POLICY hooks ON organisations_outsideaccount FOR SELECT TO {ingest} USING (true)"
    )


class Migration(migrations.Migration):
    """Forced row-level security; the ingest role reads accounts only."""

    dependencies = [("organisations", "0001_initial")]

    operations = [
        migrations.RunSQL(_ORGANISATION, migrations.RunSQL.noop),
        RaiseWall("User"),
        RaiseWall("OutsideAccount"),
        RaiseWall("ApiToken"),
        migrations.RunPython(_let_the_hook_look_up, migrations.RunPython.noop),
    ]
