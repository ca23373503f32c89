"""An entry is written by one statement, whole and balanced, and nothing is added to it later.

The rules look at the end of each statement: the rows of an entry carry its own transaction and
command (`xmin`, `cmin`), its legs balance and tell the same story as its numbers, the head of each
line is where its numbers end. They replace those of 0003 that waited for the commit.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from obolo.organisations.wall import RaiseWall

_NO_LONGER = """
DROP FUNCTION ledger_entry_agrees, ledger_head_is_end, ledger_use_is_inside CASCADE;
DROP FUNCTION ledger_visit;
"""

_KEYS = """
ALTER TABLE ledger_userange
    ADD CONSTRAINT use_range_of_entry FOREIGN KEY (organisation_id, entry_id)
        REFERENCES ledger_entry (organisation_id, id),
    ADD CONSTRAINT use_range_ended_by FOREIGN KEY (organisation_id, ended_by_id)
        REFERENCES ledger_entry (organisation_id, id);
ALTER TABLE ledger_line
    ADD CONSTRAINT line_closed_by FOREIGN KEY (organisation_id, closed_by_id)
        REFERENCES ledger_entry (organisation_id, id);
ALTER TABLE ledger_entry ADD CONSTRAINT transfer_has_two_approvals CHECK (
    kind <> 'transfer' OR coalesce(
        length(details->>'legal_basis') > 0 AND details->'approvers'->>0 <> details->'approvers'->>1,
        false));
"""

# The keys to entry and line carry the organisation already.
_TOLD_TWICE = """
DO $$
DECLARE k record;
BEGIN
    FOR k IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
        WHERE contype = 'f' AND confrelid = 'organisations_organisation'::regclass
          AND conrelid IN ('ledger_leg'::regclass, 'ledger_mint'::regclass, 'ledger_use'::regclass,
            'ledger_userange'::regclass, 'ledger_lineage'::regclass, 'ledger_batchgift'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', k.of_table, k.conname);
    END LOOP;
END $$;
"""

_ADDED = """
CREATE FUNCTION ledger_same_statement(entries uuid[], of_table text, a_row uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    x text;
    c text;
BEGIN
    EXECUTE format('SELECT xmin::text, cmin::text FROM %I WHERE id = $1', of_table)
        INTO x, c USING a_row;
    IF EXISTS (SELECT 1 FROM ledger_entry WHERE id = ANY (entries)
               AND (xmin::text <> x OR cmin::text <> c)) THEN
        RAISE EXCEPTION 'an entry is complete once it is written: nothing is added to it in %',
            of_table USING ERRCODE = 'check_violation';
    END IF;
END $$;
CREATE FUNCTION ledger_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    entries uuid[];
    a_row uuid;
BEGIN
    SELECT array_agg(DISTINCT entry_id), (array_agg(id))[1] INTO entries, a_row FROM fresh;
    IF a_row IS NOT NULL THEN
        PERFORM ledger_same_statement(entries, TG_TABLE_NAME, a_row);
    END IF;
    RETURN NULL;
END $$;
"""

_INSIDE = """
CREATE FUNCTION ledger_use_is_inside() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM fresh WHERE NOT live) THEN
        RAISE EXCEPTION 'a use starts live and is never revived'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM fresh r JOIN ledger_line l ON l.id = r.line_id
               WHERE r.hi > l.head) THEN
        RAISE EXCEPTION 'a use ends beyond the head of its line'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM fresh r JOIN ledger_line l ON l.id = r.line_id
               WHERE l.closed_by_id IS NOT NULL) THEN
        RAISE EXCEPTION 'the line is closed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER use_is_inside AFTER INSERT ON ledger_userange
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_use_is_inside();

CREATE FUNCTION ledger_mint_is_inside() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM (SELECT line_id, max(hi) AS hi FROM fresh GROUP BY 1) m
               JOIN ledger_line l ON l.id = m.line_id WHERE m.hi > l.head) THEN
        RAISE EXCEPTION 'numbers end beyond the head of their line'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT line_id FROM fresh) m
               JOIN ledger_line l ON l.id = m.line_id WHERE l.closed_by_id IS NOT NULL) THEN
        RAISE EXCEPTION 'the line is closed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER mint_is_inside AFTER INSERT ON ledger_mint
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_mint_is_inside();

CREATE FUNCTION ledger_use_ends_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT OLD.live OR NEW.live THEN
        RAISE EXCEPTION 'a use starts live and is never revived'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER use_ends_once BEFORE UPDATE ON ledger_userange
    FOR EACH ROW EXECUTE FUNCTION ledger_use_ends_once();

CREATE FUNCTION ledger_use_ended() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    entries uuid[];
    a_row uuid;
BEGIN
    SELECT array_agg(DISTINCT ended_by_id), (array_agg(id))[1] INTO entries, a_row FROM fresh;
    IF a_row IS NOT NULL THEN
        PERFORM ledger_same_statement(entries, TG_TABLE_NAME, a_row);
    END IF;
    IF EXISTS (SELECT 1 FROM fresh r JOIN ledger_line l ON l.id = r.line_id
               WHERE l.closed_by_id IS NOT NULL) THEN
        RAISE EXCEPTION 'the line is closed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER use_ended AFTER UPDATE ON ledger_userange
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_use_ended();
"""

_HEAD = """
CREATE FUNCTION ledger_head_is_end() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    wrong record;
BEGIN
    SELECT f.id, f.head, coalesce(m.hi, 0) AS ends INTO wrong FROM fresh f
    LEFT JOIN LATERAL (SELECT hi FROM ledger_mint WHERE line_id = f.id
                       ORDER BY hi DESC LIMIT 1) m ON true
    WHERE f.head <> coalesce(m.hi, 0) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the head of line % is %, its numbers end at %',
            wrong.id, wrong.head, wrong.ends USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER head_is_end AFTER INSERT ON ledger_line REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_head_is_end();
CREATE TRIGGER head_is_end_still AFTER UPDATE ON ledger_line REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_head_is_end();
CREATE FUNCTION ledger_line_stays_closed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.closed_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'the line is closed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER line_stays_closed BEFORE UPDATE ON ledger_line
    FOR EACH ROW EXECUTE FUNCTION ledger_line_stays_closed();
"""

# The numbers and the journal tell one story: what an entry's legs put into a line, it minted or
# freed there; what they took out, it used.
_ENTRY = """
CREATE FUNCTION ledger_entry_agrees() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    e uuid;
    silent boolean;
    legs bigint;
    wrong boolean;
BEGIN
    FOR e, silent IN SELECT id, kind IN ('rule', 'owner', 'close') FROM fresh LOOP
        SELECT coalesce(sum(n), 0), coalesce(bool_or(balance <> 0), false) INTO legs, wrong
        FROM (SELECT count(*) AS n, sum(amount_minor) AS balance FROM ledger_leg
              WHERE entry_id = e GROUP BY currency) t;
        IF NOT silent AND legs < 2 THEN
            RAISE EXCEPTION 'entry % has fewer than two legs', e
                USING ERRCODE = 'check_violation';
        END IF;
        IF silent AND legs > 0 THEN
            RAISE EXCEPTION 'entry % moves money', e USING ERRCODE = 'check_violation';
        END IF;
        IF wrong THEN
            RAISE EXCEPTION 'entry % does not balance', e USING ERRCODE = 'check_violation';
        END IF;
        -- Most entries are gifts, which use and free nothing: they need not ask for all of it.
        IF EXISTS (SELECT 1 FROM ledger_use WHERE entry_id = e)
           OR EXISTS (SELECT 1 FROM ledger_userange WHERE entry_id = e)
           OR EXISTS (SELECT 1 FROM ledger_userange WHERE ended_by_id = e AND NOT live) THEN
            wrong := ledger_numbers_differ(e);
        ELSE
            wrong := EXISTS (
                SELECT 1 FROM (
                    SELECT line_id, amount_minor AS minor FROM ledger_leg
                        WHERE entry_id = e AND line_id IS NOT NULL
                    UNION ALL SELECT line_id, hi - lo FROM ledger_mint WHERE entry_id = e
                ) AS told GROUP BY line_id HAVING sum(minor) <> 0);
        END IF;
        IF wrong THEN
            RAISE EXCEPTION 'legs and numbers of entry % differ', e
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE FUNCTION ledger_numbers_differ(e uuid) RETURNS boolean LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM (
            SELECT line_id, amount_minor AS minor FROM ledger_leg
                WHERE entry_id = e AND line_id IS NOT NULL
            UNION ALL SELECT line_id, hi - lo FROM ledger_mint WHERE entry_id = e
            UNION ALL SELECT line_id, lo - hi FROM ledger_userange WHERE entry_id = e
            UNION ALL SELECT line_id, hi - lo FROM ledger_userange
                WHERE ended_by_id = e AND NOT live
        ) AS told GROUP BY line_id HAVING sum(minor) <> 0
    ) OR EXISTS (
        SELECT 1 FROM ledger_use u
        LEFT JOIN ledger_userange r ON r.use_id = u.id AND r.entry_id = e
        WHERE u.entry_id = e
        GROUP BY u.id, u.amount_minor HAVING u.amount_minor <> coalesce(sum(r.hi - r.lo), 0)
    );
END $$;
CREATE TRIGGER entry_agrees AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_agrees();
"""

# All questions of the rules are for a few rows by their key. A plan made while the tables were
# small would read whole tables and stay: here it cannot.
_BY_INDEX = "".join(
    f"ALTER FUNCTION ledger_{name} SET enable_seqscan = off;"
    f"ALTER FUNCTION ledger_{name} SET enable_bitmapscan = off;"
    f"ALTER FUNCTION ledger_{name} SET plan_cache_mode = force_generic_plan;\n"
    for name in (
        "entry_agrees()",
        "numbers_differ(uuid)",
        "same_statement(uuid[], text, uuid)",
        "added()",
        "mint_is_inside()",
        "use_is_inside()",
        "use_ended()",
        "head_is_end()",
    )
)

_ADDED_TRIGGERS = "".join(
    f"CREATE TRIGGER added_with_its_entry AFTER INSERT ON ledger_{table}"
    " REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_added();\n"
    for table in ("leg", "mint", "use", "userange", "lineage", "batchgift")
)


def _grant(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    role = f'"{schema_editor.connection.settings_dict["NAME"]}_app"'
    schema_editor.execute(f"GRANT UPDATE (gone_minor, closed_by_id) ON ledger_line TO {role}")
    schema_editor.execute(f"GRANT UPDATE (live, ended_by_id) ON ledger_userange TO {role}")


class Migration(migrations.Migration):
    """Walls of the new tables; the rules of an entry, at the end of its statement."""

    dependencies = [("ledger", "0004_every_case")]

    operations = [
        RaiseWall("Lineage", append_only=True),
        RaiseWall("BatchGift", append_only=True),
        migrations.RunPython(_grant, migrations.RunPython.noop),
        migrations.RunSQL(
            _NO_LONGER
            + _KEYS
            + _TOLD_TWICE
            + _ADDED
            + _INSIDE
            + _HEAD
            + _ENTRY
            + _ADDED_TRIGGERS
            + _BY_INDEX
        ),
    ]
