"""The wall around the public log: what was logged or signed is never altered."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """Only progress may change, and a salt may be erased."""

    dependencies = [("trace", "0003_log")]

    operations = [
        RaiseWall("LogHead", updatable=("size", "frontier", "written_size")),
        RaiseWall("LogLine", updatable=("head", "used_minor")),
        RaiseWall("Leaf", updatable=("salt",)),
        RaiseWall("LogBatch", append_only=True),
        RaiseWall("Share", updatable=("salt",)),
        RaiseWall("LoggedFile", append_only=True),
        RaiseWall("SignedCheckpoint", append_only=True),
        RaiseWall("Witness", deletable=True),
        RaiseWall("Cosignature", append_only=True),
        RaiseWall("WatchedLog", deletable=True),
        # An erased salt stays erased.
        migrations.RunSQL(
            """
            CREATE FUNCTION trace_salt_only_goes() RETURNS trigger LANGUAGE plpgsql
            SET search_path = public, pg_temp AS $$
            BEGIN
                IF NEW.salt IS NOT NULL AND NEW.salt IS DISTINCT FROM OLD.salt THEN
                    RAISE EXCEPTION 'a salt is erased, never replaced'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER salt_only_goes BEFORE UPDATE ON trace_leaf
                FOR EACH ROW EXECUTE FUNCTION trace_salt_only_goes();
            CREATE TRIGGER salt_only_goes BEFORE UPDATE ON trace_share
                FOR EACH ROW EXECUTE FUNCTION trace_salt_only_goes();
            """,
            "DROP FUNCTION trace_salt_only_goes CASCADE",
        ),
    ]
