"""Faults on demand: outages, slow, hung, cut and broken answers, and whether the call took effect."""

import threading
import time
from typing import Any

import pytest
import requests

from simulator.faults import FaultBoard, FaultSpec
from simulator.running import RunningSimulator
from tests.contract.simulator.conftest import APP_ID, PORTAL_ID, HubSpotSession, session_for

OWNERS = "/crm/owners/2026-09"
CONTACTS = "/crm/objects/2026-09/contacts"


def _fault(hubspot: HubSpotSession, **fields: Any) -> int:
    response = hubspot.control("POST", "/faults", fields)
    assert response.status_code == 200, response.text
    return int(response.json()["number"])


@pytest.mark.parametrize("status", [423, 429, 477, 500, 502, 503, 524])
def test_an_outage_hits_as_many_calls_as_it_says(hubspot: HubSpotSession, status: int) -> None:
    _fault(hubspot, kind="status", status=status, path="owners", count=2)
    assert [hubspot.get(OWNERS).status_code for _ in range(3)] == [status, status, 200]


def test_a_storm_of_429_looks_like_hubspots(hubspot: HubSpotSession) -> None:
    _fault(hubspot, kind="status", status=429, policy="DAILY")
    assert hubspot.get(OWNERS).json()["policyName"] == "DAILY"


def test_a_migrating_account_says_when_to_come_back(hubspot: HubSpotSession) -> None:
    _fault(hubspot, kind="status", status=477, retry_after_s=120)
    assert hubspot.get(OWNERS).headers["Retry-After"] == "120"


def test_a_fault_is_scoped_by_method_path_and_account(hubspot: HubSpotSession, simulator: RunningSimulator) -> None:
    simulator.world.new_portal(62516)
    other = session_for(simulator, APP_ID, 62516, hubspot.http)
    _fault(hubspot, kind="status", status=503, method="GET", path="/owners/", portal_id=PORTAL_ID)
    assert hubspot.get(OWNERS).status_code == 503
    assert other.get(OWNERS).status_code == 200
    assert hubspot.get(CONTACTS).status_code == 200


def test_an_outage_hits_the_token_endpoint_too_but_never_the_control_api(hubspot: HubSpotSession) -> None:
    _fault(hubspot, kind="status", status=500)
    assert requests.post(f"{hubspot.base_url}/oauth/2026-09/token", timeout=5).status_code == 500
    assert hubspot.control("GET", "/faults").json()["faults"][0]["hits"] == 1
    assert hubspot.control("DELETE", "/faults").status_code == 204
    assert hubspot.get(OWNERS).status_code == 200


def test_a_slow_answer_comes_late_and_right(hubspot: HubSpotSession) -> None:
    _fault(hubspot, kind="slow", delay_ms=150, count=1)
    started = time.monotonic()
    assert hubspot.get(OWNERS).status_code == 200
    assert time.monotonic() - started >= 0.15


def test_fixed_latency_is_added_to_every_call(hubspot: HubSpotSession) -> None:
    hubspot.control("PATCH", "/settings", {"latency_ms": 40})
    started = time.monotonic()
    for _ in range(3):
        hubspot.get(OWNERS)
    assert time.monotonic() - started >= 0.12


def test_a_hung_call_never_answers_until_the_fault_is_cleared(hubspot: HubSpotSession) -> None:
    number = _fault(hubspot, kind="hung", path="owners")
    ended: list[str] = []

    def ask() -> None:
        try:
            requests.get(f"{hubspot.base_url}{OWNERS}", headers={"Authorization": f"Bearer {hubspot.token}"}, timeout=10)
        except requests.ConnectionError:
            ended.append("cut")

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    assert hubspot.get(CONTACTS).status_code == 200  # nobody else waits
    hubspot.control("DELETE", f"/faults/{number}")
    thread.join(5)
    assert ended == ["cut"]


def test_a_cut_answer_breaks_off_after_the_write_took_effect(hubspot: HubSpotSession) -> None:
    _fault(hubspot, kind="cut", method="POST", count=1)
    with pytest.raises(requests.RequestException):
        hubspot.post(CONTACTS, {"properties": {"email": "sample.1@acme.example"}})
    assert len(hubspot.get(CONTACTS).json()["results"]) == 1


def test_an_answer_may_be_invalid_json(hubspot: HubSpotSession) -> None:
    _fault(hubspot, kind="invalid_json", count=1)
    answer = hubspot.get(OWNERS)
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize(("applied", "written"), [(False, 0), (True, 1)])
def test_an_outage_comes_before_or_after_the_write(hubspot: HubSpotSession, applied: bool, written: int) -> None:
    _fault(hubspot, kind="status", status=502, method="POST", applied=applied, count=1)
    assert hubspot.post(CONTACTS, {"properties": {"email": "sample.1@acme.example"}}).status_code == 502
    assert len(hubspot.get(CONTACTS).json()["results"]) == written


@pytest.mark.parametrize(
    "body", [{"kind": "flood"}, {"kind": "slow", "delay": 3}, {"kind": "status", "status": "bad"}, {"kind": "cut", "path": "("}, []]
)
def test_a_fault_that_cannot_be_read_is_refused(hubspot: HubSpotSession, body: Any) -> None:
    assert hubspot.control("POST", "/faults", body).status_code == 400


def test_a_fault_ends_with_its_time_and_spreads_by_its_ratio() -> None:
    now = 0.0
    board = FaultBoard(lambda: now)
    board.add(FaultSpec("status", ratio=0.25, duration_s=60))
    hits = [board.hit("GET", "/x", None) is not None for _ in range(8)]
    assert hits == [False, False, False, True, False, False, False, True]
    now = 61.0
    assert board.hit("GET", "/x", None) is None
    assert board.current() == ()
