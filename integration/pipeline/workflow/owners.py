"""The owners of an account to choose from: what is known, brought up to date with one quick call when it is older than an hour.

A HubSpot that does not answer quickly is passed over where owners are known already: a workflow waits for no refresh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, Protocol

from integration.core.clock import Clock
from integration.core.errors import AppError
from integration.db.session import Database
from integration.hubspot.objects import Owner
from integration.pipeline.workflow.routing_store import CandidateStore
from integration.routing.choose import Candidate

_FRESH: Final = timedelta(hours=1)


class OwnerReader(Protocol):
    """One portal's HubSpot, as far as owners go."""

    def owners(self) -> Sequence[Owner]: ...
    def owner_teams(self) -> Mapping[str, str]: ...


class OwnerReaders(Protocol):
    """Gives the reader of a portal; it must give up soon."""

    def for_portal(self, portal_id: int) -> OwnerReader: ...


class OwnerDirectory:
    """Owners by portal."""

    def __init__(self, database: Database, readers: OwnerReaders, clock: Clock) -> None:
        self._database = database
        self._readers = readers
        self._clock = clock
        self._store = CandidateStore()

    def refresh(self, portal_id: int) -> None:
        """Ask HubSpot when nothing is known or it is old. Raises UpstreamError only when nothing is known."""
        now = self._clock()
        with self._database.begin() as connection:
            fetched_at = self._store.fetched_at(connection, portal_id=portal_id)
        if fetched_at is not None and now - fetched_at < _FRESH:
            return
        try:
            owners = self._readers.for_portal(portal_id).owners()
        except AppError:
            if fetched_at is None:
                raise
            return
        with self._database.begin() as connection:
            self._store.save_active(connection, portal_id=portal_id, owners=owners, now=now)

    def active(self, portal_id: int) -> Sequence[Candidate]:
        """Owners who can be assigned records, by name. Raises UpstreamError when nothing is known and HubSpot does not say."""
        self.refresh(portal_id)
        with self._database.begin() as connection:
            return [one for one in self._store.candidates(connection, portal_id=portal_id) if not one.archived]

    def teams(self, portal_id: int) -> Mapping[str, str]:
        """Team id to name, of the teams that active owners are in. One quick call. Raises UpstreamError."""
        return self._readers.for_portal(portal_id).owner_teams()
