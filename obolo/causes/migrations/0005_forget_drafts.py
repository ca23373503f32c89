"""What was never sent can be forgotten: files of a draft leave with their sealed originals."""

from django.db import migrations


def _let_originals_go(apps, schema_editor):
    # A trigger keeps those that were evidence: only what belongs to nothing goes.
    role = f'"{schema_editor.connection.settings_dict["NAME"]}_app"'
    schema_editor.execute(f"GRANT DELETE ON causes_original TO {role}")


_ONLY_UNUSED = """
CREATE FUNCTION causes_original_unused() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM causes_evidence e
               WHERE e.organisation_id = OLD.organisation_id AND e.sha256 = OLD.sha256)
       OR EXISTS (SELECT 1 FROM causes_outcomephoto p
                  WHERE p.organisation_id = OLD.organisation_id AND p.sha256 = OLD.sha256) THEN
        RAISE EXCEPTION 'an original of evidence stays' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER original_unused BEFORE DELETE ON causes_original
    FOR EACH ROW EXECUTE FUNCTION causes_original_unused();
"""


class Migration(migrations.Migration):
    """An original goes only while nothing refers to it."""

    dependencies = [("causes", "0004_field_wall")]

    operations = [
        migrations.RunSQL(_ONLY_UNUSED, "DROP FUNCTION causes_original_unused CASCADE"),
        migrations.RunPython(_let_originals_go, migrations.RunPython.noop),
    ]
