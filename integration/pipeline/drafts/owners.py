"""Whose task it shall be. Pure."""

from __future__ import annotations

from integration.pipeline.owners.directory import OwnerDirectory


def task_owner(directory: OwnerDirectory, *, record_owner: str | None, user_id: str, email: str) -> str | None:
    """The record's owner, else the person who approved, else None: a task may be nobody's, and never somebody's who left.

    Limit: where the account does not let us read its owners, nobody is known to be there, so tasks are nobody's.
    """
    if record_owner and directory.is_active(record_owner):
        return record_owner
    approver = directory.of_user(user_id, email)
    return None if approver is None else approver.owner_id
