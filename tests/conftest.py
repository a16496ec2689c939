"""The bench every test shares: one embedded PostgreSQL for the session, an empty migrated database for each test that asks."""

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
from tests.reused_database import ReusedDatabase
from tests.stands import open_account, own_stand, quiet_clock, shared_stand, stand

__all__ = ["open_account", "own_stand", "quiet_clock", "shared_stand", "stand"]

# The same examples on every run, and no time limit for one: a busy machine must not turn a run red. LEADLIGHT_EXPLORE=yes looks for new ones.
settings.register_profile("leadlight", deadline=None, derandomize=os.environ.get("LEADLIGHT_EXPLORE") != "yes")
settings.load_profile("leadlight")

_ROOT = Path(__file__).resolve().parents[1]
_ON_STANDS = {Path(__file__).parent / "scenario", Path(__file__).parent / "browser"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, then the other scenarios: no process shall be left alone with one while the rest are done.

    In its file, what needs a quiet clock comes last, when most of that wait is over.
    """
    slow_files = {item.path for item in items if item.get_closest_marker("slow")}

    def rank(item: pytest.Item) -> tuple[int, bool]:
        place = 0 if item.path in slow_files else 1 if _ON_STANDS & set(item.path.parents) else 2
        return place, "quiet_clock" in getattr(item, "fixturenames", ())

    items.sort(key=rank)


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


@pytest.fixture(scope="session")
def reused_database(postgres: EmbeddedPostgres, template_database: str) -> Iterator[ReusedDatabase]:
    reused = ReusedDatabase(postgres, template_database)
    yield reused
    reused.close()


@pytest.fixture
def database_url(reused_database: ReusedDatabase) -> str:
    """Of an empty database with the newest schema. A test that changes the schema makes a database of its own."""
    return reused_database.fresh()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()
