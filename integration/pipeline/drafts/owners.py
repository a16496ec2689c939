"""Whose task it shall be. Pure but for the one question to the directory of owners."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Connection


class OwnerDirectory(Protocol):
    """The owners of an account as we know them. `owner_id` assigns records and tasks; a user id never does."""

    def owner_of_user(self, connection: Connection, *, portal_id: int, user_id: str) -> str | None:
        """The active owner that is this user; None when there is none."""
        ...

    def is_active(self, connection: Connection, *, portal_id: int, owner_id: str) -> bool:
        """Whether the owner is known and not archived."""
        ...


def task_owner(
    connection: Connection, directory: OwnerDirectory, *, portal_id: int, record_owner: str | None, user_id: str | None
) -> str | None:
    """The record's owner, else the approving user, else None: HubSpot refuses archived owners, and an account may not let us read its owners."""
    if record_owner and directory.is_active(connection, portal_id=portal_id, owner_id=record_owner):
        return record_owner
    return directory.owner_of_user(connection, portal_id=portal_id, user_id=user_id) if user_id else None
