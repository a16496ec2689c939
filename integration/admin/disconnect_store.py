"""What a portal leaves behind, and how it is erased: secrets and waiting work at once, everything learned about its records by a job.

Which tables there are is read from the models, so a new table is erased without being listed here. The portal's own row stays: that it was here,
when it left and when it was erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnClause, Connection, Table, column, delete, select, update

from integration.db.models import Base, PortalRow
from integration.hubspot.portal_store import UNINSTALLED

KEPT: Final = frozenset({"portal"})
_AT_ONCE: Final = ("oauth_token", "provider_key", "work_item", "sync_checkpoint", "rate_window")
_ROW: Final[ColumnClause[Any]] = column("ctid")
"""Where a row lies: the one key that every table has."""


class DisconnectStore:
    """Deletes by portal."""

    def stop(self, connection: Connection, *, portal_id: int) -> int:
        """Erase tokens and keys and empty the worklist. Gives how many records were waiting."""
        removed = {name: self._delete(connection, Base.metadata.tables[name], portal_id) for name in _AT_ONCE}
        return removed["work_item"]

    def erase_some(self, connection: Connection, *, portal_id: int, table: Table, limit: int) -> int:
        """Delete up to `limit` rows of the portal; gives how many went. Fewer than `limit`: none is left."""
        some = select(_ROW).select_from(table).where(table.c.portal_id == portal_id).limit(limit)
        return connection.execute(delete(table).where(_ROW.in_(some.scalar_subquery()))).rowcount

    def forget(self, connection: Connection, *, portal_id: int, now: datetime) -> None:
        """Empty what the portal's own row says of its account and the admin's choices, and note that all is erased."""
        forgotten: dict[str, Any] = {
            "state": UNINSTALLED,
            "account": {},
            "preferences": {},
            "scopes": [],
            "provisioned_at": None,
            "provision_error": None,
            "erased_at": now,
        }
        connection.execute(update(PortalRow).where(PortalRow.portal_id == portal_id).values(**forgotten))

    def due(self, connection: Connection, *, left_before: datetime) -> Sequence[tuple[int, datetime]]:
        """All portals: those that have not been connected since before that moment and are not erased yet, with when they left."""
        found = connection.execute(
            select(PortalRow.portal_id, PortalRow.state_since)
            .where(PortalRow.state != "connected", PortalRow.state_since < left_before, PortalRow.erased_at.is_(None))
            .order_by(PortalRow.portal_id)
        )
        return [(row.portal_id, row.state_since) for row in found]

    def _delete(self, connection: Connection, table: Table, portal_id: int) -> int:
        return connection.execute(delete(table).where(table.c.portal_id == portal_id)).rowcount


def portal_tables() -> tuple[Table, ...]:
    """Every table with rows of a portal but those that stay."""
    return tuple(table for table in Base.metadata.sorted_tables if "portal_id" in table.columns and table.name not in KEPT)
