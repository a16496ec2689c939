"""The engine on a real database: jobs are deferred with their rows, run in threads, settled on error, and survive what kills workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from integration.core.errors import NotFound, RateLimited, ReauthRequired, Rejected, Unavailable
from integration.db.embedded import EmbeddedPostgres
from integration.db.session import Database
from integration.jobs.dead_letter_store import DeadLetterStore
from integration.jobs.engine import RECOVER_STALLED_JOBS, EngineTiming
from integration.jobs.request import BACKFILL_PRIORITY, HOUSEKEEPING_PRIORITY, LIVE_PRIORITY, JobRequest
from tests.unit.jobs.engines import PausedPortals, ask, job_rows, make_engine, wait_until, working

_ROOT = Path(__file__).resolve().parents[2]


def test_a_deferred_job_runs_with_its_arguments(database: Database) -> None:
    engine, seen = make_engine(database), []
    engine.register("greet", lambda args: seen.append(dict(args)))
    ask(database, engine, JobRequest("greet", {"portal_id": 7, "name": "Ada"}))
    with working(engine):
        wait_until(lambda: seen == [{"portal_id": 7, "name": "Ada"}])
        wait_until(lambda: not job_rows(database))


def test_a_job_starts_soon_after_its_commit(database: Database) -> None:
    engine, seen = make_engine(database, timing=EngineTiming(poll_s=30.0)), []
    engine.register("note_time", lambda _args: seen.append(time.monotonic()))
    with working(engine):
        ask(database, engine, JobRequest("note_time"))
        wait_until(lambda: len(seen) == 1)
        asked = time.monotonic()
        ask(database, engine, JobRequest("note_time", priority=LIVE_PRIORITY))
        wait_until(lambda: len(seen) == 2)
        assert seen[1] - asked < 1.0


def test_a_job_of_a_rolled_back_transaction_never_exists(database: Database) -> None:
    engine = make_engine(database)
    with pytest.raises(ZeroDivisionError), database.begin() as connection:
        assert engine.defer(connection, JobRequest("never"))
        raise ZeroDivisionError
    assert job_rows(database) == []


def test_asking_again_while_an_equal_job_waits_changes_nothing(database: Database) -> None:
    engine = make_engine(database)
    request = JobRequest("unpack", queueing_lock="unpack")
    assert ask(database, engine, request, request) == [True, False]
    assert ask(database, engine, request) == [False]
    assert len(job_rows(database)) == 1


def test_a_running_job_may_ask_for_itself_again(database: Database) -> None:
    engine, runs = make_engine(database), []
    request = JobRequest("again", queueing_lock="again", lock="again")

    def again(_args: object) -> None:
        runs.append(1)
        if len(runs) < 3:
            assert ask(database, engine, request) == [True]

    engine.register("again", again)
    ask(database, engine, request)
    with working(engine):
        wait_until(lambda: len(runs) == 3)
        wait_until(lambda: not job_rows(database))


def test_jobs_with_one_lock_never_run_together(database: Database) -> None:
    engine, guard, inside, most = make_engine(database), threading.Lock(), [0], [0]

    def work(_args: object) -> None:
        with guard:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.02)
        with guard:
            inside[0] -= 1

    engine.register("work", work)
    ask(database, engine, *(JobRequest("work", {"n": n}, lock="slot") for n in range(8)))
    with working(engine, 4):
        wait_until(lambda: not job_rows(database))
    assert most == [1]


def test_live_work_finds_a_thread_while_backfill_is_at_its_widest(database: Database) -> None:
    engine, gate, live = make_engine(database), threading.Event(), threading.Event()
    engine.register("slow", lambda _args: assert_true(gate.wait(10)))
    engine.register("live", lambda _args: live.set())
    ask(database, engine, *(JobRequest("slow", {"n": n}, priority=BACKFILL_PRIORITY) for n in range(20)))
    with working(engine, 3):
        wait_until(lambda: any(status == "doing" for _, status, _ in job_rows(database)))
        ask(database, engine, JobRequest("live", priority=LIVE_PRIORITY))
        assert live.wait(5)
        gate.set()


def test_housekeeping_is_not_starved_by_work(database: Database) -> None:
    engine, gate, swept = make_engine(database), threading.Event(), threading.Event()
    engine.register("slow", lambda _args: assert_true(gate.wait(10)))
    engine.register("sweep", lambda _args: swept.set())
    ask(database, engine, *(JobRequest("slow", {"n": n}, priority=LIVE_PRIORITY) for n in range(5)))
    ask(database, engine, *(JobRequest("slow", {"n": n}, priority=BACKFILL_PRIORITY) for n in range(5)))
    with working(engine, 2):
        ask(database, engine, JobRequest("sweep", priority=HOUSEKEEPING_PRIORITY))
        assert swept.wait(5)
        gate.set()


def test_a_passing_failure_is_tried_again_later(database: Database) -> None:
    engine = make_engine(database)

    def fail(_args: object) -> None:
        raise RateLimited("slow down", system="hubspot", retry_after_s=60)

    engine.register("call", fail)
    ask(database, engine, JobRequest("call", {"portal_id": 5}, queueing_lock="call"))
    with working(engine):
        wait_until(lambda: job_rows(database) == [("call", "todo", 1)])
    with database.begin() as connection:
        wait_s = connection.execute(text("SELECT extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs")).scalar_one()
    assert 50 < wait_s < 61


def test_a_swept_job_is_left_to_the_sweep(database: Database) -> None:
    engine, runs = make_engine(database), []

    def fail(_args: object) -> None:
        runs.append(1)
        raise Unavailable("down", system="hubspot")

    engine.register("process", fail, swept=True)
    ask(database, engine, JobRequest("process"))
    with working(engine):
        wait_until(lambda: runs == [1] and not job_rows(database))


def test_lost_authorisation_pauses_the_portal(database: Database) -> None:
    paused = PausedPortals()
    engine = make_engine(database, paused)

    def fail(_args: object) -> None:
        raise ReauthRequired("refresh token revoked", system="hubspot", reason="invalid_grant")

    engine.register("call", fail)
    ask(database, engine, JobRequest("call", {"portal_id": 5}))
    with working(engine):
        wait_until(lambda: not job_rows(database))
    assert paused.reasons == {5: "invalid_grant"}


def test_a_refusal_for_good_is_kept_with_its_reason_and_arguments(database: Database) -> None:
    engine = make_engine(database)

    def refuse(args: object) -> None:
        if args["kind"] == "refused":  # type: ignore[index]
            raise Rejected("no such property", system="hubspot", status=400)
        raise NotFound("the portal was removed")

    engine.register("call", refuse)
    ask(database, engine, JobRequest("call", {"portal_id": 5, "kind": "refused"}), JobRequest("call", {"kind": "gone"}))
    with working(engine):
        wait_until(lambda: not job_rows(database))
    with database.begin() as connection:
        (letter,) = DeadLetterStore().find_open(connection)
    assert (letter.entry.portal_id, letter.entry.kind, letter.entry.reason) == (5, "job", "rejected")
    assert letter.entry.payload == {"job": "call", "portal_id": 5, "kind": "refused"}


def test_an_unforeseen_error_ends_as_a_dead_letter_without_its_message(database: Database) -> None:
    engine = make_engine(database)

    def stumble(_args: object) -> None:
        raise KeyError("jo.sample@example.com")

    engine.register("stumble", stumble)
    ask(database, engine, JobRequest("stumble"))
    with database.begin() as connection:
        connection.execute(text("UPDATE procrastinate_jobs SET attempts = 3"))
    with working(engine):
        wait_until(lambda: not job_rows(database))
    with database.begin() as connection:
        (letter,) = DeadLetterStore().find_open(connection)
    assert letter.entry.reason == "KeyError"
    assert "jo.sample" not in letter.entry.detail
    assert "test_engine.py" in letter.entry.detail


def test_a_job_nobody_knows_is_kept_for_a_newer_worker(database: Database) -> None:
    engine = make_engine(database)
    ask(database, engine, JobRequest("from_the_future"))
    with working(engine):
        wait_until(lambda: job_rows(database)[0][1] == "failed")
        ask(database, engine, RECOVER_STALLED_JOBS)
        wait_until(lambda: job_rows(database)[0][2] >= 2)


def test_a_name_is_registered_once(database: Database) -> None:
    engine = make_engine(database)
    engine.register("one", print)
    with pytest.raises(ValueError, match="one"):
        engine.register("one", print)


def test_a_stopping_worker_finishes_the_jobs_in_hand(database: Database) -> None:
    engine, started, ended = make_engine(database), threading.Event(), []

    def work(_args: object) -> None:
        started.set()
        time.sleep(0.3)
        ended.append(1)

    engine.register("work", work)
    ask(database, engine, JobRequest("work"))
    with working(engine, 1):
        assert started.wait(5)
    assert ended == [1]


def test_a_job_that_outlives_the_grace_is_put_back_at_once(database: Database) -> None:
    engine = make_engine(database)
    ask(database, engine, JobRequest("hang"))
    worker = _worker_process(database, "hang", grace_s=0.2)
    try:
        wait_until(lambda: job_rows(database) == [("hang", "doing", 0)], 20)
        worker.terminate()
        assert worker.wait(10) == 1
    finally:
        worker.kill()
        worker.wait()
    assert job_rows(database) == [("hang", "todo", 0)]


def test_a_worker_outlives_the_loss_of_all_its_connections(database: Database) -> None:
    engine, seen = make_engine(database), []
    engine.register("after", lambda _args: seen.append(1))
    with working(engine):
        time.sleep(0.5)
        with database.begin() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        time.sleep(0.5)
        ask(database, engine, JobRequest("after"))
        wait_until(lambda: seen == [1])
        wait_until(lambda: heartbeats(database) == 3)


def test_a_worker_waits_out_a_database_that_is_away(database: Database, postgres: EmbeddedPostgres) -> None:
    engine, seen = make_engine(database), []
    engine.register("after", lambda _args: seen.append(1))
    ask(database, engine, JobRequest("after", run_at=datetime.now(UTC) + timedelta(seconds=1)))
    with working(engine):
        with away(database, postgres):
            time.sleep(1.5)
            assert seen == []
        wait_until(lambda: seen == [1], 20)


def test_a_job_in_hand_when_the_database_goes_away_is_not_lost(database: Database, postgres: EmbeddedPostgres) -> None:
    engine, runs = make_engine(database), []

    def work(_args: object) -> None:
        runs.append(1)
        time.sleep(0.4)

    engine.register("work", work)
    ask(database, engine, JobRequest("work", lock="slot"))
    with working(engine):
        wait_until(lambda: runs == [1])
        with away(database, postgres):
            time.sleep(1.0)

        def is_settled() -> bool:
            ask(database, engine, RECOVER_STALLED_JOBS)
            return "work" not in [name for name, _, _ in job_rows(database)]

        wait_until(is_settled, 20)


def test_a_worker_can_be_stopped_while_the_database_is_away(database: Database, postgres: EmbeddedPostgres) -> None:
    engine = make_engine(database)
    with away(database, postgres), working(engine):
        time.sleep(0.3)
        stopping = time.monotonic()
        engine.stop()
    assert time.monotonic() - stopping < 3


def test_a_killed_workers_job_is_free_again_within_seconds(database: Database) -> None:
    worker = _worker_process(database, "hang")
    engine, seen = make_engine(database), []
    ask(database, engine, JobRequest("hang", lock="slot", queueing_lock="slot"))
    try:
        wait_until(lambda: job_rows(database) == [("hang", "doing", 0)], 20)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    engine.register("hang", lambda _args: seen.append(1))
    with working(engine):
        killed = time.monotonic()
        while not seen:
            assert time.monotonic() - killed < 5
            ask(database, engine, RECOVER_STALLED_JOBS)
            time.sleep(0.2)
        wait_until(lambda: not job_rows(database))


def test_a_job_that_keeps_killing_its_worker_becomes_a_dead_letter(database: Database) -> None:
    engine = make_engine(database)
    engine.register("poison", lambda _args: None)
    ask(database, engine, JobRequest("poison", {"portal_id": 3}), JobRequest("innocent", {"portal_id": 3}))
    with database.begin() as connection:
        connection.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', attempts = CASE task_name WHEN 'poison' THEN 4 ELSE 0 END")
        )
    engine.register("innocent", lambda _args: time.sleep(0))
    with working(engine):
        ask(database, engine, RECOVER_STALLED_JOBS)
        wait_until(lambda: not job_rows(database))
    with database.begin() as connection:
        (letter,) = DeadLetterStore().find_open(connection, portal_id=3)
    assert (letter.entry.reason, letter.entry.payload["job"]) == ("worker_lost", "poison")


def test_a_worker_told_to_terminate_ends_by_itself(database: Database) -> None:
    worker = _worker_process(database, "quick")
    wait_until(lambda: heartbeats(database) == 3, 20)
    worker.terminate()
    assert worker.wait(10) == 0


@contextmanager
def away(database: Database, postgres: EmbeddedPostgres) -> Iterator[None]:
    """The database refuses everybody for the length of the block."""
    name = database.engine.url.database
    outside = Database(postgres.url("postgres"))
    try:
        with outside.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
            connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name})
            yield
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    finally:
        outside.close()


def heartbeats(database: Database) -> int:
    with database.begin() as connection:
        query = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 second'"
        return int(connection.execute(text(query)).scalar_one())


def assert_true(value: bool) -> None:
    assert value


def _worker_process(database: Database, job: str, *, grace_s: float = 5.0) -> subprocess.Popen[bytes]:
    """A worker in a process of its own whose one job sleeps for a long time."""
    script = textwrap.dedent(
        f"""
        import os, sys, time
        from integration.db.session import Database
        from integration.jobs.engine import EngineTiming
        from tests.unit.jobs.engines import make_engine
        engine = make_engine(Database(sys.argv[1]), timing=EngineTiming(poll_s=0.1, heartbeat_s=0.2, grace_s={grace_s}))
        engine.register({job!r}, lambda args: time.sleep(60))
        os._exit(0 if engine.run_worker(2) else 1)
        """
    )
    return subprocess.Popen([sys.executable, "-c", script, database.url], cwd=_ROOT)
