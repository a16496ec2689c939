"""The job `prune_ledger`: the ledger keeps what stood before for the 90 days in which an undo is promised, then only what it needs for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from integration.core.clock import Clock
from integration.db.session import Database
from integration.hubspot.portal_store import PortalStore
from integration.jobs.request import JsonScalar
from integration.pipeline.ledger_keeping_store import START, LedgerKeepingStore, Place
from integration.pipeline.undo.request import KEPT_FOR

_ROWS_AT_ONCE: Final = 5_000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LedgerKeeper:
    """Works through portal after portal in chunks of a transaction each; a job cut short goes on the next day."""

    database: Database
    portals: PortalStore
    clock: Clock
    rows_at_once: int = _ROWS_AT_ONCE

    def run(self, _args: Mapping[str, JsonScalar]) -> None:
        with self.database.begin() as connection:
            portal_ids = [portal.portal_id for portal in self.portals.find_all(connection)]
        for portal_id in portal_ids:
            rows, runs = self.prune(portal_id)
            if rows or runs:
                _log.info("ledger_pruned", portal_id=portal_id, rows=rows, runs=runs)

    def prune(self, portal_id: int) -> tuple[int, int]:
        """How many rows and runs of the portal went."""
        store, before = LedgerKeepingStore(), self.clock() - KEPT_FOR
        rows = runs = 0
        place: Place | None = START
        while place is not None:
            with self.database.begin() as connection:
                removed, place = store.prune_rows(
                    connection, portal_id=portal_id, before=before, after=place, limit=self.rows_at_once
                )
            rows += removed
        removed = self.rows_at_once
        while removed >= self.rows_at_once:
            with self.database.begin() as connection:
                removed = store.prune_runs(connection, portal_id=portal_id, before=before, limit=self.rows_at_once)
            runs += removed
        return rows, runs
