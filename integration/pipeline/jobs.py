"""The pipeline's jobs: functions for the engine, which read their arguments and open what they need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from integration.core.clock import Clock
from integration.db.session import Database
from integration.jobs.arguments import text, whole_number
from integration.jobs.request import JsonScalar
from integration.pipeline.batch import BatchRunner
from integration.pipeline.delivery_body_store import DeliveryBodyStore
from integration.pipeline.lifecycle import Lifecycle
from integration.pipeline.record_state_store import RecordStateStore
from integration.pipeline.tally import BatchReport

ERASE_JOB: Final = "erase"
MOVE_HISTORY_JOB: Final = "move_history"


class PipelineJobs:
    """`run_batch` for the job `process`, `erase` and `move_history` for the jobs of those names."""

    def __init__(self, database: Database, runner: BatchRunner, clock: Clock) -> None:
        self._database = database
        self._runner = runner
        self._states = RecordStateStore()
        self._lifecycle = Lifecycle(self._states, clock)
        self._bodies = DeliveryBodyStore()

    def run_batch(self, portal_id: int, object_type: str, lane: int) -> BatchReport:
        """One batch; see `BatchRunner.run`."""
        return self._runner.run(portal_id, object_type, lane)

    def erase(self, args: Mapping[str, JsonScalar]) -> None:
        """Arguments: portal_id, object_type, object_id.

        The rows first, then the deliveries, each in a transaction of its own: `unpack` locks them in the other order.
        """
        portal_id, object_type, object_id = whole_number(args, "portal_id"), text(args, "object_type"), text(args, "object_id")
        with self._database.begin() as connection:
            kin = self._lifecycle.erase(connection, portal_id=portal_id, object_type=object_type, object_id=object_id)
        with self._database.begin() as connection:
            self._bodies.clean(connection, portal_id=portal_id, object_type=object_type, object_ids=kin)

    def move_history(self, args: Mapping[str, JsonScalar]) -> None:
        """Arguments: portal_id, object_type, from_id, to_id."""
        with self._database.begin() as connection:
            self._lifecycle.move(
                connection,
                portal_id=whole_number(args, "portal_id"),
                object_type=text(args, "object_type"),
                from_id=text(args, "from_id"),
                to_id=text(args, "to_id"),
            )
