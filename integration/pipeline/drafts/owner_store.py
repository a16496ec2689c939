"""The owners of an account as the table knows them: for whom a task may be made. Reads only; who fills the table is not its business."""

from __future__ import annotations

from sqlalchemy import Connection, select

from integration.db.models.cards import OwnerRow


class KnownOwners:
    """An `OwnerDirectory` over the table `owner`."""

    def owner_of_user(self, connection: Connection, *, portal_id: int, user_id: str) -> str | None:
        """The active owner that is this user; the lowest id if there were two."""
        query = (
            select(OwnerRow.owner_id)
            .where(OwnerRow.portal_id == portal_id, OwnerRow.user_id == user_id, ~OwnerRow.archived)
            .order_by(OwnerRow.owner_id)
            .limit(1)
        )
        return connection.execute(query).scalar_one_or_none()

    def is_active(self, connection: Connection, *, portal_id: int, owner_id: str) -> bool:
        """False also for an owner nobody told us of."""
        query = select(OwnerRow.archived).where(OwnerRow.portal_id == portal_id, OwnerRow.owner_id == owner_id)
        return connection.execute(query).scalar_one_or_none() is False
