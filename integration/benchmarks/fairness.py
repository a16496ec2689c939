"""Whether one portal's mass keeps another's person waiting: portal A loads 50,000 contacts while in portal B ten are created, one after the other.

Both portals share one worker process. The work of A is not waited for; the stand ends with it.
"""

from __future__ import annotations

import statistics
from typing import Final

from integration.benchmarks.live import HUBSPOT_LATENCY_MS, PROVIDER_LATENCY_MS, time_one_contact
from integration.benchmarks.made_records import seed_portal
from integration.benchmarks.stands import UNPACED, bench_stand
from integration.core.errors import AppError
from integration.demo.observing import wait_until, wait_until_loaded
from integration.demo.stand import Stand, StandOptions
from integration.hubspot.objects import CONTACTS
from integration.pipeline.worklist_store import WorklistStore

CROWDED_PORTAL: Final = 700_003
QUIET_PORTAL: Final = 700_004
COMPANY_COUNT: Final = 1_000
CONTACTS_EACH: Final = 50
TIMES: Final = 10
_UNDER_WAY: Final = 500
"""Records of A that are carried through before B is looked at: by then every slot of its lane is taken."""


def run() -> dict[str, float | int | str]:
    """Median of the seconds a contact of B waited. Takes about a minute and a half."""
    options = StandOptions(hubspot_latency_ms=HUBSPOT_LATENCY_MS, provider_latency_ms=PROVIDER_LATENCY_MS, extra_env=UNPACED)
    with bench_stand("fairness", options) as stand:
        stand.add_portal(QUIET_PORTAL)
        stand.install(QUIET_PORTAL)
        wait_until_loaded(stand, QUIET_PORTAL)
        stand.add_portal(CROWDED_PORTAL)
        seed_portal(stand.control, CROWDED_PORTAL, label="crowd", companies=COMPANY_COUNT, contacts_each=CONTACTS_EACH)
        stand.install(CROWDED_PORTAL)
        wait_until(stand, CROWDED_PORTAL, "the backfill of A", lambda: stand.status(CROWDED_PORTAL).scored >= _UNDER_WAY)
        waits = [_time_while_crowded(stand, number) for number in range(1, TIMES + 1)]
        carried = stand.status(CROWDED_PORTAL).scored
    return {
        "median_s": round(statistics.median(waits), 3),
        "longest_s": round(max(waits), 3),
        "times": TIMES,
        "crowded_portal_contacts": COMPANY_COUNT * CONTACTS_EACH,
        "crowded_portal_carried": carried,
        "hubspot_latency_ms": HUBSPOT_LATENCY_MS,
        "provider_latency_ms": PROVIDER_LATENCY_MS,
    }


def _time_while_crowded(stand: Stand, number: int) -> float:
    """One contact of B. Raises AppError when A has no backlog any more: then nothing was proved."""
    waited_s = time_one_contact(stand, QUIET_PORTAL, number, f"quiet-{number:04d}-made.example")
    with stand.database.begin() as connection:
        backlog = WorklistStore().backlog(connection, CROWDED_PORTAL)
    if not any(lane.object_type == CONTACTS for lane in backlog):
        raise AppError("portal A had nothing left to do", reason="bench_too_short")
    return waited_s
