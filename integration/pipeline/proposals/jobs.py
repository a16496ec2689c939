"""The job `accept`: applies a hundred records of one accept run, then asks for itself again behind the other portals.

Jobs of a portal share one lock, so its accepts run one after the other. A killed worker's job is taken up by another; it goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from integration.core.clock import Clock
from integration.db.session import Database
from integration.jobs.arguments import text, whole_number
from integration.jobs.request import BACKFILL_PRIORITY, Deferrer, JobRequest, JsonScalar
from integration.pipeline.proposals.accept import Accepter

ACCEPT_JOB: Final = "accept"
_WAIT_WHEN_STUCK: Final = timedelta(seconds=15)


def accept_request(portal_id: int, run_id: str, *, run_at: datetime | None = None) -> JobRequest:
    """Take the next step of this accept. While one waits, asking again changes nothing."""
    return JobRequest(
        ACCEPT_JOB,
        {"portal_id": portal_id, "run_id": run_id},
        queueing_lock=f"{ACCEPT_JOB}:{run_id}",
        lock=f"{ACCEPT_JOB}:{portal_id}",
        priority=BACKFILL_PRIORITY,
        run_at=run_at,
    )


class AcceptJob:
    """The job function `accept`."""

    def __init__(self, database: Database, accepter: Accepter, deferrer: Deferrer, clock: Clock) -> None:
        self._database = database
        self._accepter = accepter
        self._deferrer = deferrer
        self._clock = clock

    def __call__(self, args: Mapping[str, JsonScalar]) -> None:
        """Arguments: portal_id, run_id. Of a portal that is not connected nothing is asked again; reconnected, it is resumed by hand."""
        portal_id, run_id = whole_number(args, "portal_id"), text(args, "run_id")
        step = self._accepter.step(portal_id, run_id)
        if step in ("more", "stuck"):
            later = self._clock() + _WAIT_WHEN_STUCK if step == "stuck" else None
            with self._database.begin() as connection:
                self._deferrer.defer(connection, accept_request(portal_id, run_id, run_at=later))
