"""An account at the simulator, and runs that write into it through the one door, as the product does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from integration.db.session import Database
from integration.hubspot.client import HubSpotClient
from integration.hubspot.objects import COMPANIES, CrmRecord
from integration.pipeline.ledger_store import LedgerStore
from integration.pipeline.note_store import NoteStore
from integration.pipeline.notes import NoteKeeper, WantedNote
from integration.pipeline.policies.policy_store import PolicyStore
from integration.pipeline.policy import Decision, Rule, WritePolicy
from integration.pipeline.run_store import RunStore
from integration.pipeline.undo.request import UndoRequest, UndoScope
from integration.pipeline.undo.runner import StepLimits, UndoRunner
from integration.pipeline.undo.undo_run_store import Sample, UndoRun, UndoRunStore
from integration.pipeline.write_back import RunContext, WriteBack
from integration.pipeline.write_plan import PlannedValue, RecordPlan, WantedValue
from simulator.crm.changes import Source
from simulator.portal import Portal
from tests.contract.hubspot.stand import APP_ID, PORTAL_ID, Stand, build_stand, running_simulator

PERSON = Source.person(9001)
IMPORT = Source("IMPORT", "7", "Import")
OTHER_APP = Source.app(APP_ID + 1)
DEFAULT = StepLimits()


@dataclass
class Account:
    """One connected account with our writes in it. `now` is what the product takes for now; every run happens a minute later."""

    stand: Stand
    now: datetime
    portal_id: int = PORTAL_ID
    ours: int = field(default=0)

    @property
    def database(self) -> Database:
        return self.stand.database

    @property
    def portal(self) -> Portal:
        return self.stand.world.portals[self.portal_id]

    @property
    def client(self) -> HubSpotClient:
        return self.stand.clients.for_portal(self.portal_id)

    def clock(self) -> datetime:
        return self.now

    def add(self, count: int = 1, object_type: str = COMPANIES, **properties: str) -> list[str]:
        named = {"name": "Sample Works"} if object_type == COMPANIES else {"lastname": "Contact"}
        return [self.portal.create(object_type, {**named, **properties}, source=PERSON).id for _ in range(count)]

    def change(self, object_id: str, *, by: Source = PERSON, object_type: str = COMPANIES, **properties: str) -> None:
        self.portal.update(object_type, object_id, properties, source=by)

    def run(
        self,
        values: Mapping[str, Mapping[str, str]],
        *,
        object_type: str = COMPANIES,
        provider: str | None = None,
        kind: str = "live",
    ) -> str:
        """A run of ours that writes these values by record; its id."""
        run_id = self.open_run(object_type, kind)
        names = sorted({name for wanted in values.values() for name in wanted})
        read = {record.object_id: record for record in self.client.batch_read(object_type, list(values), names)}
        plans = [_plan(read[object_id], wanted, run_id) for object_id, wanted in values.items()]
        door = WriteBack(self.database, LedgerStore(), self.clock)
        for start in range(0, len(plans), 100):
            door.write(self.client, RunContext(self.portal_id, run_id, object_type), plans[start : start + 100])
        if provider is not None:
            self.sql("UPDATE ledger SET provider = :provider WHERE run_id = :run_id", provider=provider, run_id=run_id)
        return run_id

    def open_run(self, object_type: str = COMPANIES, kind: str = "live") -> str:
        self.now += timedelta(minutes=1)
        self.ours += 1
        run_id = f"run-{self.ours}"
        with self.database.begin() as connection:
            RunStore().open(
                connection, portal_id=self.portal_id, run_id=run_id, kind=kind, object_type=object_type, started_at=self.now
            )
        return run_id

    def set_open(self, property_name: str, *, is_open: bool) -> None:
        """What an admin does about a routing field of companies."""
        rule = Rule(WritePolicy.ALWAYS, is_open=is_open)
        with self.database.begin() as connection:
            PolicyStore().save(
                connection,
                portal_id=self.portal_id,
                object_type=COMPANIES,
                rules={property_name: rule},
                by="person@example.com",
                now=self.now,
            )

    def note(self, run_id: str, object_id: str, words: str, *, purpose: str = "brief") -> None:
        wanted = WantedNote(object_id, purpose, words, lambda marker: f"<p>{words}</p><p>{marker}</p>")  # type: ignore[arg-type]
        keeper = NoteKeeper(self.database, NoteStore(), self.clock)
        report = keeper.keep(self.client, self.portal_id, COMPANIES, [wanted], run_id=run_id)
        assert not report.refused
        assert not report.unanswered

    def notes(self, object_id: str) -> dict[str, str]:
        """The texts of the notes on a company, by note id."""
        found = self.client.notes_of(COMPANIES, [object_id])[object_id]
        return {note.note_id: note.body_html for note in found}

    def runner(self, limits: StepLimits = DEFAULT) -> UndoRunner:
        return UndoRunner(
            database=self.database,
            clients=self.stand.clients,
            portals=self.stand.portals,
            app_id=str(APP_ID),
            clock=self.clock,
            limits=limits,
        )

    def start(self, scope: UndoScope, *, dry_run: bool = False, limits: StepLimits = DEFAULT) -> str:
        self.now += timedelta(minutes=1)
        with self.database.begin() as connection:
            return self.runner(limits).start(connection, UndoRequest(self.portal_id, scope, "person@example.com", dry_run))

    def finish(self, run_id: str, limits: StepLimits = DEFAULT) -> UndoRun:
        run = self.runner(limits).step(self.portal_id, run_id)
        while run is None or not run.is_finished:
            run = self.runner(limits).step(self.portal_id, run_id)
        return run

    def undo(self, scope: UndoScope | str, *, dry_run: bool = False, limits: StepLimits = DEFAULT) -> UndoRun:
        """The finished undo of a scope, or of the run with this id."""
        chosen = UndoScope("run", run_id=scope) if isinstance(scope, str) else scope
        return self.finish(self.start(chosen, dry_run=dry_run, limits=limits), limits)

    def values(self, object_id: str, *names: str, object_type: str = COMPANIES) -> dict[str, str]:
        record = self.portal.read(object_type, object_id)
        return {name: record.properties[name] for name in names if name in record.properties}

    def samples(self, run: UndoRun) -> list[Sample]:
        with self.database.begin() as connection:
            return UndoRunStore().samples(connection, portal_id=self.portal_id, run_id=run.run_id, limit=100)

    def sql(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.database.begin() as connection:
            result = connection.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def calls(self) -> Sequence[str]:
        return self.stand.calls()


def _plan(record: CrmRecord, wanted: Mapping[str, str], run_id: str) -> RecordPlan:
    entries = [
        PlannedValue(WantedValue(name, value, WritePolicy.ALWAYS), record.properties.get(name), Decision("write", "own_property"))
        for name, value in wanted.items()
    ]
    return RecordPlan(record.object_id, f"{run_id}-{record.object_id}", tuple(entries), tells_status=False)


@pytest.fixture
def account(database: Database) -> Iterator[Account]:
    """A connected account without a rate limit."""
    with running_simulator() as simulator:
        stand = build_stand(simulator, database, HUBSPOT_REQUESTS_PER_10_S="5000")
        stand.connect()
        yield Account(stand, simulator.world.clock.now())
