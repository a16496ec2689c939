"""The job of one batch and the sweep, on a real database with the real worklist behind them where rows matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from integration.core.errors import BadPayload
from integration.db.session import Database
from integration.jobs.batches import BatchJob, WorkSweep
from integration.jobs.request import JobRequest

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
LIVE, BACKFILL = 0, 1


@dataclass(frozen=True)
class Report:
    claimed: int
    more: bool


@dataclass(frozen=True)
class Due:
    portal_id: int
    object_type: str
    lane: int
    due_count: int
    oldest: datetime = NOW


@dataclass
class Surroundings:
    """What the jobs talk to: remembers requests, batches and measurements."""

    report: Report = field(default_factory=lambda: Report(0, more=False))
    due: list[Due] = field(default_factory=list)
    asked: list[tuple[int, str, int, int]] = field(default_factory=list)
    batches: list[tuple[int, str, int]] = field(default_factory=list)
    measured: dict[str, tuple[int, float]] = field(default_factory=dict)

    def defer(self, _connection: Connection, request: JobRequest) -> bool:
        args = request.args
        self.asked.append((args["portal_id"], args["object_type"], args["lane"], args["slot"]))  # type: ignore[arg-type]
        return True

    def run_batch(self, portal_id: int, object_type: str, lane: int) -> Report:
        self.batches.append((portal_id, object_type, lane))
        return self.report

    def portals_with_work(self, _connection: Connection, *, now: datetime) -> list[Due]:
        return [due for due in self.due if due.oldest <= now]

    def backlog(self, lane: str, records: int, oldest_s: float) -> None:
        self.measured[lane] = (records, oldest_s)


def request_for(portal_id: int, object_type: str, lane: int, slot: int) -> JobRequest:
    return JobRequest("process", {"portal_id": portal_id, "object_type": object_type, "lane": lane, "slot": slot})


def run_batch_job(database: Database, around: Surroundings, **args: int | str) -> None:
    job = BatchJob(
        database=database, deferrer=around, run_batch=around.run_batch, request_for=request_for, caps={LIVE: 2, BACKFILL: 4}
    )
    job({"portal_id": 9, "object_type": "contacts", "lane": BACKFILL, **args})


def test_a_batch_that_emptied_the_lane_asks_for_nothing(database: Database) -> None:
    around = Surroundings(Report(claimed=40, more=False))
    run_batch_job(database, around, slot=0)
    assert (around.batches, around.asked) == ([(9, "contacts", BACKFILL)], [])


def test_a_batch_with_more_behind_it_asks_again_and_opens_the_next_slot(database: Database) -> None:
    around = Surroundings(Report(claimed=100, more=True))
    run_batch_job(database, around, slot=1)
    assert around.asked == [(9, "contacts", BACKFILL, 1), (9, "contacts", BACKFILL, 2)]


def test_a_slot_that_claimed_nothing_does_not_spin(database: Database) -> None:
    around = Surroundings(Report(claimed=0, more=True))
    run_batch_job(database, around, slot=1)
    assert around.asked == []


def test_a_slot_beyond_a_lowered_cap_ends(database: Database) -> None:
    around = Surroundings(Report(claimed=100, more=True))
    run_batch_job(database, around, lane=LIVE, slot=2)
    assert (around.batches, around.asked) == ([], [])


@pytest.mark.parametrize("wrong", [{"lane": "live"}, {"object_type": ""}, {"portal_id": "9"}, {"slot": True}])
def test_arguments_of_another_type_are_named(database: Database, wrong: dict[str, int | str]) -> None:
    with pytest.raises(BadPayload, match=next(iter(wrong))):
        run_batch_job(database, Surroundings(), **wrong)


def sweep(database: Database, around: Surroundings) -> None:
    WorkSweep(
        database=database,
        deferrer=around,
        worklist=around,
        request_for=request_for,
        caps={LIVE: 2, BACKFILL: 4},
        lane_names={LIVE: "live", BACKFILL: "backfill"},
        batch_limit=100,
        clock=lambda: NOW,
        metrics=around,
    )({})


def test_the_sweep_asks_for_as_many_batches_as_the_caps_allow(database: Database) -> None:
    around = Surroundings(
        due=[Due(2, "contacts", LIVE, 250), Due(1, "companies", BACKFILL, 120), Due(1, "contacts", BACKFILL, 9_000)]
    )
    sweep(database, around)
    assert around.asked == [
        (1, "companies", BACKFILL, 0),
        (1, "companies", BACKFILL, 1),
        *((1, "contacts", BACKFILL, slot) for slot in range(4)),
        (2, "contacts", LIVE, 0),
        (2, "contacts", LIVE, 1),
    ]


def test_the_sweep_measures_every_lane_also_an_empty_one(database: Database) -> None:
    around = Surroundings(due=[Due(1, "contacts", BACKFILL, 7, NOW - timedelta(seconds=90)), Due(2, "contacts", BACKFILL, 3)])
    sweep(database, around)
    assert around.measured == {"live": (0, 0.0), "backfill": (10, 90.0)}
