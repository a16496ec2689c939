"""From raw deliveries to rows: what becomes work, what is dropped and counted, what is kept as a dead letter."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Connection

from integration.db.session import Database
from tests.unit.webhooks.building import (
    APP_ID,
    NOW,
    PORTAL_ID,
    build,
    change,
    deliver,
    event,
    install,
    jobs,
    merge,
    rows,
    unpack,
    work,
)
from webhooks.unpack import WrittenValue


@pytest.fixture
def portal(database: Database) -> Database:
    install(database)
    return database


def letters(database: Database) -> list[tuple[object, ...]]:
    return rows(database, "SELECT kind, reason, portal_id FROM dead_letter ORDER BY id")


def test_forty_events_about_one_contact_become_one_record_to_look_at(portal: Database) -> None:
    counts = unpack(portal, [change(5, value=f"v{number}", at=number) for number in range(40)])
    assert work(portal) == {("contacts", "5")}
    assert counts.outcomes["handled"] == 40
    assert jobs(portal, "process") == [{"portal_id": PORTAL_ID, "object_type": "contacts", "lane": 0, "slot": 0}]


def test_generic_and_classic_events_name_the_same_record(portal: Database) -> None:
    unpack(portal, [event("object.creation", 5, objectTypeId="0-1"), event("contact.creation", 5), event("company.creation", 5)])
    assert work(portal) == {("contacts", "5"), ("companies", "5")}


def test_changes_of_properties_we_do_not_read_are_counted_and_dropped(portal: Database) -> None:
    counts = unpack(portal, [change(5, "favourite_colour")])
    assert work(portal) == set()
    assert counts.outcomes == {"property_not_read": 1}


def test_a_repeat_is_dropped_within_a_delivery_across_deliveries_and_across_runs(portal: Database) -> None:
    first = unpack(portal, [change(5), {**change(5), "attemptNumber": 1}], [{**change(5), "attemptNumber": 2}])
    assert first.outcomes == {"handled": 1, "repeat": 2}
    with portal.begin() as connection:
        connection.exec_driver_sql("DELETE FROM work_item")
    later = unpack(portal, [{**change(5), "attemptNumber": 3}])
    assert later.outcomes == {"repeat": 1}
    assert work(portal) == set()


@pytest.mark.parametrize(
    ("change_source", "source_id", "dropped"),
    [
        ("INTEGRATION", str(APP_ID), True),
        ("INTEGRATION", f"{APP_ID}:sync", True),
        ("INTEGRATION", "778899", False),
        ("INTEGRATION", f"{APP_ID}9", False),
        ("INTEGRATION", "", False),
        ("CRM_UI", str(APP_ID), False),
    ],
)
def test_only_what_our_own_app_wrote_is_an_echo(portal: Database, change_source: str, source_id: str, dropped: bool) -> None:
    counts = unpack(portal, [change(5, changeSource=change_source, sourceId=source_id)])
    assert counts.outcomes == ({"echo": 1} if dropped else {"handled": 1})


def test_an_erasure_is_followed_even_when_our_app_seems_to_have_caused_it(portal: Database) -> None:
    unpack(portal, [event("contact.privacyDeletion", 5, changeSource="INTEGRATION", sourceId=str(APP_ID))])
    assert jobs(portal, "erase")[0] == {"portal_id": PORTAL_ID, "object_type": "contacts", "object_id": "5"}
    waits = rows(
        portal, "SELECT extract(epoch FROM scheduled_at)::int FROM procrastinate_jobs WHERE task_name = 'erase' ORDER BY id"
    )
    now_s = int(NOW.timestamp())
    assert waits == [(None,), (now_s + 25,), (now_s + 900,)], "later passes find what was in somebody's hands"


def test_a_value_we_wrote_lately_is_no_news_whatever_the_event_says(portal: Database) -> None:
    def wrote(_connection: Connection, portal_id: int, asked: frozenset[WrittenValue]) -> frozenset[WrittenValue]:
        return asked & {("contacts", "5", "jobtitle", "ours")} if portal_id == PORTAL_ID else frozenset()

    counts = unpack(portal, [change(5, value="ours"), change(6, value="ours"), change(7, value="theirs")], recent_writes=wrote)
    assert counts.outcomes == {"own_write": 1, "handled": 2}
    assert work(portal) == {("contacts", "6"), ("contacts", "7")}


def test_a_portal_that_never_installed_is_counted_and_not_worked_on(database: Database) -> None:
    install(database, PORTAL_ID + 1, state="uninstalled")
    strange = [change(5), {**change(6), "portalId": PORTAL_ID + 1}, {**change(7), "occurredAt": None}]
    counts = unpack(database, strange)
    assert counts.outcomes == {"unknown_portal": 3}
    assert (work(database), letters(database)) == (set(), [])


def test_work_of_a_disconnected_portal_waits_for_the_reconnection(database: Database) -> None:
    install(database, state="disconnected")
    unpack(database, [change(5)])
    assert work(database) == {("contacts", "5")}


def test_the_portals_of_a_mixed_delivery_are_kept_apart(portal: Database) -> None:
    install(portal, PORTAL_ID + 1)
    unpack(portal, [change(5), {**change(5), "portalId": PORTAL_ID + 1}])
    found = rows(portal, "SELECT portal_id, object_id, generation FROM work_item ORDER BY 1")
    assert found == [(PORTAL_ID, "5", 1), (PORTAL_ID + 1, "5", 1)]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (event("ticket.creation", 5), "unsupported_event"),
        (event("object.creation", 5, objectTypeId="2-1000001"), "unsupported_event"),
        (event("contact.teleportation", 5), "unsupported_event"),
        (event("contact.creation", 5, objectId=None), "bad_payload"),
        (event("contact.creation", 5, objectId=True), "bad_payload"),
        (event("contact.creation", 5, occurredAt="yesterday"), "bad_payload"),
        (change(5, "job\0title"), "bad_payload"),
        (event("contact.merge", 5, mergedObjectIds="6"), "bad_payload"),
        (event("contact.associationChange", 5, associationType="CONTACT"), "bad_payload"),
        (event("x" * 500 + ".creation", 5), "bad_payload"),
        ({"portalId": PORTAL_ID}, "bad_payload"),
    ],
)
def test_what_cannot_be_handled_is_kept_whole_and_harms_no_neighbour(portal: Database, item: object, reason: str) -> None:
    counts = unpack(portal, [change(5), item, change(6)])
    assert letters(portal) == [("event", reason, PORTAL_ID)]
    assert work(portal) == {("contacts", "5"), ("contacts", "6")}
    assert counts.outcomes["dead_letter"] == 1
    assert counts.reasons == {reason: 1}


def test_a_broken_event_lies_under_its_record_so_that_erasing_finds_it(portal: Database) -> None:
    unpack(portal, [event("contact.creation", 5, occurredAt="yesterday"), {"portalId": PORTAL_ID, "objectId": 6}])
    assert rows(portal, "SELECT object_type, object_id FROM dead_letter ORDER BY id") == [("contacts", "5"), (None, None)]


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"\xff\xfe\xff", b"null", b"[" * 100_000, b"[" + b"9" * 5_000 + b"]"])
def test_an_unreadable_body_is_a_dead_letter_of_its_delivery(portal: Database, body: bytes) -> None:
    unpack(portal, body, [change(5)])
    assert [(kind, portal_id) for kind, _, portal_id in letters(portal)] == [("delivery", None)]
    assert work(portal) == {("contacts", "5")}


@pytest.mark.parametrize("item", [None, 5, "text", [], {"portalId": "x\0"}])
def test_an_item_that_names_no_portal_is_a_dead_letter_of_nobody(portal: Database, item: object) -> None:
    unpack(portal, [item, change(5)])
    assert letters(portal) == [("event", "bad_payload", None)]


def test_absurdly_many_events_are_not_taken_apart(portal: Database) -> None:
    unpack(portal, [1] * 10_001)
    assert letters(portal) == [("delivery", "too_many_events", None)]


def test_a_deleted_record_is_taken_off_and_stays_off_when_late_news_come(portal: Database) -> None:
    unpack(portal, [change(5), change(6)])
    unpack(portal, [event("contact.deletion", 5, at=10)])
    unpack(portal, [change(5, value="late", at=5)])
    assert work(portal) == {("contacts", "6")}


def test_a_restored_record_is_worked_on_again(portal: Database) -> None:
    unpack(portal, [event("contact.deletion", 5, at=10)], [event("contact.restore", 5, at=20)])
    assert work(portal) == {("contacts", "5")}


def test_a_merge_works_on_the_survivor_and_moves_the_history(portal: Database) -> None:
    unpack(portal, [event("contact.deletion", 6, at=1), change(6), merge(5, 6)])
    assert work(portal) == {("contacts", "5")}
    assert jobs(portal, "move_history") == [{"portal_id": PORTAL_ID, "object_type": "contacts", "from_id": "6", "to_id": "5"}]


def test_history_goes_to_the_end_of_a_chain_of_merges(portal: Database) -> None:
    unpack(portal, [merge(4, 5, at=20)])
    unpack(portal, [merge(5, 6, at=10)])
    assert [(job["from_id"], job["to_id"]) for job in jobs(portal, "move_history")] == [("5", "4"), ("6", "4")]
    assert work(portal) == {("contacts", "4")}


def test_a_merge_into_a_new_record_takes_the_primary_away_too(portal: Database) -> None:
    unpack(portal, [event("contact.merge", 5, primaryObjectId=5, mergedObjectIds=[6], newObjectId=9)])
    assert work(portal) == {("contacts", "9")}
    assert rows(portal, "SELECT object_id, survivor_id FROM record_state ORDER BY 1") == [("5", "9"), ("6", "9")]


def test_an_association_looks_at_both_ends(portal: Database) -> None:
    link = {"associationType": "CONTACT_TO_COMPANY", "fromObjectId": 5, "toObjectId": 70}
    unpack(portal, [event("contact.associationChange", 5, **link)])
    assert work(portal) == {("contacts", "5"), ("companies", "70")}


def test_associations_with_notes_tell_us_nothing(portal: Database) -> None:
    link = {"associationType": "CONTACT_TO_NOTE", "fromObjectId": 5, "toObjectId": 70}
    assert unpack(portal, [event("contact.associationChange", 5, **link)]).outcomes == {"association_not_read": 1}


def test_deals_are_worked_on_when_they_come_and_when_a_property_we_read_changes(portal: Database) -> None:
    news = [
        event("deal.creation", 5),
        event("deal.propertyChange", 7, propertyName="dealstage"),
        event("deal.propertyChange", 8, propertyName="hs_note"),
        event("deal.deletion", 6),
    ]
    unpack(portal, news)
    assert work(portal) == {("deals", "5"), ("deals", "7")}
    assert rows(portal, "SELECT object_type, object_id FROM record_state") == [("deals", "6")]


def test_many_deliveries_are_unpacked_once_each_by_several_workers(portal: Database) -> None:
    deliver(portal, *([change(1_000 + number % 300, value=str(number), at=number)] for number in range(400)))
    workers = [threading.Thread(target=build(portal).run, args=({},)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert rows(portal, "SELECT count(*), sum(generation) <= 400 FROM work_item") == [(300, True)]
    assert rows(portal, "SELECT count(*) FROM delivery WHERE unpacked_at IS NULL") == [(0,)]


def test_a_chunk_that_fails_leaves_everything_for_the_next_try(portal: Database) -> None:
    def lost(_connection: Connection, _portal_id: int, _asked: frozenset[WrittenValue]) -> frozenset[WrittenValue]:
        raise ConnectionError("the ledger cannot be read")

    with pytest.raises(ConnectionError):
        unpack(portal, [change(5)], recent_writes=lost)
    assert work(portal) == set()
    assert unpack(portal).outcomes == {"handled": 1}


def test_the_inbox_forgets_what_is_old_and_keeps_what_still_waits(portal: Database) -> None:
    from datetime import timedelta

    from webhooks.jobs import InboxKeeper

    unpack(portal, [change(5)])
    deliver(portal, [change(6)])
    keeper = InboxKeeper(portal, lambda: NOW + timedelta(days=15), retention_days=14)
    keeper.run({})
    assert rows(portal, "SELECT count(*) FROM delivery") == [(1,)]
    assert rows(portal, "SELECT count(*) FROM seen_event") == [(0,)]
