"""Keeps the directory of owners true: asks HubSpot where nothing is known or what is known is old, and stores the answer.

A failure is no error for those who look somebody up: they go on with what is known. Who may not read owners asks nobody.
Limit: an account whose owners changed is believed for up to an hour, unless somebody is looked up who is not in the directory.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import NotAllowed, Rejected, UpstreamError
from integration.db.session import Database
from integration.hubspot.objects import Owner
from integration.hubspot.portal_store import PortalStore
from integration.jobs.arguments import whole_number
from integration.jobs.request import BACKFILL_PRIORITY, HOUSEKEEPING_PRIORITY, Deferrer, JobRequest, JsonScalar
from integration.jobs.triggers import Trigger
from integration.pipeline.owners.directory import OwnerDirectory, entry_of
from integration.pipeline.owners.owner_store import OwnerStore
from integration.pipeline.portal_profile import OWNERS_SCOPE, PortalProfile

REFRESH_OWNERS_JOB: Final = "refresh_owners"
SWEEP_OWNERS: Final = JobRequest("sweep_owners", queueing_lock="sweep_owners", priority=HOUSEKEEPING_PRIORITY)
OWNER_TRIGGERS: Final = (Trigger(SWEEP_OWNERS, 600.0, first_after_s=10.0),)
_OLD_AFTER: Final = timedelta(hours=1)
_ASK_AGAIN_AFTER: Final = timedelta(minutes=1)
"""The same account is not asked more often for the sake of a page or a batch."""


class OwnerClient(Protocol):
    """The call this needs."""

    def owners(self, *, archived: bool = False) -> Sequence[Owner]: ...


class OwnerClients(Protocol):
    """Gives the client of a portal."""

    def for_portal(self, portal_id: int, /, *, live: bool = True) -> OwnerClient: ...


def refresh_owners_request(portal_id: int) -> JobRequest:
    """Ask for the owners of one portal. While one waits, asking again changes nothing."""
    lock = f"{REFRESH_OWNERS_JOB}:{portal_id}"
    return JobRequest(REFRESH_OWNERS_JOB, {"portal_id": portal_id}, queueing_lock=lock, lock=lock, priority=BACKFILL_PRIORITY)


class OwnerKeeper:
    """Fetches and stores owners. One for the process; thread-safe. It owns its transactions."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._store = OwnerStore()
        self._lock = threading.Lock()
        self._asked_at: dict[int, datetime] = {}

    def names(self, client: OwnerClient, portal: PortalProfile) -> Mapping[str, str]:
        """Owner id to name, of active owners; empty when the portal did not grant reading owners. Asks HubSpot when an hour has passed."""
        if not portal.owners_readable:
            return {}
        portal_id = portal.portal_id
        with self._database.begin() as connection:
            known = self._store.all_of(connection, portal_id=portal_id)
        if not self.is_old(known.fetched_at or self._asked_at.get(portal_id)):
            return known.active_names()
        self.renew(client, portal_id)
        with self._database.begin() as connection:
            return self._store.all_of(connection, portal_id=portal_id).active_names()

    def renew(self, client: OwnerClient, portal_id: int, *, archived_too: bool = False) -> None:
        """As `fetch`; where the permission was taken back, what it had given goes. Raises the client's other errors."""
        try:
            self.fetch(client, portal_id, archived_too=archived_too)
        except (NotAllowed, Rejected):
            self._forget(portal_id)

    def fetch_quietly(self, client: OwnerClient, portal_id: int) -> bool:
        """Whether the directory is new now. At most once a minute for each portal; False when it is not time yet or HubSpot cannot be asked."""
        if not self._may_ask(portal_id):
            return False
        try:
            self.fetch(client, portal_id)
        except UpstreamError:
            return False
        return True

    def fetch(self, client: OwnerClient, portal_id: int, *, archived_too: bool = False) -> None:
        """Store the owners as HubSpot tells them now; one call for each 500, as many again for those who left."""
        found = [*client.owners(), *(client.owners(archived=True) if archived_too else ())]
        entries = list({owner.owner_id: entry_of(owner) for owner in reversed(found)}.values())
        with self._database.begin() as connection:
            self._store.save(connection, portal_id=portal_id, entries=entries, archived_too=archived_too, now=self._clock())
        self._asked_at[portal_id] = self._clock()

    def is_old(self, fetched_at: datetime | None) -> bool:
        """Whether it is time to ask again."""
        return fetched_at is None or self._clock() - fetched_at >= _OLD_AFTER

    def _forget(self, portal_id: int) -> None:
        with self._database.begin() as connection:
            self._store.save(connection, portal_id=portal_id, entries=(), archived_too=True, now=self._clock())
        self._asked_at[portal_id] = self._clock()

    def _may_ask(self, portal_id: int) -> bool:
        """Whether a minute has passed; if so, the minute begins anew."""
        now = self._clock()
        with self._lock:
            if now - self._asked_at.get(portal_id, now - _ASK_AGAIN_AFTER) < _ASK_AGAIN_AFTER:
                return False
            self._asked_at[portal_id] = now
            return True


class OwnerJobs:
    """The job `refresh_owners` of one portal, and `sweep_owners`, which asks for it wherever the directory is an hour old."""

    def __init__(
        self, *, database: Database, clients: OwnerClients, portals: PortalStore, deferrer: Deferrer, keeper: OwnerKeeper
    ) -> None:
        self._database = database
        self._clients = clients
        self._portals = portals
        self._deferrer = deferrer
        self._keeper = keeper
        self._store = OwnerStore()

    def refresh(self, args: Mapping[str, JsonScalar]) -> None:
        """Job `refresh_owners`: active and archived owners. Nothing for a portal that left or did not grant it."""
        portal_id = whole_number(args, "portal_id")
        with self._database.begin() as connection:
            portal = self._portals.find(connection, portal_id=portal_id)
        if portal is None or not portal.is_connected or OWNERS_SCOPE not in portal.scopes:
            return
        self._keeper.renew(self._clients.for_portal(portal_id, live=False), portal_id, archived_too=True)

    def sweep(self, _args: Mapping[str, JsonScalar]) -> None:
        """Job `sweep_owners`."""
        with self._database.begin() as connection:
            fetched = self._store.fetched_by_portal(connection)
            for portal in self._portals.find_all(connection):
                readable = portal.is_connected and OWNERS_SCOPE in portal.scopes
                if readable and self._keeper.is_old(fetched.get(portal.portal_id)):
                    self._deferrer.defer(connection, refresh_owners_request(portal.portal_id))


def read_directory(connection: Connection, *, portal_id: int) -> OwnerDirectory:
    """Everybody we know in the portal; empty while nothing is stored. One statement, no call."""
    return OwnerStore().all_of(connection, portal_id=portal_id)
