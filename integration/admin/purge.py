"""Erases everything a portal left behind: at once when its admin asks, otherwise when it has been gone for the stated number of days.

A portal counts as gone from the moment it was disconnected, by its admin here, by an uninstall in HubSpot, or because HubSpot ended the
authorisation for good. Whoever comes back before that finds everything as it was, but provider keys, which go at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from integration.admin.disconnect_store import DisconnectStore, portal_tables
from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.portal_store import Portal, PortalStore
from integration.jobs.arguments import text, whole_number
from integration.jobs.job_store import JobStore
from integration.jobs.request import HOUSEKEEPING_PRIORITY, LIFECYCLE_PRIORITY, Deferrer, JobRequest, JsonScalar
from integration.pipeline.delivery_body_store import DeliveryBodyStore

ERASE_PORTAL_JOB: Final = "erase_portal"
_AGAIN_AFTER: Final = timedelta(minutes=15)
"""Batches that were under way have ended by then; what they wrote behind the eraser goes too."""
_ROWS_AT_ONCE: Final = 5_000

_log = structlog.get_logger(__name__)


def erase_portal_requests(portal_id: int, left_at: datetime, *, now: datetime) -> tuple[JobRequest, JobRequest]:
    """Asks that all of the portal be erased: at once, and again for what was under way. Void once the portal is back."""
    return tuple(  # type: ignore[return-value]
        JobRequest(
            ERASE_PORTAL_JOB,
            {"portal_id": portal_id, "left_at": left_at.isoformat()},
            queueing_lock=f"{ERASE_PORTAL_JOB}:{portal_id}:{number}",
            priority=HOUSEKEEPING_PRIORITY if number else LIFECYCLE_PRIORITY,
            run_at=now + after if after else None,
        )
        for number, after in enumerate((timedelta(0), _AGAIN_AFTER))
    )


@dataclass(frozen=True)
class Purger:
    """The job functions `erase_portal` and `purge_portals`. `after_days` is how long a portal may be gone."""

    database: Database
    portals: PortalStore
    deferrer: Deferrer
    clock: Clock
    after_days: int

    def due_at(self, portal: Portal) -> datetime | None:
        """When the portal will be erased by itself; None while it is connected or when it is erased already."""
        return None if portal.is_connected or portal.erased_at else portal.state_since + timedelta(days=self.after_days)

    def purge_portals(self, _args: Mapping[str, JsonScalar]) -> None:
        """Job `purge_portals`: asks for the erasure of every portal whose time has come."""
        due = self.clock() - timedelta(days=self.after_days)
        with self.database.begin() as connection:
            for portal_id, left_at in DisconnectStore().due(connection, left_before=due):
                self._ask(connection, portal_id, left_at)

    def ask(self, connection: Connection, portal: Portal) -> None:
        """Asks for the erasure of a portal that left. While such a job waits, asking again changes nothing."""
        self._ask(connection, portal.portal_id, portal.state_since)

    def _ask(self, connection: Connection, portal_id: int, left_at: datetime) -> None:
        for request in erase_portal_requests(portal_id, left_at, now=self.clock()):
            self.deferrer.defer(connection, request)

    def erase_portal(self, args: Mapping[str, JsonScalar]) -> None:
        """Job `erase_portal`: every row of the portal, unless it was installed again since `left_at`."""
        self.erase(whole_number(args, "portal_id"), datetime.fromisoformat(text(args, "left_at")))

    def erase(self, portal_id: int, left_at: datetime) -> int:
        """How many rows went; 0 when the portal is back. In chunks of a transaction each: an install waits for one chunk, and the next sees it."""
        store, removed = DisconnectStore(), 0
        for table in portal_tables():
            more = True
            while more:
                with self.database.begin() as connection:
                    if not self._is_gone(self.portals.find(connection, portal_id=portal_id, lock=True), left_at):
                        return removed
                    count = store.erase_some(connection, portal_id=portal_id, table=table, limit=_ROWS_AT_ONCE)
                removed += count
                more = count >= _ROWS_AT_ONCE
        with self.database.begin() as connection:
            if self._is_gone(self.portals.find(connection, portal_id=portal_id, lock=True), left_at):
                DeliveryBodyStore().clean_portal(connection, portal_id=portal_id)
                JobStore().drop_waiting(connection, portal_id=portal_id, kept=ERASE_PORTAL_JOB)
                store.forget(connection, portal_id=portal_id, now=self.clock())
        _log.info("portal_erased", portal_id=portal_id, rows=removed)
        return removed

    @staticmethod
    def _is_gone(portal: Portal | None, left_at: datetime) -> bool:
        return portal is not None and not portal.is_connected and portal.state_since == left_at
