"""One database for each test process, emptied between tests: a copy of the template takes a third of a second, emptying a hundredth.

Each test finds it under a new name, so a straggler of the test before, which knows the old one, finds nothing. Changes of the schema are not
undone: a test that makes some takes a database of its own.
"""

from __future__ import annotations

import time
import uuid

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from integration.db.embedded import EmbeddedPostgres

_MANY_BYTES = 1_000_000
"""Above this the tables are cut off instead of emptied row by row, or the dead rows would slow the tests that follow."""
_PATIENCE_S = 0.05
_LOOK_EVERY_S = 0.002
_TERMINATE_MS = 5_000
_VERSION_TABLE = "alembic_version"


class ReusedDatabase:
    """A copy of `template` on `postgres`; `fresh()` before each test, `close()` at the end."""

    def __init__(self, postgres: EmbeddedPostgres, template: str) -> None:
        self._postgres = postgres
        self._name = _new_name()
        postgres.ensure_database(self._name, template=template)
        self._server = make_url(postgres.url())
        self._admin = psycopg.connect(postgres.url(), autocommit=True)
        self._is_clean = True

    def fresh(self) -> str:
        """The address of the database, with no row in it and under a name nobody has heard of."""
        self._dismiss_others()
        name = _new_name()
        self._admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(self._name), sql.Identifier(name)))
        self._name = name
        address = self._server.set(database=name).render_as_string(hide_password=False)
        if not self._is_clean:
            with psycopg.connect(address) as connection:
                _empty(connection)
        self._is_clean = False
        return address

    def close(self) -> None:
        self._admin.close()
        self._postgres.drop_database(self._name)

    def _dismiss_others(self) -> None:
        """Connections of the test before are usually just ending; what stays is ended."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            if not self._admin.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", (self._name,)).fetchone():
                return
            time.sleep(_LOOK_EVERY_S)
        query = "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE datname = %s"
        self._admin.execute(query, (_TERMINATE_MS, self._name))


def _empty(connection: psycopg.Connection) -> None:
    found = connection.execute(
        "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relname <> %s AND pg_relation_size(oid) > 0",
        (_VERSION_TABLE,),
    ).fetchall()
    tables = [sql.Identifier(name) for name, _ in found]
    if not tables:
        return
    if sum(size for _, size in found) > _MANY_BYTES:
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(tables)))
    else:
        connection.execute("SET LOCAL session_replication_role = replica")  # no triggers: nobody is to hear of it
        connection.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(table) for table in tables))
    connection.execute(
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL"
    )


def _new_name() -> str:
    return f"test_{uuid.uuid4().hex[:12]}"
