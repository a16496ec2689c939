"""The pipeline's jobs: functions for the engine, which read their arguments and open what they need."""

from __future__ import annotations

from collections.abc import Mapping

from integration.db.session import Database
from integration.jobs.arguments import text, whole_number
from integration.jobs.request import JsonScalar
from integration.pipeline.batch import BatchRunner
from integration.pipeline.erase_store import EraseStore
from integration.pipeline.history_store import HistoryStore
from integration.pipeline.tally import BatchReport

ERASE_JOB = "erase"
MOVE_HISTORY_JOB = "move_history"


class PipelineJobs:
    """`run_batch` for the job `process`, `erase` and `move_history` for the jobs of those names."""

    def __init__(self, database: Database, runner: BatchRunner) -> None:
        self._database = database
        self._runner = runner
        self._eraser = EraseStore()
        self._history = HistoryStore()

    def run_batch(self, portal_id: int, object_type: str, lane: int) -> BatchReport:
        """One batch; see `BatchRunner.run`."""
        return self._runner.run(portal_id, object_type, lane)

    def erase(self, args: Mapping[str, JsonScalar]) -> None:
        """Arguments: portal_id, object_type, object_id."""
        with self._database.begin() as connection:
            self._eraser.erase(
                connection,
                portal_id=whole_number(args, "portal_id"),
                object_type=text(args, "object_type"),
                object_id=text(args, "object_id"),
            )

    def move_history(self, args: Mapping[str, JsonScalar]) -> None:
        """Arguments: portal_id, object_type, from_id, to_id."""
        with self._database.begin() as connection:
            self._history.move(
                connection,
                portal_id=whole_number(args, "portal_id"),
                object_type=text(args, "object_type"),
                from_id=text(args, "from_id"),
                to_id=text(args, "to_id"),
            )
