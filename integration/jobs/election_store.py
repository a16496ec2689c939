"""Leadership among processes that may all do the same thing, of which only one should: a PostgreSQL advisory lock on a connection of its own.

The lock lives as long as the connection's session, so a leader that is killed loses it at once, and one whose machine vanishes loses it when the
server's TCP keep-alive gives up on the connection (25 s).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from integration.db.session import psycopg_dsn

_NOTICE_VANISHED_MACHINES = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
"""The server would otherwise keep the lock of a machine that lost its power for about two hours."""


class Leadership:
    """A lock that is held. `is_held()` asks the server; False means that somebody else may lead already."""

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self._connection = connection

    def is_held(self) -> bool:
        """Whether the session that holds the lock still lives. One round trip."""
        try:
            self._connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def try_to_lead(database_url: str, lock_number: int) -> Iterator[Leadership | None]:
    """Leadership for the length of the block, or None when another process leads. Raises psycopg.OperationalError without a database."""
    address = psycopg_dsn(database_url)
    with psycopg.connect(address, autocommit=True, connect_timeout=5, options=_NOTICE_VANISHED_MACHINES) as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (lock_number,)).fetchone()
        yield Leadership(connection) if row is not None and row[0] else None
