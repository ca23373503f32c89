"""What must hold of pledges: no due day collected twice, none lost, nothing said that is not so."""

from typing import Final

from obolo.organisations.audit import findings

_CHECKS: Final = {
    "a due day was collected twice": """
        SELECT 'giving_attempt', a.instalment_id, 'gifts', count(*)::text, '1'
        FROM giving_attempt a JOIN giving_gift g ON g.payment_id = a.payment_id
        WHERE a.outcome = 'collected' GROUP BY a.instalment_id HAVING count(*) > 1
        ORDER BY a.instalment_id""",
    "a due day is said to be collected and no gift came of it": """
        SELECT 'giving_instalment', i.id, 'its gift', 'missing', 'there'
        FROM giving_instalment i WHERE i.state = 'collected' AND NOT EXISTS (
            SELECT 1 FROM giving_attempt a JOIN giving_gift g ON g.payment_id = a.payment_id
            WHERE a.instalment_id = i.id AND a.outcome = 'collected') ORDER BY i.id""",
    "a gift came of a due day that does not know": """
        SELECT 'giving_attempt', a.id, 'outcome', a.outcome, 'collected'
        FROM giving_attempt a JOIN giving_gift g ON g.payment_id = a.payment_id
        WHERE a.outcome IN ('open', 'failed') ORDER BY a.id""",
    "a pledge has lost its next due day": """
        SELECT 'giving_pledge', p.id, 'its next due day', 'missing', 'there'
        FROM giving_pledge p WHERE p.standing <> 'ended' AND NOT EXISTS (
            SELECT 1 FROM giving_instalment i WHERE i.pledge_id = p.id
            AND i.state IN ('planned', 'asked'))
          AND NOT EXISTS (SELECT 1 FROM giving_instalment i WHERE i.pledge_id = p.id
            AND i.state = 'unpaid' AND i.failure <> '') ORDER BY p.id""",
    "a month between two due days is missing": """
        SELECT 'giving_instalment', d.id, 'months since the one before', d.gap::text, d.step::text
        FROM (SELECT i.id, p.id AS pledge_id,
                (extract(year FROM age(i.period, lag(i.period) OVER w)) * 12
                 + extract(month FROM age(i.period, lag(i.period) OVER w)))::int AS gap,
                CASE p.rhythm WHEN 'monthly' THEN 1 WHEN 'quarterly' THEN 3 ELSE 12 END AS step
              FROM giving_instalment i JOIN giving_pledge p ON p.id = i.pledge_id
              WHERE NOT EXISTS (SELECT 1 FROM giving_pledgechange c WHERE c.pledge_id = p.id
                                AND c.kind IN ('changed', 'undone', 'ended', 'resumed'))
              WINDOW w AS (PARTITION BY i.pledge_id ORDER BY i.period)) d
        WHERE d.gap <> d.step ORDER BY d.id""",
    "a due day was forgotten": """
        SELECT 'giving_instalment', i.id, 'look on', i.look_on::text, 'done'
        FROM giving_instalment i JOIN giving_pledge p ON p.id = i.pledge_id
        WHERE i.state = 'planned' AND p.standing = 'begun' AND p.way <> 'debit'
          AND i.look_on < current_date - 20 ORDER BY i.id""",
    "a pledge stands otherwise than its newest change left it": """
        SELECT 'giving_pledge', p.id, 'standing', p.standing, c.standing
        FROM giving_pledge p JOIN LATERAL (
            SELECT standing, amount_minor, rhythm, day FROM giving_pledgechange
            WHERE pledge_id = p.id ORDER BY at DESC, id DESC LIMIT 1) c ON true
        WHERE (p.standing, p.amount_minor, p.rhythm, p.day)
              <> (c.standing, c.amount_minor, c.rhythm, c.day) ORDER BY p.id""",
    "a pledge has no history": """
        SELECT 'giving_pledge', p.id, 'its beginning', 'missing', 'there' FROM giving_pledge p
        WHERE NOT EXISTS (SELECT 1 FROM giving_pledgechange c
                          WHERE c.pledge_id = p.id AND c.kind = 'begun') ORDER BY p.id""",
}


def breaches() -> list[str]:
    """The first wrong row of each kind, one sentence each."""
    return findings(_CHECKS)
