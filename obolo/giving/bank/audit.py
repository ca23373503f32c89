"""What must hold between the bank's lines and the gifts they stand for.

Owns the checks that `stories.audit` asks of this part: the first wrong row of each kind.
"""

from typing import Final

from obolo.organisations.audit import findings

_CHECKS: Final = {
    "a line of a statement is a gift, and the gift is not there or not of its amount": """
        SELECT 'giving_statementline', l.id, 'its gift', coalesce(g.gross_minor::text, 'missing'),
               (l.amount_minor + l.charge_minor)::text
        FROM giving_statementline l LEFT JOIN giving_gift g
          ON g.organisation_id = l.organisation_id AND g.id = l.gift_id
        WHERE l.state = 'booked'
          AND (g.id IS NULL OR g.gross_minor <> l.amount_minor + l.charge_minor
               OR g.currency <> l.currency)
        ORDER BY l.id""",
    "two lines of statements are the same gift": """
        SELECT 'giving_statementline', max(l.id::text), 'its gift', l.gift_id::text, 'one line'
        FROM giving_statementline l WHERE l.gift_id IS NOT NULL
        GROUP BY l.organisation_id, l.gift_id HAVING count(*) > 1 ORDER BY 2""",
    "a gift came by transfer and no line of a statement stands for it": """
        SELECT 'giving_gift', g.id, 'its line', 'missing', 'booked or undone'
        FROM giving_gift g JOIN giving_payment p
          ON p.organisation_id = g.organisation_id AND p.id = g.payment_id
        WHERE p.rail = 'bank' AND g.method = 'transfer' AND NOT EXISTS (
            SELECT 1 FROM giving_linedecision d
            WHERE d.organisation_id = g.organisation_id AND d.gift_id = g.id)
        ORDER BY g.id""",
    "a line of a statement stands elsewhere than its newest decision says": """
        SELECT 'giving_statementline', l.id, 'state', l.state, d.kind
        FROM giving_statementline l JOIN LATERAL (
            SELECT kind FROM giving_linedecision d
            WHERE d.organisation_id = l.organisation_id AND d.line_id = l.id
            ORDER BY at DESC, id DESC LIMIT 1) d ON true
        WHERE l.state <> CASE WHEN d.kind IN ('matched', 'payment', 'person') THEN 'booked'
                              WHEN d.kind = 'undone' THEN 'doubt' ELSE d.kind END
        ORDER BY l.id""",
    "a gift at the desk is not there, or not of the amount written down": """
        SELECT 'giving_deskgift', k.id, 'its gift', coalesce(g.gross_minor::text, 'missing'),
               k.amount_minor::text
        FROM giving_deskgift k LEFT JOIN giving_gift g
          ON g.organisation_id = k.organisation_id AND g.id = k.gift_id
        WHERE g.id IS NULL OR g.gross_minor <> k.amount_minor OR g.method <> k.method
        ORDER BY k.id""",
}


def breaches() -> list[str]:
    """Everything that does not hold, one sentence each; empty is whole."""
    return findings(_CHECKS)
