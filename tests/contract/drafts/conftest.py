"""A contact with a draft in an account at the simulator, and everybody who acts on it: people at the desk, the job, the undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text

from integration.db.models.results import BriefRow, DraftRow
from integration.db.session import Database
from integration.hubspot.client import HubSpotClient
from integration.hubspot.objects import CONTACTS, AccountDetails, RecordKey
from integration.hubspot.portal_store import CONNECTED
from integration.jobs.request import JobRequest
from integration.pipeline.drafts.desk import Actor, Approved, DraftDesk
from integration.pipeline.drafts.draft_store import DraftStore
from integration.pipeline.drafts.jobs import DraftJobs
from integration.pipeline.drafts.requests import MAKE_TASKS_JOB, RESUME_TASKS
from integration.pipeline.drafts.states import KeptDraft
from integration.pipeline.drafts.task_maker import TaskMaker
from integration.pipeline.drafts.task_store import DraftTask, DraftTaskStore
from integration.pipeline.owners.keeping import OwnerKeeper
from integration.pipeline.undo.request import UndoRequest, UndoScope
from integration.pipeline.undo.runner import UndoRunner
from integration.pipeline.undo.undo_run_store import UndoRun
from integration.pipeline.worklist_store import WorklistStore
from simulator.crm.changes import Source
from simulator.families.owners.state import Owner
from simulator.portal import Portal
from tests.contract.hubspot.stand import APP_ID, PORTAL_ID, Stand, build_stand, running_simulator

PERSON = Source.person(9001)
REP = Actor("sample.rep@example.com", "9002")
OWNER, REP_OWNER, ARCHIVED_OWNER = "501", "502", "503"
SHOWN = (
    "hs_task_subject",
    "hs_task_body",
    "hs_task_status",
    "hs_task_type",
    "hs_task_priority",
    "hs_timestamp",
    "hubspot_owner_id",
)
STEPS = [
    {"position": 1, "day_offset": 0, "channel": "email", "subject": "Hello", "body": "One & <two>", "rests_on": ["industry"]},
    {"position": 2, "day_offset": 3, "channel": "linkedin", "subject": "", "body": "Short words", "rests_on": []},
    {"position": 3, "day_offset": 7, "channel": "email", "subject": "Again", "body": "Last one", "rests_on": []},
]


@dataclass
class Deferred:
    """Jobs asked for, in order, each once while it waits."""

    requests: list[JobRequest] = field(default_factory=list)

    def defer(self, _connection: Connection, request: JobRequest) -> bool:
        if request in self.requests:
            return False
        self.requests.append(request)
        return True

    def take(self, name: str) -> list[JobRequest]:
        taken = [one for one in self.requests if one.name == name]
        self.requests = [one for one in self.requests if one.name != name]
        return taken


@dataclass
class Clients:
    """The stand's clients, each through `spoil`, which may let a process die at a bad moment."""

    stand: Stand
    spoil: Callable[[HubSpotClient], Any] = lambda client: client

    def for_portal(self, portal_id: int, *, live: bool = True) -> Any:
        return self.spoil(self.stand.clients.for_portal(portal_id, live=live))


@dataclass
class Account:
    """One connected account that writes for good, with one drafted contact. `now` is a Tuesday, 10:02 in the account's Berlin."""

    stand: Stand
    contact: str
    now: datetime = datetime(2026, 12, 1, 9, 2, tzinfo=UTC)
    deferred: Deferred = field(default_factory=Deferred)
    clients: Clients = field(init=False)

    def __post_init__(self) -> None:
        self.clients = Clients(self.stand)

    @property
    def database(self) -> Database:
        return self.stand.database

    @property
    def portal(self) -> Portal:
        return self.stand.world.portals[PORTAL_ID]

    @property
    def record(self) -> RecordKey:
        return RecordKey(PORTAL_ID, CONTACTS, self.contact)

    @property
    def desk(self) -> DraftDesk:
        return DraftDesk(self.stand.portals, WorklistStore(), self.deferred, self.clock)

    def clock(self) -> datetime:
        return self.now

    def draft_it(self, *, owner_id: str | None = OWNER, steps: Sequence[dict[str, Any]] = STEPS) -> None:
        """What a pass of the pipeline leaves behind."""
        key = {"portal_id": PORTAL_ID, "object_type": CONTACTS, "object_id": self.contact, "built_at": self.now}
        with self.database.begin() as connection:
            connection.execute(insert(DraftRow).values(**key, state="drafted", steps=list(steps), fingerprint="print-1"))
            connection.execute(insert(BriefRow).values(**key, headline="Sample", sections=[], fingerprint="f", owner_id=owner_id))

    def approve(self, version: int = 1, actor: Actor = REP) -> Approved:
        with self.database.begin() as connection:
            return self.desk.approve(connection, actor, self.record, version=version)

    def do(self, deed: str, *, version: int, **said: Any) -> KeptDraft:
        with self.database.begin() as connection:
            done: KeptDraft = getattr(self.desk, deed)(connection, REP, self.record, version=version, **said)
            return done

    @property
    def jobs(self) -> DraftJobs:
        maker = TaskMaker(
            database=self.database,
            clients=self.clients,
            portals=self.stand.portals,
            worklist=WorklistStore(),
            deferrer=self.deferred,
            clock=self.clock,
        )
        return DraftJobs(database=self.database, deferrer=self.deferred, maker=maker)

    def work(self) -> int:
        """Run every job that waits to make tasks; how many there were."""
        taken = self.deferred.take(MAKE_TASKS_JOB)
        for request in taken:
            self.jobs.make(request.args)
        return len(taken)

    def half_a_minute_later(self) -> int:
        """What the clock does twice a minute."""
        self.now += timedelta(seconds=30)
        self.jobs.resume(RESUME_TASKS.args)
        return self.work()

    def undo(self, run_id: str) -> UndoRun:
        self.now += timedelta(minutes=1)
        runner = UndoRunner(
            database=self.database,
            clients=self.stand.clients,
            portals=self.stand.portals,
            app_id=str(APP_ID),
            clock=self.clock,
        )
        with self.database.begin() as connection:
            scope = UndoScope("run", run_id=run_id)
            started = runner.start(connection, UndoRequest(PORTAL_ID, scope, "sample.admin@example.com"))
        run = runner.step(PORTAL_ID, started)
        while run is None or not run.is_finished:
            run = runner.step(PORTAL_ID, started)
        return run

    def draft(self) -> KeptDraft:
        with self.database.begin() as connection:
            found = DraftStore().find(connection, portal_id=PORTAL_ID, object_type=CONTACTS, object_id=self.contact)
        assert found is not None
        return found

    def steps(self, run_id: str) -> list[DraftTask]:
        with self.database.begin() as connection:
            return DraftTaskStore().of_run(connection, portal_id=PORTAL_ID, run_id=run_id)

    def tasks(self) -> list[dict[str, str]]:
        """Every live task on the contact, by when it is due."""
        client = self.stand.client
        ids = [one.task_id for one in client.tasks_of(CONTACTS, [self.contact]).get(self.contact, ())]
        read = client.batch_read("tasks", ids, SHOWN)
        found = [{name: record.properties.get(name) or "" for name in SHOWN} | {"id": record.object_id} for record in read]
        return sorted(found, key=lambda task: (task["hs_timestamp"], task["hs_task_subject"]))

    def waiting(self) -> list[tuple[Any, ...]]:
        return self.sql("SELECT object_id, lane, causes FROM work_item")

    def own(self, owner_id: str) -> None:
        self.portal.update(CONTACTS, self.contact, {"hubspot_owner_id": owner_id}, source=PERSON)

    def turn(self, *, dry: bool | None = None, state: str | None = None) -> None:
        with self.database.begin() as connection:
            if dry is not None:
                self.stand.portals.change_preferences(connection, portal_id=PORTAL_ID, changes={"dry_run": dry})
            if state is not None:
                self.stand.portals.set_state(connection, portal_id=PORTAL_ID, state=state, reason="", now=self.now)

    def sql(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.database.begin() as connection:
            result = connection.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []


@pytest.fixture
def account(database: Database) -> Iterator[Account]:
    """Owners: 501 owns the contact, 502 is the rep, 503 left."""
    with running_simulator() as simulator:
        stand = build_stand(simulator, database, HUBSPOT_REQUESTS_PER_10_S="5000")
        stand.connect()
        at = simulator.world.clock.now()
        owners = simulator.world.owners[PORTAL_ID]
        owners.put(Owner(REP_OWNER, 9002, REP.email, "Sample", "Rep", at))
        leaver = Owner(ARCHIVED_OWNER, 9003, "sample.leaver@example.com", "Sample", "Leaver", at)
        owners.put(leaver)
        portal = simulator.world.portals[PORTAL_ID]
        contact = portal.create(CONTACTS, {"lastname": "Contact", "email": "sample.contact@example.com"}, source=PERSON).id
        opened = Account(stand, contact)
        opened.own(OWNER)
        owners.put(replace(leaver, archived=True))
        OwnerKeeper(database, opened.clock).fetch(stand.client, PORTAL_ID, archived_too=True)
        details = AccountDetails(PORTAL_ID, "STANDARD", "Europe/Berlin", "USD", "app.hubspot.com", "na1")
        with database.begin() as connection:
            stand.portals.save_account(connection, portal_id=PORTAL_ID, account=details)
        opened.turn(dry=False, state=CONNECTED)
        opened.draft_it()
        yield opened
