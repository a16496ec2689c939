"""A pass over a contact whose draft a rep judged: what stands in HubSpot and with us afterwards."""

from __future__ import annotations

from integration.hubspot.objects import CONTACTS
from tests.unit.pipeline.conftest import Stand

_EDIT = """UPDATE draft SET edited_by = 'sample.rep@example.com', edited_from = fingerprint, edited_steps =
    '[{"position": 1, "day_offset": 0, "channel": "email", "subject": "Edited subject", "body": "Edited body", "rests_on": []}]'"""


def _judge(stand: Stand, statement: str) -> None:
    with stand.database.begin() as connection:
        connection.exec_driver_sql(statement)


def _decide(stand: Stand, state: str) -> None:
    _judge(
        stand,
        f"UPDATE draft SET state = '{state}', decided_by = 'sample.rep@example.com', "  # noqa: S608
        "decided_at = '2026-12-01 09:00:00+00', decision_note = 'wrong person', version = version + 1",
    )


def _pass(stand: Stand, times: int = 1) -> dict[str, str | None]:
    for _ in range(times):
        stand.queue("101")
        stand.run()
    return stand.hubspot.records[CONTACTS, "101"]


def _draft_note(stand: Stand) -> str:
    [body] = [note.body for note in stand.hubspot.notes.values() if "Unsent draft" in note.body]
    return body


def test_an_approved_draft_stays_approved_whatever_is_found(stand: Stand) -> None:
    _pass(stand)
    note = _draft_note(stand)
    [(fingerprint,)] = stand.rows("SELECT fingerprint FROM draft")
    _decide(stand, "approved")
    record = _pass(stand)
    assert record["leadlight_draft_state"] == "approved"
    assert (record["leadlight_draft_summary"] or "").startswith("Approved by sample.rep@example.com on 2026-12-01;")
    stand.prefer(sender_name="Another Sample Sender")
    assert _pass(stand, 2)["leadlight_draft_state"] == "approved"
    assert stand.rows("SELECT state, decided_by, decision_note, version FROM draft") == [
        ("approved", "sample.rep@example.com", "wrong person", 2)
    ]
    assert stand.rows("SELECT fingerprint FROM draft") != [(fingerprint,)], "our own steps follow the newest facts"
    assert _draft_note(stand) == note, "the note of an approved draft is not touched any more"


def test_a_rejected_draft_is_withdrawn_and_drafted_again_when_there_is_something_else_to_judge(stand: Stand) -> None:
    _pass(stand)
    _decide(stand, "rejected")
    record = _pass(stand, 2)
    assert record["leadlight_draft_state"] == "rejected"
    assert record["leadlight_draft_summary"] == "Rejected by sample.rep@example.com on 2026-12-01: wrong person."
    assert "withdrawn:</strong> rejected by sample.rep@example.com on 2026-12-01: wrong person." in _draft_note(stand)
    stand.prefer(sender_name="Another Sample Sender")
    record = _pass(stand)
    assert record["leadlight_draft_state"] == "drafted"
    assert "Another Sample Sender" in _draft_note(stand)
    assert stand.rows("SELECT state, decided_by, decided_at, decision_note FROM draft") == [("drafted", None, None, None)]


def test_an_edit_outlives_newer_facts_and_is_what_hubspot_shows(stand: Stand) -> None:
    _pass(stand)
    _judge(stand, _EDIT)
    edited = stand.rows("SELECT edited_steps, edited_from, edited_by, version FROM draft")
    stand.prefer(sender_name="Another Sample Sender")
    record = _pass(stand, 2)
    assert (record["leadlight_draft_state"], record["leadlight_draft_summary"]) == ("drafted", "Day 0, email: Edited subject")
    assert "Edited body" in _draft_note(stand)
    assert stand.rows("SELECT edited_steps, edited_from, edited_by, version FROM draft") == edited
    assert stand.rows("SELECT steps::text LIKE '%Another Sample Sender%' FROM draft") == [(True,)]


def test_an_unchanged_judgement_costs_no_write_and_no_note(stand: Stand) -> None:
    _pass(stand)
    _decide(stand, "rejected")
    _pass(stand)
    stand.hubspot.calls.clear()
    _pass(stand)
    assert [call for call in stand.hubspot.calls if "update" in call or "note" in call] == []
