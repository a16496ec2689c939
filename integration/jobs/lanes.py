"""Who may run how much at once: queues, the threads of each, and the slots a portal has in a lane. Pure decisions, no I/O.

Three queues, so that none can starve another: live work (a person waits for it), backfill (thousands of records, no hurry) and
housekeeping (sweeps, clean-up: tiny, but the others rely on it). A worker process serves each with a pool of its own; backfill gets
two threads fewer than live, so a live batch finds a free processor and connection while backfill is at its widest.

Inside a lane a portal has numbered slots. A slot is the `lock` of its jobs, so slot 2 of a portal never runs twice at once on any machine, and
the number of slots caps the portal over all workers. A job takes one batch, then asks again behind everybody who waits already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from integration.jobs.request import BACKFILL_PRIORITY, LIFECYCLE_PRIORITY

LIVE_QUEUE: Final = "live"
BACKFILL_QUEUE: Final = "backfill"
HOUSEKEEPING_QUEUE: Final = "housekeeping"

_LIVE_HEADROOM: Final = 2
_HOUSEKEEPING_THREADS: Final = 2


@dataclass(frozen=True)
class QueueShare:
    """One queue and how many of its jobs a worker process runs at once."""

    queue: str
    concurrency: int


def queue_for(priority: int) -> str:
    """The queue a job of this priority waits in. Inside a queue the higher priority still goes first."""
    if priority >= LIFECYCLE_PRIORITY:
        return LIVE_QUEUE
    return BACKFILL_QUEUE if priority >= BACKFILL_PRIORITY else HOUSEKEEPING_QUEUE


def queue_shares(concurrency: int) -> tuple[QueueShare, ...]:
    """How a worker told to carry `concurrency` batches divides itself; its threads are the sum of the shares."""
    return (
        QueueShare(LIVE_QUEUE, concurrency),
        QueueShare(BACKFILL_QUEUE, max(1, concurrency - _LIVE_HEADROOM)),
        QueueShare(HOUSEKEEPING_QUEUE, _HOUSEKEEPING_THREADS),
    )


def slots_for(due_count: int, *, batch_limit: int, cap: int) -> range:
    """The slots worth asking for when `due_count` records wait: one for each batch they fill, never above the portal's cap."""
    return range(min(cap, -(-due_count // batch_limit)))


def slots_after(slot: int, *, more: bool, cap: int) -> tuple[int, ...]:
    """The slots to ask for after a batch of `slot`: itself and its neighbour while there is more to do, so a lane widens by steps.

    A slot beyond the cap (the setting was lowered meanwhile) asks for nothing and so ends.
    """
    if not more:
        return ()
    return tuple(wanted for wanted in (slot, slot + 1) if wanted < cap)
