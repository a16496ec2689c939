"""A database of its own for a demo, a benchmark or a scenario: empty at the start, on our own server or the one of DATABASE_URL.

The database that DATABASE_URL names is never touched: a neighbour of it is made, dropped first when an earlier run left one.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from integration.db.embedded import EmbeddedPostgres
from integration.db.session import psycopg_dsn


def fresh_database(server_url: str, folder: Path, name: str) -> str:
    """The address of the empty database `name`. Without `server_url` our own PostgreSQL is started in `folder`.

    Raises psycopg.Error when the account of `server_url` may not create databases.
    """
    if not server_url:
        postgres = EmbeddedPostgres(folder)
        postgres.drop_database(name)
        return postgres.url(name)
    with psycopg.connect(psycopg_dsn(server_url), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)
