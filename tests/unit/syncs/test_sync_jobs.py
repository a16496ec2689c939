"""The sync jobs on a real database: bounded steps, back-pressure, resuming, failure, fan-out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from integration.core.errors import NotFound, Rejected, Unavailable
from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.portal_store import DISCONNECTED, PortalStore
from integration.jobs.request import JobRequest
from integration.syncs.base import Checkpoint
from integration.syncs.jobs import SyncJobs, SyncLimits, sync_request, sync_triggers
from integration.syncs.registry import all_syncs
from integration.syncs.sync_store import SyncStore
from tests.unit.syncs.portals import START, Backlog, ConnectedPortals, LaggingPortal, Modification, MovingClock

PORTAL = 41


class Queue:
    """Takes requests as the engine would: an equal one that waits is not added twice."""

    def __init__(self) -> None:
        self.waiting: list[JobRequest] = []

    def defer(self, _connection: Connection, request: JobRequest) -> bool:
        if request.queueing_lock in [waiting.queueing_lock for waiting in self.waiting]:
            return False
        self.waiting.append(request)
        return True


class Stand:
    """Sync jobs over an in-memory portal of `records` contacts and as many companies."""

    def __init__(self, database: Database, records: int, *, limits: SyncLimits | None = None) -> None:
        self.database, self.clock, self.queue, self.backlog = database, MovingClock(), Queue(), Backlog()
        self.portals, self.store = PortalStore(), SyncStore()
        self.connect(PORTAL)
        self.crm = LaggingPortal(self.clock, [Modification(number, START) for number in range(1, records + 1)])
        self.jobs = SyncJobs(
            database=database,
            deferrer=self.queue,
            syncs=all_syncs(),
            store=self.store,
            backlog=self.backlog,
            portals=ConnectedPortals(self.portals),
            crm_for=lambda _portal_id: self.crm,
            clock=self.clock,
            limits=limits,
        )

    def connect(self, portal_id: int) -> None:
        with self.database.begin() as connection:
            self.portals.connect(connection, portal_id=portal_id, scopes=["oauth"], now=START)

    def disconnect(self, portal_id: int) -> None:
        with self.database.begin() as connection:
            self.portals.set_state(connection, portal_id=portal_id, state=DISCONNECTED, reason="invalid_grant", now=START)

    def run_one(self) -> JobRequest:
        request = self.queue.waiting.pop(0)
        self.jobs.walk(request.args)
        return request

    def run_all(self) -> int:
        count = 0
        while self.queue.waiting:
            self.run_one()
            count += 1
        return count

    def checkpoint(self, sync: str, object_type: str) -> Checkpoint:
        with self.database.begin() as connection:
            return self.store.find(connection, portal_id=PORTAL, sync=sync, object_type=object_type)


def test_a_backfill_puts_every_record_on_the_worklist_once(database: Database) -> None:
    stand = Stand(database, 1_050)
    stand.jobs.walk(sync_request(PORTAL, "backfill").args)
    assert stand.run_all() == 4
    expected = [str(number) for number in range(1, 1_051)]
    assert stand.backlog.ids(CONTACTS) == expected
    assert stand.backlog.ids(COMPANIES) == expected
    done = stand.checkpoint("backfill", CONTACTS)
    assert (done.state, done.passes, done.pages, done.records, done.watermark) == ("idle", 1, 11, 1_050, START)


def test_a_job_walks_a_bounded_number_of_pages_and_goes_behind_the_others(database: Database) -> None:
    stand = Stand(database, 900, limits=SyncLimits(pages_per_job=2))
    stand.jobs.walk(sync_request(PORTAL, "backfill").args)
    assert [stand.run_one().args["object_type"] for _ in range(4)] == [COMPANIES, CONTACTS, COMPANIES, CONTACTS]
    assert len(stand.backlog.ids(CONTACTS)) == 400


def test_a_full_backlog_makes_the_sync_wait(database: Database) -> None:
    stand = Stand(database, 300, limits=SyncLimits(backlog_cap=100))
    stand.backlog.waiting = 101
    stand.jobs.walk(sync_request(PORTAL, "backfill", CONTACTS).args)
    (later,) = stand.queue.waiting
    assert later.run_at == START + timedelta(seconds=5)
    assert (stand.crm.calls, stand.backlog.added) == ([], [])
    stand.backlog.waiting = 0
    stand.run_all()
    assert len(stand.backlog.ids(CONTACTS)) == 300


def test_a_pass_whose_job_was_lost_is_resumed_from_its_checkpoint(database: Database) -> None:
    stand = Stand(database, 500, limits=SyncLimits(pages_per_job=2))
    stand.jobs.walk(sync_request(PORTAL, "backfill", CONTACTS).args)
    stand.queue.waiting.clear()
    stand.jobs.resume({})
    stand.run_all()
    assert stand.backlog.ids(CONTACTS) == [str(number) for number in range(1, 501)]
    stand.jobs.resume({})
    assert stand.queue.waiting == []


def test_an_outage_leaves_the_checkpoint_where_it_was(database: Database) -> None:
    stand = Stand(database, 150)
    stand.crm.failure = Unavailable("down", system="hubspot")
    with pytest.raises(Unavailable):
        stand.jobs.walk(sync_request(PORTAL, "backfill", CONTACTS).args)
    assert stand.checkpoint("backfill", CONTACTS).state == "running"
    stand.crm.failure = None
    stand.jobs.resume({})
    stand.run_all()
    assert len(stand.backlog.ids(CONTACTS)) == 150


def test_a_refusal_for_good_is_not_asked_again_every_minute(database: Database) -> None:
    stand = Stand(database, 150)
    stand.crm.failure = Rejected("missing scope", system="hubspot", status=403)
    with pytest.raises(Rejected):
        stand.jobs.walk(sync_request(PORTAL, "reconcile", CONTACTS).args)
    stand.jobs.resume({})
    assert (stand.queue.waiting, stand.checkpoint("reconcile", CONTACTS).state) == ([], "failed")
    stand.crm.failure = None
    stand.jobs.walk(sync_request(PORTAL, "reconcile", CONTACTS).args)
    assert stand.checkpoint("reconcile", CONTACTS).watermark == START


def test_a_disconnected_portal_is_left_alone_and_goes_on_when_it_is_back(database: Database) -> None:
    stand = Stand(database, 300, limits=SyncLimits(pages_per_job=1))
    stand.jobs.walk(sync_request(PORTAL, "backfill", CONTACTS).args)
    stand.disconnect(PORTAL)
    stand.run_all()
    stand.jobs.resume({})
    stand.jobs.start({"sync": "reconcile"})
    assert (len(stand.backlog.added), stand.queue.waiting) == (100, [])
    stand.connect(PORTAL)
    stand.jobs.walk(sync_request(PORTAL, "backfill", CONTACTS).args)
    stand.run_all()
    assert len(stand.backlog.ids(CONTACTS)) == 300


def test_the_clock_starts_a_reconciliation_in_every_connected_portal(database: Database) -> None:
    stand = Stand(database, 1)
    stand.connect(42)
    stand.jobs.start({"sync": "reconcile"})
    assert [(request.args["portal_id"], request.args["object_type"]) for request in stand.queue.waiting] == [
        (41, CONTACTS),
        (41, COMPANIES),
        (42, CONTACTS),
        (42, COMPANIES),
    ]
    assert len({request.lock for request in stand.queue.waiting}) == 4


def test_a_page_and_its_checkpoint_are_kept_together_or_not_at_all(database: Database) -> None:
    stand = Stand(database, 10)
    stand.backlog.failure = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        stand.jobs.walk(sync_request(PORTAL, "reconcile", CONTACTS).args)
    kept = stand.checkpoint("reconcile", CONTACTS)
    assert (kept.state, kept.pages, kept.watermark, kept.started_at) == ("running", 0, None, START)


def test_checkpoints_of_a_portal_can_be_forgotten(database: Database) -> None:
    stand = Stand(database, 10)
    stand.jobs.walk(sync_request(PORTAL, "reconcile", CONTACTS).args)
    with database.begin() as connection:
        stand.store.remove(connection, portal_id=PORTAL)
    assert stand.checkpoint("reconcile", CONTACTS) == Checkpoint()


def test_an_unknown_sync_is_named_in_the_refusal(database: Database) -> None:
    with pytest.raises(NotFound, match="nightly"):
        Stand(database, 0).jobs.walk(sync_request(PORTAL, "nightly").args)


def test_every_scheduled_sync_has_a_trigger_and_the_repair_too() -> None:
    assert {(trigger.request.queueing_lock, trigger.every_s) for trigger in sync_triggers(all_syncs())} == {
        ("start_syncs:reconcile", 900.0),
        ("resume_syncs", 60.0),
    }
    assert sync_triggers(all_syncs(), every_s={"reconcile": 3.0})[0].every_s == 3.0
