"""The jobs of this package, built from what they need. The composition root registers them with the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from integration.core.clock import Clock
from integration.db.session import Database
from integration.jobs.dead_letter_store import DeadLetterStore
from integration.jobs.request import Deferrer, JsonScalar
from integration.pipeline.delivery_body_store import DeliveryBodyStore
from integration.pipeline.record_state_store import RecordStateStore
from integration.pipeline.withdraw_store import WithdrawStore
from integration.pipeline.worklist_store import WorklistStore
from webhooks.cleaning import Cleaner
from webhooks.dispatch import Dispatcher
from webhooks.handler import InputProperties
from webhooks.inbox_store import InboxStore
from webhooks.portal_changes import PortalChanges
from webhooks.registry import load_registry
from webhooks.unpack import RecentWrites, Unpacker, UnpackMetrics

_REMEMBER_EVENTS: Final = timedelta(hours=26)
"""HubSpot repeats a delivery for up to 24 hours."""

_log = structlog.get_logger(__name__)


def build_unpacker(
    *,
    database: Database,
    deferrer: Deferrer,
    inputs: InputProperties,
    app_id: str,
    recent_writes: RecentWrites,
    clock: Clock,
    metrics: UnpackMetrics,
) -> Unpacker:
    """The function behind the job `unpack`: `engine.register(UNPACK.name, build_unpacker(...).run)`."""
    return Unpacker(
        database=database,
        deferrer=deferrer,
        dispatcher=Dispatcher(load_registry(), inputs=inputs, app_id=app_id),
        recent_writes=recent_writes,
        clock=clock,
        metrics=metrics,
        inbox=InboxStore(),
        dead_letters=DeadLetterStore(),
        changes=PortalChanges(
            deferrer=deferrer, clock=clock, worklist=WorklistStore(), records=RecordStateStore(), withdrawal=WithdrawStore()
        ),
        cleaner=Cleaner(RecordStateStore(), DeliveryBodyStore()),
    )


@dataclass(frozen=True)
class InboxKeeper:
    """The function behind the job `purge_inbox`: drops unpacked deliveries after `retention_days`."""

    database: Database
    clock: Clock
    retention_days: int

    def run(self, _args: Mapping[str, JsonScalar]) -> None:
        now = self.clock()
        with self.database.begin() as connection:
            dropped = InboxStore().forget(
                connection, received_before=now - timedelta(days=self.retention_days), seen_before=now - _REMEMBER_EVENTS
            )
        _log.info("old_deliveries_dropped", count=dropped)
