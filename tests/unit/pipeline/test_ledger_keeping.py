"""The ledger after 90 days: what tells where a value came from stays, the rest goes, in steps of any size."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from integration.db.embedded import EmbeddedPostgres
from integration.db.models import Base
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.ledger_keeping import LedgerKeeper
from tests.factories import NOW
from tests.walking import plant

PORTAL = 4_244
OLD, YOUNG = NOW - timedelta(days=91), NOW - timedelta(days=89)


def write(
    connection: Connection,
    name: str,
    outcome: str,
    at: datetime,
    *,
    run_id: str = "run",
    object_id: str = "1",
    portal_id: int = PORTAL,
) -> None:
    plant(
        connection, Base.metadata.tables["ledger"], "word", portal_id=portal_id, object_type=CONTACTS, object_id=object_id,
        property_name=name, outcome=outcome, created_at=at, run_id=run_id,
    )  # fmt: skip


def run(connection: Connection, run_id: str, at: datetime) -> None:
    plant(connection, Base.metadata.tables["run"], "word", portal_id=PORTAL, run_id=run_id, started_at=at)


def keeper(database: Database, rows_at_once: int = 2) -> LedgerKeeper:
    return LedgerKeeper(database, PortalStore(), lambda: NOW, rows_at_once)


def left(database: Database, column: str = "property_name || ' ' || outcome", table: str = "ledger") -> list[str]:
    with database.begin() as connection:
        return list(connection.exec_driver_sql(f"SELECT {column} FROM {table} ORDER BY 1").scalars())  # noqa: S608


def test_of_each_field_the_newest_value_that_arrived_stays_however_old(database: Database) -> None:
    with database.begin() as connection:
        for name, outcome, at in (
            ("city", "written", OLD), ("city", "written", OLD), ("city", "refused", OLD), ("city", "kept", OLD),
            ("country", "written", OLD), ("country", "written", YOUNG),
            ("phone", "pending", OLD), ("phone", "unknown", OLD),
            ("title", "declined", OLD), ("title", "merged", OLD), ("title", "refused", YOUNG),
        ):  # fmt: skip
            write(connection, name, outcome, at)
        write(connection, "city", "written", OLD, object_id="2")
        write(connection, "city", "written", OLD, portal_id=PORTAL + 1)
    assert keeper(database).prune(PORTAL) == (6, 0)
    assert left(database) == [
        "city written", "city written", "city written", "country written", "phone pending", "phone unknown", "title refused",
    ]  # fmt: skip
    assert keeper(database).prune(PORTAL) == (0, 0)


def test_runs_of_which_nothing_is_left_go(database: Database) -> None:
    with database.begin() as connection:
        for run_id, at in (("empty", OLD), ("gone", OLD), ("kept", OLD), ("young", YOUNG), ("made", OLD)):
            run(connection, run_id, at)
        write(connection, "city", "kept", OLD, run_id="gone")
        write(connection, "city", "written", OLD, run_id="kept")
        made = Base.metadata.tables["created_object"]
        plant(connection, made, "word", portal_id=PORTAL, run_id="made")
    assert keeper(database, rows_at_once=1).prune(PORTAL) == (1, 2)
    assert left(database, "run_id", "run") == ["kept", "made", "young"]


def test_the_job_goes_through_every_portal(database: Database) -> None:
    with database.begin() as connection:
        PortalStore().connect(connection, portal_id=PORTAL, scopes=(), now=NOW)
        write(connection, "city", "kept", OLD)
    keeper(database).run({})
    assert left(database) == []


@pytest.fixture(scope="module")
def kept_database(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Database]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.ensure_database(name, template=template_database)
    opened = Database(postgres.url(name))
    yield opened
    opened.close()
    postgres.drop_database(name)


ROWS = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["written", "refused", "pending", "kept"]), st.integers(80, 100)),
    max_size=14,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, rows_at_once=st.integers(1, 4))
def test_what_is_kept_is_what_the_rule_says(kept_database: Database, rows: list[tuple[str, str, int]], rows_at_once: int) -> None:
    with kept_database.begin() as connection:
        connection.exec_driver_sql("TRUNCATE ledger, run")
        for name, outcome, days in rows:
            write(connection, name, outcome, NOW - timedelta(days=days))
        numbered = list(zip(connection.exec_driver_sql("SELECT id FROM ledger ORDER BY id").scalars(), rows, strict=True))
    keeper(kept_database, rows_at_once).prune(PORTAL)
    newest = {name: row_id for row_id, (name, outcome, _) in numbered if outcome == "written"}
    expected = [
        row_id for row_id, (name, outcome, days) in numbered if days <= 90 or outcome == "pending" or newest.get(name) == row_id
    ]
    with kept_database.begin() as connection:
        found = list(connection.exec_driver_sql("SELECT id FROM ledger ORDER BY id").scalars())
    assert found == expected
    assert all(one < other for one, other in pairwise(found))
