"""The job engine: Procrastinate on the product's own PostgreSQL. Defers jobs, and runs them in the threads of a worker process.

Decides nothing about errors (see `edge` and `retry`) and nothing about shares (see `lanes`).

When a worker is killed: its heartbeat (every 2 s) stops; after 8 s of silence its jobs count as stalled; a trigger of the scheduler asks every
4 s for them to be put back (`RECOVER_STALLED_JOBS`). A slot of a portal is therefore free again 15 s after a kill at the latest.

When the database goes away the workers stop, and start again once it answers. Jobs in hand get the grace to end; with one that outlives it the
process ends, for its supervisor to start anew.

Source: Procrastinate 3.10, worker.py, manager.py and psycopg_connector.py, read 2026-11.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import procrastinate
import psycopg
import psycopg_pool
import structlog
from procrastinate.exceptions import ProcrastinateException
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from integration.db.session import Database, psycopg_dsn
from integration.jobs.edge import JobEdge, JobFunction
from integration.jobs.job_store import JobStore, RunningJob
from integration.jobs.lanes import QueueShare, queue_shares
from integration.jobs.request import HOUSEKEEPING_PRIORITY, JobRequest, JsonScalar

RECOVER_STALLED_JOBS: Final = JobRequest(
    "recover_stalled_jobs", queueing_lock="recover_stalled_jobs", priority=HOUSEKEEPING_PRIORITY
)

_UNREACHABLE: Final = (ProcrastinateException, psycopg.Error, psycopg_pool.PoolTimeout, OSError)
_CONNECTIONS: Final = 4
_LOOKUP_THREADS: Final = 2
"""asyncio looks up host names in the same pool; a worker full of jobs must still be able to reconnect."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class EngineTiming:
    """How fast a worker notices things, in seconds. The defaults are production's; tests shorten them."""

    poll_s: float = 1.0
    """Between two looks for jobs whose notification was missed, or whose time has come."""
    heartbeat_s: float = 2.0
    silent_s: float = 8.0
    """A worker without a heartbeat for so long is taken for dead."""
    grace_s: float = 25.0
    """How long a stopping worker waits for the jobs in hand."""
    reconnect_s: float = 1.0
    attempts_limit: int = 5
    """A job that lost its worker so often is kept as a dead letter: it may be what kills them."""


@dataclass(frozen=True)
class _Registration:
    function: JobFunction
    swept: bool


class JobEngine:
    """Takes jobs in the caller's transaction (`Deferrer`) and runs them. One for each process."""

    def __init__(self, database: Database, edge: JobEdge, *, jobs: JobStore, timing: EngineTiming | None = None) -> None:
        self._database = database
        self._edge = edge
        self._jobs = jobs
        self._timing = timing or EngineTiming()
        self._functions: dict[str, _Registration] = {}
        self._stop_requested = threading.Event()
        self._wake: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self.register(RECOVER_STALLED_JOBS.name, self._recover_stalled, swept=True)

    def defer(self, connection: Connection, request: JobRequest) -> bool:
        """True when the job was added, False when an equal one waits. It exists once the caller's transaction commits."""
        return self._jobs.defer(connection, request)

    def register(self, name: str, function: JobFunction, *, swept: bool = False) -> None:
        """Run `function` for jobs called `name`. `swept`: a sweep asks for the job again by itself, so it is never retried by us."""
        if name in self._functions:
            raise ValueError(f"two functions are registered for the job {name!r}")
        self._functions[name] = _Registration(function, swept)

    def run_worker(self, concurrency: int) -> bool:
        """Work until `stop()`, SIGTERM or SIGINT. True when the jobs in hand ended in time; False when some outlived the grace.

        The latter are put back for other workers, but their threads may still run: the process should then end without waiting for them.
        """
        shares = queue_shares(concurrency)
        loop = asyncio.new_event_loop()
        threads = ThreadPoolExecutor(sum(share.concurrency for share in shares) + _LOOKUP_THREADS, thread_name_prefix="job")
        loop.set_default_executor(threads)
        try:
            return loop.run_until_complete(self._work(shares, loop))
        finally:
            self._wake = None
            threads.shutdown(wait=False)
            loop.close()

    def stop(self) -> None:
        """Ask a running worker to finish what it has and return. Callable from any thread, also before the worker runs."""
        self._stop_requested.set()
        if self._wake is not None:
            loop, stopping = self._wake
            with contextlib.suppress(RuntimeError):  # the loop closed between the check and the call: it has stopped
                loop.call_soon_threadsafe(stopping.set)

    async def _work(self, shares: tuple[QueueShare, ...], loop: asyncio.AbstractEventLoop) -> bool:
        stopping = asyncio.Event()
        self._wake = (loop, stopping)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self.stop)
        if self._stop_requested.is_set():
            stopping.set()
        all_ended = True
        while not stopping.is_set() and all_ended:
            try:
                all_ended = await self._serve(shares, stopping)
            except _UNREACHABLE as error:
                _log.warning("worker_lost_database", error=type(error).__name__)
            if not stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), self._timing.reconnect_s)
        return all_ended

    async def _serve(self, shares: tuple[QueueShare, ...], stopping: asyncio.Event) -> bool:
        """Serve all queues until told to stop or until one of their workers ends (it lost the database)."""
        app = self._build_app()
        stop = asyncio.create_task(stopping.wait())
        opening = asyncio.ensure_future(app.open_async())
        try:
            await asyncio.wait([opening, stop], return_when=asyncio.FIRST_COMPLETED)
            if not opening.done():
                opening.cancel()
                return True
            opening.result()
            return await self._serve_open(app, shares, stop)
        finally:
            stop.cancel()
            await app.close_async()  # also after a failed opening, which leaves a pool behind that keeps trying to connect

    async def _serve_open(self, app: procrastinate.App, shares: tuple[QueueShare, ...], stop: asyncio.Task[bool]) -> bool:
        workers = [asyncio.create_task(self._serve_queue(app, share), name=share.queue) for share in shares]
        await asyncio.wait([*workers, stop], return_when=asyncio.FIRST_COMPLETED)
        for worker in workers:
            worker.cancel()  # a cancelled worker takes no more jobs and returns when those in hand have ended
        ended, pending = await asyncio.wait(workers, timeout=self._timing.grace_s)
        if pending:
            self._release_running()
            return False
        for worker in ended:
            if not worker.cancelled():
                worker.result()
        return True

    async def _serve_queue(self, app: procrastinate.App, share: QueueShare) -> None:
        await app.run_worker_async(
            queues=[share.queue],
            name=share.queue,
            concurrency=share.concurrency,
            fetch_job_polling_interval=self._timing.poll_s,
            update_heartbeat_interval=self._timing.heartbeat_s,
            stalled_worker_timeout=self._timing.silent_s,
            delete_jobs="successful",
            install_signal_handlers=False,
        )

    def _build_app(self) -> procrastinate.App:
        connector = procrastinate.PsycopgConnector(
            conninfo=psycopg_dsn(self._database.url), min_size=1, max_size=_CONNECTIONS, timeout=10.0
        )
        app = procrastinate.App(connector=connector)
        for name, registration in self._functions.items():
            app.task(name=name, pass_context=True)(self._as_task(registration))
        # The library watches its side tasks (heartbeat, notifications) only as long as none of them has ended, and the one for periodic tasks ends
        # at once when there are none: a worker whose heartbeat failed would then work on while others take its jobs away.
        app.periodic(cron="0 0 1 1 *")(app.task(name="keep_watch", queue="never", queueing_lock="keep_watch")(_keep_watch))
        return app

    def _as_task(self, registration: _Registration) -> Callable[..., None]:
        def run(context: procrastinate.JobContext, **args: JsonScalar) -> None:
            self._edge.run(_running(context.job, args), registration.function, swept=registration.swept)

        return run

    def _release_running(self) -> None:
        job_ids = self._edge.running_ids()
        _log.warning("worker_gave_up_waiting", jobs=len(job_ids))
        try:
            with self._database.begin() as connection:
                self._jobs.release(connection, job_ids=job_ids)
        except OperationalError as error:  # the database is away too: the jobs count as stalled once it is back
            _log.warning("jobs_not_released", error=type(error).__name__)

    def _recover_stalled(self, _args: Mapping[str, JsonScalar]) -> None:
        """Jobs of dead workers wait again; one that lost its worker too often becomes a dead letter."""
        timing = self._timing
        with self._database.begin() as connection:
            stopped = self._jobs.recover_stalled(connection, silent_s=timing.silent_s, attempts_limit=timing.attempts_limit)
            self._jobs.forget_workers(connection, silent_s=timing.silent_s)
            hopeless = [job for job in stopped if job.attempts + 1 >= timing.attempts_limit]
            self._edge.bury_lost(connection, hopeless)
        if stopped:
            _log.warning("stalled_jobs_recovered", jobs=len(stopped), dead_letters=len(hopeless))


def _keep_watch(timestamp: int) -> None:
    """Runs never: its queue has no worker."""


def _running(job: procrastinate.jobs.Job, args: Mapping[str, JsonScalar]) -> RunningJob:
    if job.id is None:
        raise TypeError("a fetched job has an id")
    return RunningJob(job.id, job.task_name, args, job.attempts)
