"""What the actions answer, that a repeat changes nothing, and how waiting workflows are told the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from integration.core.clock import system_clock
from integration.db.models import DeadLetterRow, LedgerRow, PortalRow, WorkflowExecutionRow, WorkItemRow
from integration.hubspot.portal_store import DISCONNECTED
from integration.pipeline.workflow.completion import WorkflowJobs
from simulator.faults import FaultSpec
from simulator.workflows.enrolments import Enrolment
from tests.contract.hubspot.stand import APP_ID, PORTAL_ID
from tests.contract.workflow.conftest import Bench

ENRICH, SCORE, DRAFT = "/workflow-actions/enrich", "/workflow-actions/score", "/workflow-actions/draft"


def _jobs(bench: Bench, clock: Callable[[], datetime] = system_clock) -> WorkflowJobs:
    parts = bench.parts
    return WorkflowJobs(database=parts.database, portals=parts.portals, clients=parts.clients, deferrer=parts.engine, clock=clock)


def _blocked(bench: Bench, path: str, object_id: str, **inputs: str) -> str:
    """The callback id of an execution that waits here and at the simulator alike."""
    body = bench.execution(object_id, inputFields=inputs)
    told = bench.outputs(path, body)
    assert told["hs_execution_state"] == "BLOCK"
    callback_id = str(body["callbackId"])
    enrolment = Enrolment(callback_id, APP_ID, PORTAL_ID, "http://localhost", body, with_v3=True)
    enrolment.state, enrolment.expires_at_ms = "waiting", bench.simulator.world.clock.now_ms() + 3_600_000
    assert bench.simulator.world.workflows.enrolments.add(enrolment)
    return callback_id


def _at_hubspot(bench: Bench, callback_id: str) -> Enrolment:
    found = bench.simulator.world.workflows.enrolments.find(callback_id)
    assert found is not None
    return found


def _finish(bench: Bench, clock: Callable[[], datetime] = system_clock) -> None:
    jobs = _jobs(bench, clock)
    jobs.sweep({})
    jobs.finish({"portal_id": PORTAL_ID})


def test_enrich_puts_the_record_on_the_live_lane_and_waits_as_long_as_asked(bench: Bench) -> None:
    contact = bench.new_contact()
    body = bench.execution(contact, inputFields={"max_wait": "PT15M"})
    assert bench.outputs(ENRICH, body) == {"hs_execution_state": "BLOCK", "hs_expiration_duration": "PT15M"}
    assert bench.count(WorkItemRow, WorkItemRow.object_id == contact, WorkItemRow.lane == 0) == 1
    row = bench.stored(body["callbackId"])
    assert (row.state, row.expires_at - row.requested_at >= timedelta(minutes=15)) == ("waiting", True)


def test_in_dry_run_the_record_waits_in_the_dry_lane(bench: Bench) -> None:
    bench.prefer(dry_run=True)
    contact = bench.new_contact()
    bench.outputs(ENRICH, bench.execution(contact))
    assert bench.count(WorkItemRow, WorkItemRow.object_id == contact, WorkItemRow.lane == 2) == 1


def test_a_repeated_request_gets_the_same_answer_and_has_one_effect(bench: Bench) -> None:
    body = bench.execution(bench.new_contact())
    first = bench.outputs(ENRICH, body)
    assert bench.outputs(ENRICH, body) == first
    assert bench.count(WorkflowExecutionRow) == 1
    assert bench.count(WorkItemRow, WorkItemRow.generation == 1) == 1


def test_the_same_request_ten_times_at_once_has_one_effect(bench: Bench) -> None:
    contact = bench.new_contact()
    bench.remember(contact, at=datetime.now(UTC) - timedelta(days=3))
    body = bench.execution(contact)
    answers = bench.together(10, ENRICH, [body] * 10)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert bench.count(WorkflowExecutionRow) == 1
    assert bench.count(WorkItemRow, WorkItemRow.generation == 1) == 1


def test_a_callback_id_of_another_portal_is_another_execution(bench: Bench) -> None:
    bench.simulator.world.new_portal(77_001)
    bench.stand.connect(77_001)
    with bench.database.begin() as connection:
        connection.execute(update(PortalRow).values(provisioned_at=datetime.now(UTC), preferences={"dry_run": False}))
    contact = bench.new_contact()
    body = bench.execution(contact)
    assert bench.outputs(ENRICH, body)["hs_execution_state"] == "BLOCK"
    elsewhere = {**bench.execution(contact, portal_id=77_001), "callbackId": body["callbackId"]}
    assert bench.outputs(ENRICH, elsewhere)["hs_execution_state"] == "FAIL_CONTINUE"  # that account has no such record
    assert bench.count(WorkflowExecutionRow) == 2


def test_a_callback_id_used_for_another_action_is_refused(bench: Bench) -> None:
    body = bench.execution(bench.new_contact())
    bench.outputs(ENRICH, body)
    assert bench.post(SCORE, body).status_code == 409


def test_when_the_record_is_done_the_workflow_gets_its_outputs(bench: Bench) -> None:
    contact = bench.new_contact()
    callback_id = _blocked(bench, ENRICH, contact)
    _finish(bench)
    assert _at_hubspot(bench, callback_id).state == "waiting"  # the record is still on the worklist
    bench.remember(contact)
    with bench.database.begin() as connection:
        for name in ("leadlight_icp_fit", "leadlight_headline", "note:brief"):
            connection.execute(
                insert(LedgerRow).values(
                    portal_id=PORTAL_ID, run_id="r", object_type="contacts", object_id=contact, property_name=name, policy="p",
                    decision="write", decision_reason="", trace_id=name, outcome="written",
                )
            )  # fmt: skip
    bench.leave_worklist()
    _finish(bench)
    told = _at_hubspot(bench, callback_id)
    assert (told.state, told.verdict) == ("completed", "SUCCESS")
    assert told.outputs == {
        "state": "done", "message": "Done.", "values_written": "2", "heat": "hot", "priority": "72.0", "icp_fit": "80.0",
        "headline": "Sample Contact: fits",
    }  # fmt: skip
    assert bench.stored(callback_id).state == "completed"


def test_after_the_end_a_repeat_is_told_the_end_since_nobody_waits_any_more(bench: Bench) -> None:
    contact = bench.new_contact()
    body = bench.execution(contact)
    assert bench.outputs(ENRICH, body)["hs_execution_state"] == "BLOCK"
    bench.remember(contact)
    bench.leave_worklist()
    _finish(bench)  # the simulator knows of no such enrolment, so this is refused for good
    assert bench.stored(body["callbackId"]).state == "failed"
    assert "404" in bench.stored(body["callbackId"]).reason
    again = bench.outputs(ENRICH, body)
    assert (again["hs_execution_state"], again["heat"]) == ("SUCCESS", "hot")
    assert bench.count(WorkItemRow) == 0


@pytest.mark.parametrize(("cause", "state"), [("budget", "over_budget"), ("ask_again", "done")])
def test_a_record_that_only_waits_for_a_budget_or_a_silent_provider_is_done_with(bench: Bench, cause: str, state: str) -> None:
    contact = bench.new_contact()
    callback_id = _blocked(bench, ENRICH, contact)
    bench.remember(contact)
    with bench.database.begin() as connection:
        connection.execute(update(WorkItemRow).values(causes=[cause]))
    _finish(bench)
    assert _at_hubspot(bench, callback_id).outputs["state"] == state


def test_a_dry_run_says_so(bench: Bench) -> None:
    bench.prefer(dry_run=True)
    contact = bench.new_contact()
    callback_id = _blocked(bench, ENRICH, contact)
    bench.remember(contact)
    bench.leave_worklist()
    _finish(bench)
    assert _at_hubspot(bench, callback_id).outputs["state"] == "dry_run"


def test_a_record_that_was_given_up_or_is_gone_fails_with_words_and_the_workflow_goes_on(bench: Bench) -> None:
    buried, gone = bench.new_contact(1), bench.new_contact(2)
    ids = [_blocked(bench, ENRICH, buried), _blocked(bench, ENRICH, gone)]
    bench.remember(buried)
    with bench.database.begin() as connection:
        connection.execute(
            insert(DeadLetterRow).values(
                portal_id=PORTAL_ID, kind="record", reason="refused", detail="", object_type="contacts", object_id=buried
            )
        )
    bench.leave_worklist()
    _finish(bench)
    for callback_id in ids:
        told = _at_hubspot(bench, callback_id)
        assert (told.verdict, told.outputs["state"]) == ("FAIL_CONTINUE", "failed")
        assert told.outputs["message"]


def test_one_that_hubspot_does_not_take_stops_none_of_the_others(bench: Bench) -> None:
    contacts = [bench.new_contact(number) for number in range(5)]
    ids = [_blocked(bench, ENRICH, contact) for contact in contacts]
    for contact in contacts:
        bench.remember(contact)
    _at_hubspot(bench, ids[2]).state = "expired"
    bench.leave_worklist()
    _finish(bench)
    assert [bench.stored(callback_id).state for callback_id in ids] == ["completed"] * 2 + ["failed"] + ["completed"] * 2


def test_an_execution_whose_time_is_over_is_expired_and_never_completed(bench: Bench) -> None:
    contact = bench.new_contact()
    callback_id = _blocked(bench, ENRICH, contact, max_wait="PT15M")
    bench.remember(contact)
    bench.leave_worklist()
    _finish(bench, lambda: datetime.now(UTC) + timedelta(minutes=16))
    assert bench.stored(callback_id).state == "expired"
    _finish(bench)
    assert _at_hubspot(bench, callback_id).state == "waiting"
    assert not [call for call in bench.stand.calls("callbacks") if call]


def test_a_repeat_after_expiry_goes_on_with_words(bench: Bench) -> None:
    body = bench.execution(bench.new_contact())
    bench.outputs(ENRICH, body)
    _jobs(bench, lambda: datetime.now(UTC) + timedelta(hours=2)).sweep({})
    again = bench.outputs(ENRICH, body)
    assert (again["hs_execution_state"], again["state"]) == ("FAIL_CONTINUE", "expired")


def test_an_outage_of_hubspot_is_waited_out(bench: Bench) -> None:
    contact = bench.new_contact()
    callback_id = _blocked(bench, ENRICH, contact)
    bench.remember(contact)
    bench.leave_worklist()
    bench.simulator.world.faults.add(FaultSpec(kind="status", path="callbacks", status=503, count=1))
    _finish(bench)
    assert (bench.stored(callback_id).state, bench.stored(callback_id).attempts) == ("waiting", 1)
    _finish(bench)
    assert bench.stored(callback_id).state == "completed"


def test_a_disconnected_portal_waits_until_its_executions_expire(bench: Bench) -> None:
    contact = bench.new_contact()
    callback_id = _blocked(bench, ENRICH, contact)
    bench.remember(contact)
    bench.leave_worklist()
    with bench.database.begin() as connection:
        bench.parts.portals.set_state(connection, portal_id=PORTAL_ID, state=DISCONNECTED, reason="revoked", now=datetime.now(UTC))
    _finish(bench)
    assert bench.stored(callback_id).state == "waiting"
    _finish(bench, lambda: datetime.now(UTC) + timedelta(days=1))
    assert bench.stored(callback_id).state == "expired"
    assert not bench.stand.calls("callbacks")


def test_score_answers_at_once_when_the_record_was_looked_at_today_and_waits_when_not(bench: Bench) -> None:
    fresh, old = bench.new_contact(1), bench.new_contact(2)
    bench.remember(fresh)
    bench.remember(old, at=datetime.now(UTC) - timedelta(hours=25))
    told = bench.outputs(SCORE, bench.execution(fresh))
    assert told["hs_execution_state"] == "SUCCESS"
    assert (told["heat"], told["priority"], told["icp_fit"], told["reasons"]) == ("hot", 72.0, 80.0, "+72 Why priority")
    assert bench.count(WorkItemRow) == 0
    assert bench.outputs(SCORE, bench.execution(old))["hs_execution_state"] == "BLOCK"
    assert bench.count(WorkItemRow) == 1


def test_draft_answers_at_once_when_a_draft_stands_and_looks_again_at_an_old_refusal(bench: Bench) -> None:
    drafted, refused = bench.new_contact(1), bench.new_contact(2)
    bench.remember(drafted, at=datetime.now(UTC) - timedelta(days=9), draft="drafted")
    bench.remember(refused, at=datetime.now(UTC) - timedelta(days=9), draft="refused", refusal="the address is not known")
    told = bench.outputs(DRAFT, bench.execution(drafted))
    assert (told["draft_state"], told["steps"], told["subject"]) == ("drafted", 1, "A sample subject")
    callback_id = _blocked(bench, DRAFT, refused)
    bench.leave_worklist()
    _finish(bench)
    outputs = _at_hubspot(bench, callback_id).outputs
    assert (outputs["draft_state"], outputs["refusal"], outputs["steps"]) == ("refused", "the address is not known", "0")


def test_without_the_permission_to_complete_it_answers_with_what_is_stored_and_names_the_permission(bench: Bench) -> None:
    bench.scopes("oauth")
    known, unknown = bench.new_contact(1), bench.new_contact(2)
    bench.remember(known, at=datetime.now(UTC) - timedelta(days=9))
    told = bench.outputs(ENRICH, bench.execution(known))
    assert (told["hs_execution_state"], told["state"], told["heat"]) == ("SUCCESS", "stored", "hot")
    assert "automation" in told["message"]
    told = bench.outputs(ENRICH, bench.execution(unknown))
    assert told["hs_execution_state"] == "FAIL_CONTINUE"
    assert "automation" in told["message"]
    assert bench.count(WorkItemRow) == 2  # they are looked at all the same


def test_old_executions_are_forgotten_and_waiting_ones_are_not(bench: Bench) -> None:
    contact = bench.new_contact()
    bench.remember(contact)
    bench.outputs(SCORE, bench.execution(contact))
    waiting = _blocked(bench, ENRICH, contact)
    _jobs(bench, lambda: datetime.now(UTC) + timedelta(days=31)).purge({})
    assert bench.count(WorkflowExecutionRow) == 1
    assert bench.stored(waiting).state == "waiting"
