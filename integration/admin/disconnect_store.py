"""What a portal leaves behind, and how it is erased: secrets and waiting work at once, everything learned about its records by a job."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Table, delete, update

from integration.db.models import Base, PortalRow

_KEPT: Final = frozenset({"portal"})
"""The portal's own row stays: that it was here, and when it left."""
_AT_ONCE: Final = ("oauth_token", "provider_key", "work_item", "sync_checkpoint", "rate_window")


class DisconnectStore:
    """Deletes by portal. Which tables there are is read from the models, so a new table is erased without being listed here."""

    def stop(self, connection: Connection, *, portal_id: int) -> int:
        """Erase tokens and keys and empty the worklist. Gives how many records were waiting."""
        removed = {name: self._delete(connection, Base.metadata.tables[name], portal_id) for name in _AT_ONCE}
        return removed["work_item"]

    def erase(self, connection: Connection, *, portal_id: int) -> int:
        """Delete every row that names the portal, and forget its account and the admin's choices. Gives how many rows went."""
        tables = [table for table in Base.metadata.tables.values() if "portal_id" in table.columns and table.name not in _KEPT]
        removed = sum(self._delete(connection, table, portal_id) for table in tables)
        forgotten: dict[str, Any] = {
            "account": {},
            "preferences": {},
            "scopes": [],
            "provisioned_at": None,
            "provision_error": None,
        }
        connection.execute(update(PortalRow).where(PortalRow.portal_id == portal_id).values(**forgotten))
        return removed

    def _delete(self, connection: Connection, table: Table, portal_id: int) -> int:
        return connection.execute(delete(table).where(table.c.portal_id == portal_id)).rowcount
