"""A connected account at the simulator, and files of leads that go through the jobs one after the other, as a worker would take them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from integration.app import Parts, build_parts
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS
from integration.lead_files.desk import LeadDesk
from integration.lead_files.jobs import LeadFileJobs
from integration.lead_files.lead_file_store import LeadFile
from integration.lead_table import build_lead_jobs
from integration.pipeline.run_store import RunStore
from simulator.crm.changes import Source
from simulator.portal import Portal
from tests.contract.hubspot.stand import PORTAL_ID, Stand, build_stand, running_simulator

PERSON = Source.person(9001)
BY = "admin@example.com"
HEADING = "Name,Email,Company,Job title,Country,Employees"


@dataclass
class Bench:
    """One account and what works on its files."""

    stand: Stand
    parts: Parts
    desk: LeadDesk
    jobs: LeadFileJobs

    @property
    def database(self) -> Database:
        return self.parts.database

    @property
    def portal(self) -> Portal:
        return self.stand.world.portals[PORTAL_ID]

    def upload(
        self, lines: list[str], *, heading: str = HEADING, object_type: str = CONTACTS, portal_id: int = PORTAL_ID
    ) -> LeadFile:
        data = "\n".join([heading, *lines]).encode() + b"\n"
        return self.desk.upload(io.BytesIO(data), portal_id=portal_id, name="leads.csv", by=BY, object_type=object_type)

    def decide(self, file: LeadFile) -> None:
        with self.database.begin() as connection:
            self.desk.start(connection, portal_id=file.portal_id, file_id=file.file_id, mapping=file.mapping, by=BY)

    def score(self, file: LeadFile) -> LeadFile:
        """The file scored to its end."""
        self.decide(file)
        self.jobs.read(_args(file))
        return self.finish(file)

    def finish(self, file: LeadFile) -> LeadFile:
        while self.now(file).state == "scoring":
            for slot in (0, 1):
                self.jobs.score({**_args(file), "slot": slot})
        return self.now(file)

    def now(self, file: LeadFile) -> LeadFile:
        with self.database.begin() as connection:
            return self.desk.find(connection, portal_id=file.portal_id, file_id=file.file_id)

    def push(self, file: LeadFile, *, is_dry: bool = False, creates: bool = True) -> tuple[str, Mapping[str, int]]:
        """The run's id, and what became of the rows."""
        with self.database.begin() as connection:
            _, run_id = self.desk.start_push(
                connection, portal_id=file.portal_id, file_id=file.file_id, is_dry=is_dry, creates=creates
            )
            if not is_dry:
                RunStore().open(
                    connection,
                    portal_id=file.portal_id,
                    run_id=run_id,
                    kind="leads",
                    object_type=file.object_type,
                    started_at=self.parts.clock(),
                )
        while self.now(file).push_state in ("counting", "pushing"):
            self.jobs.push(_args(file))
        with self.database.begin() as connection:
            return run_id, self.desk.standing(connection, self.now(file)).pushed

    def results(self, file: LeadFile) -> list[dict[str, str]]:
        return _table(b"".join(self.desk.result_pieces(self.now(file), with_mark=True)))

    def refused(self, file: LeadFile) -> list[dict[str, str]]:
        return _table(b"".join(self.desk.bad_pieces(self.now(file), with_mark=False)))

    def count(self, table: str) -> int:
        with self.database.begin() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608  names from the tests

    def waiting_jobs(self) -> list[str]:
        with self.database.begin() as connection:
            rows = connection.execute(text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"))
            return [row.task_name for row in rows]


def _args(file: LeadFile) -> dict[str, str | int]:
    return {"portal_id": file.portal_id, "file_id": file.file_id}


def _table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    """Connected, provisioned, and live."""
    with running_simulator() as simulator, ExitStack() as held:
        stand = build_stand(simulator, database, HUBSPOT_REQUESTS_PER_10_S="5000", HUBSPOT_SEARCHES_PER_S="100")
        stand.connect()
        parts = build_parts(stand.settings, database, held)
        parts.provisioner.run(PORTAL_ID)
        with database.begin() as connection:
            parts.portals.change_preferences(connection, portal_id=PORTAL_ID, changes={"dry_run": False})
        desk = LeadDesk(database, parts.engine, parts.clock, keep_days=30, most_bytes=50_000_000)
        yield Bench(stand, parts, desk, build_lead_jobs(parts))
