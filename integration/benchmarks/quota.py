"""How much of HubSpot's quota the pipeline turns into written records: 1,000 companies and 5,000 contacts through everything.

HubSpot allows 110 calls in 10 s and answers after 40 ms, providers after 300 ms. The records are there before the product hears of them,
so only the events that are let off count; the syncs of the installation are over by then.

The warm window begins 10 s after the first call, when the limiter's window has filled, and ends before the last look at which more than 500
records still waited, since then there is not enough left to do. It is cut to whole windows of the limiter, which allows bursts inside each.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from integration.benchmarks.made_records import emit_creations, seed_portal
from integration.benchmarks.stands import UNPACED, bench_stand
from integration.core.clock import system_clock
from integration.core.errors import AppError
from integration.demo.observing import count_written, our_calls, wait_until_reconciled
from integration.demo.stand import Stand, StandOptions
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.worklist_store import WorklistStore

PORTAL_ID: Final = 700_001
COMPANY_COUNT: Final = 1_000
CONTACTS_EACH: Final = 5
HUBSPOT_LATENCY_MS: Final = 40
PROVIDER_LATENCY_MS: Final = 300
CALLS_PER_WINDOW: Final = 110
WINDOW_S: Final = 10.0
_GENERAL_BUCKET: Final = "general"
"""What the ceiling counts: association reads and searches have limits of their own."""
_WARM_AFTER_S: Final = 10.0
_ENOUGH_WAITING: Final = 500
WORKER_PROCESSES: Final = 2
_LOOK_EVERY_S: Final = 0.5
_PATIENCE_S: Final = 240.0


@dataclass(frozen=True)
class Look:
    """How many records waited at one moment of the machine's monotonic clock."""

    at_s: float
    waiting: int


def run() -> dict[str, float | int | str]:
    """The share of the ceiling used while warm, refusals, calls for each record, records lost. Takes about a minute."""
    options = StandOptions(
        worker_processes=WORKER_PROCESSES,
        hubspot_latency_ms=HUBSPOT_LATENCY_MS,
        provider_latency_ms=PROVIDER_LATENCY_MS,
        requests_per_10_s=CALLS_PER_WINDOW,
        extra_env=UNPACED,
    )
    with bench_stand("quota", options) as stand:
        companies, contacts = _prepare(stand)
        at_ms = int(system_clock().timestamp() * 1000)
        emit_creations(stand.control, PORTAL_ID, COMPANIES, companies, at_ms=at_ms)
        emit_creations(stand.control, PORTAL_ID, CONTACTS, contacts, at_ms=at_ms)
        looks = _watch(stand, len(companies) + len(contacts))
        return _figures(stand, looks, len(companies) + len(contacts))


def _prepare(stand: Stand) -> tuple[list[str], list[str]]:
    """Install on an empty portal, wait until its syncs have found nothing, then put the records in unheard."""
    stand.add_portal(PORTAL_ID)
    stand.install(PORTAL_ID)
    wait_until_reconciled(stand, PORTAL_ID)
    stand.listen(on=False)
    seeded = seed_portal(stand.control, PORTAL_ID, label="quota", companies=COMPANY_COUNT, contacts_each=CONTACTS_EACH)
    stand.listen(on=True)
    # The calls of the installation must have left the limiter's window, or the ceiling would be lower than it looks.
    time.sleep(WINDOW_S)
    stand.control.delete("/calls")
    return seeded


def _watch(stand: Stand, records: int) -> list[Look]:
    """Look at what waits until all is done. Raises AppError when that takes too long."""
    looks: list[Look] = []
    heard = 0
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        stand.check()
        with stand.database.begin() as connection:
            waiting = sum(lane.due_count for lane in WorklistStore().backlog(connection, PORTAL_ID))
        looks.append(Look(time.monotonic(), waiting))
        heard = max(heard, waiting)
        if waiting == 0 and heard and stand.status(PORTAL_ID).is_settled and stand.control.drain(0.1):
            return looks
        time.sleep(_LOOK_EVERY_S)
    raise AppError(f"{looks[-1].waiting} of {records} records still waited after {_PATIENCE_S:g} s", reason="bench_stuck")


def _figures(stand: Stand, looks: Sequence[Look], records: int) -> dict[str, float | int | str]:
    calls = our_calls(stand, PORTAL_ID)
    first, last = _edges(calls)
    begin = first + _WARM_AFTER_S
    busy_until = max((look.at_s for look in looks if look.waiting > _ENOUGH_WAITING), default=first)
    windows = int((busy_until - begin) // WINDOW_S)
    if windows < 1:
        raise AppError(f"the pipeline was busy for only {busy_until - first:.1f} s: too little to do", reason="bench_too_short")
    counted = [call["at_monotonic"] for call in calls if call["bucket"] == _GENERAL_BUCKET]
    warm = sum(begin <= moment < begin + windows * WINDOW_S for moment in counted)
    limited = sum(call["status"] == 429 for call in calls)
    written = count_written(stand, PORTAL_ID, COMPANIES) + count_written(stand, PORTAL_ID, CONTACTS)
    return {
        "ceiling_used_ratio": round(warm / (CALLS_PER_WINDOW * windows), 4),
        "ceiling_used_whole_run_ratio": round(len(counted) * WINDOW_S / (CALLS_PER_WINDOW * (last - first)), 4),
        "rate_limited_ratio": round(limited / len(calls), 5),
        "calls_per_record": round(len(calls) / records, 4),
        "lost": records - written,
        "records_per_s": round(records / (last - first), 1),
        "records": records,
        "calls": len(calls),
        "calls_outside_the_ceiling": len(calls) - len(counted),
        "seconds": round(last - first, 1),
        "warm_window_s": windows * WINDOW_S,
        "warm_window": f"whole windows from {_WARM_AFTER_S:g} s after the first call while more than {_ENOUGH_WAITING} records waited",
        "hubspot_latency_ms": HUBSPOT_LATENCY_MS,
        "provider_latency_ms": PROVIDER_LATENCY_MS,
        "calls_allowed_in_10_s": CALLS_PER_WINDOW,
        "worker_processes": WORKER_PROCESSES,
        "settings": ", ".join(f"{name}={value}" for name, value in UNPACED.items()),
    }


def _edges(calls: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """When the first call began and the last one was answered, on the monotonic clock."""
    if not calls:
        raise AppError("the product made no call", reason="bench_no_calls")
    moments = [call["at_monotonic"] for call in calls]
    return min(moments), max(moments)
