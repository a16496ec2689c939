"""What the clock asks for and how often: a table of triggers, each of which does nothing but defer one job.

Work over many portals fans out inside the deferred job, so the scheduler stays idle whatever the number of portals. The triggers of syncs come
from the syncs themselves (`integration/syncs/jobs.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from integration.core.clock import Clock
from integration.db.session import Database
from integration.jobs.batches import SWEEP_WORK
from integration.jobs.engine import RECOVER_STALLED_JOBS
from integration.jobs.request import (
    HOUSEKEEPING_PRIORITY,
    LIFECYCLE_PRIORITY,
    LIVE_PRIORITY,
    Deferrer,
    JobRequest,
    JsonScalar,
)

UNPACK: Final = JobRequest("unpack", queueing_lock="unpack", priority=LIVE_PRIORITY)
REFRESH_TOKENS: Final = JobRequest("refresh_tokens", queueing_lock="refresh_tokens", priority=HOUSEKEEPING_PRIORITY)
PURGE_INBOX: Final = JobRequest("purge_inbox", queueing_lock="purge_inbox", priority=HOUSEKEEPING_PRIORITY)
PURGE_CACHE: Final = JobRequest("purge_cache", queueing_lock="purge_cache", priority=HOUSEKEEPING_PRIORITY)
PURGE_PORTALS: Final = JobRequest("purge_portals", queueing_lock="purge_portals", priority=HOUSEKEEPING_PRIORITY)
PRUNE_LEDGER: Final = JobRequest("prune_ledger", queueing_lock="prune_ledger", priority=HOUSEKEEPING_PRIORITY)
REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105  the name of a job

ExpiringTokens = Callable[[Connection, datetime], Sequence[int]]
"""(connection, before): the connected portals whose access token ends before that moment."""


@dataclass(frozen=True)
class Trigger:
    """Defer `request` every `every_s` seconds, the first time `first_after_s` seconds after this scheduler was elected."""

    request: JobRequest
    every_s: float
    first_after_s: float = 1.0


@dataclass(frozen=True)
class Schedule:
    """The intervals in seconds. The defaults are production's; the demo and tests shorten them."""

    sweep_s: float = 5.0
    recover_stalled_s: float = 4.0
    refresh_tokens_s: float = 300.0
    purge_s: float = 24 * 3600.0
    purge_first_after_s: float = 120.0
    """Soon after a start, so that clean-up happens even where the scheduler is restarted every day."""


def clock_triggers(schedule: Schedule) -> tuple[Trigger, ...]:
    """Every trigger but those of the syncs."""
    return (
        Trigger(UNPACK, schedule.sweep_s),
        Trigger(SWEEP_WORK, schedule.sweep_s),
        Trigger(RECOVER_STALLED_JOBS, schedule.recover_stalled_s),
        Trigger(REFRESH_TOKENS, schedule.refresh_tokens_s),
        Trigger(PURGE_INBOX, schedule.purge_s, schedule.purge_first_after_s),
        Trigger(PURGE_CACHE, schedule.purge_s, schedule.purge_first_after_s),
        Trigger(PURGE_PORTALS, schedule.purge_s, schedule.purge_first_after_s),
        Trigger(PRUNE_LEDGER, schedule.purge_s, schedule.purge_first_after_s),
    )


class TokenRefreshFanOut:
    """The job `refresh_tokens`: asks for one `refresh_token` job for each portal whose token ends within `ahead`."""

    def __init__(
        self,
        *,
        database: Database,
        deferrer: Deferrer,
        expiring: ExpiringTokens,
        clock: Clock,
        ahead: timedelta = timedelta(minutes=10),
    ) -> None:
        self._database = database
        self._deferrer = deferrer
        self._expiring = expiring
        self._clock = clock
        self._ahead = ahead

    def __call__(self, _args: Mapping[str, JsonScalar]) -> None:
        with self._database.begin() as connection:
            for portal_id in sorted(self._expiring(connection, self._clock() + self._ahead)):
                self._deferrer.defer(connection, refresh_token_request(portal_id))


def refresh_token_request(portal_id: int) -> JobRequest:
    """Renew the token of one portal."""
    lock = f"{REFRESH_TOKEN}:{portal_id}"
    return JobRequest(REFRESH_TOKEN, {"portal_id": portal_id}, queueing_lock=lock, lock=lock, priority=LIFECYCLE_PRIORITY)
