"""The statements on Procrastinate's job table that the library has no call for, or only a slower one.

- Deferring with `ON CONFLICT DO NOTHING`: one round trip and no exception when an equal job waits already. The library's own `defer` raises
  inside the caller's transaction, which costs a savepoint around every call.
- Putting a job back as a new row. The library updates the row in place, which fails on the unique queueing lock when an equal job was
  deferred meanwhile and would leave the old one running for ever in the books; a new row also waits behind the others, as fairness wants.

A job belongs to no portal by itself, its arguments name one; so these methods take no `portal_id`.

Limit: a job deferred while an equal one waits is folded into it; should that one start in the milliseconds before the caller commits, it does
not see the caller's rows. The sweep finds them and asks again within seconds.

Source: Procrastinate 3.10, sql/schema.sql, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb
from sqlalchemy import Connection

from integration.db.session import driver_connection
from integration.jobs.lanes import queue_for
from integration.jobs.request import JobRequest, JsonScalar

_DEFER = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""

_REPEAT = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, attempts, scheduled_at)
    SELECT queue_name, task_name, priority, lock, queueing_lock, args, attempts + 1, %s FROM procrastinate_jobs WHERE id = %s
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""

_PUT_BACK = """
    WITH gone AS (
        DELETE FROM procrastinate_jobs WHERE id = ANY (
            SELECT id FROM procrastinate_jobs job WHERE {which} FOR UPDATE SKIP LOCKED
        )
        RETURNING queue_name, task_name, priority, lock, queueing_lock, args, attempts, id
    ), again AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, attempts)
        SELECT queue_name, task_name, priority, lock, queueing_lock, args, attempts + %(failures)s
        FROM gone WHERE {again} ORDER BY id
        ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
    )
    SELECT id, task_name, args, attempts FROM gone ORDER BY id
"""

_DROP_WAITING = """
    DELETE FROM procrastinate_jobs
    WHERE status = 'todo' AND args ->> 'portal_id' = %(portal_id)s AND task_name <> %(kept)s
"""

_STALLED = """
    job.status = 'failed' OR job.status = 'doing' AND NOT EXISTS (
        SELECT FROM procrastinate_workers worker
        WHERE worker.id = job.worker_id AND worker.last_heartbeat >= now() - %(silent_s)s * interval '1 second'
    )
"""

_RELEASE = _PUT_BACK.format(which="job.id = ANY(%(job_ids)s)", again="true")
_RECOVER = _PUT_BACK.format(which=_STALLED, again="attempts + %(failures)s < %(attempts_limit)s")


@dataclass(frozen=True)
class RunningJob:
    """A job in somebody's hands. `attempts` counts how often it failed or lost its worker before."""

    job_id: int
    name: str
    args: Mapping[str, JsonScalar]
    attempts: int

    @property
    def portal_id(self) -> int | None:
        """The portal the job works for; None for jobs about all portals."""
        value = self.args.get("portal_id")
        return value if isinstance(value, int) else None


class JobStore:
    """Adds jobs and puts interrupted ones back."""

    def defer(self, connection: Connection, request: JobRequest) -> bool:
        """True when the job was added, False when an equal one already waits. One round trip in the caller's transaction.

        All portals: the request's arguments name its portal.
        """
        cursor = driver_connection(connection).execute(
            _DEFER,
            (
                queue_for(request.priority),
                request.name,
                request.priority,
                request.lock,
                request.queueing_lock,
                Jsonb(dict(request.args)),
                request.run_at,
            ),
        )
        return cursor.rowcount == 1

    def repeat_later(self, connection: Connection, *, job_id: int, run_at: datetime) -> None:
        """The running job is asked for again, from `run_at` on, with one more attempt on its account; its own row is left to the worker.

        All portals: a job is named by its id.
        """
        driver_connection(connection).execute(_REPEAT, (run_at, job_id))

    def release(self, connection: Connection, *, job_ids: Collection[int]) -> None:
        """Jobs whose worker must go before they end wait again, at once; being interrupted is not counted as a failure.

        All portals: a worker serves every one.
        """
        driver_connection(connection).execute(_RELEASE, {"job_ids": list(job_ids), "failures": 0})

    def drop_waiting(self, connection: Connection, *, portal_id: int, kept: str) -> int:
        """How many waiting jobs of the portal were dropped; those called `kept` stay."""
        cursor = driver_connection(connection).execute(_DROP_WAITING, {"portal_id": str(portal_id), "kept": kept})
        return cursor.rowcount

    def recover_stalled(self, connection: Connection, *, silent_s: float, attempts_limit: int) -> tuple[RunningJob, ...]:
        """The jobs taken off workers that have been silent for `silent_s` seconds; those under the limit wait again at once.

        The others (`attempts + 1 >= attempts_limit`) are in the caller's hands: they may well be what kills the workers.
        All portals: a worker serves every one.
        """
        rows = driver_connection(connection).execute(
            _RECOVER, {"silent_s": silent_s, "failures": 1, "attempts_limit": attempts_limit}
        )
        return tuple(RunningJob(*row) for row in rows)  # type: ignore[misc]

    def forget_workers(self, connection: Connection, *, silent_s: float) -> None:
        """Rows of workers that died without saying so are removed. All portals: a worker serves every one."""
        driver_connection(connection).execute(
            "DELETE FROM procrastinate_workers WHERE last_heartbeat < now() - %s * interval '1 second'", (silent_s,)
        )
