"""Who is let in to workflow actions and agent tools, and what a request must look like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.db.models import WorkflowExecutionRow, WorkItemRow
from integration.hubspot.portal_store import DISCONNECTED, UNINSTALLED
from tests.contract.hubspot.stand import PORTAL_ID
from tests.contract.workflow.conftest import OTHER_PORTAL, Bench, signed

ENRICH = "/workflow-actions/enrich"
EVERY_DOOR = (ENRICH, "/workflow-actions/route/options", "/agent-tools/get_brief")


def _nothing_happened(bench: Bench) -> bool:
    return bench.count(WorkflowExecutionRow) == bench.count(WorkItemRow) == 0


@pytest.mark.parametrize("path", EVERY_DOOR)
def test_a_request_without_a_signature_is_not_let_in(bench: Bench, path: str) -> None:
    answer = bench.post(path, bench.execution(bench.new_contact()), portal_headers={})
    assert answer.status_code == 401
    assert _nothing_happened(bench)


@pytest.mark.parametrize("path", EVERY_DOOR)
@pytest.mark.parametrize("with_v3", [True, False])
def test_a_signature_by_somebody_else_is_not_let_in(bench: Bench, path: str, with_v3: bool) -> None:
    raw = json.dumps(bench.execution(bench.new_contact())).encode()
    headers = signed(path, raw, with_v3=with_v3, secret="another-secret")
    assert bench.post(path, raw, portal_headers=headers).status_code == 401
    assert _nothing_happened(bench)


@pytest.mark.parametrize("path", EVERY_DOOR)
def test_a_v3_signature_that_is_old_or_from_the_future_is_not_let_in_whatever_v2_says(bench: Bench, path: str) -> None:
    raw = json.dumps(bench.execution(bench.new_contact())).encode()
    for away in (timedelta(minutes=-6), timedelta(minutes=6)):
        at = str(int((datetime.now(UTC) + away).timestamp() * 1000))
        assert bench.post(path, raw, portal_headers=signed(path, raw, timestamp=at)).status_code == 401
    assert _nothing_happened(bench)


def test_a_bad_v3_signature_is_not_rescued_by_a_good_v2(bench: Bench) -> None:
    raw = json.dumps(bench.execution(bench.new_contact())).encode()
    headers = {**signed(ENRICH, raw), "X-HubSpot-Signature-v3": "bm90IGl0"}
    assert bench.post(ENRICH, raw, portal_headers=headers).status_code == 401
    assert _nothing_happened(bench)


def test_a_v1_signature_counts_for_nothing(bench: Bench) -> None:
    raw = json.dumps(bench.execution(bench.new_contact())).encode()
    headers = {**signed(ENRICH, raw, with_v3=False), "X-HubSpot-Signature-Version": "v1"}
    assert bench.post(ENRICH, raw, portal_headers=headers).status_code == 401


def test_a_v2_signature_alone_is_let_in_as_workflows_may_send_no_other(bench: Bench) -> None:
    raw = json.dumps(bench.execution(bench.new_contact())).encode()
    answer = bench.post(ENRICH, raw, portal_headers=signed(ENRICH, raw, with_v3=False))
    assert answer.status_code == 200
    assert answer.get_json()["outputFields"]["hs_execution_state"] == "BLOCK"


def test_a_signature_for_another_address_or_body_is_not_let_in(bench: Bench) -> None:
    raw = json.dumps(bench.execution(bench.new_contact())).encode()
    for with_v3 in (True, False):
        elsewhere = signed("/workflow-actions/score", raw, with_v3=with_v3)
        assert bench.post(ENRICH, raw, portal_headers=elsewhere).status_code == 401
        assert bench.post(ENRICH, raw + b" ", portal_headers=signed(ENRICH, raw, with_v3=with_v3)).status_code == 401


def _without(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        (lambda body: _without("callbackId", body), "callbackId"),
        (lambda body: {**body, "callbackId": "x" * 201}, "callbackId"),
        (lambda body: {**body, "callbackId": 7}, "callbackId"),
        (lambda body: {**body, "callbackId": "a\0b"}, "callbackId"),
        (lambda body: _without("origin", body), "origin"),
        (lambda body: {**body, "origin": {"portalId": "many"}}, "origin.portalId"),
        (lambda body: {**body, "origin": {"portalId": -1}}, "origin.portalId"),
        (lambda body: _without("object", body), "object"),
        (lambda body: {**body, "object": {"objectType": "CONTACT"}}, "object.objectId"),
        (lambda body: {**body, "object": {"objectId": 1, "objectType": "DEAL"}}, "object.objectType"),
        (lambda body: {**body, "object": {"objectId": 1, "objectType": ["CONTACT"]}}, "object.objectType"),
        (lambda body: {**body, "inputFields": {"max_wait": "P99D"}}, "inputFields.max_wait"),
        (lambda body: {**body, "inputFields": {"max_wait": {"a": 1}}}, "inputFields.max_wait"),
        (lambda body: {**body, "inputFields": []}, "inputFields"),
    ],
)
def test_a_field_that_is_wrong_is_refused_for_good_with_its_path(bench: Bench, spoil: Any, path: str) -> None:
    answer = bench.post(ENRICH, spoil(bench.execution(bench.new_contact())))
    assert answer.status_code == 400
    assert answer.text.startswith(f"{path}:")
    assert _nothing_happened(bench)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(bench: Bench, raw: bytes) -> None:
    assert bench.post(ENRICH, raw).status_code == 400


def test_a_body_over_256_kb_is_refused_unread(bench: Bench) -> None:
    assert bench.post(ENRICH, {**bench.execution("1"), "padding": "x" * 260_000}).status_code == 413
    assert bench.post(ENRICH, {**bench.execution(bench.new_contact()), "padding": "x" * 200_000}).status_code == 200


def test_unknown_actions_and_tools_of_the_other_kind_are_not_found(bench: Bench) -> None:
    contact = bench.new_contact()
    for path in ("/workflow-actions/none", "/workflow-actions/get_brief", "/agent-tools/enrich", "/workflow-actions/none/options"):
        assert bench.post(path, bench.execution(contact)).status_code == 404


def test_a_portal_without_the_app_is_not_found_and_told_nothing(bench: Bench) -> None:
    contact = bench.new_contact()
    assert bench.post(ENRICH, bench.execution(contact, portal_id=OTHER_PORTAL)).status_code == 404
    with bench.database.begin() as connection:
        bench.parts.portals.set_state(
            connection, portal_id=PORTAL_ID, state=UNINSTALLED, reason="uninstalled", now=datetime.now(UTC)
        )
    assert bench.post(ENRICH, bench.execution(contact)).status_code == 404
    assert _nothing_happened(bench)


def test_a_disconnected_portal_goes_on_with_words(bench: Bench) -> None:
    with bench.database.begin() as connection:
        bench.parts.portals.set_state(connection, portal_id=PORTAL_ID, state=DISCONNECTED, reason="revoked", now=datetime.now(UTC))
    told = bench.outputs(ENRICH, bench.execution("1"))
    assert (told["hs_execution_state"], told["state"]) == ("FAIL_CONTINUE", "failed")
    assert "connect" in told["message"]
    assert bench.count(WorkItemRow) == 0


def test_a_record_of_another_account_is_answered_in_words_and_never_queued(bench: Bench) -> None:
    told = bench.outputs(ENRICH, bench.execution("999999999"))
    assert told["hs_execution_state"] == "FAIL_CONTINUE"
    assert "no such record" in told["message"]
    assert bench.count(WorkItemRow) == 0


def test_an_unreachable_database_is_a_5xx_which_hubspot_tries_again(bench: Bench) -> None:
    body = bench.execution(bench.new_contact())
    engine = bench.parts.database.engine
    bench.parts.database.engine = type(bench.database)("postgresql://nobody@127.0.0.1:9/none").engine
    try:
        assert bench.post(ENRICH, body).status_code == 503
    finally:
        bench.parts.database.engine.dispose()
        bench.parts.database.engine = engine
    assert bench.outputs(ENRICH, body)["hs_execution_state"] == "BLOCK"
