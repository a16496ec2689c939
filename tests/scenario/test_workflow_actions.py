"""HubSpot's workflows and agents against a whole installation: a simulated workflow calls, waits, and is told the end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from integration.db.models import WorkflowExecutionRow
from integration.demo.stand import APP_ID, Stand, StandOptions
from integration.hubspot.objects import CONTACTS
from tests.scenario.account import Account
from tests.stands import PLENTY, OpenAccount, new_account

_PATIENCE_S = 120.0


def _enrol(account: Account, action: str, object_id: str = "", **more: Any) -> str:
    """The callback id of a record put into a workflow; without a record it is an agent that calls."""
    door = "workflow-actions" if object_id else "agent-tools"
    asked = {"app_id": APP_ID, "url": f"{account.stand.addresses.web}/{door}/{action}", "agent": not object_id, **more}
    if object_id:
        asked = {"object": {"type": "CONTACT", "id": object_id}, **asked}
    return str(account.stand.control.post(f"/portals/{account.portal_id}/workflow-actions", asked)["callback_id"])


def _look(account: Account, callback_id: str) -> dict[str, Any]:
    found = account.stand.control.get(f"/portals/{account.portal_id}/workflow-actions", callback_id=callback_id)
    [one] = found["enrolments"]
    return dict(one)


def _wait(account: Account, callback_id: str, *states: str) -> dict[str, Any]:
    """The enrolment once it has come to one of these states."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        found = _look(account, callback_id)
        if found["state"] in states:
            return found
        time.sleep(0.1)
    raise AssertionError(f"never {states}: {found}")


def _repeat(account: Account, callback_id: str) -> dict[str, Any]:
    path = f"/portals/{account.portal_id}/workflow-actions/{callback_id}/repeat"
    return dict(account.stand.control.post(path)["body"]["outputFields"])


def _stored(account: Account, callback_id: str) -> Any:
    with account.stand.database.begin() as connection:
        row = WorkflowExecutionRow.__table__
        mine = (row.c.portal_id == account.portal_id, row.c.callback_id == callback_id)
        return connection.execute(select(row).where(*mine)).one()


def _one_contact(open_account: OpenAccount, label: str, **options: Any) -> tuple[Account, str]:
    account = open_account(label, **options)
    account.add_companies(1)
    [contact] = account.add_contacts(1)
    if not options.get("dry_run"):
        account.wait_until_written(contacts=1, companies=1)
    return account, contact


def test_enrich_blocks_and_is_completed_with_its_outputs(open_account: OpenAccount) -> None:
    account = open_account("wfenrich")
    account.stand.listen(on=False)
    try:
        account.add_companies(1)
        [contact] = account.add_contacts(1)
        callback_id = _enrol(account, "enrich", contact, input_fields={"max_wait": "PT15M"})
        found = _wait(account, callback_id, "completed")
    finally:
        account.stand.listen(on=True)
    assert found["attempts"][0]["body"]["outputFields"]["hs_execution_state"] == "BLOCK"
    outputs = found["outputs"]
    assert (found["verdict"], outputs["state"]) == ("SUCCESS", "done")
    assert int(outputs["values_written"]) > 5
    assert outputs["heat"] in ("hot", "warm", "cold", "not_enough_evidence")
    assert outputs["headline"] == account.values(CONTACTS, contact)["leadlight_headline"]
    assert _stored(account, callback_id).state == "completed"
    assert _repeat(account, callback_id)["headline"] == outputs["headline"]
    assert _look(account, callback_id)["state"] == "completed"


def test_in_dry_run_a_workflow_is_told_so_and_nothing_is_written(open_account: OpenAccount) -> None:
    account, contact = _one_contact(open_account, "wfdry", dry_run=True)
    found = _wait(account, _enrol(account, "enrich", contact), "completed")
    assert (found["outputs"]["state"], found["outputs"]["values_written"]) == ("dry_run", "0")
    assert account.written(CONTACTS) == 0


def test_score_and_draft_answer_at_once_when_the_record_is_known(open_account: OpenAccount) -> None:
    account, contact = _one_contact(open_account, "wfscore")
    for action, output in (("score", "heat"), ("draft", "draft_state")):
        found = _wait(account, _enrol(account, action, contact), "completed", "waiting")
        assert found["state"] == "completed", found
        assert found["outputs"][output]
        assert len(found["attempts"]) == 1


def test_route_shares_records_fairly_over_active_owners_and_writes_nothing(stand: Stand) -> None:
    portal_id = 909_001
    owners: list[dict[str, Any]] = [
        {
            "id": str(number),
            "user_id": 9000 + number,
            "email": f"sample.{number}@wfroute-made.example",
            "last_name": f"Owner {number}",
        }
        for number in range(601, 605)
    ]
    owners[3]["archived"] = True
    stand.control.post("/seed", {"portals": [{"portal_id": portal_id, "owners": owners}]})
    account = Account(stand, portal_id, "wfroute")
    account.install()
    contacts = account.add_contacts(9)
    ids = [_enrol(account, "route", contact, properties=["hubspot_owner_id"]) for contact in contacts]
    found = [_wait(account, callback_id, "completed")["outputs"] for callback_id in ids]
    assert Counter(one["owner_id"] for one in found) == {"601": 3, "602": 3, "603": 3}
    assert all(one["reason"] for one in found)
    assert not any("hubspot_owner_id" in account.values(CONTACTS, contact, "hubspot_owner_id") for contact in contacts)
    account.act(action="update", object_type=CONTACTS, object_id=contacts[0], properties={"hubspot_owner_id": "603"})
    kept = _enrol(account, "route", contacts[0], properties=["hubspot_owner_id"], input_fields={"keep_current": "true"})
    outputs = _wait(account, kept, "completed")["outputs"]
    assert (outputs["state"], outputs["owner_id"], outputs["owner_name"]) == ("kept", "603", "Sample Owner 603")
    account.settle()


def test_an_execution_that_expired_at_hubspot_is_not_completed(
    own_stand: Callable[[StandOptions], Stand],
) -> None:
    stand = own_stand(StandOptions(worker_processes=0, requests_per_10_s=PLENTY))
    worker = stand.start_worker()
    account = new_account(stand, "wfexpired")
    account.install()
    account.add_companies(1)
    [contact] = account.add_contacts(1)
    account.wait_until_written(contacts=1, companies=1)
    stand.kill(worker)
    late, repeated = (_enrol(account, "enrich", contact, input_fields={"max_wait": "PT15M"}) for _ in range(2))
    assert {_wait(account, one, "waiting")["state"] for one in (late, repeated)} == {"waiting"}
    assert _repeat(account, repeated) == {"hs_execution_state": "BLOCK", "hs_expiration_duration": "PT15M"}
    with stand.database.begin() as connection:  # a quarter of an hour later, on both sides
        connection.execute(
            update(WorkflowExecutionRow)
            .where(WorkflowExecutionRow.callback_id == late)
            .values(expires_at=WorkflowExecutionRow.requested_at)
        )
    stand.control.post("/clock", {"advance_s": 901})
    assert _look(account, late)["state"] == _look(account, repeated)["state"] == "expired"
    stand.start_worker()
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and {_stored(account, one).state for one in (late, repeated)} != {"expired", "failed"}:
        time.sleep(0.2)
    assert _stored(account, late).state == "expired"
    assert _stored(account, repeated).state == "failed"  # HubSpot went on first and said so
    assert _repeat(account, late)["state"] == "expired"


@pytest.mark.slow
def test_a_web_process_that_was_down_is_asked_again(own_stand: Callable[[StandOptions], Stand]) -> None:
    stand = own_stand(StandOptions(worker_processes=1, requests_per_10_s=PLENTY))
    account = new_account(stand, "wfdown")
    account.install()
    [contact] = account.add_contacts(1)
    account.wait_until_written(contacts=1)
    stand.control.patch("/settings", {"webhooks": {"retry_scale": 0.01}})
    stand.kill(stand.web)
    callback_id = _enrol(account, "score", contact)
    time.sleep(0.5)
    assert _look(account, callback_id)["state"] == "sending"
    stand.restart_web()
    found = _wait(account, callback_id, "completed", "failed")
    assert found["state"] == "completed"
    assert [attempt["status"] for attempt in found["attempts"]][-1] == 200
    assert len(found["attempts"]) > 1


def test_an_agent_reads_the_brief_and_has_a_record_enriched(open_account: OpenAccount) -> None:
    account, contact = _one_contact(open_account, "wfagent")
    record: dict[str, Any] = {"input_fields": {"object_type": "contacts", "record_id": contact}}
    brief = _wait(account, _enrol(account, "get_brief", **record), "completed")["outputs"]
    assert account.values(CONTACTS, contact)["leadlight_headline"] in brief["brief"]
    assert ", seen 20" in brief["brief"]
    assert len(brief["brief"]) <= 4_000
    step = _wait(account, _enrol(account, "propose_next_step", **record), "completed")["outputs"]
    assert step["next_step"].startswith("<<<")
    queued = _wait(account, _enrol(account, "enrich_record", **record), "completed")["outputs"]
    assert queued["state"] == "queued"
    account.settle()


def test_the_editor_is_offered_the_owners(open_account: OpenAccount) -> None:
    account = open_account("wfoptions")
    asked = {"app_id": APP_ID, "url": f"{account.stand.addresses.web}/workflow-actions/route/options", "field": "owners"}
    answer = account.stand.control.post(f"/portals/{account.portal_id}/workflow-options", asked)
    assert answer["status"] == 200
    assert answer["body"]["options"] == [{"label": "Sample Owner", "value": "501"}]
