"""A drafted contact on a whole installation: a rep approves in the card, and the tasks stand in HubSpot, once, and nothing that counts as sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx2

from integration.core.clock import system_clock
from integration.demo.observing import wait_until
from integration.demo.stand import APP_ID
from integration.hubspot.objects import CONTACTS
from integration.hubspot.signature import signature_headers
from tests.scenario.account import Account
from tests.stands import OpenAccount

OWNER = "501"
_TASK = ("hs_task_subject", "hs_task_body", "hs_task_status", "hs_task_type", "hs_timestamp", "hubspot_owner_id")


def card(account: Account, contact: str, deed: str, *, key: str, **said: Any) -> dict[str, Any]:
    """What the record card hears: the data, or the error."""
    body = json.dumps({"request_id": key, **said}).encode()
    query = {"userId": "9001", "portalId": account.portal_id, "userEmail": "sample.owner@example.com", "appId": APP_ID}
    address = f"{account.stand.addresses.web}/cards/record/0-1/{contact}/draft/{deed}?{urlencode(query)}"
    secret = account.stand.settings.hubspot.client_secret
    headers = signature_headers(secret=secret, method="POST", uri=address, body=body, clock=system_clock)
    with httpx2.Client(trust_env=False, timeout=30.0) as browser:
        told = (
            browser.post(address, content=body, headers={**headers, "Content-Type": "application/json"}).raise_for_status().json()
        )
    found: dict[str, Any] = told["data"] if told["ok"] else told["error"]
    return found


def drafted(open_account: OpenAccount, label: str) -> tuple[Account, str]:
    """An account with one contact that has an owner and a draft."""
    account = open_account(label)
    account.add_companies(1)
    person = {**account.contact(0), "hubspot_owner_id": OWNER}
    [contact] = account.act(action="create", object_type=CONTACTS, properties=person)
    account.wait_until_written(contacts=1, companies=1)
    wait_for_state(account, contact, "drafted")
    return account, contact


def wait_for_state(account: Account, contact: str, state: str) -> None:
    """HubSpot's own property follows what people decide."""

    def is_so() -> bool:
        return account.values(CONTACTS, contact, "leadlight_draft_state").get("leadlight_draft_state") == state

    wait_until(account.stand, account.portal_id, f"the state {state}", is_so)
    account.settle()


def tasks(account: Account) -> list[Mapping[str, str]]:
    found = [one["properties"] for one in account.records("tasks", *_TASK)]
    return sorted(found, key=lambda task: (task["hs_timestamp"], task["hs_task_subject"]))


def test_an_approved_draft_becomes_tasks_once_however_often_it_is_approved(open_account: OpenAccount) -> None:
    account, contact = drafted(open_account, "approve")
    first = card(account, contact, "approve", key="request-one", version=1)
    steps = first["draft"]["steps"]
    assert len(steps) > 1

    assert card(account, contact, "approve", key="request-one", version=1) == first
    assert card(account, contact, "approve", key="request-two", version=1)["reason"] == "version_conflict"
    assert card(account, contact, "approve", key="request-three", version=2)["reason"] == "not_allowed"
    wait_for_state(account, contact, "approved")

    made = tasks(account)
    assert len(made) == len(steps)
    assert {task["hs_task_status"] for task in made} == {"NOT_STARTED"}
    assert {task["hubspot_owner_id"] for task in made} == {OWNER}
    kinds = {"email": "EMAIL", "linkedin": "TODO"}
    assert sorted(task["hs_task_type"] for task in made) == sorted(kinds[step["channel"]] for step in steps)
    now = system_clock()
    assert all(datetime.fromisoformat(task["hs_timestamp"]) >= now.replace(minute=0, second=0) for task in made)
    assert all("nothing was sent" in task["hs_task_body"] for task in made)
    for kind in ("emails", "communications"):
        assert account.records(kind) == []

    undone = json.loads(account.stand.leadlight("undo", "--portal", str(account.portal_id), "--json", "--run", first["run_id"]))
    assert undone["counts"] == {"archived": len(steps)}
    wait_for_state(account, contact, "drafted")
    assert tasks(account) == []


def test_a_rejected_draft_stays_rejected_until_the_facts_change(open_account: OpenAccount) -> None:
    account, contact = drafted(open_account, "reject")
    rejected = card(account, contact, "reject", key="request-one", version=1, reason="Wrong person")
    assert rejected["draft"]["state"] == "rejected"
    wait_for_state(account, contact, "rejected")

    account.emit([account.creation(CONTACTS, contact)])
    account.settle()
    wait_for_state(account, contact, "rejected")
    assert card(account, contact, "approve", key="request-two", version=2)["reason"] == "not_allowed"

    account.act(action="update", object_type=CONTACTS, object_id=contact, properties={"jobtitle": "VP Marketing"})
    wait_for_state(account, contact, "drafted")
    assert tasks(account) == []
    assert card(account, contact, "approve", key="request-three", version=2)["reason"] == "version_conflict"
    assert card(account, contact, "approve", key="request-four", version=3)["draft"]["state"] == "approved"
