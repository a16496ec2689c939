"""Dead letters on a real database."""

from __future__ import annotations

from datetime import UTC, datetime

from integration.db.session import Database
from integration.jobs.dead_letter_store import DeadLetterEntry, DeadLetterStore

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
STORE = DeadLetterStore()
EVENT = DeadLetterEntry(7, "event", "bad_payload", "[3].objectId: missing", delivery_id=12, payload={"position": 3})
RECORD = DeadLetterEntry(8, "record", "rejected", "no such option", object_type="contacts", object_id="501")
NOWHERE = DeadLetterEntry(None, "delivery", "bad_payload", "not JSON", delivery_id=13)


def test_letters_come_back_whole_and_in_order(database: Database) -> None:
    with database.begin() as connection:
        STORE.save(connection, [EVENT, RECORD, NOWHERE])
        assert [letter.entry for letter in STORE.find_open(connection)] == [EVENT, RECORD, NOWHERE]


def test_letters_are_found_by_portal_kind_reason_and_id(database: Database) -> None:
    with database.begin() as connection:
        STORE.save(connection, [EVENT, RECORD, NOWHERE])
        first, *_ = STORE.find_open(connection)
        assert [letter.entry for letter in STORE.find_open(connection, portal_id=8)] == [RECORD]
        assert [letter.entry for letter in STORE.find_open(connection, reason="bad_payload")] == [EVENT, NOWHERE]
        assert [letter.entry for letter in STORE.find_open(connection, kind="delivery")] == [NOWHERE]
        assert [letter.entry for letter in STORE.find_open(connection, letter_ids=[first.letter_id])] == [EVENT]
        assert len(STORE.find_open(connection, limit=2)) == 2


def test_a_replayed_letter_is_closed_once(database: Database) -> None:
    with database.begin() as connection:
        STORE.save(connection, [EVENT, RECORD])
        ids = [letter.letter_id for letter in STORE.find_open(connection)]
        assert STORE.mark_replayed(connection, letter_ids=ids[:1], replayed_at=NOW) == 1
        assert STORE.mark_replayed(connection, letter_ids=ids, replayed_at=NOW) == 1
        assert STORE.find_open(connection) == ()


def test_a_long_detail_is_shortened_and_an_empty_list_costs_nothing(database: Database) -> None:
    with database.begin() as connection:
        STORE.save(connection, [])
        STORE.save(connection, [DeadLetterEntry(7, "job", "rejected", "x" * 9_000)])
        (letter,) = STORE.find_open(connection)
    assert len(letter.entry.detail) == 2_000
