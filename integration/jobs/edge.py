"""The edge of a job: where its errors end. Binds the log context, runs the function, and carries out what `retry.decide` says.

Opens no transaction for the function (a batch needs several); the follow-up of an error is one transaction of its own.

A job is either swept or not. What a swept job does is written down elsewhere (inbox, worklist) and a sweep asks for it again every few
seconds, so a failure that waiting may cure needs no job of its own. It must not have one: a job that waits for a later time keeps its lock, and
would hold a slot that other work could use.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Connection
from structlog.contextvars import bound_contextvars

from integration.core.clock import Clock
from integration.core.errors import AppError
from integration.db.session import Database
from integration.jobs.dead_letter_store import DeadLetterEntry, DeadLetterStore
from integration.jobs.job_store import JobStore, RunningJob
from integration.jobs.request import JsonScalar
from integration.jobs.retry import DeadLetter, Decision, Drop, PausePortal, RetryLater, decide

JobFunction = Callable[[Mapping[str, JsonScalar]], None]
PausePortalFunction = Callable[[Connection, int, str], None]
"""(connection, portal_id, reason): marks the portal as disconnected."""

_log = structlog.get_logger(__name__)


class JobMetrics(Protocol):
    """What the edge counts."""

    def error(self, reason: str) -> None: ...


class JobEdge:
    """Runs jobs and settles their errors. Safe to call from many threads."""

    def __init__(
        self,
        *,
        database: Database,
        jobs: JobStore,
        dead_letters: DeadLetterStore,
        pause_portal: PausePortalFunction,
        clock: Clock,
        metrics: JobMetrics,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._dead_letters = dead_letters
        self._pause_portal = pause_portal
        self._clock = clock
        self._metrics = metrics
        self._running: set[int] = set()
        self._guard = threading.Lock()

    def run(self, job: RunningJob, function: JobFunction, *, swept: bool) -> None:
        """Returns when the job is done or its failure is settled; raises only when settling failed too (the database is away)."""
        with bound_contextvars(job_id=job.job_id, job=job.name, portal_id=job.portal_id), self._counted(job.job_id):
            try:
                function(job.args)
            except Exception as error:  # noqa: BLE001  one of the four edges: whatever a job raises is decided upon here
                self._settle(job, decide(error, job.attempts), error, swept=swept)

    def running_ids(self) -> frozenset[int]:
        """The jobs in hand at this moment."""
        with self._guard:
            return frozenset(self._running)

    def bury_lost(self, connection: Connection, jobs: Sequence[RunningJob]) -> None:
        """Keep jobs as dead letters that lost their worker again and again."""
        for _ in jobs:
            self._metrics.error("worker_lost")
        self._dead_letters.save(connection, [_letter(job, "worker_lost", "its worker died every time it ran") for job in jobs])

    def _counted(self, job_id: int) -> _Membership:
        return _Membership(self._running, self._guard, job_id)

    def _settle(self, job: RunningJob, decision: Decision, error: Exception, *, swept: bool) -> None:
        self._metrics.error(decision.reason)
        _report(decision, job, error)
        with self._database.begin() as connection:
            match decision:
                case RetryLater(delay_s=delay_s) if not swept:
                    run_at = self._clock() + timedelta(seconds=delay_s)
                    self._jobs.repeat_later(connection, job_id=job.job_id, run_at=run_at)
                case PausePortal(reason=reason) if job.portal_id is not None:
                    self._pause_portal(connection, job.portal_id, reason)
                case DeadLetter(reason=reason) | PausePortal(reason=reason):
                    self._dead_letters.save(connection, [_letter(job, reason, _describe(error))])
                case RetryLater() | Drop():
                    pass


class _Membership:
    """Keeps an id in a set for the length of a block."""

    def __init__(self, members: set[int], guard: threading.Lock, member: int) -> None:
        self._members, self._guard, self._member = members, guard, member

    def __enter__(self) -> None:
        with self._guard:
            self._members.add(self._member)

    def __exit__(self, *_: object) -> None:
        with self._guard:
            self._members.discard(self._member)


def _letter(job: RunningJob, reason: str, detail: str) -> DeadLetterEntry:
    return DeadLetterEntry(
        portal_id=job.portal_id,
        kind="job",
        reason=reason,
        detail=f"{job.name}: {detail}",
        payload={"job": job.name, **job.args},
    )


def _describe(error: Exception) -> str:
    """Our own messages are written for people; a foreign one may quote a record, so only its class and place are kept."""
    if isinstance(error, AppError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def _report(decision: Decision, job: RunningJob, error: Exception) -> None:
    expected = isinstance(decision, Drop | PausePortal) or (isinstance(decision, RetryLater) and not decision.alarm)
    log = _log.warning if expected else _log.error
    log(
        "job_failed",
        decision=type(decision).__name__,
        reason=decision.reason,
        attempts=job.attempts,
        exc_info=None if expected else error,
    )
