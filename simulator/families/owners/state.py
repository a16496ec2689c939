"""The owners of one account. An owner's `id` assigns records; its `user_id` is another number and assigns nothing.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/owners/guide (read 2026-09).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Owner:
    """One owner. An archived one keeps its id and shows no `userId`."""

    id: str
    user_id: int
    email: str
    first_name: str
    last_name: str
    created_at: datetime
    archived: bool = False
    kind: str = "PERSON"
    teams: tuple[tuple[str, str], ...] = ()


class Owners:
    """The owners of one account, by id."""

    def __init__(self, owners: Iterable[Owner] = ()) -> None:
        self._owners = {owner.id: owner for owner in owners}

    def put(self, owner: Owner) -> None:
        """Add an owner or replace the one with its id."""
        self._owners = {**self._owners, owner.id: owner}

    def list(self, *, archived: bool, email: str | None) -> list[Owner]:
        """Active or archived owners, by rising id; only those with this e-mail address when one is given."""
        found = [owner for owner in self._owners.values() if owner.archived is archived and email in (None, owner.email)]
        return sorted(found, key=lambda owner: int(owner.id))

    def find(self, owner_id: str, *, archived: bool) -> Owner | None:
        """The owner with this id, if it is archived or active as asked."""
        owner = self._owners.get(owner_id)
        return owner if owner is not None and owner.archived is archived else None

    def find_by_user_id(self, user_id: str, *, archived: bool) -> Owner | None:
        """The owner of this user."""
        return next((o for o in self._owners.values() if str(o.user_id) == user_id and o.archived is archived), None)


def default_owner(portal_id: int, at: datetime) -> Owner:
    """The one owner of an account that was seeded with none: id 501, user 9001, under the address by which OAuth knows that user."""
    return Owner("501", 9001, f"user-9001@portal-{portal_id}.example.com", "Sample", "Owner", at)
