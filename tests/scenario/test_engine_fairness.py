"""Fairness on a real database with the real worklist: caps hold, live work goes first, portals take turns, nothing is lost."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from sqlalchemy import text

from integration.core.clock import system_clock
from integration.core.metrics import Metrics
from integration.db.session import Database
from integration.hubspot.objects import BATCH_LIMIT, CONTACTS
from integration.jobs.batches import SWEEP_WORK, BatchJob, WorkSweep
from integration.jobs.engine import JobEngine
from integration.pipeline.lanes import BACKFILL, LANE_NAMES, LIVE, process_request
from integration.pipeline.worklist_store import WorklistStore, WorkRequest
from tests.unit.jobs.engines import ask, make_engine, wait_until, working

CAPS = {LIVE: 2, BACKFILL: 2}
BATCH_S = 0.03


@dataclass(frozen=True)
class Report:
    claimed: int
    more: bool


class Floor:
    """Works the real worklist with batches that only take time, and remembers who worked when."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.worklist = WorklistStore()
        self.engine: JobEngine = make_engine(database)
        self.guard = threading.Lock()
        self.inside: Counter[tuple[int, int]] = Counter()
        self.most: Counter[tuple[int, int]] = Counter()
        self.order: list[int] = []
        self.done_at: dict[tuple[int, str], float] = {}
        self.engine.register(
            "process",
            BatchJob(database=database, deferrer=self.engine, run_batch=self.run_batch, request_for=process_request, caps=CAPS),
            swept=True,
        )
        self.engine.register(
            SWEEP_WORK.name,
            WorkSweep(
                database=database,
                deferrer=self.engine,
                worklist=self.worklist,
                request_for=process_request,
                caps=CAPS,
                lane_names=LANE_NAMES,
                batch_limit=BATCH_LIMIT,
                clock=system_clock,
                metrics=Metrics(),
            ),
            swept=True,
        )

    def connect(self, *portal_ids: int) -> None:
        with self.database.begin() as connection:
            for portal_id in portal_ids:
                connection.execute(text("INSERT INTO portal (portal_id, state) VALUES (:id, 'connected')"), {"id": portal_id})

    def add(self, portal_id: int, count: int, lane: int, *, ask_for_it: bool = True, first: int = 0) -> None:
        items = [WorkRequest(CONTACTS, str(number), lane) for number in range(first, first + count)]
        with self.database.begin() as connection:
            self.worklist.add(connection, portal_id, items, now=system_clock())
            if ask_for_it:
                self.engine.defer(connection, process_request(portal_id, CONTACTS, lane))

    def run_batch(self, portal_id: int, object_type: str, lane: int) -> Report:
        with self.database.begin() as connection:
            claim = self.worklist.claim(
                connection, portal_id=portal_id, object_type=object_type, lane=lane, lease_s=30, now=system_clock()
            )
        with self._inside(portal_id, lane):
            time.sleep(BATCH_S)
        ids = [item.object_id for item in claim.items]
        with self.database.begin() as connection:
            self.worklist.complete(connection, portal_id=portal_id, claim=claim, done_ids=ids)
            more = any(waiting.lane == lane for waiting in self.worklist.backlog(connection, portal_id))
        with self.guard:
            self.done_at |= {(portal_id, object_id): time.monotonic() for object_id in ids}
        return Report(len(ids), more)

    def time_done(self, portal_id: int, object_id: str) -> float:
        wait_until(lambda: (portal_id, object_id) in self.done_at)
        return self.done_at[portal_id, object_id]

    def left(self) -> int:
        with self.database.begin() as connection:
            return int(connection.execute(text("SELECT count(*) FROM work_item")).scalar_one())

    @contextmanager
    def _inside(self, portal_id: int, lane: int) -> Iterator[None]:
        key = (portal_id, lane)
        with self.guard:
            self.order.append(portal_id)
            self.inside[key] += 1
            self.most[key] = max(self.most[key], self.inside[key])
        yield
        with self.guard:
            self.inside[key] -= 1


def test_a_live_contact_does_not_wait_behind_another_portals_backfill(database: Database) -> None:
    floor = Floor(database)
    floor.connect(1, 2)
    floor.add(1, 6_000, BACKFILL)
    waits = []
    with working(floor.engine, 4):
        wait_until(lambda: len(floor.order) > 4)
        for number in range(5):
            asked = time.monotonic()
            floor.add(2, 1, LIVE, first=number)
            waits.append(floor.time_done(2, str(number)) - asked)
        assert floor.left() > 0, "the backfill ended before the measurement did"
        # Two batches at the same moment may come only after the live contacts are through.
        wait_until(lambda: floor.most[1, BACKFILL] == CAPS[BACKFILL] or floor.left() == 0, 60)
    assert median(waits) < 1.0
    assert floor.most[1, BACKFILL] == CAPS[BACKFILL]


def test_two_backfills_take_turns(database: Database) -> None:
    floor = Floor(database)
    floor.connect(1, 2)
    floor.add(1, 4_000, BACKFILL)
    floor.add(2, 500, BACKFILL)
    with working(floor.engine, 3):
        wait_until(lambda: floor.left() == 0, 30)
    last_of_the_small_one = max(position for position, portal_id in enumerate(floor.order) if portal_id == 2)
    assert last_of_the_small_one < 20, floor.order
    assert len(floor.done_at) == 4_500
    assert all(most <= CAPS[lane] for (_, lane), most in floor.most.items())


def test_records_without_a_job_are_found_by_the_sweep(database: Database) -> None:
    floor = Floor(database)
    floor.connect(1)
    floor.add(1, 250, LIVE, ask_for_it=False)
    with working(floor.engine, 3):
        ask(database, floor.engine, SWEEP_WORK)
        wait_until(lambda: floor.left() == 0)
    assert floor.most[1, LIVE] == 2
