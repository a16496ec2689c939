"""A batch in a dry run: everything is decided, nothing is called but reads, and the ledger holds what would have been written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.portal_store import PortalStore
from integration.pipeline.lanes import DRY
from integration.pipeline.ledger_store import LedgerStore
from integration.providers.base import ErrorClass
from tests.unit.pipeline.conftest import PORTAL, Stand

READS = {"owners", "batch_read", "associated_ids", "batch_read_history", "property_definitions"}


@pytest.fixture
def dry(stand: Stand) -> Stand:
    stand.prefer(dry_run=True, sender_name="Sample Sender", sender_company="Sample Vendor", sender_offer="shorter queues")
    return stand


def outcomes(stand: Stand, object_id: str = "101") -> dict[str, str]:
    return {
        str(name): str(outcome)
        for name, outcome in stand.rows(
            "SELECT property_name, outcome FROM ledger WHERE object_id = :one ORDER BY id", one=object_id
        )
    }


@pytest.mark.parametrize("preferences", [{}, {"dry_run": True}, {"dry_run": None}, {"dry_run": "false"}])
def test_only_a_stored_no_switches_the_dry_run_off(stand: Stand, preferences: dict[str, object]) -> None:
    with stand.database.begin() as connection:
        PortalStore().save_preferences(connection, portal_id=PORTAL, preferences=preferences)
    stand.queue("101")
    assert stand.run().counts == {"proposed": 1}
    assert set(stand.hubspot.calls) <= READS


def test_a_dry_pass_calls_nothing_but_reads_and_keeps_results_with_us(dry: Stand) -> None:
    dry.queue("101")
    assert dry.run().counts == {"proposed": 1}
    assert set(dry.hubspot.calls) <= READS
    assert dry.hubspot.writes == []
    assert dry.hubspot.notes == {}
    assert dry.rows("SELECT count(*) > 0 FROM score UNION ALL SELECT count(*) = 1 FROM brief") == [(True,), (True,)]
    assert dry.rows("SELECT is_dry, kind FROM run") == [(True, "live")]
    found = outcomes(dry)
    assert set(found.values()) == {"proposed"}
    assert {"leadlight_headline", "leadlight_sources", "leadlight_status", "note:brief", "note:draft"} <= found.keys()
    [(html, fingerprint)] = dry.rows("SELECT value_after, fingerprint FROM ledger WHERE property_name = 'note:brief'")
    assert "Leadlight-" in str(html)
    assert dry.rows("SELECT fingerprint FROM brief") == [(fingerprint,)]
    assert dry.rows("SELECT count(*) FROM note") == [(0,)]
    assert dry.waiting() == []


def test_a_second_dry_pass_replaces_what_the_first_proposed(dry: Stand) -> None:
    for _ in range(2):
        dry.queue("101")
        dry.run()
    assert dry.rows("SELECT object_id, property_name FROM ledger GROUP BY 1, 2 HAVING count(*) > 1") == []
    assert len({run for (run,) in dry.rows("SELECT DISTINCT run_id FROM ledger")}) == 1


def test_what_a_dry_run_leaves_alone_is_told_even_without_a_proposal_beside_it(dry: Stand) -> None:
    dry.prefer(standard_properties=["industry"])
    dry.queue("9001", object_type=COMPANIES)
    dry.run(COMPANIES)
    dry.hubspot.records[COMPANIES, "9001"]["industry"] = "BANKING"
    dry.prefer(dry_run=True, standard_properties=["industry"])
    dry.queue("9001", object_type=COMPANIES)
    dry.run(COMPANIES)
    kept = dry.rows("SELECT property_name, outcome, settled_at FROM ledger WHERE outcome = 'kept' AND settled_at IS NULL")
    assert kept == [("industry", "kept", None)]


def test_live_work_overtakes_open_proposals(dry: Stand) -> None:
    dry.queue("101")
    dry.run()
    dry.prefer(dry_run=False, sender_name="Sample Sender", sender_company="Sample Vendor", sender_offer="shorter queues")
    dry.queue("101")
    assert dry.run().counts == {"written": 1}
    assert dry.rows("SELECT count(*) FROM ledger WHERE outcome = 'proposed'") == [(0,)]
    assert dry.rows("SELECT DISTINCT error FROM ledger WHERE outcome = 'declined'") == [("overtaken",)]
    assert len(dry.hubspot.notes_on(CONTACTS, "101")) == 2


def test_a_record_may_be_looked_at_dry_in_a_live_portal(stand: Stand) -> None:
    stand.queue("101", lane=DRY)
    assert stand.run(lane=DRY).counts == {"proposed": 1}
    assert stand.hubspot.writes == []
    assert stand.rows("SELECT is_dry, kind FROM run") == [(True, "backfill")]


def test_a_record_that_waits_for_live_work_is_worked_live(stand: Stand) -> None:
    stand.queue("101", lane=DRY)
    stand.queue("101")
    assert stand.run(lane=DRY).claimed == 0
    assert stand.run().counts == {"written": 1}


def test_a_dry_look_at_a_silent_provider_stays_dry(stand: Stand) -> None:
    stand.providers.failing = ErrorClass.SERVER
    stand.queue("101", lane=DRY)
    stand.run(lane=DRY)
    assert stand.rows("SELECT lane, causes FROM work_item") == [(DRY, ["ask_again"])]


def test_a_proposal_is_no_write_of_ours_to_the_echo_guard(dry: Stand) -> None:
    dry.queue("101")
    dry.run()
    [(value,)] = dry.rows("SELECT value_after FROM ledger WHERE property_name = 'leadlight_headline'")
    asked = frozenset({(CONTACTS, "101", "leadlight_headline", str(value))})
    with dry.database.begin() as connection:
        since = dry.now - timedelta(minutes=5)
        assert LedgerStore().written_among(connection, portal_id=PORTAL, asked=asked, since=since) == frozenset()


def test_written_notes_are_in_the_ledger_and_known_as_ours(stand: Stand) -> None:
    stand.queue("101")
    stand.run()
    rows = stand.rows(
        "SELECT property_name, value_before, outcome, decision_reason FROM ledger WHERE property_name LIKE 'note:%' ORDER BY 1"
    )
    assert rows == [("note:brief", None, "written", "note_created"), ("note:draft", None, "written", "note_created")]
    assert stand.rows("SELECT kind, object_type, object_id, purpose FROM created_object ORDER BY purpose") == [
        ("notes", CONTACTS, "101", "brief"),
        ("notes", CONTACTS, "101", "draft"),
    ]
    stand.hubspot.records[CONTACTS, "101"]["jobtitle"] = "Warehouse clerk"
    stand.queue("101")
    stand.run()
    changed = stand.rows(
        "SELECT value_before, decision_reason FROM ledger WHERE property_name = 'note:draft' ORDER BY id DESC LIMIT 1"
    )
    first = stand.rows("SELECT value_after FROM ledger WHERE property_name = 'note:draft' ORDER BY id LIMIT 1")
    assert changed == [(first[0][0], "note_changed")]
    assert stand.rows("SELECT count(*) FROM created_object") == [(2,)]


def test_a_value_that_somebody_changed_has_no_provenance_any_more(stand: Stand) -> None:
    stand.queue("101")
    stand.run()
    stand.hubspot.records[CONTACTS, "101"]["leadlight_headline"] = "What a person wrote"
    stand.queue("101")
    stand.run()
    rows = stand.rows("SELECT superseded_at IS NOT NULL FROM ledger WHERE property_name = 'leadlight_headline' ORDER BY id")
    assert rows[0] == (True,)
    others = stand.rows("SELECT count(*) FROM ledger WHERE superseded_at IS NOT NULL AND property_name <> 'leadlight_headline'")
    assert others == [(0,)]
