"""Where values came from, as the card asks it: signed by HubSpot, about its own portal, gone for a field that a person edited."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from integration.core.clock import system_clock
from integration.demo.stand import APP_ID, SENDER
from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.hubspot.signature import signature_headers
from tests.scenario.account import Account
from tests.stands import OpenAccount

_FILL = {**SENDER, "standard_properties": ["numberofemployees", "industry", "founded_year", "city", "phone"]}
Clock = Callable[[], datetime]


def address(account: Account, object_type: str, object_id: str, **changes: str) -> str:
    """The address as `hubspot.fetch` makes it."""
    identity = {"userId": "9001", "portalId": str(account.portal_id), "userEmail": "sample@example.com", "appId": str(APP_ID)}
    query = urlencode({name: value for name, value in {**identity, **changes}.items() if value})
    return f"{account.stand.addresses.web}/cards/record/{object_type}/{object_id}?{query}"


def sign(account: Account, uri: str, *, clock: Clock = system_clock, secret: str | None = None) -> dict[str, str]:
    secret = secret or account.stand.settings.hubspot.client_secret
    return signature_headers(secret=secret, method="GET", uri=uri, body=b"", clock=clock)


def ask(uri: str, headers: dict[str, str]) -> httpx2.Response:
    with httpx2.Client(trust_env=False, timeout=30.0) as client:
        return client.get(uri, headers=headers)


def card(account: Account, object_type: str, object_id: str) -> dict[str, Any]:
    uri = address(account, object_type, object_id)
    answer = ask(uri, sign(account, uri))
    assert answer.status_code == 200, answer.text
    assert answer.json()["ok"], answer.text
    view: dict[str, Any] = answer.json()["data"]
    return view


def fields(account: Account, object_type: str, object_id: str) -> dict[str, dict[str, Any]]:
    return {entry["property"]: entry for entry in card(account, object_type, object_id)["provenance"]["fields"]}


@pytest.fixture
def account(open_account: OpenAccount) -> Iterator[Account]:
    account = open_account("source", installed=False)
    account.add_companies(2)
    account.add_contacts(1)
    account.install(preferences=_FILL)
    yield account


def first(account: Account, object_type: str) -> str:
    return str(min((record["id"] for record in account.records(object_type)), key=int))


def test_the_card_learns_where_every_value_came_from(account: Account) -> None:
    company = first(account, COMPANIES)
    uri = address(account, COMPANIES, company)
    answer = ask(uri, sign(account, uri))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    told = card(account, COMPANIES, company)["provenance"]
    assert len(json.dumps(told)) < 100_000
    found = [entry for entry in told["fields"] if not entry["computed"]]
    assert found, "something was found outside and written"
    standing = account.values(COMPANIES, company, *(entry["property"] for entry in found))
    for entry in found:
        assert standing[entry["property"]] == entry["value"]
        assert entry["source"] in ("Apollo", "Hunter", "Website")
        assert 0 < entry["confidence"] <= 1
        assert datetime.fromisoformat(entry["seen_at"]).tzinfo
        assert entry["run_id"]
        assert float(entry["cost_usd"]) >= 0
    assert {entry["property"] for entry in told["fields"] if entry["computed"]} >= {"leadlight_headline"}
    assert any(fact["chosen"] and fact["source"] == "Apollo" for fact in told["facts"])
    assert card(account, "0-2", company)["provenance"] == told


def test_a_field_that_a_person_edits_loses_its_provenance(account: Account) -> None:
    company = first(account, COMPANIES)
    assert fields(account, COMPANIES, company)["numberofemployees"]["computed"] is False
    assert "employee count" in account.values(COMPANIES, company, "leadlight_sources")["leadlight_sources"].lower()
    account.act(action="update", object_type=COMPANIES, object_id=company, properties={"numberofemployees": "4242"})
    account.settle()
    after = fields(account, COMPANIES, company)
    assert "numberofemployees" not in after
    assert "leadlight_headline" in after
    assert "employee count" not in account.values(COMPANIES, company, "leadlight_sources")["leadlight_sources"].lower()
    assert account.values(COMPANIES, company, "numberofemployees") == {"numberofemployees": "4242"}
    with account.stand.database.begin() as connection:
        query = "SELECT count(*) FROM ledger WHERE portal_id = %s AND object_id = %s AND property_name = %s AND superseded_at IS NOT NULL"
        assert connection.exec_driver_sql(query, (account.portal_id, company, "numberofemployees")).scalar_one() == 1


def test_sources_read_well_on_every_record(account: Account) -> None:
    for object_type in (CONTACTS, COMPANIES):
        for record in account.records(object_type, "leadlight_sources"):
            text = record["properties"]["leadlight_sources"] or ""
            assert len(text) <= 1_000
            assert "HubSpot" not in text
            assert all(", seen 20" in line and line.endswith(" %") for line in text.splitlines() if not line.startswith("and "))


def test_nobody_but_hubspot_is_answered(account: Account) -> None:
    company = first(account, COMPANIES)
    uri = address(account, COMPANIES, company)
    good = sign(account, uri)
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    other = address(account, COMPANIES, company, portalId=str(account.portal_id + 1))
    refused = {
        "no signature": ask(uri, {}),
        "another secret": ask(uri, sign(account, uri, secret="not the secret")),
        "an old signature": ask(uri, sign(account, uri, clock=lambda: hour_ago)),
        "a time that was not signed": ask(uri, good | {"X-HubSpot-Request-Timestamp": "1"}),
        "a signature of another portal": ask(other, good),
        "a signature of another record": ask(address(account, CONTACTS, company), good),
        "v1 alone": ask(uri, {name: value for name, value in good.items() if "v3" not in name.lower()}),
        "something added to the query": ask(f"{uri}&portalId={account.portal_id + 1}", good),
    }
    assert {why: answer.status_code for why, answer in refused.items()} == dict.fromkeys(refused, 401)
    assert ask(uri, good).status_code == ask(uri, good).status_code == 200, "reading twice changes nothing"


def test_a_record_of_another_portal_is_a_record_nobody_knows(account: Account, open_account: OpenAccount) -> None:
    other = open_account("elsewhere", installed=False)
    company = first(account, COMPANIES)

    def told(object_id: str = company, **changes: str) -> str:
        uri = address(account, COMPANIES, object_id, **changes)
        answer = ask(uri, sign(account, uri))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["error"]["reason"])

    assert told(object_id="999999999") == "not_visible"
    assert told(portalId=str(other.portal_id)) == "unknown_portal"
    other.stand.install(other.portal_id)
    assert told(portalId=str(other.portal_id)) == "not_visible"
