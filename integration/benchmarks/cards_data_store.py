"""Scored records of many portals for the benchmark of cards, put into the tables directly: what the pipeline would have left there."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from integration.core.clock import system_clock
from integration.core.crypto import SecretBox
from integration.core.settings import Secret
from integration.db.session import Database
from integration.hubspot.portal_store import PortalStore
from integration.hubspot.token_store import TokenPair, TokenStore
from integration.pipeline.deals.reading import DEALS_SCOPE
from integration.pipeline.portal_profile import OWNERS_SCOPE

PORTALS: Final = 200
RECORDS: Final = 100_000
RECORDS_EACH: Final = RECORDS // PORTALS
FIRST_PORTAL: Final = 5_000_000
OWNERS_EACH: Final = 20
USER: Final = 9_000
"""The user of the first owner of every portal; records are owned in turn by those of the same team."""
_SENTENCES: Final = 4
_FACTS: Final = ("industry", "employee_count", "city", "country", "technologies", "phone")
_FIELDS: Final = ("industry", "numberofemployees", "city", "leadlight_headline", "leadlight_priority")


def fill(database: Database, key: str) -> None:
    """All portals with owners and with tokens sealed by `key`; their contacts, each with brief, scores, draft, facts and fields of ours."""
    now, tokens = system_clock(), TokenStore(SecretBox((Secret(key),)))
    pair = TokenPair("sample-access", "sample-refresh", now + timedelta(hours=6))
    with database.begin() as connection:
        for number in range(PORTALS):
            portal_id = FIRST_PORTAL + number
            PortalStore().connect(connection, portal_id=portal_id, scopes=("oauth", OWNERS_SCOPE, DEALS_SCOPE), now=now)
            tokens.save(connection, portal_id=portal_id, tokens=pair, now=now)
            PortalStore().save_provisioning(connection, portal_id=portal_id, at=now, error=None)
            PortalStore().save_preferences(connection, portal_id=portal_id, preferences={"dry_run": False})
        for statement in _STATEMENTS:
            connection.execute(text(statement), _values(statement))
    _analyse(database)


def _analyse(database: Database) -> None:
    """Fresh statistics, as autovacuum would have made them in a table that grew over weeks."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def count(connection: Connection) -> int:
    """How many records have a priority. All portals: the benchmark made every one."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM score WHERE name = 'priority'").scalar_one())


def _values(statement: str) -> dict[str, Any]:
    known: dict[str, Any] = {
        "portals": PORTALS, "first": FIRST_PORTAL, "each": RECORDS_EACH, "owners": OWNERS_EACH, "user": USER,
        "sections": json.dumps(_sections()), "reasons": json.dumps(_reasons()), "steps": json.dumps(_steps()),
        "facts": list(_FACTS), "fields": list(_FIELDS),
    }  # fmt: skip
    return {name: value for name, value in known.items() if f":{name}" in statement}


def _sections() -> list[dict[str, Any]]:
    evidence = {
        "field": "industry",
        "provider": "apollo",
        "url": "https://apollo.example/1",
        "seen_at": "2026-11-21T12:00:00+00:00",
    }
    words = "Sample Works makes software for mid-sized factories and has been hiring in sales since spring."
    return [
        {"name": name, "title": name.replace("_", " "), "sentences": [{"text": words, "evidence": [evidence]}] * _SENTENCES}
        for name in ("who_they_are", "why_now", "fit_and_risks", "people", "next_step")
    ]


def _reasons() -> list[dict[str, Any]]:
    return [{"text": f"Sample reason {number}", "points": 12.0, "rests_on": ["industry"]} for number in range(6)]


def _steps() -> list[dict[str, Any]]:
    body = "Hello Sample,\n\n" + "A sentence of about sixty characters stands in this mail here. " * 8
    return [
        {"position": n, "day_offset": 3 * n, "channel": "email", "subject": "Sample", "body": body, "rests_on": ["industry"]}
        for n in range(1, 5)
    ]


_RECORDS: Final = "generate_series(0, :portals - 1) AS p, generate_series(1, :each) AS r"
_STATEMENTS: Final = (
    """INSERT INTO owner (portal_id, owner_id, user_id, email, name, team_ids, archived, fetched_at)
    SELECT :first + p, o::text, (:user + o)::text, 'sample.' || o || '@portal.example.com', 'Sample Owner ' || o,
        ARRAY[(o % 4)::text], false, now() FROM generate_series(0, :portals - 1) AS p, generate_series(1, :owners) AS o""",
    f"""INSERT INTO brief (portal_id, object_type, object_id, headline, sections, fingerprint, built_at, checked_at, owner_id)
    SELECT :first + p, 'contacts', r::text, 'Sample Works, software, 120 people', CAST(:sections AS jsonb), 'f', now(), now(),
        (1 + 4 * (r % 5))::text FROM {_RECORDS}""",  # noqa: S608  parts of our own
    f"""INSERT INTO score (portal_id, object_type, object_id, name, value, unit, label, reasons, scored_at,
        previous_value, previous_label, previous_reasons, moved_at)
    SELECT :first + p, 'contacts', r::text, name, 72, 'points', 'hot', CAST(:reasons AS jsonb), now(), 60, 'warm',
        CAST(:reasons AS jsonb), now() FROM {_RECORDS}, unnest(ARRAY['priority', 'icp_fit', 'bant']) AS name""",  # noqa: S608
    f"""INSERT INTO draft (portal_id, object_type, object_id, state, steps, fingerprint, built_at)
    SELECT :first + p, 'contacts', r::text, 'drafted', CAST(:steps AS jsonb), 'f', now() FROM {_RECORDS}""",  # noqa: S608
    f"""INSERT INTO finding (portal_id, object_type, object_id, field, provider, value, source_url, seen_at, confidence_ratio, chosen, run_id)
    SELECT :first + p, 'contacts', r::text, field, 'apollo', '"Sample value"', 'https://apollo.example/1', now(), 0.9, true, 'r'
    FROM {_RECORDS}, unnest(CAST(:facts AS text[])) AS field""",  # noqa: S608
    f"""INSERT INTO ledger (portal_id, run_id, object_type, object_id, property_name, value_after, policy, decision, decision_reason,
        provider, source_url, seen_at, confidence_ratio, trace_id, outcome)
    SELECT :first + p, 'r', 'contacts', r::text, field, 'Sample value', 'fill_blank', 'write', 'blank', 'apollo',
        'https://apollo.example/1', now(), 0.9, 't', 'written' FROM {_RECORDS}, unnest(CAST(:fields AS text[])) AS field""",  # noqa: S608
)
