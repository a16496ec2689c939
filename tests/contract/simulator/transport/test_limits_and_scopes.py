"""The rate limiter, its headers and bodies, and the scopes that guard each operation."""

from dataclasses import replace

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from simulator.limiter import RateLimiter, RateLimits
from simulator.running import RunningSimulator
from tests.contract.simulator.conftest import APP, APP_ID, PORTAL_ID, HubSpotSession, session_for

OWNERS = "/crm/owners/2026-09"
SEARCH = "/crm/objects/2026-09/contacts/search"


@pytest.fixture
def limited(hubspot: HubSpotSession) -> HubSpotSession:
    limits = {"burst_per_window": 5, "associations_per_window": 2, "search_per_s": 2, "window_s": 0.5}
    assert hubspot.control("PATCH", "/settings", {"limits": limits}).status_code == 200
    return hubspot


def test_the_call_over_the_burst_gets_hubspots_429(limited: HubSpotSession) -> None:
    assert [limited.get(OWNERS).status_code for _ in range(5)] == [200] * 5
    refused = limited.get(OWNERS)
    body = refused.json()
    assert refused.status_code == 429
    assert body["errorType"] == "RATE_LIMIT"
    assert body["policyName"] == "TEN_SECONDLY_ROLLING"
    assert body["message"] == "You have reached your ten_secondly_rolling limit."
    assert "Retry-After" not in refused.headers


def test_headers_count_down(limited: HubSpotSession) -> None:
    headers = [limited.get(OWNERS).headers for _ in range(2)]
    assert [each["X-HubSpot-RateLimit-Remaining"] for each in headers] == ["4", "3"]
    assert headers[0]["X-HubSpot-RateLimit-Max"] == "5"
    assert headers[0]["X-HubSpot-RateLimit-Interval-Milliseconds"] == "500"


def test_search_is_limited_by_itself_and_carries_no_rate_headers(limited: HubSpotSession) -> None:
    answers = [limited.post(SEARCH, {}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["policyName"] == "SECONDLY"
    assert not [name for answer in answers for name in answer.headers if "RateLimit" in name]
    assert limited.get(OWNERS).headers["X-HubSpot-RateLimit-Remaining"] == "4"


def test_search_is_shared_by_all_apps_of_an_account_but_the_burst_is_not(
    limited: HubSpotSession, simulator: RunningSimulator
) -> None:
    simulator.world.register_app(replace(APP, app_id=2, client_id="second"))
    second = session_for(simulator, 2, PORTAL_ID, limited.http)
    for _ in range(5):
        limited.get(OWNERS)
    assert limited.get(OWNERS).status_code == 429
    assert second.get(OWNERS).status_code == 200
    assert [each.post(SEARCH, {}).status_code for each in (limited, second, second)] == [200, 200, 429]


def test_each_account_has_its_own_window(limited: HubSpotSession, simulator: RunningSimulator) -> None:
    simulator.world.new_portal(62516)
    other = session_for(simulator, APP_ID, 62516, limited.http)
    for _ in range(6):
        limited.get(OWNERS)
    assert other.get(OWNERS).status_code == 200


def test_a_call_without_the_scope_names_what_it_needs(simulator: RunningSimulator, hubspot: HubSpotSession) -> None:
    pair = simulator.world.install(APP_ID, PORTAL_ID, scopes=["oauth", "crm.objects.contacts.read"])
    headers = {"Authorization": f"Bearer {pair.access.token}"}
    assert hubspot.get("/crm/objects/2026-09/contacts", headers=headers).status_code == 200
    for call in (
        hubspot.post("/crm/v3/objects/contacts", {"properties": {}}, headers=headers),
        hubspot.post("/crm/objects/2026-09/0-1/batch/update", {"inputs": []}, headers=headers),
    ):
        body = call.json()
        assert (call.status_code, body["category"]) == (403, "MISSING_SCOPES")
        assert body["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.write"]
        assert body["links"]["scopes"] == "https://developers.hubspot.com/scopes"


def test_a_path_that_does_not_exist_is_404_in_hubspots_shape(hubspot: HubSpotSession) -> None:
    body = requests.get(f"{hubspot.base_url}/crm/nonsense/2026-09", timeout=5).json()
    assert (body["status"], body["category"]) == ("error", "OBJECT_NOT_FOUND")


def test_an_error_carries_one_correlation_id_in_header_and_body(hubspot: HubSpotSession) -> None:
    refused = hubspot.get("/crm/owners/2026-09/404")
    assert refused.status_code == 404
    assert refused.json()["correlationId"] == refused.headers["X-HubSpot-Correlation-Id"]


@given(gaps=st.lists(st.floats(0, 3), max_size=120), limit=st.integers(1, 8))
def test_no_window_ever_holds_more_than_the_limit(gaps: list[float], limit: int) -> None:
    now = 0.0
    limiter = RateLimiter(lambda: now)
    limits = RateLimits(burst_per_window=limit, window_s=10.0)
    accepted: list[float] = []
    for gap in gaps:
        now += gap
        verdict = limiter.take("general", 1, 2, limits)
        assert verdict is not None
        assert verdict.allowed == (len([at for at in accepted if at > now - 10.0]) < limit)
        if verdict.allowed:
            accepted.append(now)
        assert verdict.remaining == limit - len([at for at in accepted if at > now - 10.0])
