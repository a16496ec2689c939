"""Records that are merged, deleted, restored and erased in any order, with jobs in any order and batches that write late, against a model.

The model knows nothing of tables: a record's words belong to the record at the end of its merges; an erasure takes the words of everybody who
was ever made one with the erased record; and nobody's words get lost otherwise.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.db.embedded import EmbeddedPostgres
from integration.db.models import Base
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS
from integration.pipeline.erase_store import record_tables
from integration.pipeline.lifecycle import Lifecycle
from integration.pipeline.record_state_store import FactKind, RecordFact, RecordStateStore, Status
from tests.walking import MOMENT, places_saying, plant

PORTAL = 4_245
IDS = ("1", "2", "3", "4")
_EVENTS = st.one_of(
    st.tuples(st.just("merge"), st.permutations(IDS).map(lambda ids: (ids[0], ids[1]))),
    st.tuples(st.sampled_from(["delete", "restore", "erase", "late"]), st.sampled_from(IDS).map(lambda one: (one, ""))),
)


@pytest.fixture(scope="module")
def kept_database(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Database]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.ensure_database(name, template=template_database)
    opened = Database(postgres.url(name))
    yield opened
    opened.close()
    postgres.drop_database(name)


class World:
    """The real stores, and beside them what should be true."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.states = RecordStateStore()
        self.lifecycle = Lifecycle(self.states, lambda: MOMENT)
        self.jobs: list[tuple[str, str, str]] = []
        self.survivor_of: dict[str, str] = {}
        self.erased: set[str] = set()
        self.deleted: dict[str, bool] = {}
        with database.begin() as connection:
            for table in record_tables():
                connection.execute(table.delete())
        for one in IDS:
            self.write(one)

    def write(self, object_id: str) -> None:
        """A batch that has the record in hand writes about it, and follows up as batches do."""
        with self.database.begin() as connection:
            for name in ("ledger", "finding", "brief"):
                table = Base.metadata.tables[name]
                row: dict[str, Any] = {"portal_id": PORTAL, "object_type": CONTACTS, "object_id": object_id}
                mine = [table.c[column] == value for column, value in row.items()]
                connection.execute(table.delete().where(*mine))
                more = {"outcome": "written"} if name == "ledger" else {}
                plant(connection, table, _words(object_id), **{**row, **more})
            self.lifecycle.follow(connection, portal_id=PORTAL, object_type=CONTACTS, object_ids=[object_id])

    def tell(self, kind: FactKind, object_id: str, at_ms: int, survivor_id: str | None = None) -> None:
        with self.database.begin() as connection:
            self.states.apply(connection, PORTAL, [RecordFact(CONTACTS, object_id, kind, at_ms, survivor_id)])

    def work_off(self, job: tuple[str, str, str]) -> None:
        name, object_id, to_id = job
        with self.database.begin() as connection:
            if name == "erase":
                self.lifecycle.erase(connection, portal_id=PORTAL, object_type=CONTACTS, object_id=object_id)
            else:
                self.lifecycle.move(connection, portal_id=PORTAL, object_type=CONTACTS, from_id=object_id, to_id=to_id)

    def end_of(self, object_id: str) -> str:
        while object_id in self.survivor_of:
            object_id = self.survivor_of[object_id]
        return object_id

    def family(self, object_id: str) -> set[str]:
        end = self.end_of(object_id)
        return {one for one in IDS if self.end_of(one) == end}

    def status(self, object_id: str) -> Status:
        with self.database.begin() as connection:
            return self.states.status_of(connection, PORTAL, CONTACTS, [object_id])[object_id].status

    def happen(self, name: str, one: str, other: str, at_ms: int) -> None:
        """One event is told; what it asks for is left to be done later."""
        if name == "merge" and not {one, other} & self.survivor_of.keys():  # HubSpot merges records that are there
            self.survivor_of[one] = other
            self.tell(FactKind.MERGED, one, at_ms, other)
            self.jobs.append(("move", one, other))
        elif name == "erase":
            self.erased.add(one)
            self.tell(FactKind.ERASED, one, at_ms)
            self.jobs.append(("erase", one, ""))
        elif name == "late":
            self.write(one)
        elif name in ("delete", "restore"):
            self.deleted[one] = name == "delete"
            self.tell(FactKind.DELETED if name == "delete" else FactKind.RESTORED, one, at_ms)

    def expected_status(self, one: str) -> Status:
        if one in self.erased:
            return Status.ERASED
        if one in self.survivor_of:
            return Status.MERGED
        return Status.DELETED if self.deleted.get(one) else Status.LIVE

    def histories(self) -> dict[str, list[str]]:
        """What the ledger says under each id that has something there."""
        query = "SELECT object_id, array_agg(DISTINCT value_after ORDER BY value_after) FROM ledger WHERE value_after IS NOT NULL GROUP BY 1"
        with self.database.begin() as connection:
            return {row[0]: list(row[1]) for row in connection.exec_driver_sql(query)}


def _words(object_id: str) -> str:
    return f"words about number {object_id}."


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(_EVENTS, max_size=9), order=st.randoms(use_true_random=False))
def test_in_any_order_the_erased_are_nowhere_and_the_others_at_their_survivor(
    kept_database: Database, events: list[tuple[str, tuple[str, str]]], order: random.Random
) -> None:
    world = World(kept_database)
    for at_ms, (name, (one, other)) in enumerate(events, start=1):
        world.happen(name, one, other, at_ms)
    for job in order.sample(world.jobs, len(world.jobs)):
        world.work_off(job)

    erased = {one for one in IDS if world.family(one) & world.erased}
    ends = {world.end_of(one) for one in IDS} - erased
    assert world.histories() == {end: sorted(map(_words, world.family(end))) for end in ends}
    if erased:
        with kept_database.begin() as connection:
            assert places_saying(connection, *map(_words, erased)) == set()
    assert {one: world.status(one) for one in IDS} == {one: world.expected_status(one) for one in IDS}
