"""Bring a database to the newest schema with Alembic, from code: no alembic.ini, no working folder that matters."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from integration.db.session import Database

_SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
_ADVISORY_LOCK = 7_310_001
"""Two processes that start together migrate one after the other."""


def migrate(database: Database, *, target: str = "head") -> list[str]:
    """Upgrade to the newest revision, or only to `target`; returns the revisions applied (empty when nothing was to do)."""
    with database.begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
        scripts = ScriptDirectory.from_config(_config())
        current = MigrationContext.configure(connection).get_current_heads()
        waiting = [revision.revision for revision in scripts.iterate_revisions(target, current or "base")]
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, target)
    return list(reversed(waiting))


def is_current(database: Database) -> bool:
    """Whether the database stands at the newest revision."""
    with database.begin() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == set(
            ScriptDirectory.from_config(_config()).get_heads()
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config
