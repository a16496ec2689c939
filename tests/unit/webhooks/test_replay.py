"""What was put aside comes back, once, the way it came."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.db.session import Database
from integration.jobs.dead_letter_store import DeadLetterEntry, DeadLetterStore
from integration.jobs.job_store import JobStore
from integration.jobs.request import JsonScalar
from tests.unit.webhooks.building import NOW, PORTAL_ID, change, clear, deliver, event, install, jobs, rows, unpack, work
from webhooks.replay import LetterSelection, replay_dead_letters, replay_deliveries


@pytest.fixture
def portal(database: Database) -> Database:
    install(database)
    return database


def replay(database: Database, **selection: object) -> int:
    with database.begin() as connection:
        wanted = LetterSelection(**selection)  # type: ignore[arg-type]
        return replay_dead_letters(connection, wanted, deferrer=JobStore(), now=NOW)


def bury(database: Database, *entries: DeadLetterEntry) -> None:
    with database.begin() as connection:
        DeadLetterStore().save(connection, entries)


def test_a_broken_event_comes_back_once_with_every_character_it_had(portal: Database) -> None:
    unpack(portal, [{**event("contact.creation", 5), "occurredAt": "late", "note": "odd \0 \ud800"}])
    assert replay(portal) == 1
    assert replay(portal) == 0
    unpack(portal)
    assert rows(portal, "SELECT reason, replayed_at IS NULL FROM dead_letter ORDER BY id") == [
        ("bad_payload", False),
        ("bad_payload", True),
    ]


def test_letters_are_chosen_by_id_reason_and_portal(portal: Database) -> None:
    unpack(portal, [event("ticket.creation", 1), event("contact.creation", 2, objectId=0), event("ticket.creation", 3)])
    first = rows(portal, "SELECT min(id) FROM dead_letter")[0][0]
    assert replay(portal, portal_id=PORTAL_ID + 1) == 0
    assert replay(portal, letter_ids=[first]) == 1
    assert replay(portal, reason="unsupported_event") == 1
    assert replay(portal) == 1


def test_a_delivery_comes_back_while_it_is_kept(portal: Database) -> None:
    unpack(portal, b"no json")
    assert replay(portal) == 1
    unpack(portal)
    with portal.begin() as connection:
        connection.exec_driver_sql("DELETE FROM delivery")
    assert replay(portal) == 0


def test_a_refused_record_comes_back_as_work(portal: Database) -> None:
    bury(portal, DeadLetterEntry(PORTAL_ID, "record", "rejected", "refused", object_type="contacts", object_id="5"))
    assert replay(portal) == 1
    assert work(portal) == {("contacts", "5")}
    assert len(jobs(portal, "process")) == 1


def test_a_job_comes_back_with_its_arguments(portal: Database) -> None:
    arguments: dict[str, JsonScalar] = {"portal_id": PORTAL_ID, "object_type": "contacts", "object_id": "5"}
    bury(portal, DeadLetterEntry(PORTAL_ID, "job", "worker_lost", "lost", payload={"job": "erase", **arguments}))
    assert replay(portal) == 1
    assert jobs(portal, "erase") == [arguments]


def test_the_deliveries_of_a_time_range_are_worked_on_again_though_they_were_seen_before(portal: Database) -> None:
    deliver(portal, [change(5)], received_at=NOW)
    deliver(portal, [change(6)], received_at=NOW + timedelta(hours=1))
    unpack(portal)
    clear(portal, ["work_item"])
    with portal.begin() as connection:
        count = replay_deliveries(connection, NOW, NOW + timedelta(minutes=1), deferrer=JobStore())
    assert count == 1
    assert unpack(portal).outcomes == {"handled": 1}
    assert work(portal) == {("contacts", "5")}


def test_replaying_an_empty_range_asks_for_nothing(portal: Database) -> None:
    with portal.begin() as connection:
        assert replay_deliveries(connection, NOW, NOW, deferrer=JobStore()) == 0
    assert jobs(portal, "unpack") == []
