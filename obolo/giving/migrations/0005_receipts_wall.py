"""The wall around receipts: what was issued or voided is never altered."""

from django.db import migrations

from obolo.organisations.wall import RaiseWall


class Migration(migrations.Migration):
    """A receipt takes the place of a void one of the same gift, and of no other."""

    dependencies = [("giving", "0004_receipts")]

    operations = [
        RaiseWall("Issuer", append_only=True),
        RaiseWall("ReceiptName", append_only=True),
        RaiseWall("ReceiptVoid", append_only=True),
        migrations.RunSQL(
            """
            ALTER TABLE giving_receipt ADD CONSTRAINT giving_receipt_replaces_id_wall
                FOREIGN KEY (organisation_id, replaces_id)
                REFERENCES giving_receipt (organisation_id, id);
            CREATE FUNCTION giving_replaces_a_void_one() RETURNS trigger LANGUAGE plpgsql
            SET search_path = public, pg_temp AS $$
            BEGIN
                IF NOT EXISTS (
                    SELECT 1 FROM giving_receipt o JOIN giving_receiptvoid v
                        ON v.organisation_id = o.organisation_id AND v.receipt_id = o.id
                    WHERE o.organisation_id = NEW.organisation_id AND o.id = NEW.replaces_id
                      AND o.gift_id = NEW.gift_id
                ) THEN
                    RAISE EXCEPTION 'a receipt replaces a void one of the same gift'
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER replaces_a_void_one BEFORE INSERT ON giving_receipt
                FOR EACH ROW WHEN (NEW.replaces_id IS NOT NULL)
                EXECUTE FUNCTION giving_replaces_a_void_one();
            """,
            """
            DROP FUNCTION giving_replaces_a_void_one CASCADE;
            ALTER TABLE giving_receipt DROP CONSTRAINT giving_receipt_replaces_id_wall;
            """,
        ),
    ]
