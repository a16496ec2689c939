"""The draft's commands as the card sends them: signed, in the envelope, carried out once, and only on records the visitor may see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from integration.app import Parts, build_parts
from integration.core.clock import system_clock
from integration.hubspot.objects import CONTACTS
from integration.hubspot.signature import signature_headers
from integration.job_table import all_jobs
from integration.pipeline.drafts.requests import MAKE_TASKS_JOB
from integration.web_app import build_app
from tests.contract.drafts.conftest import PERSON, Account
from tests.contract.hubspot.stand import APP_ID, CREDENTIALS, PORTAL_ID, PUBLIC_URL

USERS = {"9001": "sample.owner@example.com", "9002": "sample.rep@example.com"}


class Card:
    """The record card of one user, which asks through HubSpot."""

    def __init__(self, account: Account, web: FlaskClient, parts: Parts) -> None:
        self.account = account
        self.parts = parts
        self._web = web
        self._sent = 0

    def send(self, deed: str, *, user: str = "9002", key: str = "", object_id: str = "", **said: Any) -> dict[str, Any]:
        """The envelope's content: data, or the error."""
        self._sent += 1
        body = json.dumps({"request_id": key or f"request-{self._sent:04d}", **said}).encode()
        query = urlencode({"userId": user, "portalId": PORTAL_ID, "userEmail": USERS[user], "appId": APP_ID})
        target = f"/cards/record/0-1/{object_id or self.account.contact}/draft/{deed}?{query}"
        secret = CREDENTIALS["HUBSPOT_CLIENT_SECRET"]
        headers = signature_headers(secret=secret, method="POST", uri=f"{PUBLIC_URL}{target}", body=body, clock=system_clock)
        answer = self._web.post(target, data=body, headers={**headers, "Content-Type": "application/json"})
        assert answer.status_code == 200, answer.text
        told = json.loads(answer.text)
        found: dict[str, Any] = told["data"] if told["ok"] else told["error"]
        return found

    def make_tasks(self, run_id: str) -> None:
        """What the worker does."""
        (job,) = [entry for entry in all_jobs(self.parts) if entry.name == MAKE_TASKS_JOB]
        job.function({"portal_id": PORTAL_ID, "run_id": run_id})


@pytest.fixture
def card(account: Account) -> Iterator[Card]:
    account.sql("UPDATE draft SET built_at = now() - interval '1 hour'")
    with ExitStack() as held:
        parts = build_parts(account.stand.settings, account.database, held)
        yield Card(account, build_app(parts).test_client(), parts)


def words(*bodies: str) -> list[dict[str, Any]]:
    return [{"position": number, "subject": f"Subject {number}", "body": body} for number, body in enumerate(bodies, 1)]


def test_a_draft_is_edited_reset_edited_again_and_approved(card: Card) -> None:
    edited = card.send("edit", version=1, steps=words("<b>One</b>", "Two", "Three"))["draft"]
    assert (edited["version"], edited["is_edited"], edited["edited_by"]) == (2, True, "sample.rep@example.com")
    assert [step["body"] for step in edited["steps"]] == ["<b>One</b>", "Two", "Three"]
    reset = card.send("reset", version=2)["draft"]
    assert [step["body"] for step in reset["steps"]] == ["One & <two>", "Short words", "Last one"]
    assert (reset["is_edited"], reset["version"]) == (False, 3)
    card.send("edit", version=3, steps=words("Uno", "Due", "Tre"))

    approved = card.send("approve", version=4)
    assert approved["draft"]["state"] == "approved"
    assert approved["draft"]["decided_by"] == "sample.rep@example.com"
    assert [task["state"] for task in approved["draft"]["tasks"]] == ["wanted"] * 3
    card.make_tasks(approved["run_id"])
    assert [task["hs_task_status"] for task in card.account.tasks()] == ["NOT_STARTED"] * 3
    assert ["Uno" in task["hs_task_body"] for task in card.account.tasks()] == [True, False, False]


def test_the_same_request_again_gets_the_same_answer_and_approves_once(card: Card) -> None:
    first = card.send("approve", key="same-request", version=1)
    assert card.send("approve", key="same-request", version=1) == first
    other = card.send("approve", key="other-request", version=1)
    assert other["reason"] == "version_conflict"
    assert "sample.rep@example.com changed this draft" in other["message"]
    assert card.account.sql("SELECT count(*) FROM run WHERE kind = 'approve'") == [(1,)]
    card.make_tasks(first["run_id"])
    assert len(card.account.tasks()) == 3


def test_every_deed_stands_in_the_audit_log_without_any_words_of_the_draft(card: Card) -> None:
    card.send("edit", version=1, steps=words("Secret words", "Two", "Three"))
    card.send("reject", version=2, reason="Wrong person")
    card.send("reopen", version=3)
    card.send("reset", version=4)
    run_id = card.send("approve", version=5)["run_id"]
    card.send("approve", version=5)
    target = f"contacts/{card.account.contact}"
    assert card.account.sql("SELECT action, actor, role, target, detail FROM audit ORDER BY id") == [
        (f"draft_{deed}", "sample.rep@example.com", "user", target, {"version": number, **more})
        for number, (deed, more) in enumerate(
            [("edit", {}), ("reject", {}), ("reopen", {}), ("reset", {}), ("approve", {"run_id": run_id})], 1
        )
    ]


def test_a_reopened_draft_is_nobodys_decision(card: Card) -> None:
    rejected = card.send("reject", version=1, reason="")["draft"]
    assert (rejected["state"], rejected["decided_by"]) == ("rejected", "sample.rep@example.com")
    draft = card.send("reopen", version=2)["draft"]
    assert (draft["state"], draft["decided_by"], draft["decided_at"]) == ("drafted", None, None)


@pytest.mark.parametrize(
    ("deed", "said", "reason"),
    [
        ("edit", {"version": 1, "steps": words("One", "Two")}, "bad_payload"),
        ("edit", {"version": 1, "steps": words("One", "", "Three")}, "bad_payload"),
        ("edit", {"version": 1, "steps": words("One", "x" * 5_001, "Three")}, "bad_payload"),
        ("edit", {"version": 1, "steps": "all"}, "bad_payload"),
        ("edit", {"version": 1}, "bad_payload"),
        ("edit", {"steps": words("One", "Two", "Three")}, "bad_payload"),
        ("edit", {"version": 1, "steps": words("One", "Two", "Three") * 9}, "bad_payload"),
        ("edit", {"version": 7, "steps": words("One")}, "version_conflict"),
        ("approve", {"version": "first"}, "bad_payload"),
        ("approve", {"version": True}, "bad_payload"),
        ("reject", {"version": 1, "reason": "x" * 501}, "bad_payload"),
        ("reject", {"version": 1, "reason": ["no"]}, "bad_payload"),
        ("reopen", {"version": 1}, "not_allowed"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(card: Card, deed: str, said: dict[str, Any], reason: str) -> None:
    before = card.account.draft()
    assert card.send(deed, **said)["reason"] == reason
    assert card.account.draft() == before
    assert card.account.sql("SELECT count(*) FROM audit") == [(0,)]


def test_a_dry_account_says_so(card: Card) -> None:
    card.account.turn(dry=True)
    assert card.send("approve", version=1)["reason"] == "dry_run"
    edited = card.send("edit", version=1, steps=words("One", "Two", "Three"))["draft"]
    assert (edited["may_approve"], edited["is_edited"]) == (False, True)


def test_somebody_elses_record_and_no_record_are_answered_alike(card: Card) -> None:
    card.account.sql('UPDATE portal SET preferences = preferences || \'{"card_access": "owner"}\'')
    seen = card.send("approve", version=1)
    assert seen["reason"] == "not_visible"
    assert card.send("approve", object_id="999999999", version=1) == seen
    assert card.account.draft().state == "drafted"
    assert card.send("approve", user="9001", version=1)["draft"]["state"] == "approved"


def test_a_contact_nobody_drafted_for_says_so(card: Card) -> None:
    other = card.account.portal.create(CONTACTS, {"lastname": "Other"}, source=PERSON).id
    assert card.send("approve", object_id=other, version=1)["reason"] == "no_draft"
