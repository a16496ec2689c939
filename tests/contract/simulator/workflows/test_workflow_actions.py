"""The caller of workflow actions and the completion of executions: the rules HubSpot documents, over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from integration.hubspot.signature import verify_v2, verify_v3
from simulator.running import RunningSimulator
from simulator.server import RunningServer, serve
from tests.contract.simulator.conftest import APP, APP_ID, PORTAL_ID, HubSpotSession, session_for

_BLOCK = {"outputFields": {"hs_execution_state": "BLOCK", "hs_expiration_duration": "PT1H"}}
_DONE = {"outputFields": {"hs_execution_state": "SUCCESS", "answer": 7}}
COMPLETE = "/automation/actions/callbacks/2026-09/complete"


@dataclass
class Target:
    """The app's address: answers in turn, then the last one again. An answer is a status, a body and headers."""

    answers: list[tuple[int, Any, list[tuple[str, str]]]]
    received: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)
    server: RunningServer | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        assert self.server is not None
        return f"{self.server.base_url}/workflow-actions/sample"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        with self.lock:
            self.received.append((environ, body))
            status, told, headers = self.answers[min(len(self.received), len(self.answers)) - 1]
        start_response(f"{status} Answer", [("Content-Type", "application/json"), *headers])
        return [json.dumps(told).encode()]


@pytest.fixture
def target(simulator: RunningSimulator) -> Iterator[Target]:
    served = Target([(200, _DONE, [])])
    served.server = serve(served)
    yield served
    served.server.stop()


@pytest.fixture
def automation(simulator: RunningSimulator) -> Iterator[HubSpotSession]:
    """The app with the scope `automation`."""
    declared = (*APP.required_scopes, "automation")
    simulator.world.register_app(type(APP)(**{**vars(APP), "required_scopes": declared}))
    with requests.Session() as http:
        yield session_for(simulator, APP_ID, PORTAL_ID, http)


def _enrol(hubspot: HubSpotSession, target: Target, **more: Any) -> str:
    body = {"app_id": APP_ID, "url": target.url, "object": {"type": "CONTACT", "id": "7"}, "input_fields": {"a": "b"}, **more}
    answer = hubspot.control("POST", f"/portals/{PORTAL_ID}/workflow-actions", body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["callback_id"])


def _enrolment(hubspot: HubSpotSession, callback_id: str) -> dict[str, Any]:
    answer = hubspot.control("GET", f"/portals/{PORTAL_ID}/workflow-actions", params={"callback_id": callback_id})
    [found] = answer.json()["enrolments"]
    return dict(found)


def _settled(hubspot: HubSpotSession, callback_id: str) -> dict[str, Any]:
    for _ in range(200):
        found = _enrolment(hubspot, callback_id)
        if found["state"] != "sending":
            return found
        time.sleep(0.02)
    raise AssertionError(f"still sending: {found}")


@pytest.mark.parametrize("with_v3", [True, False])
def test_a_call_is_signed_as_documented_and_carries_what_is_documented(
    automation: HubSpotSession, target: Target, with_v3: bool
) -> None:
    callback_id = _enrol(automation, target, with_v3=with_v3)
    assert _settled(automation, callback_id)["state"] == "completed"
    [(environ, raw)] = target.received
    given: dict[str, Any] = {"secret": APP.client_secret, "method": "POST", "uri": target.url, "body": raw}
    verify_v2(**given, signature=environ["HTTP_X_HUBSPOT_SIGNATURE"])
    assert ("HTTP_X_HUBSPOT_SIGNATURE_V3" in environ) is with_v3
    if with_v3:
        timestamp = environ["HTTP_X_HUBSPOT_REQUEST_TIMESTAMP"]
        verify_v3(**given, signature=environ["HTTP_X_HUBSPOT_SIGNATURE_V3"], timestamp=timestamp, now=datetime.now(UTC))
    body = json.loads(raw)
    assert (body["callbackId"], body["origin"]["portalId"], body["context"]["source"]) == (callback_id, PORTAL_ID, "WORKFLOWS")
    assert body["object"] == {"objectId": 7, "objectType": "CONTACT", "properties": {}}
    assert body["inputFields"] == body["fields"] == {"a": "b"}


def test_an_answer_at_once_completes_and_keeps_the_outputs(automation: HubSpotSession, target: Target) -> None:
    found = _settled(automation, _enrol(automation, target))
    assert (found["state"], found["verdict"], found["outputs"]) == ("completed", "SUCCESS", {"answer": 7})


def test_a_4xx_fails_without_another_try(automation: HubSpotSession, target: Target) -> None:
    target.answers = [(400, {}, []), (200, _DONE, [])]
    assert _settled(automation, _enrol(automation, target))["state"] == "failed"
    assert len(target.received) == 1


def test_5xx_and_429_are_tried_again_and_signed_anew(automation: HubSpotSession, target: Target) -> None:
    target.answers = [(503, {}, []), (429, {}, [("Retry-After", "30")]), (200, _DONE, [])]
    found = _settled(automation, _enrol(automation, target))
    assert found["state"] == "completed"
    assert [attempt["status"] for attempt in found["attempts"]] == [503, 429, 200]
    assert len({json.loads(raw)["callbackId"] for _, raw in target.received}) == 1


def test_it_gives_up_after_three_days(automation: HubSpotSession, target: Target) -> None:
    target.answers = [(500, {}, [])]
    found = _settled(automation, _enrol(automation, target))
    assert (found["state"], len(found["attempts"])) == ("failed", 10)


def test_a_blocked_one_waits_until_it_is_completed_alone_or_in_a_batch(automation: HubSpotSession, target: Target) -> None:
    target.answers = [(200, _BLOCK, [])]
    ids = [_enrol(automation, target) for _ in range(3)]
    assert {_settled(automation, callback_id)["state"] for callback_id in ids} == {"waiting"}
    outputs = {"outputFields": {"hs_execution_state": "FAIL_CONTINUE", "why": "a"}}
    one = automation.post(f"/automation/actions/callbacks/2026-09/{ids[0]}/complete", outputs)
    rest = automation.post(COMPLETE, {"inputs": [{"callbackId": callback_id, **outputs} for callback_id in ids[1:]]})
    assert (one.status_code, one.content, rest.status_code) == (204, b"", 204)
    for callback_id in ids:
        found = _enrolment(automation, callback_id)
        assert (found["state"], found["verdict"], found["outputs"]) == ("completed", "FAIL_CONTINUE", {"why": "a"})


def test_what_does_not_wait_is_refused_and_a_batch_with_it_does_nothing(automation: HubSpotSession, target: Target) -> None:
    target.answers = [(200, _BLOCK, [])]
    waiting, expired = _enrol(automation, target), _enrol(automation, target)
    assert {_settled(automation, one)["state"] for one in (waiting, expired)} == {"waiting"}
    outputs = {"outputFields": {"hs_execution_state": "SUCCESS"}}

    def complete(*callback_ids: str) -> int:
        return automation.post(COMPLETE, {"inputs": [{"callbackId": one, **outputs} for one in callback_ids]}).status_code

    assert complete("unknown", waiting) == 404
    assert _enrolment(automation, waiting)["state"] == "waiting"
    assert complete(waiting) == 204
    assert complete(waiting) == 404
    automation.control("POST", "/clock", {"advance_s": 3601})
    assert _enrolment(automation, expired)["state"] == "expired"
    with requests.Session() as http:  # the token is old by now
        anew = session_for_anew(automation, http)
        assert anew.post(COMPLETE, {"inputs": [{"callbackId": expired, **outputs}]}).status_code == 404


def session_for_anew(old: HubSpotSession, http: requests.Session) -> HubSpotSession:
    """The same app with a fresh token."""
    given = old.control("POST", "/installs", {"app_id": old.app_id, "portal_id": old.portal_id}).json()
    return HubSpotSession(old.base_url, given["access_token"], old.portal_id, old.app_id, given["refresh_token"], http)


def test_completing_needs_the_scope_and_a_sensible_body(hubspot: HubSpotSession) -> None:
    body = {"inputs": [{"callbackId": "x", "outputFields": {}}]}
    answer = hubspot.post(COMPLETE, body)
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")


@pytest.mark.parametrize(
    "inputs", [[], [{"callbackId": "x"}], [{"callbackId": "x", "outputFields": {"hs_execution_state": "BLOCK"}}]]
)
def test_a_body_without_outputs_or_with_another_state_is_invalid(automation: HubSpotSession, inputs: list[Any]) -> None:
    assert automation.post(COMPLETE, {"inputs": inputs}).status_code == 400


def test_a_repeat_sends_the_same_request_and_changes_nothing_any_more(automation: HubSpotSession, target: Target) -> None:
    callback_id = _enrol(automation, target)
    before = _settled(automation, callback_id)
    target.answers = [(200, _BLOCK, [])]
    again = automation.control("POST", f"/portals/{PORTAL_ID}/workflow-actions/{callback_id}/repeat").json()
    assert (again["repeated"], again["body"]) == (True, _BLOCK)
    assert target.received[0][1] == target.received[1][1]
    assert _enrolment(automation, callback_id)["outputs"] == before["outputs"]


def test_options_are_fetched_with_what_was_typed(automation: HubSpotSession, target: Target) -> None:
    target.answers = [(200, {"options": [{"label": "A", "value": "1"}]}, [])]
    asked = {"app_id": APP_ID, "url": target.url, "field": "owners", "q": "sam", "after": "50", "input_fields": {"team": "7"}}
    answer = automation.control("POST", f"/portals/{PORTAL_ID}/workflow-options", asked).json()
    assert (answer["status"], answer["body"]) == (200, {"options": [{"label": "A", "value": "1"}]})
    body = json.loads(target.received[0][1])
    assert (body["inputFieldName"], body["fetchOptions"]) == ("owners", {"q": "sam", "after": "50"})
    assert body["inputFields"] == {"team": {"type": "STATIC_VALUE", "value": "7"}}
