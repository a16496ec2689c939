"""Approved drafts become tasks in HubSpot: the right ones, once, and nothing else."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from integration.core.errors import Conflict, NotAllowed, NotFound, Unavailable
from integration.hubspot.client import HubSpotClient
from integration.hubspot.objects import CONTACTS, RecordKey
from integration.hubspot.portal_store import CONNECTED, DISCONNECTED
from integration.pipeline.drafts.edits import NewWording
from integration.pipeline.drafts.states import VersionConflict
from integration.pipeline.drafts.task_store import DraftTaskStore
from integration.pipeline.erase_store import EraseStore
from integration.pipeline.history_store import HistoryStore
from integration.pipeline.lanes import LIVE
from integration.pipeline.record_state_store import FactKind, RecordFact, RecordStateStore
from simulator.faults import FaultSpec
from tests.contract.drafts.conftest import ARCHIVED_OWNER, OWNER, PERSON, REP, REP_OWNER, Account
from tests.contract.hubspot.stand import PORTAL_ID


class Killed(BaseException):
    """The process is gone: nothing after this moment runs."""


class DiesAfterTheCall:
    """A client whose process is killed once HubSpot has made the tasks."""

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def create_tasks(self, tasks: Any) -> Any:
        self._client.create_tasks(tasks)
        raise Killed


def test_every_step_becomes_a_task_with_its_due_date_and_owner(account: Account) -> None:
    approved = account.approve()
    account.work()

    assert [{name: task[name] for name in task if name not in ("id", "hs_task_body")} for task in account.tasks()] == [
        {
            "hs_task_subject": subject,
            "hs_task_status": "NOT_STARTED",
            "hs_task_type": kind,
            "hs_task_priority": "MEDIUM",
            "hs_timestamp": due,
            "hubspot_owner_id": OWNER,
        }
        for subject, kind, due in (
            ("E-mail 1 of 3: Hello", "EMAIL", "2026-12-01T09:15:00.000Z"),
            ("LinkedIn message 2 of 3", "TODO", "2026-12-04T08:00:00.000Z"),
            ("E-mail 3 of 3: Again", "EMAIL", "2026-12-08T08:00:00.000Z"),
        )
    ]
    body = account.tasks()[0]["hs_task_body"]
    assert "One &amp; &lt;two&gt;" in body
    assert "approved by sample.rep@example.com; nothing was sent." in body
    assert account.sql("SELECT kind, requested_by, counts, done_count, total_count FROM run") == [
        ("approve", REP.email, {"made": 3}, 3, 3)
    ]
    assert account.sql("SELECT purpose, run_id, object_id FROM created_object WHERE kind = 'tasks' ORDER BY purpose") == [
        (f"draft:{position}", approved.run_id, account.contact) for position in (1, 2, 3)
    ]
    assert account.waiting() == [(account.contact, LIVE, ["draft_approved"])]
    for kind in ("emails", "communications", "calls", "notes"):
        assert not account.stand.calls(f"/{kind}")


def test_approving_twice_at_once_makes_one_set_of_tasks(account: Account) -> None:
    outcomes: list[object] = []

    def approve() -> None:
        try:
            outcomes.append(account.approve())
        except VersionConflict as error:
            outcomes.append(error.reason)

    threads = [threading.Thread(target=approve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert outcomes.count("version_conflict") == 3
    account.work()
    account.half_a_minute_later()
    assert len(account.tasks()) == 3


def test_a_process_killed_between_call_and_answer_makes_no_second_task(account: Account) -> None:
    approved = account.approve()
    account.clients.spoil = DiesAfterTheCall
    with pytest.raises(Killed):
        account.work()
    assert {step.state for step in account.steps(approved.run_id)} == {"asked"}
    ids = [task["id"] for task in account.tasks()]
    assert len(ids) == 3

    account.clients.spoil = lambda client: client
    account.half_a_minute_later()

    assert [task["id"] for task in account.tasks()] == ids
    assert sorted(step.task_id or "" for step in account.steps(approved.run_id)) == sorted(ids)
    assert account.sql("SELECT count(*) FROM created_object") == [(3,)]
    assert account.sql("SELECT counts FROM run WHERE finished_at IS NOT NULL") == [({"made": 3},)]


@pytest.mark.parametrize("applied", [True, False])
def test_a_cut_connection_is_repaired_whether_or_not_hubspot_made_the_tasks(account: Account, *, applied: bool) -> None:
    account.approve()
    account.stand.world.faults.add(FaultSpec("cut", path="tasks/batch/create", applied=applied))
    with pytest.raises(Unavailable):
        account.work()
    account.stand.world.faults.clear()
    account.half_a_minute_later()
    assert [task["hs_task_subject"][-6:] for task in account.tasks()] == [" Hello", "2 of 3", " Again"]


def test_an_answer_that_may_still_come_is_waited_for(account: Account) -> None:
    approved = account.approve()
    account.clients.spoil = DiesAfterTheCall
    with pytest.raises(Killed):
        account.work()
    calls = len(account.stand.calls())
    account.jobs.make({"portal_id": PORTAL_ID, "run_id": approved.run_id})
    assert len(account.stand.calls()) == calls
    assert {step.state for step in account.steps(approved.run_id)} == {"asked"}


def test_a_refused_step_says_why_and_the_others_are_made(account: Account) -> None:
    account.sql("UPDATE draft SET steps = jsonb_set(steps, '{1,body}', to_jsonb(repeat('x', 70000)))")
    approved = account.approve()
    account.work()
    states = {step.position: (step.state, step.error) for step in account.steps(approved.run_id)}
    assert [states[1][0], states[3][0]] == ["made", "made"]
    assert states[2][0] == "refused"
    assert "HubSpot" in (states[2][1] or "")
    assert account.sql("SELECT counts FROM run WHERE finished_at IS NOT NULL") == [({"made": 2, "refused": 1},)]


def test_a_refusal_of_the_whole_call_ends_the_approval_with_its_reason(account: Account) -> None:
    approved = account.approve()
    account.stand.world.faults.add(FaultSpec("status", path="tasks/batch/create", status=403))
    account.work()
    assert {step.state for step in account.steps(approved.run_id)} == {"refused"}
    assert all(step.error for step in account.steps(approved.run_id))
    assert account.half_a_minute_later() == 0


@pytest.mark.parametrize(("record_owner", "expected"), [(REP_OWNER, REP_OWNER), ("", REP_OWNER), (ARCHIVED_OWNER, REP_OWNER)])
def test_the_owner_of_this_moment_wins_then_the_person_who_approved(account: Account, record_owner: str, expected: str) -> None:
    owners = account.stand.world.owners[PORTAL_ID]
    left = owners.find(record_owner, archived=True)
    if left is not None:
        account.sql("UPDATE owner SET archived = true WHERE owner_id = :id", id=ARCHIVED_OWNER)
        account.portal.check_owners_with(lambda _owner_id: True)
    account.own(record_owner)
    account.approve()
    account.work()
    assert {task["hubspot_owner_id"] for task in account.tasks()} == {expected}


def test_where_owners_are_not_known_tasks_are_nobodys(account: Account) -> None:
    account.sql("DELETE FROM owner")
    account.sql("UPDATE portal SET scopes = '{}'")
    account.approve()
    account.work()
    assert {task["hubspot_owner_id"] for task in account.tasks()} == {""}


def test_an_owner_nobody_knew_yet_is_asked_for(account: Account) -> None:
    account.sql("DELETE FROM owner WHERE owner_id = :id", id=OWNER)
    account.sql("UPDATE owner SET fetched_at = fetched_at - interval '1 day'")
    account.approve()
    account.work()
    assert {task["hubspot_owner_id"] for task in account.tasks()} == {OWNER}


@pytest.mark.parametrize("reason", ["dry_run", "disconnected"])
def test_nothing_is_approved_where_nothing_may_be_written(account: Account, reason: str) -> None:
    account.turn(**({"dry": True} if reason == "dry_run" else {"state": DISCONNECTED}))
    with pytest.raises(NotAllowed) as caught:
        account.approve()
    assert caught.value.reason == reason
    assert account.draft().state == "drafted"
    assert account.sql("SELECT count(*) FROM run") == [(0,)]
    assert account.deferred.requests == []


@pytest.mark.parametrize("reason", ["runs dry", "disconnected"])
def test_tasks_wait_and_say_so_when_the_account_changed_its_mind(account: Account, reason: str) -> None:
    approved = account.approve()
    account.turn(**({"dry": True} if reason == "runs dry" else {"state": DISCONNECTED}))
    account.work()
    account.half_a_minute_later()
    assert account.stand.calls("/tasks") == []
    assert all(reason in (step.error or "") and step.state == "wanted" for step in account.steps(approved.run_id))

    account.now = account.now.replace(hour=20)
    account.turn(dry=False, state=CONNECTED)
    account.half_a_minute_later()
    assert [task["hs_timestamp"][:16] for task in account.tasks()] == ["2026-12-02T08:00", "2026-12-04T08:00", "2026-12-08T08:00"]
    assert all(step.error is None for step in account.steps(approved.run_id))


def test_an_undo_of_the_approval_takes_the_tasks_away_and_the_draft_waits_again(account: Account) -> None:
    approved = account.approve()
    account.work()
    account.sql("DELETE FROM work_item")

    undone = account.undo(approved.run_id)

    assert undone.counts == {"archived": 3}
    assert account.tasks() == []
    draft = account.draft()
    assert (draft.state, draft.version, draft.approved_steps, draft.approval_run_id) == ("drafted", 3, None, None)
    assert {step.state for step in account.steps(approved.run_id)} == {"gone"}
    assert account.waiting() == [(account.contact, LIVE, ["draft_changed"])]
    assert account.sql("SELECT counts FROM run WHERE kind = 'approve'") == [({"made": 3},)]

    again = account.approve(version=3)
    account.work()
    assert len(account.tasks()) == 3
    assert again.run_id != approved.run_id


def test_a_task_somebody_worked_on_stays_and_so_does_the_approval(account: Account) -> None:
    approved = account.approve()
    account.work()
    done = account.tasks()[0]["id"]
    account.portal.update("tasks", done, {"hs_task_status": "COMPLETED"}, source=PERSON)

    account.undo(approved.run_id)

    assert [task["id"] for task in account.tasks()] == [done]
    assert account.draft().state == "approved"
    assert [step.state for step in account.steps(approved.run_id)] == ["made", "gone", "gone"]


def test_reopening_withdraws_what_was_not_asked_for(account: Account) -> None:
    approved = account.approve()
    draft = account.do("reopen", version=2)
    assert draft.state == "drafted"
    assert account.work() == 1
    assert account.tasks() == []
    assert {step.state for step in account.steps(approved.run_id)} == {"gone"}
    assert account.half_a_minute_later() == 0
    assert account.waiting() == [(account.contact, LIVE, ["draft_changed"])]


def test_reopening_waits_while_hubspot_is_being_asked(account: Account) -> None:
    account.approve()
    account.clients.spoil = DiesAfterTheCall
    with pytest.raises(Killed):
        account.work()
    with pytest.raises(Conflict) as caught:
        account.do("reopen", version=2)
    assert caught.value.reason == "still_at_work"
    assert account.draft().state == "approved"


def test_an_edit_is_what_is_approved_and_outlives_newer_facts(account: Account) -> None:
    words = [NewWording(position, "Mine", f"My words {position}") for position in (1, 2, 3)]
    account.do("edit", version=1, wordings=words)
    account.sql("UPDATE draft SET fingerprint = 'print-2', steps = '[]'")
    assert account.draft().is_edited
    assert account.draft().edited_from != account.draft().fingerprint
    account.approve(version=2)
    account.work()
    assert [task["hs_task_subject"] for task in account.tasks()] == [
        "E-mail 1 of 3: Mine",
        "LinkedIn message 2 of 3",
        "E-mail 3 of 3: Mine",
    ]
    assert all(f"My words {number}" in task["hs_task_body"] for number, task in enumerate(account.tasks(), 1))


def test_a_rejected_draft_makes_no_tasks_and_says_why_it_was_rejected(account: Account) -> None:
    draft = account.do("reject", version=1, reason="Wrong person")
    assert (draft.state, draft.decision_note, draft.decided_by) == ("rejected", "Wrong person", REP.email)
    with pytest.raises(NotAllowed):
        account.approve(version=2)
    assert account.deferred.take("make_tasks") == []


def test_a_contact_that_is_gone_refuses_its_tasks(account: Account) -> None:
    approved = account.approve()
    account.portal.archive(CONTACTS, account.contact, source=PERSON)
    account.work()
    assert {step.error for step in account.steps(approved.run_id)} == {"The record no longer exists in HubSpot."}


def test_an_erased_person_leaves_nothing_and_their_tasks_in_hubspot_are_left_alone(account: Account) -> None:
    account.approve()
    account.work()
    calls = len(account.stand.calls())
    with account.database.begin() as connection:
        RecordStateStore().apply(connection, PORTAL_ID, [RecordFact(CONTACTS, account.contact, FactKind.ERASED, 1)])
        EraseStore().erase(connection, portal_id=PORTAL_ID, object_type=CONTACTS, object_ids=[account.contact], now=account.now)
    assert account.sql("SELECT count(*) FROM draft") == [(0,)]
    assert account.sql("SELECT count(*) FROM draft_task") == [(0,)]
    assert len(account.stand.calls()) == calls
    with pytest.raises(NotAllowed, match="erased"):
        account.approve(version=2)


def test_an_approval_of_somebody_erased_meanwhile_ends(account: Account) -> None:
    account.approve()
    with account.database.begin() as connection:
        EraseStore().erase(connection, portal_id=PORTAL_ID, object_type=CONTACTS, object_ids=[account.contact], now=account.now)
    account.work()
    assert account.sql("SELECT counts FROM run WHERE finished_at IS NOT NULL") == [({},)]
    assert account.stand.calls("/tasks") == []


def test_a_merged_contact_takes_its_steps_along(account: Account) -> None:
    approved = account.approve()
    survivor = account.portal.create(CONTACTS, {"lastname": "Survivor"}, source=PERSON).id
    with account.database.begin() as connection:
        fact = RecordFact(CONTACTS, account.contact, FactKind.MERGED, 1, survivor)
        RecordStateStore().apply(connection, PORTAL_ID, [fact])
    account.work()
    assert account.stand.calls("/tasks") == []
    assert {step.state for step in account.steps(approved.run_id)} == {"wanted"}
    with account.database.begin() as connection:
        HistoryStore().move(
            connection, portal_id=PORTAL_ID, object_type=CONTACTS, from_id=account.contact, to_id=survivor, now=account.now
        )
    account.half_a_minute_later()
    account.contact = survivor
    assert len(account.tasks()) == 3
    assert account.draft().state == "approved"


def test_a_record_without_a_draft_has_none_to_decide_about(account: Account) -> None:
    with account.database.begin() as connection, pytest.raises(NotFound):
        account.desk.approve(connection, REP, RecordKey(PORTAL_ID, CONTACTS, "77"), version=1)


def test_two_jobs_of_one_approval_do_not_work_at_once(account: Account) -> None:
    approved = account.approve()
    with account.database.begin() as connection:
        assert DraftTaskStore().hold(connection, portal_id=PORTAL_ID, run_id=approved.run_id)
        account.work()
        assert account.stand.calls("/tasks") == []
    account.half_a_minute_later()
    assert len(account.tasks()) == 3


def test_other_peoples_tasks_are_never_taken_for_ours(account: Account) -> None:
    account.approve()
    account.stand.world.faults.add(FaultSpec("cut", path="tasks/batch/create", count=1))
    with pytest.raises(Unavailable):
        account.work()
    foreign = account.portal.create(
        "tasks", {"hs_task_body": "Leadlight-000000000000", "hs_timestamp": "2026-12-01T10:00:00Z"}, source=PERSON
    )
    account.stand.client.associate("tasks", CONTACTS, [(foreign.id, account.contact)])
    account.half_a_minute_later()
    assert len(account.tasks()) == 4
