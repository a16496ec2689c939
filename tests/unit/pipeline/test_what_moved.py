"""What a score said before it moved, when a brief was last checked, and which moves become events for the timeline."""

from __future__ import annotations

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.portal_store import PortalStore
from integration.providers.base import Field, FieldValue
from tests.factories import NOW
from tests.unit.pipeline.conftest import PORTAL, Stand

_PRIORITY = (
    "SELECT value, label, previous_value, previous_label, moved_at IS NOT NULL, previous_reasons IS NOT NULL "
    "FROM score WHERE name = 'priority' AND object_id = '9001'"
)
_WORSE: dict[Field, FieldValue] = {Field.INDUSTRY: "Mining", Field.EMPLOYEE_COUNT: 900_000, Field.DESCRIPTION: "We dig."}


def _pass(stand: Stand, object_id: str = "9001", object_type: str = COMPANIES) -> None:
    stand.queue(object_id, object_type=object_type)
    stand.run(object_type)


def _worsen(stand: Stand) -> None:
    stand.providers.answers["sample-works.com"] = _WORSE
    stand.later(60)


def _grant_timeline(stand: Stand) -> None:
    with stand.database.begin() as connection:
        PortalStore().connect(connection, portal_id=PORTAL, scopes=["crm.objects.owners.read", "timeline"], now=NOW)
        PortalStore().save_provisioning(connection, portal_id=PORTAL, at=NOW, error=None)


def _events(stand: Stand) -> list[tuple[object, ...]]:
    return stand.rows("SELECT object_type, object_id, properties FROM timeline_event ORDER BY happened_at")


def test_a_score_keeps_what_it_said_before_it_moved(stand: Stand) -> None:
    _pass(stand)
    [(value, label, *_)] = first = stand.rows(_PRIORITY)
    assert first == [(value, label, None, None, False, False)], "a first score has not moved"
    stand.later(60)
    _pass(stand)
    assert stand.rows(_PRIORITY) == first
    _worsen(stand)
    _pass(stand)
    [(now, heat, before, heat_before, moved, kept)] = stand.rows(_PRIORITY)
    assert (before, heat_before, moved, kept) == (value, label, True, True)
    assert (now, heat) != (value, label)


def test_other_words_alone_do_not_make_a_score_move(stand: Stand) -> None:
    _pass(stand)
    _worsen(stand)
    _pass(stand)
    moved = stand.rows("SELECT name, previous_value, previous_reasons, moved_at FROM score ORDER BY 1")
    stand.later(60)
    stand.providers.answers["sample-works.com"] = {**_WORSE, Field.INDUSTRY: "Forestry"}
    _pass(stand)
    assert stand.rows("SELECT name, previous_value, previous_reasons, moved_at FROM score ORDER BY 1") == moved
    assert stand.rows("SELECT reasons::text LIKE '%Forestry%' FROM score WHERE name = 'icp_fit'") == [(True,)]


def test_a_brief_knows_whose_record_it_was_and_when_it_was_checked(stand: Stand) -> None:
    stand.hubspot.records[COMPANIES, "9001"]["hubspot_owner_id"] = "501"
    _pass(stand)
    query = "SELECT owner_id, built_at, checked_at FROM brief"
    assert stand.rows(query) == [("501", NOW, NOW)]
    stand.later(600)
    _pass(stand)
    assert stand.rows(query) == [("501", NOW, NOW)], "an unchanged brief is not rewritten within the hour"
    stand.later(3600)
    _pass(stand)
    assert stand.rows(query) == [("501", NOW, stand.now)]
    checked, stand.now = stand.now, stand.now
    stand.later(60)
    stand.hubspot.records[COMPANIES, "9001"]["hubspot_owner_id"] = None
    _pass(stand)
    assert stand.rows(query) == [(None, NOW, stand.now)]
    assert checked < stand.now


def test_a_material_move_becomes_one_event_and_the_first_load_none(stand: Stand) -> None:
    _grant_timeline(stand)
    _pass(stand)
    _pass(stand, "101", CONTACTS)
    assert _events(stand) == []
    _worsen(stand)
    _pass(stand)
    _pass(stand)
    [(object_type, object_id, properties)] = _events(stand)
    assert (object_type, object_id) == (COMPANIES, "9001")
    assert isinstance(properties, dict)
    assert set(properties) == {"heat", "priority", "previous_heat", "why", "headline", "next_step"}
    assert properties["heat"] == "Cold"
    assert properties["why"].startswith("ICP fit ")


def test_a_dry_pass_and_an_account_without_the_permission_make_no_events(stand: Stand) -> None:
    _pass(stand)
    _worsen(stand)
    _pass(stand)
    _grant_timeline(stand)
    stand.prefer(dry_run=True)
    stand.providers.answers["sample-works.com"] = {Field.INDUSTRY: "Software", Field.EMPLOYEE_COUNT: 120, Field.COUNTRY: "DE"}
    stand.later(60)
    _pass(stand)
    assert stand.rows("SELECT moved_at = :now FROM score WHERE name = 'priority' AND object_id = '9001'", now=stand.now) == [
        (True,)
    ]
    assert _events(stand) == []
