"""The job `process` and its sweep: one batch of one portal, object type and lane, then behind the others again.

What a batch does is not known here: the pipeline gives the function, the worklist says what is due, and both arrive as arguments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.db.session import Database
from integration.jobs.arguments import text, whole_number
from integration.jobs.lanes import slots_after, slots_for
from integration.jobs.request import HOUSEKEEPING_PRIORITY, Deferrer, JobRequest, JsonScalar

SWEEP_WORK: Final = JobRequest("sweep_work", queueing_lock="sweep_work", priority=HOUSEKEEPING_PRIORITY)

ProcessRequest = Callable[[int, str, int, int], JobRequest]
"""(portal_id, object_type, lane, slot): the request for one batch."""


class BatchReport(Protocol):
    """What a batch says when it ends. `more`: records of the same kind were still due."""

    @property
    def claimed(self) -> int: ...

    @property
    def more(self) -> bool: ...


RunBatch = Callable[[int, str, int], BatchReport]
"""(portal_id, object_type, lane): carries up to a hundred records through the pipeline."""


class DueWork(Protocol):
    """Records of one portal, type and lane that wait and are claimed by nobody."""

    @property
    def portal_id(self) -> int: ...

    @property
    def object_type(self) -> str: ...

    @property
    def lane(self) -> int: ...

    @property
    def due_count(self) -> int: ...

    @property
    def oldest(self) -> datetime: ...


class Worklist(Protocol):
    """Where the sweep looks."""

    def portals_with_work(self, connection: Connection, *, now: datetime) -> Iterable[DueWork]: ...


class BacklogMetrics(Protocol):
    """What the sweep measures."""

    def backlog(self, lane: str, records: int, oldest_s: float) -> None: ...


class BatchJob:
    """Runs one batch, then asks for the next while there is more, so that every portal that waits gets its turn in between."""

    def __init__(
        self,
        *,
        database: Database,
        deferrer: Deferrer,
        run_batch: RunBatch,
        request_for: ProcessRequest,
        caps: Mapping[int, int],
    ) -> None:
        self._database = database
        self._deferrer = deferrer
        self._run_batch = run_batch
        self._request_for = request_for
        self._caps = caps

    def __call__(self, args: Mapping[str, JsonScalar]) -> None:
        portal_id, lane = whole_number(args, "portal_id"), whole_number(args, "lane")
        object_type, slot = text(args, "object_type"), whole_number(args, "slot", 0)
        if slot >= self._caps[lane]:
            return  # the cap was lowered while the job waited
        report = self._run_batch(portal_id, object_type, lane)
        wanted = slots_after(slot, more=report.more and report.claimed > 0, cap=self._caps[lane])
        if wanted:
            with self._database.begin() as connection:
                for again in wanted:
                    self._deferrer.defer(connection, self._request_for(portal_id, object_type, lane, again))


class WorkSweep:
    """Asks for a batch wherever records are due and no job waits for them: after lost jobs, expired leases, and pauses that ended."""

    def __init__(
        self,
        *,
        database: Database,
        deferrer: Deferrer,
        worklist: Worklist,
        request_for: ProcessRequest,
        caps: Mapping[int, int],
        lane_names: Mapping[int, str],
        batch_limit: int,
        clock: Clock,
        metrics: BacklogMetrics,
    ) -> None:
        self._database = database
        self._deferrer = deferrer
        self._worklist = worklist
        self._request_for = request_for
        self._caps = caps
        self._lane_names = lane_names
        self._batch_limit = batch_limit
        self._clock = clock
        self._metrics = metrics

    def __call__(self, _args: Mapping[str, JsonScalar]) -> None:
        now = self._clock()
        with self._database.begin() as connection:
            due = sorted(
                self._worklist.portals_with_work(connection, now=now),
                key=lambda work: (work.portal_id, work.object_type, work.lane),
            )
            for work in due:
                for slot in slots_for(work.due_count, batch_limit=self._batch_limit, cap=self._caps[work.lane]):
                    self._deferrer.defer(connection, self._request_for(work.portal_id, work.object_type, work.lane, slot))
        self._measure(due, now)

    def _measure(self, due: Iterable[DueWork], now: datetime) -> None:
        records: defaultdict[int, int] = defaultdict(int)
        oldest_s: defaultdict[int, float] = defaultdict(float)
        for work in due:
            records[work.lane] += work.due_count
            oldest_s[work.lane] = max(oldest_s[work.lane], (now - work.oldest).total_seconds())
        for lane, name in self._lane_names.items():
            self._metrics.backlog(name, records[lane], oldest_s[lane])
