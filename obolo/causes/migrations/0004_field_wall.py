"""The wall around what came with evidence from the field; what is told of a purchase stays told."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall


def _let_states_change(apps, schema_editor):
    role = f'"{schema_editor.connection.settings_dict["NAME"]}_app"'
    schema_editor.execute(f"GRANT UPDATE (booked_at) ON causes_purchase TO {role}")
    schema_editor.execute(f"GRANT UPDATE (hidden_at) ON causes_evidence TO {role}")


_FILES = ("hidden_at",)

_ONCE = """
CREATE FUNCTION causes_booked_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.booked_at IS NOT NULL AND NEW.booked_at IS DISTINCT FROM OLD.booked_at THEN
        RAISE EXCEPTION 'a purchase is booked once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER booked_once BEFORE UPDATE ON causes_purchase
    FOR EACH ROW EXECUTE FUNCTION causes_booked_once();
"""

# Until today every purchase was booked when it was recorded.
_BOOKED = """
ALTER TABLE causes_purchase NO FORCE ROW LEVEL SECURITY;
UPDATE causes_purchase SET booked_at = recorded_at;
ALTER TABLE causes_purchase FORCE ROW LEVEL SECURITY;
"""

_VERSIONS = """
ALTER TABLE causes_evidence ADD CONSTRAINT causes_evidence_replaces_id_wall
    FOREIGN KEY (organisation_id, replaces_id) REFERENCES causes_evidence (organisation_id, id)
"""


class Migration(migrations.Migration):
    """Only what is named may change; all else is written once."""

    dependencies = [("causes", "0003_field")]

    operations = [
        RaiseWall("Original", updatable=("sealed_key", "destroyed_at")),
        RaiseWall("OriginalOpened", append_only=True),
        RaiseWall("Withdrawal", append_only=True),
        RaiseWall("SpendingLimit", append_only=True),
        RaiseWall("Decision", append_only=True),
        RaiseWall("Correction", append_only=True),
        RaiseWall("Place", append_only=True),
        RaiseWall("DraftFile", updatable=_FILES, deletable=True),
        RaiseWall("WaitingNote", append_only=True),
        RaiseWall(
            "Outcome",
            updatable=(
                "approved_by",
                "approver_name",
                "approved_at",
                "taken_back_by",
                "taken_back_at",
                "taken_back_why",
            ),
        ),
        RaiseWall("OutcomePhoto", updatable=_FILES),
        RaiseWall("Closing", append_only=True),
        migrations.RunSQL(_BOOKED, migrations.RunSQL.noop),
        migrations.RunSQL(_VERSIONS, migrations.RunSQL.noop),
        migrations.RunSQL(_ONCE, "DROP FUNCTION causes_booked_once CASCADE"),
        migrations.RunPython(_let_states_change, migrations.RunPython.noop),
    ]
