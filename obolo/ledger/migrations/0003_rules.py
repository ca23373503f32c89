"""What the rows must never say, refused by PostgreSQL itself.

Functions run with the caller's rights. Their search path puts `pg_temp` last: a temporary table
cannot stand in for a real one. Deferred rules run at commit, when another organisation may be
current: `ledger_visit` makes the row's own organisation current for the check.
"""

from django.db import migrations

# Blocks are disjoint, so the numbers alone tell all lines of the installation apart. Not a unique
# index: uniques begin with the organisation, and this rule holds across organisations.
_LINE = """
ALTER TABLE ledger_line
    ADD CONSTRAINT block_of_one_line EXCLUDE USING btree (base WITH =),
    ADD CONSTRAINT block_starts_a_block CHECK (base >= 0 AND base % 4398046511104 = 0),
    ADD CONSTRAINT line_with_currency UNIQUE (organisation_id, id, currency),
    ADD CONSTRAINT line_with_base UNIQUE (organisation_id, id, base);
ALTER TABLE ledger_leg
    ADD CONSTRAINT leg_in_the_lines_currency FOREIGN KEY (organisation_id, line_id, currency)
        REFERENCES ledger_line (organisation_id, id, currency);
"""

_NUMBERS = """
ALTER TABLE ledger_mint
    ADD CONSTRAINT mint_follows_another FOREIGN KEY (organisation_id, line_id, prev_hi)
        REFERENCES ledger_mint (organisation_id, line_id, hi);
ALTER TABLE ledger_userange
    ADD CONSTRAINT use_in_the_lines_block FOREIGN KEY (organisation_id, line_id, base)
        REFERENCES ledger_line (organisation_id, id, base),
    ADD CONSTRAINT no_cent_twice
        EXCLUDE USING gist (int8range(base + lo, base + hi) WITH &&) WHERE (live);
"""

_INSIDE = """
CREATE FUNCTION ledger_use_is_inside() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.live OR TG_OP = 'INSERT' AND NOT NEW.live THEN
        RAISE EXCEPTION 'a use starts live and is never revived'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM ledger_line WHERE id = NEW.line_id AND head >= NEW.hi) THEN
        RAISE EXCEPTION 'the use ends at %, beyond the head of its line', NEW.hi
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER use_is_inside BEFORE INSERT OR UPDATE ON ledger_userange
    FOR EACH ROW EXECUTE FUNCTION ledger_use_is_inside();
"""

_VISIT = """
CREATE FUNCTION ledger_visit(organisation text) RETURNS text LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE former text := coalesce(current_setting('obolo.organisation', true), '');
BEGIN
    IF former <> organisation THEN
        PERFORM set_config('obolo.organisation', organisation, true);
    END IF;
    RETURN former;
END $$;
"""

_HEAD = """
CREATE FUNCTION ledger_head_is_end() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    former text := ledger_visit(NEW.organisation_id::text);
    of_line uuid;
    the_head bigint;
    the_end bigint;
BEGIN
    IF TG_TABLE_NAME = 'ledger_line' THEN of_line := NEW.id; ELSE of_line := NEW.line_id; END IF;
    SELECT head INTO the_head FROM ledger_line WHERE id = of_line;
    SELECT hi INTO the_end FROM ledger_mint WHERE line_id = of_line ORDER BY hi DESC LIMIT 1;
    IF the_head IS DISTINCT FROM coalesce(the_end, 0) THEN
        RAISE EXCEPTION 'the head of line % is %, its numbers end at %',
            of_line, the_head, coalesce(the_end, 0) USING ERRCODE = 'check_violation';
    END IF;
    PERFORM ledger_visit(former);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER head_is_end AFTER INSERT OR UPDATE ON ledger_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_head_is_end();
CREATE CONSTRAINT TRIGGER head_is_end AFTER INSERT ON ledger_mint
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_head_is_end();
"""

# The numbers and the journal tell one story: what an entry's legs put into a line, it minted there;
# what they took out, it used.
_ENTRY = """
CREATE FUNCTION ledger_entry_agrees() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    former text := ledger_visit(NEW.organisation_id::text);
    e uuid;
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'ledger_entry' THEN e := NEW.id;
        WHEN 'ledger_userange' THEN SELECT entry_id INTO e FROM ledger_use WHERE id = NEW.use_id;
        ELSE e := NEW.entry_id;
    END CASE;
    IF (SELECT count(*) FROM ledger_leg WHERE entry_id = e) < 2 THEN
        RAISE EXCEPTION 'entry % has fewer than two legs', e USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM ledger_leg WHERE entry_id = e
               GROUP BY currency HAVING sum(amount_minor) <> 0) THEN
        RAISE EXCEPTION 'entry % does not balance', e USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM (
            SELECT line_id, amount_minor AS minor FROM ledger_leg
                WHERE entry_id = e AND line_id IS NOT NULL
            UNION ALL SELECT line_id, hi - lo FROM ledger_mint WHERE entry_id = e
            UNION ALL SELECT r.line_id, r.lo - r.hi FROM ledger_use u
                JOIN ledger_userange r ON r.use_id = u.id WHERE u.entry_id = e
        ) AS told GROUP BY line_id HAVING sum(minor) <> 0
    ) OR EXISTS (
        SELECT 1 FROM ledger_use u LEFT JOIN ledger_userange r ON r.use_id = u.id
        WHERE u.entry_id = e
        GROUP BY u.id, u.amount_minor HAVING u.amount_minor <> coalesce(sum(r.hi - r.lo), 0)
    ) THEN
        RAISE EXCEPTION 'legs and numbers of entry % differ', e
            USING ERRCODE = 'check_violation';
    END IF;
    PERFORM ledger_visit(former);
    RETURN NULL;
END $$;
"""

_ENTRY_TRIGGERS = "".join(
    f"CREATE CONSTRAINT TRIGGER entry_agrees AFTER INSERT ON ledger_{table}"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_agrees();\n"
    for table in ("entry", "leg", "mint", "use", "userange")
)

_DOWN = """
DROP FUNCTION ledger_entry_agrees, ledger_head_is_end, ledger_use_is_inside CASCADE;
DROP FUNCTION ledger_visit;
ALTER TABLE ledger_userange DROP CONSTRAINT no_cent_twice, DROP CONSTRAINT use_in_the_lines_block;
ALTER TABLE ledger_mint DROP CONSTRAINT mint_follows_another;
ALTER TABLE ledger_leg DROP CONSTRAINT leg_in_the_lines_currency;
ALTER TABLE ledger_line DROP CONSTRAINT line_with_base, DROP CONSTRAINT line_with_currency,
    DROP CONSTRAINT block_starts_a_block, DROP CONSTRAINT block_of_one_line;
"""


class Migration(migrations.Migration):
    """Chain of mints, uses without overlap, entries that balance and agree with the numbers."""

    dependencies = [("ledger", "0002_wall")]

    operations = [
        migrations.RunSQL(
            _LINE + _NUMBERS + _INSIDE + _VISIT + _HEAD + _ENTRY + _ENTRY_TRIGGERS, _DOWN
        )
    ]
