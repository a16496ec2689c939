"""Install by the consent page, tokens on every version, and the table of refusals."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from simulator.families.account.state import Account
from simulator.families.oauth.pages import INSUFFICIENT_SCOPES, NO_ACCESS
from simulator.running import RunningSimulator
from tests.contract.simulator.conftest import APP, APP_ID, PORTAL_ID, REDIRECT_URL, HubSpotSession

CREDENTIALS = {"client_id": APP.client_id, "client_secret": APP.client_secret}
VERSIONS = ["v1", "v3", "2026-03", "2026-09"]


def _authorize_query(**changes: str) -> dict[str, str]:
    query = {
        "client_id": APP.client_id,
        "redirect_uri": REDIRECT_URL,
        "scope": " ".join(APP.required_scopes),
        "optional_scope": " ".join(APP.optional_scopes),
        "state": "state-1",
    }
    return {**query, **changes}


def _consent(
    simulator: RunningSimulator,
    decision: str = "connect",
    portal_id: int = PORTAL_ID,
    query: dict[str, str] | None = None,
) -> requests.Response:
    return requests.post(
        f"{simulator.base_url}/oauth/authorize?{urlencode(_authorize_query(**(query or {})))}",
        data={"decision": decision, "portal_id": portal_id},
        allow_redirects=False,
        timeout=5,
    )


def _callback(response: requests.Response) -> dict[str, str]:
    assert response.status_code == 302, response.text
    assert response.headers["Location"].startswith(REDIRECT_URL)
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()}


def _token(simulator: RunningSimulator, version: str = "2026-09", **form: str) -> requests.Response:
    return requests.post(f"{simulator.base_url}/oauth/{version}/token", data={**CREDENTIALS, **form}, timeout=5)


def _redeem(simulator: RunningSimulator, code: str, **changes: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URL, **changes}
    return _token(simulator, **form)


def _refusal(response: requests.Response) -> tuple[int, str, str]:
    body = response.json()
    assert body["message"] == body["error_description"]
    return response.status_code, body["error"], body["status"]


def test_the_consent_page_lists_accounts_scopes_and_both_buttons(simulator: RunningSimulator) -> None:
    simulator.world.new_portal(62516)
    page = requests.get(f"{simulator.base_url}/oauth/authorize", params=_authorize_query(), timeout=5)
    assert page.status_code == 200
    for shown in ("62515", "62516", "crm.objects.contacts.write", "automation.sequences.read", "Connect app", "Refuse"):
        assert shown in page.text


def test_an_account_in_the_path_is_the_only_choice(simulator: RunningSimulator) -> None:
    simulator.world.new_portal(62516)
    page = requests.get(f"{simulator.base_url}/oauth/62516/authorize", params=_authorize_query(), timeout=5)
    assert "62516" in page.text
    assert "62515" not in page.text


def test_consent_and_code_exchange_install_the_app(simulator: RunningSimulator) -> None:
    callback = _callback(_consent(simulator))
    assert callback["state"] == "state-1"
    tokens = _redeem(simulator, callback["code"]).json()
    assert tokens["expires_in"] == 1800
    assert (tokens["token_type"], tokens["token_use"], tokens["hub_id"]) == ("bearer", "access_token", PORTAL_ID)
    assert set(tokens["scopes"]) == APP.declared_scopes
    details = requests.get(
        f"{simulator.base_url}/account-info/2026-09/details",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
        timeout=5,
    )
    assert details.json()["portalId"] == PORTAL_ID


def test_a_refusing_user_goes_back_with_access_denied_and_the_state(simulator: RunningSimulator) -> None:
    callback = _callback(_consent(simulator, decision="refuse"))
    assert (callback["error"], callback["state"]) == ("access_denied", "state-1")
    assert "code" not in callback


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"client_id": "other"}, "client id"),
        ({"redirect_uri": "https://elsewhere.example/callback"}, "redirect URL"),
        ({"scope": "oauth"}, INSUFFICIENT_SCOPES),
        ({"optional_scope": "crm.import"}, "does not declare"),
    ],
)
def test_a_bad_authorization_request_is_explained(simulator: RunningSimulator, query: dict[str, str], sentence: str) -> None:
    page = requests.get(f"{simulator.base_url}/oauth/authorize", params=_authorize_query(**query), timeout=5)
    assert page.status_code == 400
    assert sentence.replace("'", "&#39;") in page.text


def test_optional_scopes_that_the_tier_cannot_grant_are_left_out(simulator: RunningSimulator) -> None:
    simulator.world.new_portal(62516, account=Account(frozenset({"automation.sequences.read"})))
    tokens = _redeem(simulator, _callback(_consent(simulator, portal_id=62516))["code"]).json()
    assert "automation.sequences.read" not in tokens["scopes"]
    assert "crm.lists.read" in tokens["scopes"]


def test_a_required_scope_that_the_tier_cannot_grant_stops_the_install(simulator: RunningSimulator) -> None:
    simulator.world.new_portal(62516, account=Account(frozenset({"crm.objects.leads.read"})))
    page = _consent(simulator, portal_id=62516)
    assert page.status_code == 400
    assert NO_ACCESS.replace("'", "&#39;") in page.text


def test_a_code_works_once(simulator: RunningSimulator) -> None:
    code = _callback(_consent(simulator))["code"]
    assert _redeem(simulator, code).status_code == 200
    assert _refusal(_redeem(simulator, code)) == (400, "invalid_grant", "BAD_AUTH_CODE")


def test_a_code_dies_of_age(simulator: RunningSimulator) -> None:
    code = _callback(_consent(simulator))["code"]
    simulator.world.clock.advance(301)
    assert _refusal(_redeem(simulator, code)) == (400, "invalid_grant", "BAD_AUTH_CODE")


def test_pkce_needs_the_right_verifier(simulator: RunningSimulator) -> None:
    digest = hashlib.sha256(b"the-verifier").digest()
    challenge = {"code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), "code_challenge_method": "S256"}
    wrong = _redeem(simulator, _callback(_consent(simulator, query=challenge))["code"], code_verifier="another")
    assert _refusal(wrong) == (400, "invalid_grant", "BAD_CODE_VERIFIER")
    right = _redeem(simulator, _callback(_consent(simulator, query=challenge))["code"], code_verifier="the-verifier")
    assert right.status_code == 200


@pytest.mark.parametrize(
    ("form", "error", "status"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "na1-unknown"}, "invalid_grant", "BAD_REFRESH_TOKEN"),
        ({"grant_type": "authorization_code", "code": "nope"}, "invalid_grant", "BAD_AUTH_CODE"),
        ({"grant_type": "password"}, "unsupported_grant_type", "BAD_GRANT_TYPE"),
        ({"grant_type": "password", "client_id": "other"}, "invalid_client", "BAD_CLIENT_ID"),
        ({"grant_type": "refresh_token", "client_secret": "wrong"}, "invalid_client", "BAD_CLIENT_SECRET"),
        ({"grant_type": "client_credentials"}, "invalid_scope", "BAD_SCOPES"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_refusals_follow_the_error_table(
    simulator: RunningSimulator, version: str, form: dict[str, str], error: str, status: str
) -> None:
    assert _refusal(_token(simulator, version, **form)) == (400, error, status)


def test_another_redirect_address_at_the_exchange_is_refused(simulator: RunningSimulator) -> None:
    code = _callback(_consent(simulator))["code"]
    refused = _redeem(simulator, code, redirect_uri="http://localhost:8000/other")
    assert _refusal(refused) == (400, "invalid_request", "BAD_REDIRECT_URI")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_json_body_is_not_read(simulator: RunningSimulator, version: str) -> None:
    response = requests.post(
        f"{simulator.base_url}/oauth/{version}/token", json={**CREDENTIALS, "grant_type": "refresh_token"}, timeout=5
    )
    assert response.status_code == 415


@pytest.mark.parametrize("version", VERSIONS)
def test_refresh_keeps_the_refresh_token(hubspot: HubSpotSession, simulator: RunningSimulator, version: str) -> None:
    tokens = _token(simulator, version, grant_type="refresh_token", refresh_token=hubspot.refresh_token).json()
    assert tokens["refresh_token"] == hubspot.refresh_token
    assert tokens["access_token"] != hubspot.token


def test_an_expired_token_says_how_long_ago(hubspot: HubSpotSession, simulator: RunningSimulator) -> None:
    simulator.world.clock.advance(1799)
    assert hubspot.get("/account-info/v3/details").status_code == 200
    simulator.world.clock.advance(61)
    refused = hubspot.get("/account-info/v3/details")
    body = refused.json()
    assert refused.status_code == 401
    assert body["category"] == "EXPIRED_AUTHENTICATION"
    assert body["message"] == "The OAuth token used to make this call expired 60 second(s) ago."
    assert body["context"]["expire time"][0].endswith("Z")


def test_calls_without_a_known_token_are_refused(hubspot: HubSpotSession) -> None:
    for headers in ({"Authorization": "Bearer unknown"}, {"Authorization": ""}):
        refused = hubspot.get("/account-info/v3/details", headers=headers)
        assert (refused.status_code, refused.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_introspection_tells_live_from_revoked(hubspot: HubSpotSession, simulator: RunningSimulator) -> None:
    def introspect(token: str) -> dict[str, Any]:
        url = f"{simulator.base_url}/oauth/2026-09/token/introspect"
        return dict(requests.post(url, data={**CREDENTIALS, "token": token}, timeout=5).json())

    facts = introspect(hubspot.token)
    assert (facts["active"], facts["hub_id"], facts["app_id"]) == (True, PORTAL_ID, APP_ID)
    assert 1790 <= facts["expires_in"] <= 1800
    assert introspect(hubspot.refresh_token)["token_use"] == "refresh_token"
    revoke = f"{simulator.base_url}/oauth/2026-09/token/revoke"
    assert requests.post(revoke, data={**CREDENTIALS, "token": hubspot.refresh_token}, timeout=5).status_code == 200
    assert introspect(hubspot.refresh_token) == {"active": False}
    assert introspect("never-seen") == {"active": False}


def test_a_revoked_refresh_token_leaves_the_access_token_alive(hubspot: HubSpotSession, simulator: RunningSimulator) -> None:
    requests.post(f"{simulator.base_url}/oauth/v3/token/revoke", data={**CREDENTIALS, "token": hubspot.refresh_token}, timeout=5)
    assert hubspot.get("/account-info/v3/details").status_code == 200
    refused = _token(simulator, grant_type="refresh_token", refresh_token=hubspot.refresh_token)
    assert _refusal(refused) == (400, "invalid_grant", "BAD_REFRESH_TOKEN")


def test_v1_reads_and_deletes_tokens_by_path(hubspot: HubSpotSession) -> None:
    assert hubspot.get(f"/oauth/v1/access-tokens/{hubspot.token}").json()["hub_id"] == PORTAL_ID
    assert hubspot.get(f"/oauth/v1/refresh-tokens/{hubspot.refresh_token}").json()["token"] == hubspot.refresh_token
    assert hubspot.delete(f"/oauth/v1/refresh-tokens/{hubspot.refresh_token}").status_code == 204
    assert hubspot.get(f"/oauth/v1/refresh-tokens/{hubspot.refresh_token}").status_code == 404


def test_client_credentials_get_a_token_of_the_app(simulator: RunningSimulator) -> None:
    tokens = _token(simulator, grant_type="client_credentials", scope="developer.webhooks_journal.read").json()
    assert tokens["token_use"] == "client_credentials"
    assert "refresh_token" not in tokens


def test_an_uninstalled_app_loses_every_token(hubspot: HubSpotSession, simulator: RunningSimulator) -> None:
    assert hubspot.delete("/appinstalls/2026-09/external-install").status_code == 204
    refused = _token(simulator, grant_type="refresh_token", refresh_token=hubspot.refresh_token)
    assert _refusal(refused) == (400, "invalid_grant", "BAD_REFRESH_TOKEN")
    assert hubspot.get("/account-info/v3/details").status_code == 401


def test_a_vanished_account_answers_bad_hub(hubspot: HubSpotSession, simulator: RunningSimulator) -> None:
    hubspot.control("POST", f"/portals/{PORTAL_ID}/disconnect")
    refused = _token(simulator, grant_type="refresh_token", refresh_token=hubspot.refresh_token)
    assert _refusal(refused) == (400, "access_denied", "BAD_HUB")
