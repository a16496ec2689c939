"""How fast deliveries become work: 100,000 events about 10,000 records, unpacked and coalesced by one process, and the memory that takes.

The measured part runs in a fresh process, as a worker would be, so that its peak memory is its own. It is the production code on a durable
database; only the question "did we write this ourselves" is answered from here, with no, as for a portal without writes of ours.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections import Counter
from typing import Final

from sqlalchemy import Connection

from integration.benchmarks.ground import APP_ID, EVENTS_A_DELIVERY, PORTAL_ID, durability, fresh_database, sample_bodies
from integration.core.clock import system_clock
from integration.db.session import Database
from integration.hubspot.portal_store import PortalStore
from integration.jobs.job_store import JobStore
from integration.jobs.triggers import UNPACK
from integration.pipeline.crm_fields import INPUT_PROPERTIES
from integration.pipeline.worklist_store import WorklistStore
from webhooks.inbox_store import InboxStore, NewDelivery
from webhooks.jobs import build_unpacker
from webhooks.unpack import WrittenValue

EVENTS: Final = 100_000
RECORDS: Final = 10_000
_BODIES_A_STATEMENT: Final = 50


def run() -> dict[str, float | int | str]:
    """Events a second, and the peak resident memory of the process that unpacked them, in MB. Takes about 10 s."""
    with fresh_database("worklist") as database:
        with database.begin() as connection:
            PortalStore().connect(connection, portal_id=PORTAL_ID, scopes=(), now=system_clock())
        bodies = sample_bodies(EVENTS // EVENTS_A_DELIVERY, records=RECORDS)
        for start in range(0, len(bodies), _BODIES_A_STATEMENT):
            with database.begin() as connection:
                deliveries = [NewDelivery(PORTAL_ID, body, system_clock()) for body in bodies[start : start + _BODIES_A_STATEMENT]]
                InboxStore().save(connection, deliveries, job=UNPACK)
        measured = subprocess.run(  # noqa: S603  our own interpreter and arguments
            [sys.executable, "-m", __name__, database.url], check=True, capture_output=True, text=True
        )
        figures: dict[str, float | int | str] = json.loads(measured.stdout)
        with database.begin() as connection:
            records = sum(each.due_count for each in WorklistStore().backlog(connection, PORTAL_ID))
        return {**figures, "events": EVENTS, "records": records, "durability": durability(database)}


class _Counts:
    """Counts in memory: the metrics of one process."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()

    def events(self, outcome: str, count: int) -> None:
        self.outcomes[outcome] += count

    def error(self, reason: str) -> None:
        self.outcomes[reason] += 1


def _measure(database_url: str) -> dict[str, float | int]:
    """In the process of its own: unpack everything that waits."""
    database = Database(database_url)
    counts = _Counts()
    unpacker = build_unpacker(
        database=database,
        deferrer=JobStore(),
        inputs=INPUT_PROPERTIES,
        app_id=str(APP_ID),
        recent_writes=_no_writes,
        clock=system_clock,
        metrics=counts,
    )
    started = time.perf_counter()
    unpacker.run({})
    took_s = time.perf_counter() - started
    database.close()
    return {
        "events_per_s": round(counts.outcomes.total() / took_s),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "handled": counts.outcomes["handled"],
        "cpu_s": round(time.process_time(), 2),
        "took_s": round(took_s, 2),
    }


def _no_writes(_connection: Connection, _portal_id: int, _asked: frozenset[WrittenValue]) -> frozenset[WrittenValue]:
    return frozenset()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(sys.argv[1])))
