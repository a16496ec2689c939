"""The bench every test shares: one embedded PostgreSQL for the session, a fresh migrated database for each test that asks."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from integration.db.embedded import EmbeddedPostgres
from integration.db.migrate import migrate
from integration.db.session import Database

# The same examples on every run, and no time limit for one: a busy machine must not turn a run red. LEADLIGHT_EXPLORE=yes looks for new ones.
settings.register_profile("leadlight", deadline=None, derandomize=os.environ.get("LEADLIGHT_EXPLORE") != "yes")
settings.load_profile("leadlight")

_ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def postgres() -> EmbeddedPostgres:
    """The test server. It is another one than the product's, so a running demo is never touched."""
    return EmbeddedPostgres(Path(os.environ.get("LEADLIGHT_TEST_DATA_DIR", _ROOT / ".leadlight" / "test")))


@pytest.fixture(scope="session")
def template_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A migrated database that fresh ones are copied from; copying takes a tenth of migrating."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    database = Database(postgres.url(name))
    migrate(database)
    database.close()
    yield name
    postgres.drop_database(name)


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, template_database: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.ensure_database(name, template=template_database)
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()
