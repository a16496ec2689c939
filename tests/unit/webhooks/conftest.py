"""One database for the folder, emptied before each test: these tests are many and small."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from integration.db.embedded import EmbeddedPostgres
from integration.db.session import Database
from tests.unit.webhooks.building import clear

_TABLES = ("delivery", "seen_event", "dead_letter", "record_state", "work_item", "portal", "procrastinate_jobs")


@pytest.fixture(scope="package")
def kept_database(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Database]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.ensure_database(name, template=template_database)
    opened = Database(postgres.url(name))
    yield opened
    opened.close()
    postgres.drop_database(name)


@pytest.fixture
def database(kept_database: Database) -> Database:
    clear(kept_database, _TABLES)
    return kept_database
