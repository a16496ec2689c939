"""Syncs from end to end: jobs of the engine, HubSpot over HTTP, the real worklist."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from integration.core.clock import system_clock
from integration.core.crypto import SecretBox, new_key
from integration.core.metrics import Metrics
from integration.core.settings import Settings
from integration.db.session import Database
from integration.hubspot.client import HubSpotClients
from integration.hubspot.limits import PortalLimits
from integration.hubspot.oauth import OAuthClient
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.portal_store import PortalStore
from integration.hubspot.token_store import TokenPair, TokenStore
from integration.hubspot.tokens import AccessTokens
from integration.hubspot.transport import HubSpotTransport
from integration.jobs.engine import JobEngine
from integration.jobs.request import JobRequest
from integration.pipeline.lanes import BACKFILL, process_request
from integration.pipeline.worklist_store import WorklistStore, WorkRequest
from integration.syncs.backfill import Backfill
from integration.syncs.base import Checkpoint
from integration.syncs.jobs import RESUME_SYNCS, START_SYNCS_JOB, SYNC_JOB, SyncJobs, SyncLimits, sync_request
from integration.syncs.reconcile import Reconcile
from integration.syncs.sync_store import SyncStore
from simulator.crm.changes import Source
from simulator.crm.settings import PortalSettings
from simulator.limiter import RateLimits
from simulator.running import RunningSimulator, start
from simulator.world import World, WorldSettings
from tests.contract.simulator.conftest import APP
from tests.unit.jobs.engines import PausedPortals, ask, make_engine, wait_until, working
from tests.unit.syncs.portals import ConnectedPortals

PORTAL = 62516
PERSON = Source("CRM_UI", "userId:9001", None, 9001)


@dataclass
class BackfillLane:
    """The real worklist as a sync sees it."""

    worklist: WorklistStore
    engine: JobEngine

    def add(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str], cause: str) -> None:
        requests = [WorkRequest(object_type, object_id, BACKFILL, (cause,)) for object_id in object_ids]
        self.worklist.add(connection, portal_id, requests, now=system_clock())
        self.engine.defer(connection, process_request(portal_id, object_type, BACKFILL))

    def waiting_count(self, connection: Connection, *, portal_id: int) -> int:
        return sum(waiting.due_count for waiting in self.worklist.backlog(connection, portal_id))


@dataclass
class Stand:
    """A portal in a running simulator, connected to an engine whose syncs read it over HTTP."""

    simulator: RunningSimulator
    database: Database
    engine: JobEngine
    syncs: SyncJobs
    paused: PausedPortals

    def create(self, object_type: str, count: int) -> list[str]:
        portal = self.simulator.world.portals[PORTAL]
        key = {CONTACTS: "firstname", COMPANIES: "name"}[object_type]
        return [portal.create(object_type, {key: f"Sample {number}"}, source=PERSON).id for number in range(count)]

    def rename(self, object_type: str, object_id: str) -> None:
        self.simulator.world.portals[PORTAL].update(object_type, object_id, {"firstname": "Changed"}, source=PERSON)

    def waiting(self, object_type: str) -> dict[str, list[str]]:
        """Ids on the worklist with their causes."""
        with self.database.begin() as connection:
            rows = connection.execute(
                text("SELECT object_id, causes FROM work_item WHERE object_type = :type AND portal_id = :portal AND lane = 1"),
                {"type": object_type, "portal": PORTAL},
            )
            return {row[0]: list(row[1]) for row in rows}

    def empty_worklist(self) -> None:
        with self.database.begin() as connection:
            connection.execute(text("DELETE FROM work_item"))

    def checkpoint(self, sync: str, object_type: str) -> Checkpoint:
        with self.database.begin() as connection:
            return SyncStore().find(connection, portal_id=PORTAL, sync=sync, object_type=object_type)

    def passes(self, sync: str) -> int:
        return min(self.checkpoint(sync, object_type).passes for object_type in (CONTACTS, COMPANIES))

    def reconcile(self) -> None:
        """One complete pass over both object types, asked for by the clock's job."""
        before = self.passes("reconcile")
        ask(self.database, self.engine, JobRequest(START_SYNCS_JOB, {"sync": "reconcile"}))
        wait_until(lambda: self.passes("reconcile") == before + 1, 20)


@pytest.fixture
def stand(database: Database) -> Iterator[Stand]:
    world = World(WorldSettings(limits=RateLimits(burst_per_window=0)))
    world.register_app(APP)
    world.new_portal(PORTAL, PortalSettings(index_lag_s=0.3))
    with start(world) as simulator:
        pair = world.install(APP.app_id, PORTAL)
        assert pair.refresh_token is not None
        tokens = TokenPair(pair.access.token, pair.refresh_token, system_clock() + timedelta(minutes=30))
        yield _connect(simulator, database, tokens)


def _connect(simulator: RunningSimulator, database: Database, tokens: TokenPair) -> Stand:
    settings = Settings.from_env(
        {
            "HUBSPOT_CLIENT_ID": APP.client_id,
            "HUBSPOT_CLIENT_SECRET": APP.client_secret,
            "HUBSPOT_API_URL": simulator.base_url,
            "HUBSPOT_SEARCHES_PER_S": "100",
        }
    ).hubspot
    metrics, portals, token_store = Metrics(), PortalStore(), TokenStore(SecretBox([new_key()]))
    with database.begin() as connection:
        portals.connect(connection, portal_id=PORTAL, scopes=["oauth"], now=system_clock())
        token_store.save(connection, portal_id=PORTAL, tokens=tokens, now=system_clock())
    transport = HubSpotTransport(simulator.base_url)
    access = AccessTokens(
        database, token_store, portals, OAuthClient(settings, transport, system_clock, metrics), system_clock, metrics
    )
    clients = HubSpotClients(settings, access, PortalLimits(database, settings), metrics, transport=transport)
    paused = PausedPortals()
    engine = make_engine(database, paused)
    syncs = SyncJobs(
        database=database,
        deferrer=engine,
        syncs={"reconcile": Reconcile(overlap=timedelta(seconds=2), page_limit=20), "backfill": Backfill()},
        store=SyncStore(),
        backlog=BackfillLane(WorklistStore(), engine),
        portals=ConnectedPortals(portals),
        crm_for=lambda portal_id: clients.for_portal(portal_id, live=False),
        clock=system_clock,
        limits=SyncLimits(pages_per_job=2, backlog_cap=250, full_delay=timedelta(seconds=0.2)),
    )
    engine.register(SYNC_JOB, syncs.walk, swept=True)
    engine.register(START_SYNCS_JOB, syncs.start)
    engine.register(RESUME_SYNCS.name, syncs.resume)
    engine.register("process", lambda _args: None)
    return Stand(simulator, database, engine, syncs, paused)


def test_a_backfill_reads_the_whole_portal_and_waits_while_the_worklist_is_full(stand: Stand) -> None:
    contacts, companies = stand.create(CONTACTS, 430), stand.create(COMPANIES, 30)
    seen: dict[str, list[str]] = {}
    ask(stand.database, stand.engine, sync_request(PORTAL, "backfill"))
    with working(stand.engine):
        wait_until(lambda: len(stand.waiting(CONTACTS)) >= 250, 20)
        time.sleep(0.5)
        assert len(stand.waiting(CONTACTS)) <= 400, "the sync did not wait"
        seen |= stand.waiting(CONTACTS) | stand.waiting(COMPANIES)
        stand.empty_worklist()
        wait_until(lambda: stand.passes("backfill") == 1, 20)
        seen |= stand.waiting(CONTACTS) | stand.waiting(COMPANIES)
    assert set(seen) == {*contacts, *companies}
    assert all(causes == ["backfill"] for causes in seen.values())


def test_a_change_that_search_did_not_know_yet_is_found_by_the_next_pass(stand: Stand) -> None:
    contacts = stand.create(CONTACTS, 50)
    time.sleep(0.4)
    with working(stand.engine):
        stand.reconcile()
        assert set(stand.waiting(CONTACTS)) == set(contacts)
        time.sleep(2.2)
        stand.reconcile()
        stand.empty_worklist()
        stand.rename(CONTACTS, contacts[7])
        stand.reconcile()
        time.sleep(0.4)
        stand.reconcile()
    assert stand.waiting(CONTACTS) == {contacts[7]: ["reconcile"]}


def test_a_sync_of_a_revoked_portal_stops_and_the_portal_is_disconnected(stand: Stand) -> None:
    stand.create(CONTACTS, 5)
    stand.simulator.world.uninstall(APP.app_id, PORTAL)
    ask(stand.database, stand.engine, sync_request(PORTAL, "backfill"))
    with working(stand.engine):
        wait_until(lambda: PORTAL in stand.paused.reasons or not _connected(stand.database), 20)
        wait_until(lambda: not _jobs_waiting(stand.database), 10)
    assert stand.waiting(CONTACTS) == {}


def _connected(database: Database) -> bool:
    with database.begin() as connection:
        portal = PortalStore().find(connection, portal_id=PORTAL)
        return portal is not None and portal.is_connected


def _jobs_waiting(database: Database) -> int:
    with database.begin() as connection:
        return int(connection.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one())
