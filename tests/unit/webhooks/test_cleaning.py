"""What comes about a contact after they were erased is not kept, whatever delivery brings it and however broken it is."""

from __future__ import annotations

import json

import pytest

from integration.db.session import Database
from tests.unit.webhooks.building import PORTAL_ID, change, event, install, merge, rows, unpack

OTHER_PORTAL = PORTAL_ID + 1
WORDS = "sample.person@example.com"


@pytest.fixture
def portal(database: Database) -> Database:
    install(database)
    install(database, OTHER_PORTAL)
    return database


def bodies(database: Database) -> list[list[dict[str, object]]]:
    return [json.loads(bytes(row[0])) for row in rows(database, "SELECT body FROM delivery ORDER BY id")]  # type: ignore[call-overload]


def said(database: Database) -> int:
    """How often the words stand in what is kept of deliveries and dead letters."""
    kept = [str(body) for body in bodies(database)]
    kept += [str(row) for row in rows(database, "SELECT payload, detail FROM dead_letter")]
    return sum(text.count(WORDS) for text in kept)


def test_events_after_the_erasure_leave_their_deliveries(portal: Database) -> None:
    unpack(portal, [event("contact.privacyDeletion", 5)])
    unpack(portal, [change(5, "email", WORDS, at=1), change(6, "email", "somebody.else@example.com", at=2)])
    assert said(portal) == 0
    assert [[one["objectId"] for one in body] for body in bodies(portal)] == [[], [6]]


def test_events_in_the_same_delivery_and_in_the_same_chunk_leave_too(portal: Database) -> None:
    unpack(
        portal,
        [change(5, "email", WORDS), event("contact.privacyDeletion", 5), change(6)],
        [change(5, "other_property", WORDS, at=3)],
    )
    assert said(portal) == 0
    assert [one["objectId"] for body in bodies(portal) for one in body] == [6]


def test_a_repeat_that_was_folded_leaves_its_own_delivery(portal: Database) -> None:
    unpack(portal, [event("contact.privacyDeletion", 5)])
    same = change(5, "email", WORDS, at=1)
    unpack(portal, [same], [{**same, "attemptNumber": 2}])
    assert said(portal) == 0


def test_what_cannot_be_read_of_an_erased_person_is_a_dead_letter_without_content(portal: Database) -> None:
    unpack(portal, [event("contact.privacyDeletion", 5)])
    broken = {**change(5, "email", WORDS), "occurredAt": "yesterday"}
    counts = unpack(portal, [broken, {**broken, "objectId": 6, "propertyValue": "kept"}])
    assert counts.outcomes["dead_letter"] == 2
    assert said(portal) == 0
    assert rows(portal, "SELECT object_id, payload = '{}', detail = 'erased' FROM dead_letter ORDER BY object_id") == [
        ("5", True, True),
        ("6", False, False),
    ]


def test_an_event_about_a_record_that_was_merged_into_an_erased_one_leaves_too(portal: Database) -> None:
    unpack(portal, [merge(5, 4), event("contact.privacyDeletion", 5, at=1)])
    unpack(portal, [change(4, "email", WORDS, at=2)])
    assert said(portal) == 0


def test_ids_of_other_portals_and_types_are_others(portal: Database) -> None:
    unpack(portal, [event("contact.privacyDeletion", 5)])
    company = event("company.propertyChange", 5, propertyName="domain", propertyValue=WORDS)
    unpack(portal, [change(5, "email", WORDS, portalId=OTHER_PORTAL), company])
    assert said(portal) == 2


def test_a_delivery_that_names_several_portals_belongs_to_none(portal: Database) -> None:
    """Its rows must survive the purge of one of them, and be searched when any of them erases somebody."""
    unpack(portal, [change(7), change(7, portalId=OTHER_PORTAL)], [change(8)])
    assert rows(portal, "SELECT portal_id IS NULL FROM delivery ORDER BY id") == [(True,), (True,)]
    assert rows(portal, "SELECT octet_length(body) > 300 FROM delivery ORDER BY id") == [(True,), (False,)]
