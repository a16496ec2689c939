"""Move the daily cap of each portal from its preferences to the budgets, and give the budgets what the running periods have cost."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# A cap that was no number allowed nothing, and still does.
_CAPS = """
    INSERT INTO budget (portal_id, provider, period, cap_credits, changed_by)
    SELECT portal_id, '', 'day', CASE
        WHEN preferences->>'daily_credit_cap' ~ '^\\s*[0-9]{1,15}(\\.[0-9]{1,9})?(e[+]?[0-9]{1,2})?\\s*$'
            THEN least((preferences->>'daily_credit_cap')::numeric, 99999999999)
        ELSE 0 END, 'earlier setting'
    FROM portal WHERE btrim(coalesce(preferences->>'daily_credit_cap', '')) <> ''
    ON CONFLICT DO NOTHING
"""
_USE = """
    INSERT INTO budget_use (portal_id, provider, period, starts_on, spent)
    SELECT charge.portal_id, whose.provider, span.period, span.starts_on, sum(charge.credits)
    FROM credit_charge AS charge
    CROSS JOIN LATERAL (VALUES (charge.provider), ('')) AS whose (provider)
    CROSS JOIN LATERAL (VALUES ('day', (now() AT TIME ZONE 'UTC')::date),
        ('month', date_trunc('month', now() AT TIME ZONE 'UTC')::date)) AS span (period, starts_on)
    WHERE charge.charged_on >= span.starts_on
    GROUP BY 1, 2, 3, 4 HAVING sum(charge.credits) > 0
    ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.execute(_CAPS)
    op.execute("UPDATE portal SET preferences = preferences - 'daily_credit_cap' WHERE preferences ? 'daily_credit_cap'")
    op.execute(_USE)
