"""The scheduler on a real database: one of several leads, asks for jobs, and hands over when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from integration.core.clock import system_clock
from integration.db.session import Database
from integration.jobs.election_store import try_to_lead
from integration.jobs.job_store import JobStore
from integration.jobs.request import JobRequest
from integration.jobs.scheduler import LOCK_NUMBER, ElectedScheduler
from integration.jobs.triggers import Schedule, TokenRefreshFanOut, Trigger, clock_triggers
from tests.unit.jobs.engines import job_rows, wait_until

_ROOT = Path(__file__).resolve().parents[2]


class Asked:
    """Takes requests and remembers them."""

    def __init__(self) -> None:
        self.requests: list[JobRequest] = []

    def defer(self, _connection: Connection, request: JobRequest) -> bool:
        self.requests.append(request)
        return True


def make_scheduler(database: Database, deferrer: Asked | JobStore, *triggers: Trigger) -> ElectedScheduler:
    return ElectedScheduler(database=database, deferrer=deferrer, triggers=triggers, clock=system_clock, check_s=0.1)


@contextmanager
def ticking(*schedulers: ElectedScheduler) -> Iterator[None]:
    threads = [threading.Thread(target=scheduler.run) for scheduler in schedulers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for scheduler in schedulers:
            scheduler.stop()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()


def fast(name: str) -> Trigger:
    return Trigger(JobRequest(name, queueing_lock=name), every_s=0.1, first_after_s=0.0)


def test_a_trigger_asks_again_and_again_but_one_job_waits(database: Database) -> None:
    with ticking(make_scheduler(database, JobStore(), fast("sweep"))):
        wait_until(lambda: len(job_rows(database)) == 1)
        with database.begin() as connection:
            connection.execute(text("DELETE FROM procrastinate_jobs"))
        wait_until(lambda: len(job_rows(database)) == 1)


def test_of_two_schedulers_one_leads_and_the_other_takes_over(database: Database) -> None:
    first_asked, second_asked = Asked(), Asked()
    first, second = make_scheduler(database, first_asked, fast("a")), make_scheduler(database, second_asked, fast("a"))
    with ticking(first):
        wait_until(lambda: len(first_asked.requests) >= 2)
        with ticking(second):
            before = len(first_asked.requests)
            wait_until(lambda: len(first_asked.requests) >= before + 3)
            assert second_asked.requests == []
            first.stop()
            wait_until(lambda: len(second_asked.requests) >= 2)


def test_a_killed_leader_is_replaced(database: Database) -> None:
    script = textwrap.dedent(
        """
        import sys, time
        from integration.jobs.election_store import try_to_lead
        with try_to_lead(sys.argv[1], int(sys.argv[2])) as leadership:
            print("leads" if leadership else "waits", flush=True)
            time.sleep(60)
        """
    )
    asked = Asked()
    with subprocess.Popen(
        [sys.executable, "-c", script, database.url, str(LOCK_NUMBER)], cwd=_ROOT, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"leads\n"
        with ticking(make_scheduler(database, asked, fast("a"))):
            with try_to_lead(database.url, LOCK_NUMBER) as refused:
                assert refused is None
            assert asked.requests == []
            os.kill(other.pid, signal.SIGKILL)
            wait_until(lambda: len(asked.requests) >= 1)


def test_a_leader_that_lost_its_lock_steps_down_and_stands_again(database: Database) -> None:
    asked = Asked()
    with ticking(make_scheduler(database, asked, fast("a"))):
        wait_until(lambda: len(asked.requests) >= 1)
        with database.begin() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = :number "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                ),
                {"number": LOCK_NUMBER},
            )
        seen = len(asked.requests)
        wait_until(lambda: len(asked.requests) >= seen + 2)


def test_the_clock_asks_for_every_sweep() -> None:
    names = {trigger.request.name: trigger.every_s for trigger in clock_triggers(Schedule())}
    assert names == {
        "unpack": 5.0,
        "sweep_work": 5.0,
        "recover_stalled_jobs": 4.0,
        "refresh_tokens": 300.0,
        "purge_inbox": 86_400.0,
        "purge_cache": 86_400.0,
        "prune_ledger": 86_400.0,
        "purge_portals": 86_400.0,
    }


def test_tokens_that_end_soon_are_renewed_portal_by_portal(database: Database) -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    ends = {7: now + timedelta(minutes=3), 8: now + timedelta(minutes=11), 5: now - timedelta(minutes=1)}
    asked = Asked()
    job = TokenRefreshFanOut(
        database=database,
        deferrer=asked,
        expiring=lambda _connection, before: [portal_id for portal_id, ends_at in ends.items() if ends_at < before],
        clock=lambda: now,
    )
    job({})
    assert [(request.name, request.args["portal_id"]) for request in asked.requests] == [("refresh_token", 5), ("refresh_token", 7)]
    assert len({request.queueing_lock for request in asked.requests}) == 2
