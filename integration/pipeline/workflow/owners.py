"""The owners of an account to choose from: the directory everybody here shares, brought up to date with one quick call when it is old.

A HubSpot that does not answer quickly is passed over where owners are known already: a workflow waits for no refresh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from integration.db.session import Database
from integration.pipeline.owners.directory import OwnerDirectory
from integration.pipeline.owners.keeping import OwnerClient, OwnerKeeper, read_directory
from integration.routing.choose import Candidate


class OwnerReader(OwnerClient, Protocol):
    """One portal's HubSpot, as far as owners and their teams go."""

    def owner_teams(self) -> Mapping[str, str]: ...


class OwnerReaders(Protocol):
    """Gives the reader of a portal; it must give up soon."""

    def for_portal(self, portal_id: int, /) -> OwnerReader: ...


class RoutingOwners:
    """Owners by portal, as the action that chooses one sees them."""

    def __init__(self, database: Database, readers: OwnerReaders, keeper: OwnerKeeper) -> None:
        self._database = database
        self._readers = readers
        self._keeper = keeper

    def refresh(self, portal_id: int) -> None:
        """Ask HubSpot when nothing is known or it is old. Raises UpstreamError only when nothing is known."""
        fetched_at = self._directory(portal_id).fetched_at
        if fetched_at is None:
            self._keeper.fetch(self._readers.for_portal(portal_id), portal_id)
        elif self._keeper.is_old(fetched_at):
            self._keeper.fetch_quietly(self._readers.for_portal(portal_id), portal_id)

    def active(self, portal_id: int) -> Sequence[Candidate]:
        """Owners who can be assigned records, by name. Raises UpstreamError when nothing is known and HubSpot does not say."""
        self.refresh(portal_id)
        return [one for one in candidates_of(self._directory(portal_id)) if not one.archived]

    def teams(self, portal_id: int) -> Mapping[str, str]:
        """Team id to name, of the teams that active owners are in. One quick call. Raises UpstreamError."""
        return self._readers.for_portal(portal_id).owner_teams()

    def _directory(self, portal_id: int) -> OwnerDirectory:
        with self._database.begin() as connection:
            return read_directory(connection, portal_id=portal_id)


def candidates_of(directory: OwnerDirectory) -> Sequence[Candidate]:
    """Everybody in the directory, by name; one without a name goes by the e-mail address."""
    named = [
        Candidate(entry.owner_id, entry.name or entry.email or entry.owner_id, entry.archived, tuple(sorted(entry.team_ids)))
        for entry in directory.entries.values()
    ]
    return sorted(named, key=lambda one: (one.name.lower(), one.owner_id))
