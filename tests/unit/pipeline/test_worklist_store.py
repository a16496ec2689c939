"""The worklist on a real database: one row a record, leases, generations, retries."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from integration.db.session import Database
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.lanes import BACKFILL, LIVE, process_request
from integration.pipeline.worklist_store import CAUSE_LIMIT, Claim, WorklistStore, WorkRequest, coalesced

PORTAL = 4_242_001
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STORE = WorklistStore()


def add(database: Database, *ids: str, lane: int = LIVE, causes: tuple[str, ...] = ("creation",), now: datetime = NOW) -> None:
    with database.begin() as connection:
        STORE.add(connection, PORTAL, [WorkRequest(CONTACTS, object_id, lane, causes) for object_id in ids], now=now)


def claim(database: Database, *, lane: int = LIVE, limit: int = 100, now: datetime = NOW, portal_id: int = PORTAL) -> Claim:
    with database.begin() as connection:
        return STORE.claim(connection, portal_id=portal_id, object_type=CONTACTS, lane=lane, limit=limit, lease_s=60, now=now)


def complete(database: Database, claimed: Claim, *ids: str) -> int:
    with database.begin() as connection:
        return STORE.complete(connection, portal_id=PORTAL, claim=claimed, done_ids=ids)


def ids(claimed: Claim) -> list[str]:
    return [item.object_id for item in claimed.items]


def test_a_record_named_often_is_one_item_with_its_causes_together(database: Database) -> None:
    add(database, "1", causes=("b",))
    add(database, "1", "1", causes=("a", "b"))
    (item,) = claim(database).items
    assert (item.generation, item.causes, item.attempts, item.queued_at) == (2, ("a", "b"), 0, NOW)


def test_causes_stay_bounded_and_do_not_depend_on_the_order(database: Database) -> None:
    names = [f"propertyChange:p{number:02}" for number in range(40)]
    for name in reversed(names):
        add(database, "1", causes=(name,))
    (item,) = claim(database).items
    assert item.causes == tuple(names[:CAUSE_LIMIT])
    (request,) = coalesced([WorkRequest(CONTACTS, "1", LIVE, (name,)) for name in names]).values()
    assert request.causes == item.causes


def test_the_more_urgent_lane_wins_whichever_came_first(database: Database) -> None:
    add(database, "1", lane=BACKFILL)
    add(database, "1", "2", lane=LIVE)
    add(database, "2", lane=BACKFILL)
    assert ids(claim(database, lane=BACKFILL)) == []
    assert ids(claim(database)) == ["1", "2"]


def test_a_claim_takes_the_longest_waiting_first_and_no_more_than_asked(database: Database) -> None:
    add(database, "late", now=NOW)
    add(database, "early", now=NOW - timedelta(hours=1))
    assert ids(claim(database, limit=1)) == ["early"]
    assert ids(claim(database, limit=1)) == ["late"]
    assert ids(claim(database)) == []


def test_portals_never_see_each_others_work(database: Database) -> None:
    add(database, "1")
    assert ids(claim(database, portal_id=PORTAL + 1)) == []
    with database.begin() as connection:
        assert STORE.remove(connection, PORTAL + 1, CONTACTS, ["1"]) == 0


def test_finished_records_leave_and_unfinished_ones_stay_leased(database: Database) -> None:
    add(database, "1", "2")
    claimed = claim(database)
    assert complete(database, claimed, "1", "unknown") == 1
    assert ids(claim(database)) == []
    assert ids(claim(database, now=NOW + timedelta(seconds=60))) == ["2"]


def test_a_record_named_again_while_in_work_is_worked_on_again(database: Database) -> None:
    add(database, "1")
    claimed = claim(database)
    add(database, "1", causes=("propertyChange:email",))
    assert ids(claim(database)) == [], "the lease holds until the batch is done"
    assert complete(database, claimed, "1") == 0
    (again,) = claim(database).items
    assert (again.generation, again.attempts) == (2, 0)


def test_an_expired_lease_is_claimed_by_another_and_the_first_can_finish_nothing(database: Database) -> None:
    add(database, "1")
    first = claim(database)
    second = claim(database, now=NOW + timedelta(minutes=2))
    assert [item.attempts for item in second.items] == [1]
    assert complete(database, first, "1") == 0
    assert complete(database, second, "1") == 1


def test_released_records_wait_until_their_time(database: Database) -> None:
    add(database, "1", "2")
    claimed = claim(database)
    retry_at = NOW + timedelta(seconds=30)
    with database.begin() as connection:
        STORE.release(connection, portal_id=PORTAL, claim=claimed, object_ids=["1"], retry_at=retry_at)
        STORE.release(connection, portal_id=PORTAL, claim=claimed, object_ids=["2"], retry_at=retry_at, counts_as_attempt=False)
    assert ids(claim(database)) == []
    assert [(item.object_id, item.attempts) for item in claim(database, now=retry_at).items] == [("1", 1), ("2", 0)]


def test_news_about_a_postponed_record_bring_it_forward(database: Database) -> None:
    add(database, "1")
    with database.begin() as connection:
        later = NOW + timedelta(hours=1)
        STORE.release(connection, portal_id=PORTAL, claim=claim(database), object_ids=["1"], retry_at=later)
    add(database, "1")
    assert ids(claim(database)) == ["1"]


def test_a_removed_record_cannot_be_finished_into_anything(database: Database) -> None:
    add(database, "1", "2")
    claimed = claim(database)
    with database.begin() as connection:
        assert STORE.remove(connection, PORTAL, CONTACTS, ["1", "9"]) == 1
    assert complete(database, claimed, "1", "2") == 1


def test_the_sweep_sees_what_can_be_claimed_in_connected_portals_only(database: Database) -> None:
    add(database, "1", "2", now=NOW - timedelta(minutes=5))
    add(database, "3", lane=BACKFILL)
    with database.begin() as connection:
        assert STORE.portals_with_work(connection, now=NOW) == ()
        connection.exec_driver_sql("INSERT INTO portal (portal_id, state) VALUES (%s, 'connected')", (PORTAL,))
        found = STORE.portals_with_work(connection, now=NOW)
    assert [(each.lane, each.due_count, each.oldest) for each in found] == [
        (LIVE, 2, NOW - timedelta(minutes=5)),
        (BACKFILL, 1, NOW),
    ]
    claim(database)
    with database.begin() as connection:
        assert [each.lane for each in STORE.portals_with_work(connection, now=NOW)] == [BACKFILL]
        assert [each.due_count for each in STORE.backlog(connection, PORTAL)] == [2, 1]


def test_several_claimers_share_the_work_without_overlap(database: Database) -> None:
    add(database, *(str(number) for number in range(300)))
    taken: list[str] = []

    def take() -> None:
        while claimed := ids(claim(database, limit=17)):
            taken.extend(claimed)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken, key=int) == [str(number) for number in range(300)]


@pytest.mark.parametrize("slot", [0, 3])
def test_a_slot_of_a_lane_is_asked_for_once_and_runs_alone(slot: int) -> None:
    request = process_request(PORTAL, COMPANIES, BACKFILL, slot)
    assert request.queueing_lock == request.lock == f"process:{PORTAL}:companies:1:{slot}"
    assert request.priority < process_request(PORTAL, COMPANIES, LIVE).priority
