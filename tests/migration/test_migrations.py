"""Migrations from an empty database, checked against the models."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from integration.db.embedded import EmbeddedPostgres
from integration.db.migrate import is_current, migrate
from integration.db.models import Base
from integration.db.session import Database


@pytest.fixture
def empty(postgres: EmbeddedPostgres) -> Iterator[Database]:
    name = f"empty_{uuid.uuid4().hex[:12]}"
    database = Database(postgres.url(name))
    yield database
    database.close()
    postgres.drop_database(name)


def test_an_empty_database_is_brought_to_the_newest_schema(empty: Database) -> None:
    assert not is_current(empty)

    applied = migrate(empty)

    assert applied[0] == "0001"
    assert is_current(empty)
    assert migrate(empty) == []


def test_the_migrated_schema_is_exactly_what_the_models_say(database: Database) -> None:
    def is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
        return not (kind == "table" and (name or "").startswith("procrastinate_"))

    with database.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
        assert compare_metadata(context, Base.metadata) == []


def test_every_table_of_ours_names_the_portal() -> None:
    exempt = {
        "oauth_state",  # a running install does not know its portal yet
        *("cnpj_company", "cnpj_establishment", "cnpj_tax", "cnpj_lookup", "cnpj_load"),  # a public register, nobody's records
        "provider_gate",  # a vendor counts by key, whoever's it is; the row tells nothing of anybody
    }
    missing = {table.name for table in Base.metadata.tables.values() if "portal_id" not in table.columns} - exempt
    assert missing == set()


def test_the_embedded_server_keeps_its_promises(database: Database) -> None:
    with database.begin() as connection:
        assert connection.execute(text("SHOW fsync")).scalar_one() == "on"
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
        assert int(connection.execute(text("SHOW server_version_num")).scalar_one()) >= 180_000
