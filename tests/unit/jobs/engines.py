"""Builds engines with short timings for tests, and runs them in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from integration.core.clock import system_clock
from integration.core.metrics import Metrics
from integration.db.session import Database
from integration.jobs.dead_letter_store import DeadLetterStore
from integration.jobs.edge import JobEdge
from integration.jobs.engine import EngineTiming, JobEngine
from integration.jobs.job_store import JobStore
from integration.jobs.request import JobRequest

FAST = EngineTiming(poll_s=0.1, heartbeat_s=0.2, silent_s=1.0, grace_s=5.0, reconnect_s=0.2)


class PausedPortals:
    """Stands for the portal store: remembers which portals were paused and why."""

    def __init__(self) -> None:
        self.reasons: dict[int, str] = {}

    def __call__(self, _connection: Connection, portal_id: int, reason: str) -> None:
        self.reasons[portal_id] = reason


def make_edge(database: Database, paused: PausedPortals | None = None) -> JobEdge:
    return JobEdge(
        database=database,
        jobs=JobStore(),
        dead_letters=DeadLetterStore(),
        pause_portal=paused or PausedPortals(),
        clock=system_clock,
        metrics=Metrics(),
    )


def make_engine(database: Database, paused: PausedPortals | None = None, timing: EngineTiming = FAST) -> JobEngine:
    return JobEngine(database, make_edge(database, paused), jobs=JobStore(), timing=timing)


def ask(database: Database, engine: JobEngine, *requests: JobRequest) -> list[bool]:
    with database.begin() as connection:
        return [engine.defer(connection, request) for request in requests]


@contextmanager
def working(engine: JobEngine, concurrency: int = 4) -> Iterator[None]:
    """The engine works in a thread of its own while the block runs."""
    results: list[bool] = []
    thread = threading.Thread(target=lambda: results.append(engine.run_worker(concurrency)))
    thread.start()
    try:
        yield
    finally:
        engine.stop()
        thread.join(20)
        assert not thread.is_alive(), "the worker did not stop"
        assert results, "the worker ended with an error"


def wait_until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def job_rows(database: Database) -> list[tuple[str, str, int]]:
    """(name, status, attempts) of every job in the table, oldest first."""
    with database.begin() as connection:
        rows = connection.execute(text("SELECT task_name, status::text, attempts FROM procrastinate_jobs ORDER BY id"))
        return [(row[0], row[1], row[2]) for row in rows]
