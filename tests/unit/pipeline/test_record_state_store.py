"""What became of records: the strongest fact wins, whatever the order."""

from __future__ import annotations

from itertools import permutations

import pytest

from integration.db.session import Database
from integration.hubspot.objects import CONTACTS
from integration.pipeline.record_state_store import FactKind, RecordFact, RecordStateStore, RecordStatus, Status

PORTAL = 4_242_001
STORE = RecordStateStore()


def fact(kind: FactKind, at_ms: int, object_id: str = "1", survivor_id: str | None = None) -> RecordFact:
    return RecordFact(CONTACTS, object_id, kind, at_ms, survivor_id)


def apply(database: Database, *facts: RecordFact) -> None:
    with database.begin() as connection:
        STORE.apply(connection, PORTAL, facts)


def status(database: Database, object_id: str = "1", portal_id: int = PORTAL) -> RecordStatus:
    with database.begin() as connection:
        return STORE.status_of(connection, portal_id, CONTACTS, [object_id])[object_id]


def test_a_record_nothing_is_known_of_is_live(database: Database) -> None:
    assert status(database) == RecordStatus(Status.LIVE)
    with database.begin() as connection:
        assert STORE.status_of(connection, PORTAL, CONTACTS, []) == {}


@pytest.mark.parametrize(
    ("deleted", "restored", "expected"),
    [(10, 0, Status.DELETED), (10, 20, Status.LIVE), (20, 10, Status.DELETED), (10, 10, Status.LIVE)],
)
def test_the_later_of_deletion_and_restore_counts(database: Database, deleted: int, restored: int, expected: Status) -> None:
    apply(database, fact(FactKind.DELETED, deleted), fact(FactKind.RESTORED, restored))
    assert status(database).status is expected


def test_erased_beats_merged_beats_deleted_in_every_order(database: Database) -> None:
    facts = [fact(FactKind.DELETED, 30), fact(FactKind.MERGED, 20, survivor_id="2"), fact(FactKind.RESTORED, 40)]
    for number, order in enumerate(permutations(facts)):
        for each in order:
            apply(database, each._replace(object_id=f"a{number}"))
        assert status(database, f"a{number}") == RecordStatus(Status.MERGED, "2")
    apply(database, fact(FactKind.ERASED, 1, "a0"))
    assert status(database, "a0") == RecordStatus(Status.ERASED)


def test_the_latest_merge_names_the_survivor_in_any_order(database: Database) -> None:
    merges = [
        fact(FactKind.MERGED, 10, survivor_id="7"),
        fact(FactKind.MERGED, 20, survivor_id="8"),
        fact(FactKind.MERGED, 20, survivor_id="9"),
    ]
    for number, order in enumerate(permutations(merges)):
        for each in order:
            apply(database, each._replace(object_id=f"a{number}"))
        apply(database, *(each._replace(object_id=f"b{number}") for each in order))
        assert {status(database, f"{cut}{number}").survivor_id for cut in "ab"} == {"9"}


def test_the_survivor_is_found_at_the_end_of_the_chain_and_a_circle_ends_too(database: Database) -> None:
    apply(database, *(fact(FactKind.MERGED, 10, str(number), str(number + 1)) for number in range(1, 5)))
    assert status(database, "1").survivor_id == "5"
    apply(database, fact(FactKind.MERGED, 11, "5", "1"))
    assert status(database, "1").status is Status.MERGED


def test_portals_do_not_share_facts(database: Database) -> None:
    apply(database, fact(FactKind.DELETED, 10))
    assert status(database, portal_id=PORTAL + 1).status is Status.LIVE
