"""Finds the raw deliveries that name a record's id. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from integration.db.session import driver_connection

_LOOK_BACK: Final = 50_000

_NAMING = """
    SELECT received_at, body FROM delivery
    WHERE id > (SELECT coalesce(max(id), 0) FROM delivery) - %(look_back)s
      AND (portal_id = %(portal_id)s OR portal_id IS NULL) AND position(%(object_id)s IN body) > 0
    ORDER BY id DESC LIMIT %(limit)s
"""


class KeptBody(NamedTuple):
    """A delivery as received."""

    received_at: datetime
    body: bytes


class HeardStore:
    """Looks through bodies for an id; the caller reads them and keeps what is about the record."""

    def bodies_naming(self, connection: Connection, *, portal_id: int, object_id: str, limit: int) -> Sequence[KeptBody]:
        """The newest first. May hold events of other portals, where HubSpot sent several in one delivery."""
        values = {"portal_id": portal_id, "object_id": object_id.encode(), "limit": limit, "look_back": _LOOK_BACK}
        rows = driver_connection(connection).execute(_NAMING, values).fetchall()
        return [KeptBody(*row) for row in rows]  # type: ignore[misc]
