"""Every table there is, after an erasure, a merge, a deletion and a purge. A table added later is in these tests without being named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import Connection, text

from integration.admin.disconnect_store import DisconnectStore, portal_tables
from integration.core.clock import system_clock
from integration.db.models import Base
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS
from integration.pipeline.erase_store import KEPT, EraseStore, record_tables
from integration.pipeline.history_store import NOT_MOVED, HistoryStore
from integration.pipeline.jobs import PipelineJobs
from integration.pipeline.record_state_store import FactKind, RecordFact, RecordStateStore
from integration.pipeline.withdraw_store import WithdrawStore
from tests.unit.pipeline.conftest import Stand
from tests.walking import MOMENT, places_saying, plant, tables_of_portal

PORTAL = 4_243
GONE, SURVIVOR = "71", "72"
PERSON = "unmistakable person"


@pytest.fixture
def connection(database: Database) -> Iterable[Connection]:
    with database.begin() as opened:
        yield opened


def plant_record(connection: Connection, object_id: str, words: str, *, number: int = 1) -> None:
    """A row in every table that knows records, and in those that name them otherwise."""
    for table in record_tables():
        plant(
            connection, table, words, number=number,
            **_fixed(table.name, object_id, number),
        )  # fmt: skip
    pair = Base.metadata.tables["duplicate_pair"]
    plant(connection, pair, words, portal_id=PORTAL, object_type=CONTACTS, left_id=object_id, right_id=f"9{number}", state="open")
    made = Base.metadata.tables["created_object"]
    plant(connection, made, words, portal_id=PORTAL, kind=CONTACTS, created_id=object_id, object_type="companies", object_id="5")


def _fixed(table: str, object_id: str, number: int) -> dict[str, Any]:
    known: dict[str, Any] = {"portal_id": PORTAL, "object_type": CONTACTS, "object_id": object_id}
    more: dict[str, dict[str, object]] = {
        "person_digest": {"digest": f"digest-{number}", "kind": "email", "erased_at": None},
        "record_state": {"erased_at_ms": 0, "merged_at_ms": 0, "deleted_at_ms": 0, "restored_at_ms": 0, "survivor_id": None},
        "ledger": {"outcome": "written", "superseded_at": None},
        "review": {"state": "accepted"},
    }
    return known | more.get(table, {})


def rows_of(connection: Connection, table: str, object_id: str) -> int:
    query = text(f"SELECT count(*) FROM {table} WHERE portal_id = :portal AND object_type = 'contacts' AND object_id = :id")  # noqa: S608
    return int(connection.execute(query, {"portal": PORTAL, "id": object_id}).scalar_one())


def test_erasing_reaches_every_table_that_knows_records(connection: Connection) -> None:
    plant_record(connection, GONE, PERSON, number=1)
    plant_record(connection, SURVIVOR, "somebody else", number=2)
    assert len(places_saying(connection, PERSON)) > 30
    for _ in range(2):
        EraseStore().erase(connection, portal_id=PORTAL, object_type=CONTACTS, object_ids=[GONE], now=MOMENT)
    assert places_saying(connection, PERSON) == set()
    assert {table.name for table in record_tables() if rows_of(connection, table.name, GONE)} == set(KEPT)
    assert all(rows_of(connection, table.name, SURVIVOR) == 1 for table in record_tables())


def test_erasing_leaves_other_portals_and_types_alone(connection: Connection) -> None:
    plant_record(connection, GONE, PERSON)
    before = places_saying(connection, PERSON)
    EraseStore().erase(connection, portal_id=PORTAL + 1, object_type=CONTACTS, object_ids=[GONE], now=MOMENT)
    EraseStore().erase(connection, portal_id=PORTAL, object_type="deals", object_ids=[GONE], now=MOMENT)
    assert places_saying(connection, PERSON) == before


@pytest.mark.parametrize("survivor_has_rows", [False, True])
def test_a_merge_moves_every_table_or_says_why_not(connection: Connection, survivor_has_rows: bool) -> None:
    plant_record(connection, GONE, PERSON, number=1)
    if survivor_has_rows:
        plant_record(connection, SURVIVOR, "the survivor", number=2)
    for _ in range(2):
        HistoryStore().move(connection, portal_id=PORTAL, object_type=CONTACTS, from_id=GONE, to_id=SURVIVOR, now=MOMENT)
    stayed = {table.name for table in record_tables() if rows_of(connection, table.name, GONE)}
    assert stayed == {"record_state"}
    if not survivor_has_rows:
        moved = {table.name for table in record_tables() if rows_of(connection, table.name, SURVIVOR)}
        assert moved == {table.name for table in record_tables()} - set(NOT_MOVED)


def test_every_reason_for_an_exception_names_a_table_there_is() -> None:
    names = {table.name for table in record_tables()}
    assert set(KEPT) <= names
    assert set(NOT_MOVED) <= names
    assert all(reason for reason in (*KEPT.values(), *NOT_MOVED.values()))


def _write(connection: Connection, object_id: str, name: str, value: str, *, outcome: str = "written") -> None:
    ledger = Base.metadata.tables["ledger"]
    plant(
        connection, ledger, "word", portal_id=PORTAL, object_type=CONTACTS, object_id=object_id, property_name=name,
        value_after=value, value_before="", outcome=outcome, superseded_at=None, error=None, settled_at=None,
    )  # fmt: skip


def ledger_of(connection: Connection, object_id: str) -> list[tuple[str, str, str]]:
    found = connection.execute(
        text("SELECT property_name, value_after, outcome FROM ledger WHERE object_id = :id ORDER BY property_name, id"),
        {"id": object_id},
    )
    return [(row[0], row[1], row[2]) for row in found]


def test_of_two_writes_of_one_field_the_survivors_counts_and_the_other_is_only_remembered(connection: Connection) -> None:
    _write(connection, SURVIVOR, "both", "survivor's")
    _write(connection, GONE, "both", "vanished")
    _write(connection, GONE, "only_vanished", "may have moved along")
    _write(connection, SURVIVOR, "undone", "")
    _write(connection, GONE, "undone", "filled the blank")
    _write(connection, GONE, "refused", "never arrived", outcome="refused")
    _write(connection, SURVIVOR, "refused", "stands")
    HistoryStore().move(connection, portal_id=PORTAL, object_type=CONTACTS, from_id=GONE, to_id=SURVIVOR, now=MOMENT)
    assert ledger_of(connection, SURVIVOR) == [
        ("both", "survivor's", "written"),
        ("both", "vanished", "merged"),
        ("only_vanished", "may have moved along", "written"),
        ("refused", "never arrived", "refused"),
        ("refused", "stands", "written"),
        ("undone", "", "written"),
        ("undone", "filled the blank", "written"),
    ]
    superseded = text("SELECT superseded_at IS NOT NULL FROM ledger WHERE outcome = 'merged'")
    assert connection.execute(superseded).scalars().all() == [True]


def test_where_both_go_into_a_new_record_the_first_moved_wins(connection: Connection) -> None:
    for object_id, value in ((GONE, "primary's"), (SURVIVOR, "other's")):
        _write(connection, object_id, "title", value)
    for object_id in (GONE, SURVIVOR):
        HistoryStore().move(connection, portal_id=PORTAL, object_type=CONTACTS, from_id=object_id, to_id="73", now=MOMENT)
    assert ledger_of(connection, "73") == [("title", "primary's", "written"), ("title", "other's", "merged")]


def test_nothing_waits_for_a_record_that_is_gone(connection: Connection) -> None:
    _write(connection, GONE, "proposed", "new", outcome="proposed")
    _write(connection, GONE, "kept", "new", outcome="kept")
    _write(connection, SURVIVOR, "proposed", "new", outcome="proposed")
    for name, state in (("review", "open"), ("match_record", "word")):
        table = Base.metadata.tables[name]
        more: dict[str, Any] = {"state": state} if "state" in table.columns else {}
        plant(connection, table, "word", portal_id=PORTAL, object_type=CONTACTS, object_id=GONE, **more)
    pair = Base.metadata.tables["duplicate_pair"]
    for left, state in ((GONE, "open"), (f"{GONE}0", "dismissed")):
        plant(connection, pair, "word", portal_id=PORTAL, object_type=CONTACTS, left_id=left, right_id=GONE + "1", state=state)
    WithdrawStore().withdraw(connection, portal_id=PORTAL, object_type=CONTACTS, object_ids=[GONE], now=MOMENT)
    assert ledger_of(connection, GONE) == [("kept", "new", "kept"), ("proposed", "new", "declined")]
    assert ledger_of(connection, SURVIVOR) == [("proposed", "new", "proposed")]
    assert connection.execute(text("SELECT count(*) FROM ledger WHERE object_id = '71' AND settled_at IS NULL")).scalar_one() == 0
    assert connection.execute(text("SELECT state FROM review")).scalars().all() == ["withdrawn"]
    assert connection.execute(text("SELECT state FROM duplicate_pair")).scalars().all() == ["dismissed"]
    assert rows_of(connection, "match_record", GONE) == 0


@pytest.mark.parametrize("erased_first", [True, False])
@pytest.mark.parametrize("erased", [GONE, SURVIVOR])
def test_erasure_and_merge_leave_nothing_in_either_order(stand: Stand, erased: str, erased_first: bool) -> None:
    """Whichever of the two merged records was erased: they were one person."""
    states, jobs = RecordStateStore(), PipelineJobs(stand.database, stand.runner(), system_clock)
    with stand.database.begin() as connection:
        plant_record(connection, GONE, f"{PERSON} once", number=1)
        plant_record(connection, SURVIVOR, f"{PERSON} twice", number=2)

    def merge() -> None:
        with stand.database.begin() as connection:
            states.apply(connection, PORTAL, [RecordFact(CONTACTS, GONE, FactKind.MERGED, 10, SURVIVOR)])
        jobs.move_history({"portal_id": PORTAL, "object_type": CONTACTS, "from_id": GONE, "to_id": SURVIVOR})

    def erase() -> None:
        with stand.database.begin() as connection:
            states.apply(connection, PORTAL, [RecordFact(CONTACTS, erased, FactKind.ERASED, 20)])
        jobs.erase({"portal_id": PORTAL, "object_type": CONTACTS, "object_id": erased})

    for step in (erase, merge) if erased_first else (merge, erase):
        step()
    with stand.database.begin() as connection:
        assert places_saying(connection, PERSON) == set()
        alive = text("SELECT count(*) FROM person_digest WHERE erased_at IS NULL")
        assert connection.execute(alive).scalar_one() == 0, "both ways to name the person are tombstones"


def test_a_purge_reaches_every_table_with_rows_of_the_portal(connection: Connection) -> None:
    for number, table in enumerate(portal_tables(), start=1):
        plant(connection, table, f"{PERSON} {number}", portal_id=PORTAL)
        plant(connection, table, f"neighbour {number}", number=2, portal_id=PORTAL + 1)
    plant(
        connection,
        Base.metadata.tables["portal"],
        PERSON,
        portal_id=PORTAL,
        state="uninstalled",
        state_reason="word",
        erased_at=None,
    )
    store = DisconnectStore()
    for table in portal_tables():
        while store.erase_some(connection, portal_id=PORTAL, table=table, limit=1):
            pass
    store.forget(connection, portal_id=PORTAL, now=MOMENT)
    assert tables_of_portal(connection, PORTAL) == {"portal": 1}
    assert places_saying(connection, PERSON) == set()
    assert set(tables_of_portal(connection, PORTAL + 1)) == {table.name for table in portal_tables()}
