"""One batch from claim to settled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.core.errors import RateLimited, ReauthRequired, Rejected, Unavailable
from integration.hubspot.objects import COMPANIES, CONTACTS, Owner, WriteFailure
from integration.hubspot.portal_store import DISCONNECTED, PortalStore
from integration.pipeline.carrier import LEASE_S
from integration.pipeline.decisions import PortalDecisions, decisions_for
from integration.pipeline.record_state_store import FactKind, RecordFact, RecordStateStore
from integration.providers.base import FactSheet, Field
from integration.scoring.base import ScoreResult, Scores
from integration.scoring.profile import default_profile
from tests.unit.pipeline.conftest import PORTAL, Stand
from tests.unit.pipeline.fake_hubspot import Fault, ProcessKilled


def test_a_contact_is_read_enriched_scored_briefed_drafted_and_written_back(stand: Stand) -> None:
    stand.queue("101")
    report = stand.run()
    assert (report.claimed, report.more, report.counts) == (1, False, {"written": 1})
    record = stand.hubspot.records["contacts", "101"]
    assert record["leadlight_status"] == "Up to date"
    assert record["leadlight_draft_state"] == "drafted"
    assert "Sample" in (record["leadlight_headline"] or "")
    assert record["leadlight_sources"] == "Description, employee count, industry, technologies: Apollo, seen 2026-11-21, 80 %"
    assert float(record["leadlight_icp_fit"] or "nan") >= 0
    notes = stand.hubspot.notes_on("contacts", "101")
    assert len(notes) == 2
    assert all("Leadlight-" in body for body in notes)
    assert any("Sample Sender" in body for body in notes)
    assert stand.waiting() == []
    assert stand.hubspot.calls == [
        "owners", "property_definitions", "batch_read", "associated_ids", "batch_read", "batch_update", "create_notes"
    ]  # fmt: skip


def test_everything_decided_is_stored_with_its_provenance(stand: Stand) -> None:
    stand.queue("101")
    stand.queue("9001", object_type=COMPANIES)
    stand.run()
    stand.run(COMPANIES)
    assert stand.rows("SELECT object_id, field, value, provider, chosen FROM finding WHERE field = 'industry'") == [
        ("9001", "industry", "Software", "apollo", True)
    ]
    every = ("bant", "expected_value", "heat", "icp_fit", "priority", "risk", "urgency")
    assert stand.rows("SELECT object_id, name FROM score ORDER BY 1, 2") == [
        (one, name) for one in ("101", "9001") for name in every
    ]
    assert stand.rows("SELECT object_id, state FROM draft") == [("101", "drafted")]
    assert stand.rows("SELECT object_id FROM brief ORDER BY 1") == [("101",), ("9001",)]
    ledger = stand.rows("SELECT DISTINCT decision, outcome, policy, provider FROM ledger")
    assert ledger == [("write", "written", "always", "leadlight")]
    assert stand.rows("SELECT kind, object_type, counts, finished_at IS NOT NULL FROM run ORDER BY 2") == [
        ("live", "companies", {"written": 1}, True),
        ("live", "contacts", {"written": 1}, True),
    ]


def test_an_unchanged_record_costs_no_write_call(stand: Stand) -> None:
    stand.queue("101")
    stand.run()
    stand.hubspot.calls.clear()
    before = dict(stand.hubspot.records["contacts", "101"])
    stand.later(3600)
    stand.queue("101")
    assert stand.run().counts == {"unchanged": 1}
    assert stand.hubspot.calls[-3:] == ["batch_read", "associated_ids", "batch_read"]
    assert stand.hubspot.records["contacts", "101"] == before
    assert stand.waiting() == []


def test_a_changed_fact_changes_the_same_note_and_never_adds_one(stand: Stand) -> None:
    stand.queue("101")
    stand.run()
    stand.hubspot.records["contacts", "101"]["jobtitle"] = "Chief Revenue Officer"
    stand.later(3600)
    stand.queue("101")
    assert stand.run().counts == {"written": 1}
    notes = stand.hubspot.notes_on("contacts", "101")
    assert len(notes) == 2
    assert any("Chief Revenue Officer" in body for body in notes)
    assert "create_notes" not in stand.hubspot.calls[7:]


def test_a_hundred_contacts_cost_seven_calls_at_most(stand: Stand) -> None:
    ids = [str(number) for number in range(1000, 1100)]
    for number, contact_id in enumerate(ids):
        stand.hubspot.add(
            "contacts", contact_id, firstname="Sample", lastname=f"Contact {contact_id}", email=f"s{contact_id}@sample-works.com"
        )
        company_id = str(5000 + number % 7)
        stand.hubspot.add("companies", company_id, name=f"Sample Company {company_id}", domain="sample-works.com")
        stand.hubspot.employ(contact_id, company_id)
    stand.queue(*ids)
    report = stand.run()
    assert report.counts == {"written": 100}
    assert report.more
    assert stand.hubspot.calls == [
        "owners", "property_definitions",
        "batch_read", "associated_ids", "batch_read", "batch_update", "create_notes", "create_notes",
    ]  # fmt: skip
    assert len([question for question in stand.providers.asked if question.subject.kind == "company"]) == 7


def test_the_primary_company_counts_and_a_contact_without_one_is_found_by_its_address(stand: Stand) -> None:
    stand.hubspot.add("companies", "9000", name="Sample Former Employer", domain="sample-former.com")
    stand.hubspot.companies_of["101"] = ()
    stand.hubspot.employ("101", "9000", primary=False)
    stand.hubspot.employ("101", "9001")
    stand.hubspot.add("contacts", "102", firstname="Sample", lastname="Contact 102", email="sample.102@sample-works.com")
    stand.hubspot.add("contacts", "103", firstname="Sample", lastname="Contact 103", email="sample.103@gmail.com")
    stand.queue("101", "102", "103")
    stand.run()
    asked = {question.key: question.subject for question in stand.providers.asked}
    assert asked["101"].company_name == "Sample Works"
    assert asked["102"].domain == "sample-works.com"
    assert asked["103"].domain is None
    stored = stand.rows("SELECT object_id FROM finding WHERE field = 'industry'")
    assert stored == [("102",)]


def test_backfill_stands_back_behind_live_work(stand: Stand) -> None:
    stand.queue("101")
    stand.run()
    stand.queue("101", lane=1)
    stand.run(lane=1)
    assert stand.hubspot.asked_for == [(PORTAL, True), (PORTAL, False)]


def test_a_company_gets_a_brief_and_no_draft(stand: Stand) -> None:
    stand.queue("9001", object_type=COMPANIES)
    assert stand.run(COMPANIES).counts == {"written": 1}
    assert stand.hubspot.calls == ["property_definitions", "batch_read", "batch_update", "create_notes"]
    assert "leadlight_draft_state" not in stand.hubspot.records["companies", "9001"]
    assert len(stand.hubspot.notes_on("companies", "9001")) == 1


def test_the_owner_of_the_record_is_the_sender_and_owners_are_asked_once(stand: Stand) -> None:
    stand.hubspot.owner_list = (
        Owner("77", None, "Sample", "Owner", archived=False),
        Owner("78", None, "Gone", "Owner", archived=True),
    )
    stand.hubspot.records["contacts", "101"]["hubspot_owner_id"] = "77"
    runner = stand.runner()
    stand.queue("101")
    runner.run(PORTAL, CONTACTS, 0)
    stand.queue("101")
    runner.run(PORTAL, CONTACTS, 0)
    assert stand.hubspot.calls.count("owners") == 1
    assert any("Sample Owner" in body for body in stand.hubspot.notes_on("contacts", "101"))


def test_without_any_sender_the_draft_is_refused_and_says_so(stand: Stand) -> None:
    stand.prefer()
    stand.queue("101")
    stand.run()
    record = stand.hubspot.records["contacts", "101"]
    assert record["leadlight_draft_state"] == "refused"
    assert "sender" in (record["leadlight_draft_summary"] or "")
    assert len(stand.hubspot.notes_on("contacts", "101")) == 1


def test_a_draft_that_can_no_longer_be_stood_by_is_withdrawn_in_its_note_and_comes_back(stand: Stand) -> None:
    def draft_notes() -> dict[str, str]:
        return {one: note.body for one, note in stand.hubspot.notes.items() if "Unsent draft" in note.body}

    stand.queue("101")
    stand.run()
    before = draft_notes()

    stand.hubspot.records["contacts", "101"]["firstname"] = None
    stand.queue("101")
    stand.run()
    withdrawn = draft_notes()
    assert withdrawn.keys() == before.keys()
    (body,) = withdrawn.values()
    assert body.startswith("<p><strong>Unsent draft by Leadlight, withdrawn:</strong> the record lacks a first name.</p>")
    assert "Sample Sender" not in body
    assert stand.hubspot.records["contacts", "101"]["leadlight_draft_state"] == "refused"

    stand.hubspot.calls.clear()
    stand.queue("101")
    stand.run()
    assert "update_notes" not in stand.hubspot.calls

    stand.hubspot.records["contacts", "101"]["firstname"] = "Sample"
    stand.queue("101")
    stand.run()
    assert draft_notes() == before


def test_records_that_are_gone_or_were_deleted_merged_or_erased_are_let_go(stand: Stand) -> None:
    for kind, object_id in ((FactKind.DELETED, "201"), (FactKind.ERASED, "202"), (FactKind.MERGED, "203")):
        stand.hubspot.add("contacts", object_id, email="x@sample-works.com")
        with stand.database.begin() as connection:
            fact = RecordFact(CONTACTS, object_id, kind, 1000, "101" if kind is FactKind.MERGED else None)
            RecordStateStore().apply(connection, PORTAL, [fact])
    stand.queue("201", "202", "203", "404")
    assert stand.run().counts == {"gone": 1, "skipped": 3}
    assert stand.waiting() == []
    assert "batch_update" not in stand.hubspot.calls


def test_a_type_we_do_not_enrich_is_let_go(stand: Stand) -> None:
    stand.queue("301", object_type="deals")
    assert stand.run("deals").counts == {"skipped": 1}
    assert stand.waiting() == []
    assert stand.hubspot.calls == []


def test_a_portal_that_is_not_connected_keeps_its_work_and_is_not_called(stand: Stand) -> None:
    stand.queue("101")
    with stand.database.begin() as connection:
        PortalStore().set_state(connection, portal_id=PORTAL, state=DISCONNECTED, reason="bad_hub", now=stand.now)
    assert stand.run().claimed == 0
    assert stand.waiting() == ["101"]
    assert stand.hubspot.calls == []


def test_a_lost_authorisation_gives_the_work_back_without_blame_and_is_passed_on(stand: Stand) -> None:
    stand.queue("101")
    stand.hubspot.faults.append(Fault("batch_read", ReauthRequired("gone", system="hubspot")))
    with pytest.raises(ReauthRequired):
        stand.run()
    assert stand.rows("SELECT attempts, lease_id FROM work_item") == [(0, None)]


def test_an_outage_postpones_and_never_gives_up(stand: Stand) -> None:
    stand.queue("101")
    for _ in range(12):
        stand.hubspot.faults.append(Fault("batch_read", Unavailable("down", system="hubspot")))
        report = stand.run()
        assert (report.counts, report.more, report.reason) == ({"postponed": 1}, False, "unavailable")
        stand.later(3600)
    assert stand.run().counts == {"written": 1}
    assert stand.rows("SELECT count(*) FROM dead_letter") == [(0,)]


def test_a_rate_limit_waits_as_long_as_it_was_told(stand: Stand) -> None:
    stand.queue("101")
    stand.hubspot.faults.append(Fault("batch_read", RateLimited("slow down", system="hubspot", retry_after_s=9)))
    stand.run()
    assert stand.rows("SELECT due_at FROM work_item") == [(stand.now + timedelta(seconds=9),)]


def test_a_call_refused_for_good_ends_in_dead_letter(stand: Stand) -> None:
    stand.queue("101")
    stand.hubspot.faults.append(Fault("batch_read", Rejected("no such scope", system="hubspot", reason="missing_scopes")))
    assert stand.run().counts == {"refused": 1}
    assert stand.waiting() == []
    assert stand.rows("SELECT kind, reason, object_type, object_id FROM dead_letter") == [
        ("record", "missing_scopes", "contacts", "101")
    ]


class PoisonedDecisions(PortalDecisions):
    """Fails on one contact, as a bug in a score would."""

    def scores(self, sheet: FactSheet, chance: ScoreResult | None = None) -> Scores:
        if sheet.text(Field.LAST_NAME) == "Poison":
            raise ZeroDivisionError("a secret value")
        return super().scores(sheet, chance)


def test_a_record_that_breaks_a_pure_stage_goes_to_dead_letter_alone(stand: Stand) -> None:
    stand.hubspot.add("contacts", "102", firstname="Sample", lastname="Poison", email="p@sample-works.com")
    stand.decide_for = lambda _preferences, _history: PoisonedDecisions(default_profile())
    stand.queue("101", "102")
    assert stand.run().counts == {"written": 1, "failed": 1}
    letters = stand.rows("SELECT object_id, reason, detail FROM dead_letter")
    assert [letter[:2] for letter in letters] == [("102", "decide_ZeroDivisionError")]
    assert "secret" not in str(letters[0][2])
    assert stand.waiting() == []


def test_a_record_that_breaks_a_stage_of_the_whole_batch_is_found_by_halving(stand: Stand) -> None:
    for number in range(7):
        stand.hubspot.add(
            "contacts", f"11{number}", firstname="Sample", lastname=f"Contact {number}", email=f"c{number}@sample-works.com"
        )
        stand.hubspot.employ(f"11{number}", "9001")
    stand.hubspot.add("contacts", "120", firstname="Sample", lastname="Poison", email="p@sample-works.com")
    ids = [f"11{number}" for number in range(7)] + ["120"]
    stand.providers.poison = "Poison"
    stand.queue(*ids)
    assert stand.run().counts == {"written": 7, "postponed": 1}
    for _ in range(3):
        stand.later(3600)
        stand.run()
    assert stand.waiting() == []
    assert stand.rows("SELECT object_id, reason FROM dead_letter") == [("120", "ZeroDivisionError")]
    assert all(len(stand.hubspot.notes_on("contacts", one)) == 2 for one in ids[:-1])


def test_text_that_postgresql_does_not_take_is_cleaned_on_the_way(stand: Stand) -> None:
    stand.hubspot.records["contacts", "101"]["jobtitle"] = "VP\x00 Sales \ud800"
    stand.providers.answers["sample-works.com"][Field.DESCRIPTION] = 'A "\\u0000" \x00 platform \udfff'
    stand.queue("101")
    stand.queue("9001", object_type=COMPANIES)
    assert stand.run().counts == {"written": 1}
    assert stand.run(COMPANIES).counts == {"written": 1}
    assert stand.rows("SELECT value FROM finding WHERE field = 'description'") == [('A "\\u0000"  platform ?',)]


def test_a_refusal_is_told_on_the_record_on_the_ledger_and_in_dead_letter(stand: Stand) -> None:
    def refuse(write):
        if write.properties.keys() == {"leadlight_status"}:
            return None
        return WriteFailure("VALIDATION_ERROR", "Property values were not valid: MISSING_REQUIRED_PROPERTY", ("hs_lead_status",))

    stand.hubspot.refuse = refuse
    stand.queue("101")
    assert stand.run().counts == {"refused": 1}
    record = stand.hubspot.records["contacts", "101"]
    assert record["leadlight_status"] == (
        'This account requires "hs_lead_status" to be filled, and it is empty here. Fill it in, then Leadlight can write.'
    )
    assert "leadlight_headline" not in record
    assert stand.rows("SELECT reason, detail FROM dead_letter") == [("validation_error", record["leadlight_status"])]
    outcomes: dict[object, object] = {row[0]: row[1] for row in stand.rows("SELECT outcome, count(*) FROM ledger GROUP BY 1")}
    assert outcomes["written"] == 1
    assert int(str(outcomes["refused"])) > 5
    assert stand.hubspot.notes == {}

    stand.hubspot.calls.clear()
    stand.queue("101")
    stand.run()
    assert stand.hubspot.calls.count("batch_update") == 1

    stand.hubspot.refuse = lambda _write: None
    stand.queue("101")
    assert stand.run().counts == {"written": 1}
    assert stand.hubspot.records["contacts", "101"]["leadlight_status"] == "Up to date"


def test_a_process_killed_at_any_call_loses_nothing_and_doubles_nothing(stand: Stand) -> None:
    for position, operation in enumerate(["batch_read", "associated_ids", "batch_update", "create_notes"]):
        for after in (False, True):
            contact_id = str(2000 + position * 10 + after)
            stand.hubspot.add(
                "contacts", contact_id, firstname="Sample", lastname=contact_id, email=f"{contact_id}@sample-works.com"
            )
            stand.hubspot.employ(contact_id, "9001")
            stand.queue(contact_id)
            stand.hubspot.faults.append(Fault(operation, ProcessKilled(), after=after))
            with pytest.raises(ProcessKilled):
                stand.run()
            assert stand.waiting() == [contact_id]
            stand.later(LEASE_S - 1)
            assert stand.run().claimed == 0, "the lease still holds"
            stand.later(1)
            assert stand.run().claimed == 1
            assert stand.waiting() == []
            assert len(stand.hubspot.notes_on("contacts", contact_id)) == 2
            assert stand.hubspot.records["contacts", contact_id]["leadlight_status"] == "Up to date"
    assert stand.rows("SELECT count(*) FROM ledger WHERE outcome IN ('pending', 'unknown')") == [(0,)]
    assert stand.rows("SELECT count(*) > 0 FROM ledger WHERE outcome = 'lost'") == [(True,)]


def test_a_record_taken_over_by_another_worker_is_not_written(stand: Stand) -> None:
    stand.queue("101")

    def take_over(operation: str) -> None:
        if operation == "associated_ids":
            stand.hubspot.on_call = lambda _operation: None
            stand.later(LEASE_S)
            assert stand.run().counts == {"written": 1}

    stand.hubspot.on_call = take_over
    assert stand.run().counts == {"taken_over": 1}
    assert stand.hubspot.calls.count("batch_update") == 1
    assert len(stand.hubspot.notes_on("contacts", "101")) == 2


def test_a_person_erased_while_the_batch_runs_leaves_nothing_behind(stand: Stand) -> None:
    stand.queue("101")

    def erase(operation: str) -> None:
        if operation == "batch_update":
            with stand.database.begin() as connection:
                RecordStateStore().apply(connection, PORTAL, [RecordFact(CONTACTS, "101", FactKind.ERASED, 1000)])

    stand.hubspot.on_call = erase
    stand.run()
    for table in ("finding", "score", "brief", "draft", "note", "work_item"):
        assert stand.rows(f"SELECT count(*) FROM {table} WHERE object_id = '101'") == [(0,)]  # noqa: S608
    assert stand.rows("SELECT DISTINCT value_after FROM ledger") == [(None,)]


def test_a_record_merged_while_the_batch_runs_gives_its_results_to_the_survivor(stand: Stand) -> None:
    stand.queue("101")

    def merge(operation: str) -> None:
        if operation == "batch_update":
            with stand.database.begin() as connection:
                RecordStateStore().apply(connection, PORTAL, [RecordFact(CONTACTS, "101", FactKind.MERGED, 1000, "102")])

    stand.hubspot.on_call = merge
    stand.run()
    for table in ("score", "brief", "draft", "note", "ledger"):
        assert stand.rows(f"SELECT DISTINCT object_id FROM {table}") == [("102",)]  # noqa: S608


def test_opted_in_standard_properties_are_filled_only_where_blank(stand: Stand) -> None:
    stand.prefer(standard_properties=["companies.industry", "numberofemployees", "companies.city"])
    stand.hubspot.records["companies", "9001"]["numberofemployees"] = "75"
    stand.queue("9001", object_type=COMPANIES)
    stand.run(COMPANIES)
    record = stand.hubspot.records["companies", "9001"]
    assert (record["industry"], record["numberofemployees"]) == ("COMPUTER_SOFTWARE", "75")
    assert "city" not in record
    assert stand.rows(
        "SELECT property_name, decision, decision_reason, provider FROM ledger WHERE policy = 'if_blank' ORDER BY 1"
    ) == [
        ("industry", "write", "was_blank", "apollo"),
        ("numberofemployees", "keep", "filled_by_others", "apollo"),
    ]

    stand.providers.answers["sample-works.com"][Field.INDUSTRY] = "Retail"
    stand.queue("9001", object_type=COMPANIES)
    stand.run(COMPANIES)
    assert stand.hubspot.records["companies", "9001"]["industry"] == "RETAIL"
    assert all(known.field is not Field.INDUSTRY for known in stand.providers.asked[-1].known)

    stand.hubspot.records["companies", "9001"]["industry"] = "BANKING"
    stand.queue("9001", object_type=COMPANIES)
    stand.run(COMPANIES)
    assert stand.hubspot.records["companies", "9001"]["industry"] == "BANKING"


def test_a_refused_standard_property_does_not_cost_the_rest(stand: Stand) -> None:
    stand.prefer(standard_properties=["industry"])
    stand.hubspot.refuse = lambda write: (
        WriteFailure("INVALID_OPTION", "no", ("industry",)) if "industry" in write.properties else None
    )
    stand.queue("9001", object_type=COMPANIES)
    assert stand.run(COMPANIES).counts == {"partly": 1}
    record = stand.hubspot.records["companies", "9001"]
    assert record["leadlight_status"] == 'The value for "industry" is not among the options this account offers.'
    assert record["leadlight_headline"]
    assert len(stand.hubspot.notes_on("companies", "9001")) == 1
    assert stand.rows("SELECT count(*) FROM dead_letter") == [(0,)]


def test_a_broken_scoring_profile_is_refused_in_words() -> None:
    with pytest.raises(Exception, match="profile"):
        decisions_for({"icp_profile": {"icp": 3}})
