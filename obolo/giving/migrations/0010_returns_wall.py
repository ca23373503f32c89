"""The wall around what is done after booking: a deed is never altered; a gift may find its owner."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from obolo.organisations.wall import RaiseWall


def let_owner_follow(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of a gift's row only whose it is may change."""
    role = f'"{schema_editor.connection.settings_dict["NAME"]}_app"'
    schema_editor.execute(f'GRANT UPDATE ("person_id") ON "giving_gift" TO {role}')


class Migration(migrations.Migration):
    """Refunds and moves go forward only."""

    dependencies = [("giving", "0009_returns"), ("people", "0002_wall")]

    operations = [
        RaiseWall("Deed", append_only=True),
        RaiseWall(
            "Refund", updatable=("state", "attempts", "look_at", "refund_ref", "returned_on")
        ),
        RaiseWall("Move", updatable=("state",)),
        migrations.RunPython(let_owner_follow, migrations.RunPython.noop),
        migrations.RunSQL(
            """
            CREATE FUNCTION giving_only_forward() RETURNS trigger LANGUAGE plpgsql
            SET search_path = public, pg_temp AS $$
            BEGIN
                IF OLD.state NOT IN ('planned', 'waiting') AND NEW.state <> OLD.state THEN
                    RAISE EXCEPTION 'what was decided stays decided'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER only_forward BEFORE UPDATE ON giving_refund
                FOR EACH ROW EXECUTE FUNCTION giving_only_forward();
            CREATE TRIGGER only_forward BEFORE UPDATE ON giving_move
                FOR EACH ROW EXECUTE FUNCTION giving_only_forward();
            """,
            "DROP FUNCTION giving_only_forward CASCADE",
        ),
    ]
