"""The engine and the unit of work.

The edge (a web request, a job, a command) opens one `UnitOfWork` and owns the transaction: it commits when the block ends well and
rolls back when it does not. Stores receive the connection and never commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import make_url


class Database:
    """One engine for the process. `begin()` gives a connection inside a transaction."""

    def __init__(self, url: str, *, pool_size: int = 10, application_name: str = "leadlight") -> None:
        self.url = url
        parsed = make_url(url).set(drivername="postgresql+psycopg")
        self.engine: Engine = create_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            pool_timeout=30,
            connect_args={"application_name": application_name, "connect_timeout": 10},
        )

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A connection whose transaction commits when the block ends well."""
        with self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def driver_connection(connection: Connection) -> psycopg.Connection[object]:
    """The psycopg connection underneath, so that a job can be deferred in the same transaction as the rows it is about."""
    raw = connection.connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError(f"expected a psycopg connection, found {type(raw).__name__}")
    return raw


def psycopg_dsn(url: str) -> str:
    """The same address in the form psycopg and Procrastinate take."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
