"""Gifts posted by one call: lock the lines, split, number and write, without a second way.

Two functions with the caller's rights, behind row-level security: one gift, a burst of gifts. They
say what `postings` says of fee and overhead; `replay` and `audit` tell it again from the rows.
"""

from django.db import migrations

from obolo.ledger.models import BLOCK_MINOR

# Own line and overhead line are locked in ascending id, like all others. `outcome` is `posted`,
# `taken` (the key is: nothing was written), `missing` (a line), `closed` or `full`.
_LOCK = f"""
    IF bps > 0 THEN
        SELECT id INTO overhead_fund FROM public.ledger_fund WHERE purpose = 'overhead';
        IF overhead_fund = the_fund THEN
            bps := 0;
        END IF;
    END IF;
    SELECT (array_agg(l.id) FILTER (WHERE mine))[1], (array_agg(l.id) FILTER (WHERE NOT mine))[1],
           max(l.head) FILTER (WHERE mine), coalesce(max(l.head) FILTER (WHERE NOT mine), 0),
           max(l.gifted_minor) FILTER (WHERE mine),
           bool_or(l.closed_by_id IS NOT NULL) FILTER (WHERE mine)
        INTO own, overhead, own_head, overhead_head, gifted, is_closed
    FROM (SELECT id, head, gifted_minor, closed_by_id, fund_id = the_fund AS mine
          FROM public.ledger_line
          WHERE currency = the_currency
            AND fund_id = ANY (ARRAY[the_fund, CASE WHEN bps > 0 THEN overhead_fund END])
          ORDER BY id FOR NO KEY UPDATE) l;
    IF own IS NULL OR (bps > 0 AND overhead IS NULL) THEN
        outcome := 'missing';
    ELSIF is_closed THEN
        outcome := 'closed';
    ELSIF own_head + net > {BLOCK_MINOR} OR overhead_head + net > {BLOCK_MINOR} THEN
        outcome := 'full';
    END IF;
    IF outcome <> 'posted' THEN
        RETURN NEXT;
        RETURN;
    END IF;
    -- By cumulative floor over the running total of the fund's gifts.
    shared := (gifted + net) * bps / 10000 - gifted * bps / 10000;
"""  # noqa: S608 - only our own fragments

_LINES = """
standing AS (
    UPDATE public.ledger_line l SET
        head = l.head + CASE WHEN l.id = own THEN net - shared ELSE shared END,
        gifted_minor = l.gifted_minor + CASE WHEN l.id = own THEN net ELSE 0 END,
        overhead_minor = l.overhead_minor + CASE WHEN l.id = own THEN shared ELSE 0 END,
        gifts_count = l.gifts_count + CASE WHEN l.id = own THEN counted ELSE 0 END
    FROM e WHERE l.id = ANY (ARRAY[own, CASE WHEN shared > 0 THEN overhead END])
),
legs AS (
    INSERT INTO public.ledger_leg (id, entry_id, account, line_id, currency, amount_minor, what,
                                   place)
    SELECT gen_random_uuid(), e.id, x.account, x.line, the_currency, x.minor, x.what, x.place
    FROM e, (VALUES
        (0, cash, NULL::uuid, gross - fee, ''),
        (1, 'fees', NULL, fee, ''),
        (2, 'gifts:fees', NULL, -least(gross, fee), ''),
        (3, 'fund:' || the_fund, own, shared - net, 'gift'),
        (4, 'fund:' || overhead_fund, overhead, -shared, 'gift')
    ) AS x (place, account, line, minor, what) WHERE x.minor <> 0
)"""

_ENTRY = """
e AS (
    INSERT INTO public.ledger_entry (id, kind, line_id, source_id, overhead_bps, key, inputs_hash,
                                     value_date, posted_at, memo, details)
    SELECT the_id, {kind}, own, {source}, bps, the_key, told, the_day, at, '', {details}
    WHERE NOT EXISTS (SELECT 1 FROM public.ledger_batchgift b WHERE b.key = the_key)
    ON CONFLICT DO NOTHING RETURNING id
)"""

_DECLARE = """
    overhead_fund uuid;
    own_head int8;
    overhead_head int8;
    is_closed boolean;
    shared int8;
"""
_SETTINGS = "SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off"
# Answers are named like nothing in the tables.
_CONFLICTS = "#variable_conflict use_variable"

_GIFT = f"""
CREATE FUNCTION ledger_post_gift(
    the_kind text, the_id uuid, the_fund uuid, the_currency text, the_gift uuid, gross int8,
    fee int8, bps int8, cash text, the_key text, told bytea, the_day date, at timestamptz,
    more jsonb, OUT outcome text, OUT own uuid, OUT own_lo int8, OUT own_hi int8,
    OUT overhead uuid, OUT overhead_lo int8, OUT overhead_hi int8, OUT gifted int8
) RETURNS SETOF record LANGUAGE plpgsql {_SETTINGS} AS $$
{_CONFLICTS}
DECLARE
    net int8 := greatest(gross - fee, 0);
    counted int8 := CASE WHEN the_kind = 'gift' THEN 1 ELSE 0 END;{_DECLARE}
BEGIN
    outcome := 'posted';{_LOCK}
    own_lo := own_head;
    own_hi := own_head + net - shared;
    overhead_lo := overhead_head;
    overhead_hi := overhead_head + shared;
    WITH {_ENTRY.format(kind="the_kind", source="the_gift", details="more")},
    mints AS (
        INSERT INTO public.ledger_mint (id, line_id, lo, hi, source_kind, source_id, entry_id)
        SELECT gen_random_uuid(), x.line, x.lo, x.hi, 'gift', the_gift, e.id
        FROM e, (VALUES (own, own_lo, own_hi), (overhead, overhead_lo, overhead_hi))
            AS x (line, lo, hi) WHERE x.hi > x.lo
    ),
    {_LINES}
    SELECT CASE WHEN count(*) = 0 THEN 'taken' ELSE 'posted' END INTO outcome FROM e;
    RETURN NEXT;
END $$;
"""  # noqa: S608 - only our own fragments

_GIFTS = f"""
CREATE FUNCTION ledger_post_gifts(
    the_id uuid, the_fund uuid, the_currency text, bps int8, cash text, the_key text, told bytea,
    the_day date, at timestamptz, the_gifts uuid[], the_gross int8[], the_fees int8[],
    the_keys text[], all_told bytea[], OUT outcome text, OUT own uuid, OUT own_lo int8,
    OUT own_hi int8, OUT overhead uuid, OUT overhead_lo int8, OUT overhead_hi int8,
    OUT gifted int8
) RETURNS SETOF record LANGUAGE plpgsql {_SETTINGS} AS $$
{_CONFLICTS}
DECLARE
    gross int8 := (SELECT sum(x) FROM unnest(the_gross) AS x);
    fee int8 := (SELECT sum(x) FROM unnest(the_fees) AS x);
    net int8 := gross - fee;
    counted int8 := cardinality(the_gifts);{_DECLARE}
BEGIN
    outcome := 'posted';{_LOCK}
    IF EXISTS (SELECT 1 FROM unnest(the_keys) AS k (key)
               JOIN public.ledger_batchgift b ON b.key = k.key)
       OR EXISTS (SELECT 1 FROM unnest(the_keys) AS k (key)
                  JOIN public.ledger_entry x ON x.key = k.key) THEN
        outcome := 'taken';
        RETURN NEXT;
        RETURN;
    END IF;
    RETURN QUERY
    WITH {_ENTRY.format(kind="'gifts'", source="the_fund", details="'{}'::jsonb")},
    summed AS (
        SELECT g.*, (sum(g.gross - g.fee) OVER (ORDER BY g.place))::int8 AS until
        FROM unnest(the_gifts, the_gross, the_fees, the_keys, all_told)
            WITH ORDINALITY AS g (gift, gross, fee, key, told, place)
    ),
    numbered AS MATERIALIZED (
        SELECT s.gift, s.gross, s.fee, s.key, s.told, s.place, s.until,
               s.until - s.gross + s.fee AS since,
               (gifted + s.until) * bps / 10000 - gifted * bps / 10000 AS shared_until,
               (gifted + s.until - s.gross + s.fee) * bps / 10000 - gifted * bps / 10000
                   AS shared_since
        FROM summed s
    ),
    spans AS MATERIALIZED (
        SELECT n.gift, n.place, own_head + n.since - n.shared_since AS lo,
               own_head + n.until - n.shared_until AS hi,
               overhead_head + n.shared_since AS shared_lo,
               overhead_head + n.shared_until AS shared_hi
        FROM numbered n
    ),
    mints AS (
        INSERT INTO public.ledger_mint (id, line_id, lo, hi, source_kind, source_id, entry_id)
        SELECT gen_random_uuid(), x.line, x.lo, x.hi, 'gift', x.gift, e.id
        FROM e, (SELECT own AS line, s.lo, s.hi, s.gift FROM spans s UNION ALL
                 SELECT overhead, s.shared_lo, s.shared_hi, s.gift FROM spans s) x
        WHERE x.hi > x.lo
    ),
    gifts AS (
        INSERT INTO public.ledger_batchgift (id, entry_id, place, key, inputs_hash, gift_id,
                                             gross_minor, fee_minor)
        SELECT gen_random_uuid(), e.id, n.place - 1, n.key, n.told, n.gift, n.gross, n.fee
        FROM e, numbered n
    ),
    {_LINES}
    SELECT 'posted', own, s.lo, s.hi, overhead, s.shared_lo, s.shared_hi, gifted
    FROM e, spans s ORDER BY s.place;
END $$;
"""  # noqa: S608 - only our own fragments


class Migration(migrations.Migration):
    """One call for one gift, one for many."""

    dependencies = [("ledger", "0006_cheaper_rules")]

    operations = [
        migrations.RunSQL(
            _GIFT + _GIFTS, "DROP FUNCTION ledger_post_gift; DROP FUNCTION ledger_post_gifts"
        )
    ]
