"""The lanes of work and the job that serves them. Live work has a person waiting; backfill has not; dry is looked at without writing.

A record waits in one lane, the most urgent it was named in: one that is to be written anyway is not looked at dry first.
"""

from __future__ import annotations

from typing import Final

from integration.jobs.request import BACKFILL_PRIORITY, LIVE_PRIORITY, JobRequest

LIVE: Final = 0
BACKFILL: Final = 1
DRY: Final = 2
LANE_NAMES: Final = {LIVE: "live", BACKFILL: "backfill", DRY: "dry"}
PROCESS_JOB: Final = "process"


def process_request(portal_id: int, object_type: str, lane: int, slot: int = 0) -> JobRequest:
    """Asks that one batch of this portal, type and lane be taken. Cheap to ask again: while one waits for the slot nothing is added.

    The slot is also the job's lock, so the number of slots caps how many batches of a type and lane run at once
    over all workers.
    """
    seat = f"{PROCESS_JOB}:{portal_id}:{object_type}:{lane}:{slot}"
    return JobRequest(
        name=PROCESS_JOB,
        args={"portal_id": portal_id, "object_type": object_type, "lane": lane, "slot": slot},
        queueing_lock=seat,
        lock=seat,
        priority=LIVE_PRIORITY if lane == LIVE else BACKFILL_PRIORITY,
    )
