"""The jobs of syncs: `sync` walks some pages of one portal and object type, `start_syncs` asks for all portals, `resume_syncs` repairs.

A job walks a bounded number of pages and asks again behind the others, so a portal with a million records holds no thread. Each page and its
checkpoint are one transaction. While a portal's backlog is above the cap the sync waits, so the worklist stays small.

`sync` is a swept job: whatever waiting may cure, `resume_syncs` asks for again within a minute. A refusal for good marks the sync as failed;
then the next scheduled pass goes on from the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog
from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.core.errors import AppError, NotFound
from integration.db.session import Database
from integration.hubspot.manifest import may_work_on
from integration.jobs.arguments import optional_text, text, whole_number
from integration.jobs.request import BACKFILL_PRIORITY, HOUSEKEEPING_PRIORITY, Deferrer, JobRequest, JsonScalar
from integration.jobs.retry import DeadLetter, decide
from integration.jobs.triggers import Trigger
from integration.syncs.base import Checkpoint, CrmReader, Sync, SyncPage, advance, begin
from integration.syncs.sync_store import SyncKey, SyncStore

SYNC_JOB: Final = "sync"
START_SYNCS_JOB: Final = "start_syncs"
RESUME_SYNCS: Final = JobRequest("resume_syncs", queueing_lock="resume_syncs", priority=HOUSEKEEPING_PRIORITY)
_RESUME_EVERY_S: Final = 60.0
_log = structlog.get_logger(__name__)


class Backlog(Protocol):
    """The worklist as a sync sees it."""

    def add(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str], cause: str) -> None:
        """Put the records into the backfill lane and ask for the batches that will carry them."""
        ...

    def waiting_count(self, connection: Connection, *, portal_id: int) -> int:
        """How many records of the portal wait in the backfill lane."""
        ...


class SyncPortal(Protocol):
    """A portal that may be synced."""

    @property
    def portal_id(self) -> int: ...

    @property
    def installed_at(self) -> datetime: ...

    @property
    def scopes(self) -> frozenset[str]: ...


class Portals(Protocol):
    """Which portals may be synced now: connected, and ready for what we write."""

    def connected(self, connection: Connection) -> Iterable[SyncPortal]: ...

    def find_connected(self, connection: Connection, portal_id: int) -> SyncPortal | None: ...


@dataclass(frozen=True)
class SyncLimits:
    """How much a sync takes at once."""

    pages_per_job: int = 10
    backlog_cap: int = 2_000
    """A sync adds nothing while more records of the portal wait: twenty batches ahead keep every slot busy."""
    full_delay: timedelta = timedelta(seconds=5)


def sync_request(
    portal_id: int, sync: str, object_type: str | None = None, *, resume: bool = False, run_at: datetime | None = None
) -> JobRequest:
    """Walk one sync of a portal; without `object_type` all its types. `resume`: only go on with a running pass, never begin one."""
    lock = f"{SYNC_JOB}:{portal_id}:{sync}:{object_type or 'all'}"
    args: dict[str, JsonScalar] = {"portal_id": portal_id, "sync": sync}
    if object_type is not None:
        args |= {"object_type": object_type, "resume": resume}
    return JobRequest(SYNC_JOB, args, queueing_lock=lock, lock=lock, priority=BACKFILL_PRIORITY, run_at=run_at)


def sync_triggers(syncs: Mapping[str, Sync], *, every_s: Mapping[str, float] | None = None) -> tuple[Trigger, ...]:
    """The triggers of all syncs with a schedule, and of the repair. `every_s` overrides intervals by the sync's name (demo, tests)."""
    chosen = {sync.name: (every_s or {}).get(sync.name, sync.every_s) for sync in syncs.values()}
    starts = (
        Trigger(_start_request(name), interval, first_after_s=min(interval, 30.0))
        for name, interval in chosen.items()
        if interval is not None
    )
    return (*starts, Trigger(RESUME_SYNCS, _RESUME_EVERY_S, first_after_s=10.0))


def _start_request(sync: str) -> JobRequest:
    return JobRequest(START_SYNCS_JOB, {"sync": sync}, queueing_lock=f"{START_SYNCS_JOB}:{sync}", priority=HOUSEKEEPING_PRIORITY)


class SyncJobs:
    """The three job functions. Register `walk` as a swept job, the others too."""

    def __init__(
        self,
        *,
        database: Database,
        deferrer: Deferrer,
        syncs: Mapping[str, Sync],
        store: SyncStore,
        backlog: Backlog,
        portals: Portals,
        crm_for: Callable[[int], CrmReader],
        clock: Clock,
        limits: SyncLimits | None = None,
    ) -> None:
        self._database = database
        self._deferrer = deferrer
        self._syncs = syncs
        self._store = store
        self._backlog = backlog
        self._portals = portals
        self._crm_for = crm_for
        self._clock = clock
        self._limits = limits or SyncLimits()

    def start(self, args: Mapping[str, JsonScalar]) -> None:
        """Job `start_syncs`: ask for one sync in every connected portal."""
        sync = self._sync(text(args, "sync"))
        with self._database.begin() as connection:
            for portal in self._portals.connected(connection):
                self._ask_all_types(connection, portal, sync)

    def resume(self, _args: Mapping[str, JsonScalar]) -> None:
        """Job `resume_syncs`: ask again for every pass that is under way; where its job still waits, nothing changes."""
        with self._database.begin() as connection:
            connected = {portal.portal_id for portal in self._portals.connected(connection)}
            for key in self._store.find_running(connection):
                if key.portal_id in connected and key.sync in self._syncs:
                    self._deferrer.defer(connection, sync_request(key.portal_id, key.sync, key.object_type, resume=True))

    def walk(self, args: Mapping[str, JsonScalar]) -> None:
        """Job `sync`: some pages of one object type, or, without one, a job for each type."""
        sync, portal_id = self._sync(text(args, "sync")), whole_number(args, "portal_id")
        object_type = optional_text(args, "object_type")
        if object_type is None:
            with self._database.begin() as connection:
                portal = self._portals.find_connected(connection, portal_id)
                if portal is not None:
                    self._ask_all_types(connection, portal, sync)
            return
        key = SyncKey(portal_id, sync.name, object_type)
        checkpoint = self._open_pass(key, sync, resume_only=args.get("resume") is True)
        if checkpoint is not None:
            self._walk_pages(key, sync, checkpoint)

    def _open_pass(self, key: SyncKey, sync: Sync, *, resume_only: bool) -> Checkpoint | None:
        """The checkpoint to go on from, stored as running; None when there is nothing to do."""
        with self._database.begin() as connection:
            portal = self._portals.find_connected(connection, key.portal_id)
            checkpoint = self._find(connection, key)
            if portal is None or not may_work_on(key.object_type, portal.scopes):
                return None
            if resume_only and checkpoint.state != "running":
                return None
            opened = begin(sync, checkpoint, now=self._clock(), installed_at=portal.installed_at)
            self._save(connection, key, opened)
        return opened

    def _walk_pages(self, key: SyncKey, sync: Sync, checkpoint: Checkpoint) -> None:
        crm = self._crm_for(key.portal_id)
        for _ in range(self._limits.pages_per_job):
            if self._is_full(key):
                self._ask_again(key, self._clock() + self._limits.full_delay)
                return
            checkpoint = self._keep(key, sync, checkpoint, self._fetch(key, sync, crm, checkpoint))
            if checkpoint.state == "idle":
                _log.info("sync_pass_done", sync=sync.name, object_type=key.object_type, records=checkpoint.records)
                return
        self._ask_again(key, None)

    def _fetch(self, key: SyncKey, sync: Sync, crm: CrmReader, checkpoint: Checkpoint) -> SyncPage:
        try:
            return sync.fetch_page(crm, key.object_type, checkpoint)
        except AppError as error:
            if isinstance(decide(error, 0), DeadLetter):
                with self._database.begin() as connection:
                    self._save(connection, key, replace(checkpoint, state="failed"))
            raise

    def _keep(self, key: SyncKey, sync: Sync, checkpoint: Checkpoint, page: SyncPage) -> Checkpoint:
        """The page is on the worklist and the checkpoint behind it, or neither."""
        advanced = advance(checkpoint, page)
        with self._database.begin() as connection:
            if page.object_ids:
                self._backlog.add(
                    connection,
                    portal_id=key.portal_id,
                    object_type=key.object_type,
                    object_ids=page.object_ids,
                    cause=sync.cause,
                )
            self._save(connection, key, advanced)
        return advanced

    def _is_full(self, key: SyncKey) -> bool:
        with self._database.begin() as connection:
            return self._backlog.waiting_count(connection, portal_id=key.portal_id) > self._limits.backlog_cap

    def _ask_again(self, key: SyncKey, run_at: datetime | None) -> None:
        with self._database.begin() as connection:
            self._deferrer.defer(connection, sync_request(key.portal_id, key.sync, key.object_type, resume=True, run_at=run_at))

    def _ask_all_types(self, connection: Connection, portal: SyncPortal, sync: Sync) -> None:
        """A job for each type that may be worked on there; what was not granted is no failure."""
        for object_type in sync.object_types:
            if may_work_on(object_type, portal.scopes):
                self._deferrer.defer(connection, sync_request(portal.portal_id, sync.name, object_type))

    def _find(self, connection: Connection, key: SyncKey) -> Checkpoint:
        return self._store.find(connection, portal_id=key.portal_id, sync=key.sync, object_type=key.object_type)

    def _save(self, connection: Connection, key: SyncKey, checkpoint: Checkpoint) -> None:
        self._store.save(connection, portal_id=key.portal_id, sync=key.sync, object_type=key.object_type, checkpoint=checkpoint)

    def _sync(self, name: str) -> Sync:
        found = self._syncs.get(name)
        if found is None:
            raise NotFound(f"no sync is called {name!r}")
        return found
