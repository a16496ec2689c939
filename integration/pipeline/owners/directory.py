"""The owners of an account, looked up by owner id, by user or by e-mail address. Pure.

HubSpot names a person by two numbers: records are assigned by the owner's id, and whoever looks at a card is told by the user's id. This is the
one place that leads from one to the other. Somebody who left (archived) still has records, and is never given new ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from integration.hubspot.objects import Owner


@dataclass(frozen=True)
class OwnerEntry:
    """One owner. `user_id` is None for an archived one, `email` is lower case and "" where HubSpot names none."""

    owner_id: str
    user_id: str | None
    email: str
    name: str
    team_ids: frozenset[str]
    archived: bool


@dataclass(frozen=True)
class OwnerDirectory:
    """Owners of one portal by their ids: all, or those somebody asked for. `fetched_at` None: HubSpot was never asked, so nothing is known."""

    entries: Mapping[str, OwnerEntry]
    fetched_at: datetime | None

    def find(self, owner_id: str) -> OwnerEntry | None:
        """The owner of this id, archived or not."""
        return self.entries.get(owner_id)

    def of_user(self, user_id: str, email: str = "") -> OwnerEntry | None:
        """The active owner this user is, by id, else by e-mail address; None for a user who is no owner."""
        active = [entry for entry in self.entries.values() if not entry.archived]
        by_id = next((entry for entry in active if user_id and entry.user_id == user_id), None)
        return by_id or next((entry for entry in active if email and entry.email == email.lower()), None)

    def is_active(self, owner_id: str) -> bool:
        """Whether records and tasks may be given to this owner."""
        entry = self.find(owner_id)
        return entry is not None and not entry.archived

    def name(self, owner_id: str) -> str:
        """The owner's name, "" where it is not known."""
        entry = self.find(owner_id)
        return "" if entry is None else entry.name

    def active_names(self) -> Mapping[str, str]:
        """Owner id to name, of those who are still there: nobody writes in the name of somebody who left."""
        return {entry.owner_id: entry.name for entry in self.entries.values() if entry.name and not entry.archived}


def build_directory(entries: Iterable[OwnerEntry], fetched_at: datetime | None) -> OwnerDirectory:
    """A directory of these owners."""
    return OwnerDirectory({entry.owner_id: entry for entry in entries}, fetched_at)


def entry_of(owner: Owner) -> OwnerEntry:
    """An owner as HubSpot told."""
    return OwnerEntry(
        owner_id=owner.owner_id,
        user_id=None if owner.archived else owner.user_id,
        email=(owner.email or "").strip().lower(),
        name=f"{owner.first_name} {owner.last_name}".strip(),
        team_ids=frozenset(owner.team_ids),
        archived=owner.archived,
    )
