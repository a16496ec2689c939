"""What a batch writes when somebody else was at the record, and what finding that out costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from integration.hubspot.objects import COMPANIES, CONTACTS, PropertyDefinition, PropertyWrite, WriteFailure
from integration.pipeline.alert_store import AlertStore
from integration.pipeline.ledger_store import LedgerStore
from integration.pipeline.policies.policy_store import PolicyStore
from integration.pipeline.policy import Decision, Rule, WritePolicy
from integration.pipeline.write_back import RunContext, WriteBack
from integration.pipeline.write_plan import PlannedValue, RecordPlan, WantedValue
from integration.providers.base import Field
from tests.factories import NOW
from tests.unit.pipeline.conftest import PORTAL, Stand
from tests.unit.pipeline.fake_hubspot import usual_definition

INDUSTRY = "industry"


def allow(stand: Stand, name: str, policy: WritePolicy, **facts: object) -> None:
    rules = {name: Rule(policy, **facts)}  # type: ignore[arg-type]
    with stand.database.begin() as connection:
        PolicyStore().save(connection, portal_id=PORTAL, object_type=COMPANIES, rules=rules, by="sample", now=NOW)


def work(stand: Stand, object_id: str = "9001", object_type: str = COMPANIES) -> list[str]:
    """Carry the record through; the calls that cost."""
    stand.hubspot.calls.clear()
    stand.queue(object_id, object_type=object_type)
    stand.run(object_type)
    return list(stand.hubspot.calls)


def found(stand: Stand, industry: str) -> None:
    stand.providers.answers["sample-works.com"][Field.INDUSTRY] = industry


def company(stand: Stand) -> dict[str, str | None]:
    return stand.hubspot.records[COMPANIES, "9001"]


def kept(stand: Stand) -> set[tuple[object, ...]]:
    return set(stand.rows("SELECT property_name, decision_reason FROM ledger WHERE outcome = 'kept'"))


def test_own_properties_cost_no_history_neither_the_first_time_nor_when_they_change(stand: Stand) -> None:
    assert "batch_read_history" not in work(stand)
    found(stand, "Retail")
    stand.providers.answers["sample-works.com"][Field.EMPLOYEE_COUNT] = 5
    calls = work(stand)
    assert "batch_update" in calls
    assert "batch_read_history" not in calls


def test_one_call_for_each_fifty_records_at_stake_and_only_the_properties_at_stake(stand: Stand) -> None:
    allow(stand, INDUSTRY, WritePolicy.IF_BLANK)
    asked: list[tuple[int, list[str]]] = []
    original = stand.hubspot.batch_read_history

    def listening(object_type, ids, properties):
        asked.append((len(ids), list(properties)))
        return original(object_type, ids, properties)

    stand.hubspot.batch_read_history = listening  # type: ignore[method-assign]
    stand.hubspot.add(COMPANIES, "9002", name="Sample Shop", domain="sample-works.com", industry="RETAIL")
    stand.queue("9001", "9002", object_type=COMPANIES)
    stand.run(COMPANIES)
    assert asked == [(1, [INDUSTRY])]
    assert stand.hubspot.records[COMPANIES, "9002"][INDUSTRY] == "RETAIL"


@pytest.mark.parametrize("policy", [WritePolicy.ALWAYS, WritePolicy.IF_NEWER, WritePolicy.IF_BLANK])
def test_a_person_who_sets_a_value_between_reading_and_writing_wins(stand: Stand, policy: WritePolicy) -> None:
    allow(stand, INDUSTRY, policy)
    stand.providers.seen_at = NOW + timedelta(days=1)

    def edit(operation: str) -> None:
        if operation == "batch_read_history":
            company(stand)[INDUSTRY] = "BANKING"

    stand.hubspot.on_call = edit
    work(stand)
    assert company(stand)[INDUSTRY] == "BANKING"
    assert company(stand)["leadlight_headline"]
    assert (INDUSTRY, "set_by_person") in kept(stand)
    assert stand.rows("SELECT value_before FROM ledger WHERE property_name = 'industry'") == [("BANKING",)]


@pytest.mark.parametrize(
    ("editor", "reason"),
    [(("CRM_UI", "userId:1"), "set_by_person"), (("IMPORT", "1"), "set_by_import"), (("NEW_WORD", ""), "set_by_unknown")],
)
def test_whose_value_stays_under_always(stand: Stand, editor: tuple[str, str], reason: str) -> None:
    allow(stand, INDUSTRY, WritePolicy.ALWAYS)
    stand.hubspot.editor = editor
    company(stand)[INDUSTRY] = "BANKING"
    work(stand)
    assert company(stand)[INDUSTRY] == "BANKING"
    assert (INDUSTRY, reason) in kept(stand)


def test_what_another_app_or_a_workflow_set_is_overwritten_under_always(stand: Stand) -> None:
    allow(stand, INDUSTRY, WritePolicy.ALWAYS)
    for editor in (("INTEGRATION", "777"), ("AUTOMATION_PLATFORM", "1")):
        stand.hubspot.editor = editor
        company(stand)[INDUSTRY] = "BANKING"
        work(stand)
        assert company(stand)[INDUSTRY] == "COMPUTER_SOFTWARE"


def test_the_admin_may_lift_the_protection_of_one_property(stand: Stand) -> None:
    allow(stand, INDUSTRY, WritePolicy.ALWAYS, people_may_be_overwritten=True)
    company(stand)[INDUSTRY] = "BANKING"
    work(stand)
    assert company(stand)[INDUSTRY] == "COMPUTER_SOFTWARE"


def test_a_blank_that_a_person_made_stays_blank_also_on_our_own_property(stand: Stand) -> None:
    allow(stand, INDUSTRY, WritePolicy.IF_BLANK)
    work(stand)
    stand.hubspot.batch_read_history(COMPANIES, ["9001"], [INDUSTRY])
    company(stand)[INDUSTRY] = ""
    company(stand)["leadlight_headline"] = ""
    calls = work(stand)
    assert calls.count("batch_read_history") == 1
    assert (company(stand)[INDUSTRY], company(stand)["leadlight_headline"]) == ("", "")


def test_an_edited_property_of_ours_is_kept_and_the_others_go_on(stand: Stand) -> None:
    work(stand)
    company(stand)["leadlight_headline"] = "What the rep says"
    found(stand, "Retail")
    work(stand)
    assert company(stand)["leadlight_headline"] == "What the rep says"
    assert "Retail" in str(company(stand))


def test_a_value_that_was_undone_is_not_written_again_and_another_one_is(stand: Stand) -> None:
    allow(stand, INDUSTRY, WritePolicy.IF_BLANK)
    work(stand)
    undone = PlannedValue(WantedValue(INDUSTRY, "", WritePolicy.ALWAYS), "COMPUTER_SOFTWARE", Decision("write", "undone"))
    door = WriteBack(stand.database, LedgerStore(), stand.clock)
    plan = RecordPlan("9001", "undo-9001", (undone,), tells_status=False)
    assert door.write(stand.hubspot, RunContext(PORTAL, "undo", COMPANIES), [plan])["9001"].state == "written"
    stand.providers.answers["sample-works.com"][Field.EMPLOYEE_COUNT] = 5
    work(stand)
    assert company(stand)[INDUSTRY] == ""
    assert (INDUSTRY, "undone_before") in kept(stand)
    found(stand, "Retail")
    work(stand)
    assert company(stand)[INDUSTRY] == "RETAIL"


def test_our_older_value_gives_way_to_a_surer_one_alone(stand: Stand) -> None:
    allow(stand, INDUSTRY, WritePolicy.IF_MORE_CERTAIN)
    work(stand)
    found(stand, "Retail")
    stand.providers.confidence_ratio = 0.75
    work(stand)
    assert company(stand)[INDUSTRY] == "COMPUTER_SOFTWARE"
    stand.providers.confidence_ratio = 0.9
    work(stand)
    assert company(stand)[INDUSTRY] == "RETAIL"


def test_an_option_the_account_lacks_is_told_on_the_record_and_to_the_admin_and_nothing_else_is_lost(stand: Stand) -> None:
    allow(stand, INDUSTRY, WritePolicy.IF_BLANK)
    found(stand, "Underwater basket weaving")
    stand.hubspot.add(COMPANIES, "9002", name="Sample Shop", domain="other-works.com")
    stand.providers.answers["other-works.com"] = {Field.INDUSTRY: "Retail"}
    stand.queue("9001", "9002", object_type=COMPANIES)
    assert stand.run(COMPANIES).counts == {"written": 2}
    assert company(stand)["leadlight_status"] == (
        'Up to date, except: "industry" has no option for "Underwater basket weaving" in this account.'
        " An admin can set this right in HubSpot or under Policies in Leadlight."
    )
    assert INDUSTRY not in company(stand)
    assert company(stand)["leadlight_headline"]
    other = stand.hubspot.records[COMPANIES, "9002"]
    assert (other[INDUSTRY], other["leadlight_status"]) == ("RETAIL", "Up to date")
    assert kept(stand) == {(INDUSTRY, "option_unknown")}
    with stand.database.begin() as connection:
        [alert] = AlertStore().open_alerts(connection, portal_id=PORTAL)
    assert (alert.kind, alert.subject, alert.count) == ("option_unknown", "companies.industry=Underwater basket weaving", 1)
    assert "Add the option in HubSpot" in alert.message
    assert "batch_update" not in work(stand)

    usual = usual_definition(INDUSTRY)
    stand.hubspot.definitions[INDUSTRY] = replace(usual, options=(*usual.options, ("ubw", "Underwater Basket-Weaving")))
    stand.later(3600)
    work(stand)
    assert (company(stand)[INDUSTRY], company(stand)["leadlight_status"]) == ("ubw", "Up to date")


def test_an_option_renamed_within_the_hour_is_noticed_by_the_refusal_and_mapped_at_once(stand: Stand) -> None:
    allow(stand, INDUSTRY, WritePolicy.IF_BLANK)
    stand.hubspot.add(COMPANIES, "9002", name="Sample Shop", domain="other-works.com")
    work(stand, "9002")
    stand.hubspot.definitions[INDUSTRY] = PropertyDefinition(
        INDUSTRY, "Industry", "enumeration", "select", "", False, (("branch_7", "Computer Software"),)
    )

    def refuse(write: PropertyWrite) -> WriteFailure | None:
        stale = write.properties.get(INDUSTRY) not in (None, "branch_7")
        return WriteFailure("VALIDATION_ERROR", "INVALID_OPTION", (INDUSTRY,)) if stale else None

    stand.hubspot.refuse = refuse
    stand.queue("9001", object_type=COMPANIES)
    assert stand.run(COMPANIES).counts == {"postponed": 1}
    assert stand.run(COMPANIES).counts == {"written": 1}
    assert (company(stand)[INDUSTRY], company(stand)["leadlight_status"]) == ("branch_7", "Up to date")
    assert stand.rows("SELECT count(*) FROM dead_letter") == [(0,)]


def test_a_refusal_that_the_definitions_do_not_explain_is_told_once_and_not_tried_forever(stand: Stand) -> None:
    allow(stand, INDUSTRY, WritePolicy.IF_BLANK)
    stand.hubspot.refuse = lambda write: (
        WriteFailure("VALIDATION_ERROR", "INVALID_OPTION", (INDUSTRY,)) if INDUSTRY in write.properties else None
    )
    stand.queue("9001", object_type=COMPANIES)
    assert stand.run(COMPANIES).counts == {"partly": 1}
    with stand.database.begin() as connection:
        [alert] = AlertStore().open_alerts(connection, portal_id=PORTAL)
    assert (alert.kind, alert.subject) == ("property_changed", "companies.industry")
    assert company(stand)["leadlight_headline"]


def test_a_property_of_ours_that_an_admin_removed_costs_the_record_nothing_else(stand: Stand) -> None:
    stand.hubspot.definitions["leadlight_sources"] = None
    assert "batch_update" in work(stand, "101", CONTACTS)
    contact = stand.hubspot.records[CONTACTS, "101"]
    assert "leadlight_sources" not in contact
    assert '"leadlight_sources" does not exist in this account' in (contact["leadlight_status"] or "")
    with stand.database.begin() as connection:
        [alert] = AlertStore().open_alerts(connection, portal_id=PORTAL)
    assert (alert.kind, alert.subject) == ("property_changed", "contacts.leadlight_sources")


def test_an_alert_about_a_person_holds_no_value(stand: Stand) -> None:
    with stand.database.begin() as connection:
        rules = {"jobtitle": Rule(WritePolicy.IF_BLANK)}
        PolicyStore().save(connection, portal_id=PORTAL, object_type=CONTACTS, rules=rules, by="sample", now=NOW)
    stand.hubspot.definitions["jobtitle"] = PropertyDefinition("jobtitle", "", "enumeration", "select", "", False, (("a", "A"),))
    stand.hubspot.records[CONTACTS, "101"]["jobtitle"] = ""
    stand.providers.answers["sample.101@sample-works.com"] = {Field.JOB_TITLE: "Sample Chief"}
    work(stand, "101", CONTACTS)
    with stand.database.begin() as connection:
        [alert] = AlertStore().open_alerts(connection, portal_id=PORTAL)
    assert "Chief" not in alert.subject + alert.message
