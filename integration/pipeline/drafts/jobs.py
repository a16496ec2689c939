"""The jobs of approved drafts: `make_tasks` makes the tasks of one approval, `resume_tasks` asks again wherever one is under way.

`make_tasks` is swept: what waiting may cure (an account that is down, dry or disconnected, an answer that was lost) is taken up within half a minute.
"""

from __future__ import annotations

from collections.abc import Mapping

from integration.db.session import Database
from integration.jobs.arguments import text, whole_number
from integration.jobs.request import Deferrer, JsonScalar
from integration.pipeline.drafts.requests import make_tasks_request
from integration.pipeline.drafts.task_maker import TaskMaker
from integration.pipeline.drafts.task_store import DraftTaskStore


class DraftJobs:
    """The two job functions; both are registered as swept."""

    def __init__(self, *, database: Database, deferrer: Deferrer, maker: TaskMaker) -> None:
        self._database = database
        self._deferrer = deferrer
        self._maker = maker
        self._tasks = DraftTaskStore()

    def make(self, args: Mapping[str, JsonScalar]) -> None:
        """Job `make_tasks`: take one approval as far as it goes now."""
        self._maker.make(whole_number(args, "portal_id"), text(args, "run_id"))

    def resume(self, _args: Mapping[str, JsonScalar]) -> None:
        """Job `resume_tasks`: ask again for every approval under way; where its job still waits, nothing changes."""
        with self._database.begin() as connection:
            for portal_id, run_id in self._tasks.open_runs(connection):
                self._deferrer.defer(connection, make_tasks_request(portal_id, run_id))
