"""The same rules with fewer questions, and one function that posts a gift in one call.

What a row says of its entry is asked once for all rows of a statement: that the entry is there, of
the same organisation and written by this very statement. Keys that would ask it again row by row
are dropped where gifts write many rows.
"""

from django.db import migrations, models

# Row by row these said what `ledger_<table>_added`, `leg_in_the_lines_currency` and
# `use_in_the_lines_block` say; an entry's organisation is its line's.
_TOLD_TWICE = """
ALTER TABLE ledger_leg DROP CONSTRAINT ledger_leg_entry_id_wall,
    DROP CONSTRAINT ledger_leg_line_id_wall;
ALTER TABLE ledger_mint DROP CONSTRAINT ledger_mint_entry_id_wall,
    DROP CONSTRAINT ledger_mint_line_id_wall;
ALTER TABLE ledger_batchgift DROP CONSTRAINT ledger_batchgift_entry_id_wall;
ALTER TABLE ledger_userange DROP CONSTRAINT use_range_of_entry,
    DROP CONSTRAINT ledger_userange_line_id_wall;
DO $$
DECLARE k record;
BEGIN
    FOR k IN SELECT conname FROM pg_constraint WHERE contype = 'f'
        AND conrelid = 'ledger_entry'::regclass
        AND confrelid = 'organisations_organisation'::regclass
    LOOP
        EXECUTE format('ALTER TABLE ledger_entry DROP CONSTRAINT %I', k.conname);
    END LOOP;
END $$;
"""

_NO_LONGER = """
DROP FUNCTION ledger_entry_agrees, ledger_numbers_differ, ledger_added, ledger_use_is_inside,
    ledger_mint_is_inside, ledger_use_ended, ledger_head_is_end, ledger_line_stays_closed CASCADE;
DROP FUNCTION ledger_same_statement;
"""

# Wrong for the rows of `fresh`: their entry is missing, or older than they are.
_APART = """
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT organisation_id, {entry} AS entry_id FROM fresh) f
        LEFT JOIN public.ledger_{table} me ON (me.organisation_id, me.id)
            = (SELECT organisation_id, id FROM fresh LIMIT 1)
        LEFT JOIN public.ledger_entry e
            ON e.organisation_id = f.organisation_id AND e.id = f.entry_id
        WHERE e.id IS NULL OR e.xmin IS DISTINCT FROM me.xmin OR e.cmin IS DISTINCT FROM me.cmin
    ) THEN
        RAISE EXCEPTION 'an entry is complete once it is written: nothing is added to it in %',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;"""

_BALANCED = """
    SELECT min(n) < 2 INTO alone FROM (
        SELECT entry_id, count(*) AS n, sum(amount_minor) AS balance FROM fresh
        GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0) t;
    IF alone THEN
        RAISE EXCEPTION 'an entry has fewer than two legs in a currency and does not balance'
            USING ERRCODE = 'check_violation';
    ELSIF NOT alone THEN
        RAISE EXCEPTION 'an entry does not balance' USING ERRCODE = 'check_violation';
    END IF;"""

_MINT_INSIDE = """
    SELECT l.id IS NULL OR m.hi > l.head, l.closed_by_id IS NOT NULL INTO wrong, closed
    FROM (SELECT organisation_id, line_id, max(hi) AS hi FROM fresh GROUP BY 1, 2) m
    LEFT JOIN public.ledger_line l ON l.organisation_id = m.organisation_id AND l.id = m.line_id
    WHERE l.id IS NULL OR m.hi > l.head OR l.closed_by_id IS NOT NULL LIMIT 1;
    IF closed THEN
        RAISE EXCEPTION 'the line is closed' USING ERRCODE = 'check_violation';
    ELSIF wrong THEN
        RAISE EXCEPTION 'numbers end beyond the head of their line'
            USING ERRCODE = 'check_violation';
    END IF;"""

_USE_INSIDE = """
    IF EXISTS (SELECT 1 FROM fresh WHERE NOT live) THEN
        RAISE EXCEPTION 'a use starts live and is never revived'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT r.hi > l.head, l.closed_by_id IS NOT NULL INTO wrong, closed
    FROM (SELECT organisation_id, line_id, max(hi) AS hi FROM fresh GROUP BY 1, 2) r
    JOIN public.ledger_line l ON l.organisation_id = r.organisation_id AND l.id = r.line_id
    WHERE r.hi > l.head OR l.closed_by_id IS NOT NULL LIMIT 1;
    IF closed THEN
        RAISE EXCEPTION 'the line is closed' USING ERRCODE = 'check_violation';
    ELSIF wrong THEN
        RAISE EXCEPTION 'a use ends beyond the head of its line'
            USING ERRCODE = 'check_violation';
    END IF;"""

_USE_IS_ITS_RANGES = """
    IF EXISTS (
        SELECT 1 FROM fresh u WHERE u.amount_minor <> (
            SELECT coalesce(sum(r.hi - r.lo), 0) FROM public.ledger_userange r
            WHERE r.organisation_id = u.organisation_id AND r.use_id = u.id
              AND r.entry_id = u.entry_id)
    ) THEN
        RAISE EXCEPTION 'a use and the numbers it used differ' USING ERRCODE = 'check_violation';
    END IF;"""

_ON_CLOSED = """
    IF EXISTS (SELECT 1 FROM fresh r JOIN public.ledger_line l
                   ON l.organisation_id = r.organisation_id AND l.id = r.line_id
               WHERE l.closed_by_id IS NOT NULL) THEN
        RAISE EXCEPTION 'the line is closed' USING ERRCODE = 'check_violation';
    END IF;"""

# The questions are for a few rows by their key. A plan made while the tables were small would read
# whole tables and stay: here it cannot.
_SETTINGS = "SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off"


def _rule(name: str, body: str, declare: str = "") -> str:
    return f"""
CREATE FUNCTION ledger_{name}() RETURNS trigger LANGUAGE plpgsql {_SETTINGS} AS $$
{declare}BEGIN{body}
    RETURN NULL;
END $$;
"""


def _added(table: str, *more: str, declare: str = "") -> str:
    body = "".join(more) + _APART.format(table=table, entry="entry_id")
    return (
        _rule(f"{table}_added", body, declare)
        + f"CREATE TRIGGER added_with_its_entry AFTER INSERT ON ledger_{table}"
        " REFERENCING NEW TABLE AS fresh"
        f" FOR EACH STATEMENT EXECUTE FUNCTION ledger_{table}_added();\n"
    )


_FAULTS = "DECLARE\n    wrong boolean;\n    closed boolean;\n"
_ROWS = (
    _added("leg", _BALANCED, declare="DECLARE\n    alone boolean;\n")
    + _added("mint", _MINT_INSIDE, declare=_FAULTS)
    + _added("userange", _USE_INSIDE, declare=_FAULTS)
    + _added("use", _USE_IS_ITS_RANGES)
    + _added("lineage")
    + _added("batchgift")
    + _rule("userange_ended", _APART.format(table="userange", entry="ended_by_id") + _ON_CLOSED)
    + """
CREATE TRIGGER use_ended AFTER UPDATE ON ledger_userange REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_userange_ended();
"""
)

_LINE = """
    SELECT f.id, f.head, coalesce(m.hi, 0) AS ends INTO amiss FROM fresh f
    LEFT JOIN LATERAL (
        SELECT hi FROM public.ledger_mint
        WHERE organisation_id = f.organisation_id AND line_id = f.id
        ORDER BY hi DESC LIMIT 1) m ON true
    WHERE f.head <> coalesce(m.hi, 0) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the head of line % is %, its numbers end at %',
            amiss.id, amiss.head, amiss.ends USING ERRCODE = 'check_violation';
    END IF;"""
_WAS_CLOSED = """
    IF EXISTS (SELECT 1 FROM former WHERE closed_by_id IS NOT NULL) THEN
        RAISE EXCEPTION 'the line is closed' USING ERRCODE = 'check_violation';
    END IF;"""
_AMISS = "DECLARE\n    amiss record;\n"
_LINES = (
    _rule("line_made", _LINE, _AMISS)
    + _rule("line_changed", _WAS_CLOSED + _LINE, _AMISS)
    + """
CREATE TRIGGER head_is_end AFTER INSERT ON ledger_line REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_line_made();
CREATE TRIGGER head_is_end_still AFTER UPDATE ON ledger_line
    REFERENCING OLD TABLE AS former NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_line_changed();
"""
)

# The numbers and the journal tell one story: what an entry's legs put into a line, it minted or
# freed there; what they took out, it used. That legs balance is said by `ledger_leg_added`.
_AGREES = """
    SELECT e.id, e.silent, t.legs, t.differ INTO amiss
    FROM (SELECT organisation_id AS o, id, kind IN ('rule', 'owner', 'close') AS silent
          FROM fresh) e
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(legs), 0) AS legs, coalesce(bool_or(minor <> 0), false) AS differ
        FROM (
            SELECT line_id, sum(minor) FILTER (WHERE line_id IS NOT NULL) AS minor,
                   sum(leg) AS legs
            FROM (
                SELECT line_id, amount_minor AS minor, 1 AS leg FROM public.ledger_leg
                    WHERE organisation_id = e.o AND entry_id = e.id
                UNION ALL SELECT line_id, hi - lo, 0 FROM public.ledger_mint
                    WHERE organisation_id = e.o AND entry_id = e.id
                UNION ALL SELECT line_id, lo - hi, 0 FROM public.ledger_userange
                    WHERE organisation_id = e.o AND entry_id = e.id
                UNION ALL SELECT line_id, hi - lo, 0 FROM public.ledger_userange
                    WHERE organisation_id = e.o AND ended_by_id = e.id AND NOT live
            ) told GROUP BY line_id) by_line) t
    WHERE t.differ OR e.silent <> (t.legs = 0) LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF amiss.silent AND amiss.legs > 0 THEN
        RAISE EXCEPTION 'entry % moves money', amiss.id USING ERRCODE = 'check_violation';
    ELSIF amiss.legs < 2 AND NOT amiss.silent THEN
        RAISE EXCEPTION 'entry % has fewer than two legs', amiss.id
            USING ERRCODE = 'check_violation';
    END IF;
    RAISE EXCEPTION 'legs and numbers of entry % differ', amiss.id
        USING ERRCODE = 'check_violation';"""
_ENTRY = (
    _rule("entry_agrees", _AGREES, _AMISS)
    + """
CREATE TRIGGER entry_agrees AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_agrees();
"""
)


class Migration(migrations.Migration):
    """Rules that ask each thing once."""

    dependencies = [("ledger", "0005_one_statement")]

    operations = [
        migrations.RunSQL(_TOLD_TWICE + _NO_LONGER + _ROWS + _LINES + _ENTRY),
        migrations.RemoveIndex(model_name="entry", name="entry_by_turn"),
        # The log publishes gifts by their numbers, all other entries by their turn.
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(kind__in=("gift", "gifts", "addition"), _negated=True),
                fields=["organisation", "turn"],
                name="entry_by_turn",
            ),
        ),
    ]
