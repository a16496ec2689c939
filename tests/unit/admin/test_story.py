"""A record's story from its parts: nothing is lost, the order is that of time, and what belongs together stands together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from integration.admin.console.base import RecordEvent
from integration.admin.console.record_store import Found, Kept, Letter, Made, Pair, Review, Texts
from integration.admin.console.story import tell
from integration.reporting.runs_store import Change

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
NOTHING = Kept((), (), (), (), (), (), None, Texts("", None, "", None))


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def change(row_id: int, run_id: str, minute: int, *, outcome: str = "written", reason: str = "own_property") -> Change:
    return Change(
        row_id, run_id, "contacts", "1", "leadlight_brief", None, "x", "always", "write", reason, "leadlight", None, None, None, outcome,
        None, at(minute), None,
    )  # fmt: skip


def test_events_of_one_delivery_and_cause_are_one_entry_in_plain_words() -> None:
    events = [
        RecordEvent(at(1), "creation", "", "CRM_UI"),
        RecordEvent(at(1), "propertyChange", "lastname", "CRM_UI"),
        RecordEvent(at(1), "propertyChange", "email", "CRM_UI"),
        RecordEvent(at(1), "associationChange", "", "INTEGRATION"),
    ]
    assert [entry.text for entry in tell(NOTHING, (), events)] == [
        "HubSpot told: created; email, lastname changed (by a person in HubSpot)",
        "HubSpot told: an association changed (by an app)",
    ]


def test_changes_of_one_run_are_one_entry_and_a_refusal_stands_out() -> None:
    story = tell(NOTHING, [change(3, "b", 2), change(2, "b", 2, outcome="refused"), change(1, "a", 1)], ())
    assert [(entry.kind, entry.text, entry.run_id) for entry in story] == [
        ("wrong", "Fields decided: 1 written, 1 refused", "b"),
        ("write", "Fields decided: 1 written", "a"),
    ]


def test_an_undo_is_called_one() -> None:
    [entry] = tell(NOTHING, [change(1, "u", 1, reason="undone")], ())
    assert entry.text == "An undo put values back: 1 written"


def test_what_lost_is_told_with_what_won_and_the_price() -> None:
    found = [
        Found("city", "apollo", "Sampletown", None, at(1), 0.9, Decimal("0.01"), True, "a"),
        Found("city", "website", "Sample City", None, at(1), 0.6, Decimal(0), False, "a"),
    ]
    story = tell(Kept(found, (), (), (), (), (), None, NOTHING.texts), (), ())
    assert {entry.text for entry in story} == {"apollo answered 1 field for $0.0100", "website answered 1 field"}
    assert any("lost to a better one" in note for entry in story for note in entry.notes)


def test_what_people_decided_and_what_failed_is_told() -> None:
    kept = Kept(
        (),
        (),
        [Made("notes", "77", "brief", "a", at(1), at(9))],
        [Review("identity", "accepted", "one", at(2), at(3), "operator@example.com")],
        [Pair("2", 0.9, "dismissed", at(4), at(5), None)],
        [Letter(5, "refused_for_good", "HubSpot said no.", at(6), at(7))],
        None,
        NOTHING.texts,
    )
    assert [entry.text for entry in tell(kept, (), ())] == [
        "An undo archived the note 77 (brief)",
        "Dead letter 5 was replayed or discarded",
        "Work failed for good: refused for good",
        "Somebody decided about 2: dismissed",
        "Record 2 may be the same (90%)",
        "operator@example.com decided: accepted (one)",
        "It was asked whose answers these are",
        "We created the note 77 (brief)",
    ]


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from(["a", "b", "c"])), max_size=30))
def test_every_change_is_told_once_and_the_newest_comes_first(moments: list[tuple[int, str]]) -> None:
    changes = [change(number, run_id, minute) for number, (minute, run_id) in enumerate(moments)]
    story = tell(NOTHING, changes, ())
    assert sorted(one.row_id for entry in story for one in entry.changes) == [one.row_id for one in changes]
    assert [entry.at for entry in story] == sorted((entry.at for entry in story), reverse=True)
