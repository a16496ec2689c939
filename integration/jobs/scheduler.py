"""The clock: an APScheduler process whose triggers only defer jobs. Any number may run; one is elected, the others wait to take over.

A waiting scheduler tries every two seconds; the leader checks every two seconds that it still leads and steps down when it does not. For a
moment two may ask for the same job; the queueing locks make that one job.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import psycopg
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import OperationalError

from integration.core.clock import Clock
from integration.db.session import Database
from integration.jobs.election_store import Leadership, try_to_lead
from integration.jobs.request import Deferrer
from integration.jobs.triggers import Trigger

LOCK_NUMBER: Final = 7_310_002
_log = structlog.get_logger(__name__)


class ElectedScheduler:
    """Runs the triggers while it leads."""

    def __init__(
        self, *, database: Database, deferrer: Deferrer, triggers: Sequence[Trigger], clock: Clock, check_s: float = 2.0
    ) -> None:
        self._database = database
        self._deferrer = deferrer
        self._triggers = tuple(triggers)
        self._clock = clock
        self._check_s = check_s
        self._stop = threading.Event()

    def run(self) -> None:
        """Lead or wait until `stop()`. A database that is away is tried again for ever."""
        while not self._stop.is_set():
            try:
                with try_to_lead(self._database.url, LOCK_NUMBER) as leadership:
                    if leadership is not None:
                        self._lead(leadership)
            except psycopg.OperationalError as error:
                _log.warning("scheduler_lost_database", error=type(error).__name__)
            self._stop.wait(self._check_s)

    def stop(self) -> None:
        """Ask `run` to return. Callable from any thread and from a signal handler."""
        self._stop.set()

    def _lead(self, leadership: Leadership) -> None:
        scheduler = self._build()
        scheduler.start()
        _log.info("scheduler_leads", triggers=len(self._triggers))
        try:
            while not self._stop.wait(self._check_s):
                if not leadership.is_held():
                    _log.warning("scheduler_stepped_down")
                    return
        finally:
            scheduler.shutdown(wait=True)

    def _build(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        now = self._clock()
        for trigger in self._triggers:
            scheduler.add_job(
                self._fire,
                IntervalTrigger(seconds=trigger.every_s),
                args=(trigger,),
                id=trigger.request.queueing_lock or trigger.request.name,
                next_run_time=now + timedelta(seconds=trigger.first_after_s),
            )
        return scheduler

    def _fire(self, trigger: Trigger) -> None:
        try:
            with self._database.begin() as connection:
                self._deferrer.defer(connection, trigger.request)
        except OperationalError as error:
            _log.warning("trigger_missed", job=trigger.request.name, error=type(error).__name__)
