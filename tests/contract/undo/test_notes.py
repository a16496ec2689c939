"""Notes and tasks that an undo takes away, and notes that come back when the undo is undone."""

from __future__ import annotations

from integration.hubspot.objects import COMPANIES, NOTES, TASKS
from integration.pipeline.undo.request import UndoScope
from simulator.crm.changes import Source
from simulator.crm.linking import NewAssociation, TypeSpec
from tests.contract.hubspot.stand import APP_ID
from tests.contract.undo.conftest import Account

OURS = Source.app(APP_ID)


def with_brief(account: Account, words: str = "A brief") -> tuple[str, str]:
    """A company with a note of ours on it, and the run that made it."""
    (company,) = account.add()
    run = account.run({company: {"city": "Paris"}})
    account.note(run, company, words)
    return company, run


def test_a_note_we_created_goes_and_comes_back_with_its_text(account: Account) -> None:
    company, run = with_brief(account)
    (text,) = account.notes(company).values()

    first = account.undo(run)
    assert account.notes(company) == {}
    assert first.counts == {"archived": 1, "undone": 1}
    assert account.sql("SELECT archived_run_id FROM created_object") == [(first.run_id,)]
    assert account.sql("SELECT purpose FROM note") == [], "a later pass may create one anew"

    second = account.undo(first.run_id)
    assert list(account.notes(company).values()) == [text]
    assert second.counts == {"created_again": 1, "undone": 1}

    third = account.undo(second.run_id)
    assert account.notes(company) == {}
    assert third.counts == {"archived": 1, "undone": 1}


def test_a_note_that_came_back_is_not_written_again_by_the_next_pass(account: Account) -> None:
    company, run = with_brief(account)
    account.undo(account.undo(run).run_id)
    before = len(account.calls())
    account.note(account.open_run(), company, "A brief")
    assert not [call for call in account.calls()[before:] if "/notes/" in call]


def test_a_note_that_somebody_edited_stays(account: Account) -> None:
    company, run = with_brief(account)
    (note_id,) = account.notes(company)
    account.change(note_id, object_type=NOTES, hs_note_body="<p>Called them</p>")

    undone = account.undo(run)

    assert account.notes(company) == {note_id: "<p>Called them</p>"}
    assert undone.counts == {"note_edited": 1, "undone": 1}


def test_a_note_that_the_run_only_updated_keeps_its_text(account: Account) -> None:
    company, first = with_brief(account)
    second = account.open_run()
    account.note(second, company, "A newer brief")

    assert account.undo(second).counts == {"note_only_updated": 1}
    assert account.undo(first).counts == {"undone": 1, "written_again_later": 1}
    assert len(account.notes(company)) == 1


def test_creating_and_updating_runs_undone_together_take_the_note_away(account: Account) -> None:
    company, _ = with_brief(account)
    account.note(account.open_run(), company, "A newer brief")
    undone = account.undo(UndoScope("record", object_type=COMPANIES, object_id=company))
    assert account.notes(company) == {}
    assert undone.counts == {"archived": 1, "undone": 1}


def test_a_note_deleted_by_a_person_is_named(account: Account) -> None:
    company, run = with_brief(account)
    (note_id,) = account.notes(company)
    account.portal.archive(NOTES, note_id, source=Source.person(9001))
    assert account.undo(run).counts == {"note_gone": 1, "undone": 1}


def test_only_the_note_of_a_record_can_be_undone(account: Account) -> None:
    company, _ = with_brief(account)
    scope = UndoScope("record", object_type=COMPANIES, object_id=company, property_name="note:brief")
    assert account.undo(scope).counts == {"archived": 1}
    assert account.values(company, "city") == {"city": "Paris"}


def test_a_dry_run_leaves_notes_and_says_which_would_go(account: Account) -> None:
    company, run = with_brief(account)
    assert account.undo(run, dry_run=True).counts == {"archived": 1, "undone": 1}
    assert len(account.notes(company)) == 1
    undone = account.undo(run)
    assert account.undo(undone.run_id, dry_run=True).counts == {"created_again": 1, "undone": 1}
    assert account.notes(company) == {}


def test_tasks_of_ours_go_unless_somebody_worked_on_them(account: Account) -> None:
    (company,) = account.add()
    run = account.open_run()
    tie = NewAssociation(company, (TypeSpec("HUBSPOT_DEFINED", 192),))
    fields = {"hs_task_subject": "Call", "hs_task_body": "Ask about invoices", "hs_timestamp": "2026-11-21T10:00:00Z"}
    ours, worked_on = (account.portal.create(TASKS, fields, [tie], source=OURS).id for _ in range(2))
    account.change(worked_on, object_type=TASKS, hs_task_status="COMPLETED")
    for task, purpose in ((ours, "call"), (worked_on, "mail")):
        account.sql(
            "INSERT INTO created_object (portal_id, kind, created_id, object_type, object_id, purpose, run_id, created_at)"
            " VALUES (:portal, 'tasks', :task, 'companies', :company, :purpose, :run, :now)",
            portal=account.portal_id, task=task, company=company, purpose=purpose, run=run, now=account.now,
        )  # fmt: skip

    undone = account.undo(run)

    assert undone.counts == {"archived": 1, "note_edited": 1}
    assert [one.id for one in account.portal.records(TASKS, after=0, limit=10)] == [worked_on]
