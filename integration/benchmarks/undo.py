"""How fast 100,000 values go back, held against the time HubSpot's quota alone takes for the calls that needs.

10,000 companies of an account get ten of our properties each, written through the one door while the quota is raised. Then HubSpot allows 110
calls in 10 s again, answers after 40 ms, and one undo of the whole time is started as the console starts it: a worker carries it.

The quota's time is the number of calls, as HubSpot counted them, over 110, times 10 s. The limiter may use a whole window at once, so the last,
unfull window makes a ratio under 1 possible.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Final

from integration.app import Parts, build_parts
from integration.benchmarks.made_records import seed_portal
from integration.benchmarks.stands import bench_stand
from integration.core.clock import system_clock
from integration.core.errors import AppError
from integration.core.settings import Settings
from integration.db.session import Database
from integration.demo.observing import our_calls, wait_until_loaded
from integration.demo.stand import Stand, StandOptions
from integration.hubspot.client import HubSpotClient
from integration.hubspot.objects import BATCH_LIMIT, COMPANIES, PropertyDeclaration
from integration.pipeline.decisions import declared_properties
from integration.pipeline.ledger_store import LedgerStore
from integration.pipeline.policy import Decision, WritePolicy
from integration.pipeline.run_store import RunStore
from integration.pipeline.undo.jobs import start_undo
from integration.pipeline.undo.request import UndoRequest, UndoScope
from integration.pipeline.undo.runner import UndoRunner
from integration.pipeline.undo.undo_run_store import UndoRun, UndoRunStore
from integration.pipeline.write_back import RunContext, WriteBack
from integration.pipeline.write_plan import PlannedValue, RecordPlan, WantedValue

PORTAL_ID: Final = 700_011
COMPANY_COUNT: Final = 10_000
FIELDS_EACH: Final = 10
HUBSPOT_LATENCY_MS: Final = 40
CALLS_PER_WINDOW: Final = 110
WINDOW_S: Final = 10.0
_RAISED: Final = 100_000
_WRITERS: Final = 4
_LOOK_EVERY_S: Final = 0.25
_PATIENCE_S: Final = 180.0
_SAMPLE_VALUE: Final = {"number": "7", "datetime": "2026-11-21T10:00:00.000Z", "date": "2026-11-21"}


def run() -> dict[str, float | int | str]:
    """Seconds against the quota's seconds, values a second, and what was left. Takes about a minute."""
    options = StandOptions(scheduler=False, hubspot_latency_ms=HUBSPOT_LATENCY_MS, requests_per_10_s=CALLS_PER_WINDOW)
    with bench_stand("undo", options) as stand:
        stand.add_portal(PORTAL_ID)
        stand.install(PORTAL_ID)
        wait_until_loaded(stand, PORTAL_ID)
        stand.listen(on=False)
        since = system_clock()
        _write_everything(stand)
        # What was written at the raised quota must have left HubSpot's window and ours.
        time.sleep(WINDOW_S)
        stand.control.delete("/calls")
        return _figures(stand, _undo(stand, since))


def _write_everything(stand: Stand) -> None:
    """10,000 companies with ten values of ours each, in the ledger and in HubSpot. The quota is lifted meanwhile."""
    stand.control.patch("/settings", {"limits": {"burst_per_window": 0}, "latency_ms": 0})
    ids, _ = seed_portal(stand.control, PORTAL_ID, label="undo", companies=COMPANY_COUNT, contacts_each=0)
    settings = Settings.from_env({**stand.env, "HUBSPOT_REQUESTS_PER_10_S": str(_RAISED)})
    with _parts(stand, settings) as parts, ThreadPoolExecutor(_WRITERS) as pool:
        client = parts.clients.for_portal(PORTAL_ID)
        chunks = [ids[start : start + BATCH_LIMIT] for start in range(0, len(ids), BATCH_LIMIT)]
        for done in [pool.submit(_write, parts, client, number, chunk) for number, chunk in enumerate(chunks)]:
            done.result()
    stand.control.patch("/settings", {"limits": {"burst_per_window": CALLS_PER_WINDOW}, "latency_ms": HUBSPOT_LATENCY_MS})


def _write(parts: Parts, client: HubSpotClient, number: int, ids: Sequence[str]) -> None:
    run_id = f"bench-{number}"
    with parts.database.begin() as connection:
        RunStore().open(
            connection, portal_id=PORTAL_ID, run_id=run_id, kind="live", object_type=COMPANIES, started_at=parts.clock()
        )
    door = WriteBack(parts.database, LedgerStore(), parts.clock)
    plans = [RecordPlan(object_id, f"{run_id}-{object_id}", _entries(), tells_status=False) for object_id in ids]
    outcomes = door.write(client, RunContext(PORTAL_ID, run_id, COMPANIES), plans)
    refused = [outcome.words for outcome in outcomes.values() if outcome.state != "written"]
    if refused:
        raise AppError(f"{len(refused)} of {len(ids)} records were not written: {refused[0]}", reason="bench_not_written")


def _entries() -> tuple[PlannedValue, ...]:
    own = [entry for entry in declared_properties() if COMPANIES in entry.object_types]
    return tuple(
        PlannedValue(
            WantedValue(entry.name, _sample(entry), WritePolicy.ALWAYS, entry.type), None, Decision("write", "own_property")
        )
        for entry in own[:FIELDS_EACH]
    )


def _sample(declaration: PropertyDeclaration) -> str:
    if declaration.options:
        return declaration.options[0][0]
    return _SAMPLE_VALUE.get(declaration.type, "Written by a benchmark")


def _undo(stand: Stand, since: datetime) -> UndoRun:
    """The finished undo. Raises AppError when it takes too long."""
    with _parts(stand, stand.settings) as parts:
        runner = UndoRunner(
            database=parts.database,
            clients=parts.clients,
            portals=parts.portals,
            app_id=parts.settings.hubspot.app_id,
            clock=parts.clock,
        )
        request = UndoRequest(PORTAL_ID, UndoScope("time", since=since), "benchmark")
        with parts.database.begin() as connection:
            run_id = start_undo(connection, runner, parts.engine, request)
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        stand.check()
        with stand.database.begin() as connection:
            found = UndoRunStore().find(connection, portal_id=PORTAL_ID, run_id=run_id)
        if found is not None and found.is_finished:
            return found
        time.sleep(_LOOK_EVERY_S)
    raise AppError(f"the undo was not done after {_PATIENCE_S:g} s", reason="bench_stuck")


def _figures(stand: Stand, undone: UndoRun) -> dict[str, float | int | str]:
    calls = our_calls(stand, PORTAL_ID)
    finished_at = undone.finished_at or undone.started_at
    seconds = (finished_at - undone.started_at).total_seconds()
    quota_s = len(calls) / CALLS_PER_WINDOW * WINDOW_S
    fields = undone.counts.get("undone", 0)
    return {
        "ratio_to_quota": round(seconds / quota_s, 3),
        "fields_undone": fields,
        "fields_left": COMPANY_COUNT * FIELDS_EACH - fields,
        "seconds": round(seconds, 1),
        "quota_seconds": round(quota_s, 1),
        "fields_per_s": round(fields / seconds),
        "calls": len(calls),
        "rate_limited": sum(call["status"] == 429 for call in calls),
        "records": undone.done_count,
        "fields_a_record": FIELDS_EACH,
        "hubspot_latency_ms": HUBSPOT_LATENCY_MS,
        "calls_allowed_in_10_s": CALLS_PER_WINDOW,
        "worker_processes": stand.options.worker_processes,
    }


@contextmanager
def _parts(stand: Stand, settings: Settings) -> Iterator[Parts]:
    with ExitStack() as held:
        database = Database(stand.database_url, pool_size=_WRITERS, application_name="leadlight-bench")
        held.callback(database.close)
        yield build_parts(settings, database, held)
