"""Daily caps that stood among a portal's preferences become budgets, and running periods keep what they have cost."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from integration.db.embedded import EmbeddedPostgres
from integration.db.migrate import migrate
from integration.db.session import Database

CAPS = {1: "500", 2: 250, 3: "1e+06", 4: "12.5", 5: "nonsense", 6: -5, 7: "", 8: None}


@pytest.fixture
def earlier(postgres: EmbeddedPostgres) -> Iterator[Database]:
    name = f"earlier_{uuid.uuid4().hex[:12]}"
    database = Database(postgres.url(name))
    yield database
    database.close()
    postgres.drop_database(name)


def test_caps_move_and_nothing_else_of_the_preferences_changes(earlier: Database) -> None:
    migrate(earlier, target="0020")
    with earlier.begin() as connection:
        for portal_id, cap in CAPS.items():
            connection.execute(
                text(
                    "INSERT INTO portal (portal_id, state, preferences) VALUES (:portal_id, 'connected', CAST(:preferences AS jsonb))"
                ),
                {"portal_id": portal_id, "preferences": json.dumps({"sender_name": "Sample", "daily_credit_cap": cap})},
            )
        connection.execute(text("INSERT INTO portal (portal_id, state) VALUES (9, 'connected')"))
        for back in (0, 60):
            connection.execute(
                text(
                    "INSERT INTO credit_charge (portal_id, provider, charged_on, credits) "
                    "VALUES (1, 'apollo', (now() AT TIME ZONE 'UTC')::date - :back, 40)"
                ),
                {"back": back},
            )
    migrate(earlier)
    with earlier.begin() as connection:
        caps = connection.execute(text("SELECT portal_id, provider, period, cap_credits FROM budget ORDER BY 1")).all()
        preferences = connection.execute(text("SELECT DISTINCT preferences::text FROM portal ORDER BY 1")).scalars().all()
        used = connection.execute(text("SELECT provider, period, spent FROM budget_use ORDER BY 1, 2")).all()
    assert [(one.portal_id, float(one.cap_credits)) for one in caps] == [(1, 500), (2, 250), (3, 1e6), (4, 12.5), (5, 0), (6, 0)]
    assert {(one.provider, one.period) for one in caps} == {("", "day")}
    assert preferences == ['{"sender_name": "Sample"}', "{}"]
    assert [(one.provider, one.period, float(one.spent)) for one in used] == [
        ("", "day", 40), ("", "month", 40), ("apollo", "day", 40), ("apollo", "month", 40)
    ]  # fmt: skip
