"""Choosing owners over the door: fair turns, also at once; options as HubSpot's editor asks for them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from integration.db.models import RoutingDecisionRow
from simulator.faults import FaultSpec
from tests.contract.hubspot.stand import PORTAL_ID
from tests.contract.workflow.conftest import Bench, owner

ROUTE, OPTIONS = "/workflow-actions/route", "/workflow-actions/route/options"
TEAM = (("71", "Sample North"),)


def _three(bench: Bench) -> None:
    bench.owners(owner(601, "Ada", teams=TEAM), owner(602, "Bo"), owner(603, "Cy", archived=True))


def _ask(field: str, **fetch: str) -> dict[str, Any]:
    return {
        "origin": {"portalId": PORTAL_ID},
        "objectTypeId": "0-1",
        "inputFieldName": field,
        "inputFields": {},
        "fetchOptions": fetch,
    }


def test_records_go_round_by_turns_and_never_to_an_archived_owner(bench: Bench) -> None:
    _three(bench)
    told = [bench.outputs(ROUTE, bench.execution(str(number), "DEAL")) for number in range(1, 10)]
    assert Counter(one["owner_id"] for one in told) == {"501": 3, "601": 3, "602": 3}
    assert {one["state"] for one in told} == {"chosen"}
    assert {one["owner_name"] for one in told} == {"Sample Owner", "Sample Ada", "Sample Bo"}
    assert all(one["reason"] for one in told)


def test_a_decision_is_kept_with_its_inputs_and_the_ones_not_chosen(bench: Bench) -> None:
    _three(bench)
    body = bench.execution("7", "DEAL", inputFields={"owners": "601;603"})
    bench.outputs(ROUTE, body)
    with bench.database.begin() as connection:
        row = connection.execute(select(RoutingDecisionRow.__table__)).one()
    assert (row.owner_id, row.object_type, row.asked_by) == ("601", "deals", f"workflow/{body['callbackId']}")
    assert row.inputs["owners"] == ["601", "603"]
    reason = "not among the owners to choose from"
    assert {one["owner_id"]: one["reason"] for one in row.candidates} == {"501": reason, "602": reason}
    assert row.inputs["counts"] == {}


def test_twenty_records_at_once_are_shared_evenly(bench: Bench) -> None:
    _three(bench)
    bench.outputs(ROUTE, bench.execution("1", "DEAL"))
    answers = bench.together(20, ROUTE, [bench.execution(str(number), "DEAL") for number in range(2, 22)])
    counts = Counter(answer.get_json()["outputFields"]["owner_id"] for answer in answers)
    counts["501"] += 1
    assert max(counts.values()) - min(counts.values()) <= 1
    assert sum(counts.values()) == 21


def test_a_repeat_is_no_second_turn(bench: Bench) -> None:
    _three(bench)
    body = bench.execution("1", "DEAL")
    assert len({bench.outputs(ROUTE, body)["owner_id"] for _ in range(3)}) == 1
    assert bench.count(RoutingDecisionRow) == 1


def test_the_present_active_owner_is_kept_when_asked_and_costs_no_turn(bench: Bench) -> None:
    _three(bench)
    record = {"objectId": 1, "objectType": "DEAL", "properties": {"hubspot_owner_id": "602"}}
    keep: dict[str, Any] = {"inputFields": {"keep_current": "true"}, "object": record}
    told = bench.outputs(ROUTE, bench.execution("1", "DEAL", **keep))
    assert (told["state"], told["owner_id"]) == ("kept", "602")
    after = [bench.outputs(ROUTE, bench.execution(str(number), "DEAL"))["owner_id"] for number in (2, 3, 4)]
    assert sorted(after) == ["501", "601", "602"]


def test_an_archived_present_owner_is_not_kept(bench: Bench) -> None:
    _three(bench)
    record = {"objectId": 1, "objectType": "DEAL", "properties": {"hubspot_owner_id": "603"}}
    told = bench.outputs(ROUTE, bench.execution("1", "DEAL", inputFields={"keep_current": True}, object=record))
    assert (told["state"], told["owner_id"]) == ("chosen", "501")


def test_a_team_narrows_the_choice_and_an_empty_one_is_said(bench: Bench) -> None:
    _three(bench)
    assert bench.outputs(ROUTE, bench.execution("1", "DEAL", inputFields={"team": "71"}))["owner_id"] == "601"
    told = bench.outputs(ROUTE, bench.execution("2", "DEAL", inputFields={"team": "99"}))
    assert (told["hs_execution_state"], told["state"]) == ("FAIL_CONTINUE", "failed")
    assert "owner_id" not in told


def test_old_decisions_do_not_count(bench: Bench) -> None:
    _three(bench)
    for number in range(1, 4):
        bench.outputs(ROUTE, bench.execution(str(number), "DEAL", inputFields={"owners": "501"}))
    assert bench.outputs(ROUTE, bench.execution("9", "DEAL"))["owner_id"] == "601"
    with bench.database.begin() as connection:
        connection.execute(update(RoutingDecisionRow).values(decided_at=datetime.now(UTC) - timedelta(days=31)))
    assert bench.outputs(ROUTE, bench.execution("10", "DEAL"))["owner_id"] == "501"


def test_somebody_archived_meanwhile_is_noticed_within_the_hour(bench: Bench) -> None:
    _three(bench)
    bench.outputs(ROUTE, bench.execution("1", "DEAL"))
    bench.owners(owner(601, "Ada", archived=True))
    bench.hours_later()
    told = [bench.outputs(ROUTE, bench.execution(str(number), "DEAL"))["owner_id"] for number in range(2, 6)]
    assert set(told) == {"501", "602"}


def test_without_the_permission_to_read_owners_the_workflow_is_told_which_one_is_missing(bench: Bench) -> None:
    bench.stand.connect(scopes=("oauth",))
    told = bench.outputs(ROUTE, bench.execution("1", "DEAL"))
    assert (told["hs_execution_state"], told["state"]) == ("FAIL_CONTINUE", "failed")
    assert "crm.objects.owners.read" in told["message"]


def test_a_hubspot_that_is_down_is_a_5xx_only_while_no_owner_is_known(bench: Bench) -> None:
    _three(bench)
    body = bench.execution("1", "DEAL")
    bench.simulator.world.faults.add(FaultSpec(kind="status", path="/crm/owners", status=503))
    assert bench.post(ROUTE, body).status_code == 503
    assert bench.count(RoutingDecisionRow) == 0
    bench.simulator.world.faults.clear()
    assert bench.outputs(ROUTE, body)["state"] == "chosen"
    bench.hours_later()
    bench.simulator.world.faults.add(FaultSpec(kind="status", path="/crm/owners", status=503))
    assert bench.outputs(ROUTE, bench.execution("3", "DEAL"))["state"] == "chosen"


def test_options_are_active_owners_by_name_searched_and_in_pages(bench: Bench) -> None:
    bench.owners(*(owner(700 + number, f"Person {number:03d}") for number in range(60)), owner(603, "Cy", archived=True))
    first = bench.post(OPTIONS, _ask("owners")).get_json()
    assert first["searchable"] is True
    assert len(first["options"]) == 50
    rest = bench.post(OPTIONS, _ask("owners", after=first["after"])).get_json()
    assert "after" not in rest
    everybody = [one["label"] for one in [*first["options"], *rest["options"]]]
    assert everybody == sorted(everybody, key=str.lower)
    assert len(everybody) == 61
    assert "Sample Cy" not in everybody
    found = bench.post(OPTIONS, _ask("owners", q="person 017")).get_json()["options"]
    assert found == [{"label": "Sample Person 017", "value": "717"}]


def test_options_of_teams_carry_their_names_and_other_inputs_have_none(bench: Bench) -> None:
    _three(bench)
    assert bench.post(OPTIONS, _ask("team")).get_json()["options"] == [{"label": "Sample North", "value": "71"}]
    refused = bench.post(OPTIONS, _ask("keep_current"))
    assert (refused.status_code, refused.text.split(":")[0]) == (400, "inputFieldName")
