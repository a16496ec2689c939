"""At most one note for each record and purpose, whatever is cut off in the middle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from integration.core.errors import Unavailable
from integration.db.session import Database
from integration.hubspot.objects import CONTACTS, NewNote, NoteOutcome, WriteFailure
from integration.pipeline.note_store import NoteStore
from integration.pipeline.notes import NoteKeeper, WantedNote, marker_for
from tests.factories import NOW
from tests.unit.pipeline.fake_hubspot import FakeHubSpot, Fault, ProcessKilled

PORTAL = 4242
WITHDRAWN = "withdrawn"


def wanted(object_id: str, words: str, purpose: str = "brief") -> WantedNote:
    return WantedNote(object_id, purpose, words, lambda marker: f"<p>{words}</p><p>{marker}</p>")  # type: ignore[arg-type]


def withdrawal(object_id: str, words: str = "withdrawn", purpose: str = "draft") -> WantedNote:
    return replace(wanted(object_id, words, purpose), only_if_standing=True)


class Bench:
    """A keeper with a clock of its own over a HubSpot in memory."""

    def __init__(self, database: Database) -> None:
        self.hubspot = FakeHubSpot()
        self.now = NOW
        self.database = database
        self.keeper = NoteKeeper(database, NoteStore(), lambda: self.now)

    def keep(self, *notes: WantedNote):
        self.now += timedelta(minutes=1)
        self.hubspot.calls.clear()
        return self.keeper.keep(self.hubspot, PORTAL, CONTACTS, notes, run_id="run-1")

    def on(self, object_id: str) -> list[str]:
        return self.hubspot.notes_on(CONTACTS, object_id)


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def test_brief_and_draft_are_created_together_in_one_call(bench: Bench) -> None:
    report = bench.keep(wanted("1", "hello"), wanted("1", "mail", "draft"), wanted("2", "hello"))
    assert (report.refused, report.unanswered) == ({}, set())
    assert bench.hubspot.calls == ["create_notes"]
    assert [len(bench.on("1")), len(bench.on("2"))] == [2, 1]


def test_an_equal_note_costs_no_call_and_a_changed_one_is_updated(bench: Bench) -> None:
    bench.keep(wanted("1", "hello"))
    bench.keep(wanted("1", "hello"))
    assert bench.hubspot.calls == []
    bench.keep(wanted("1", "news"))
    assert bench.hubspot.calls == ["update_notes"]
    assert bench.on("1") == [f"<p>news</p><p>{marker_for(PORTAL, CONTACTS, '1', 'brief')}</p>"]


@pytest.mark.parametrize("after", [False, True])
def test_a_note_whose_answer_was_lost_is_looked_for_before_it_is_written(bench: Bench, after: bool) -> None:
    bench.hubspot.faults.append(Fault("create_notes", Unavailable("cut", system="hubspot"), after=after))
    with pytest.raises(Unavailable):
        bench.keep(wanted("1", "hello"), wanted("2", "hello"))
    bench.keep(wanted("1", "hello"), wanted("2", "news"))
    assert bench.hubspot.calls == (["notes_of", "update_notes"] if after else ["notes_of", "create_notes"])
    assert len(bench.on("1")) == 1
    assert len(bench.on("2")) == 1
    assert "news" in bench.on("2")[0]
    bench.keep(wanted("1", "hello"), wanted("2", "news"))
    assert bench.hubspot.calls == []


def test_a_note_that_a_person_deleted_is_written_anew_at_the_next_pass(bench: Bench) -> None:
    bench.keep(wanted("1", "hello"))
    bench.hubspot.notes.clear()
    report = bench.keep(wanted("1", "news"))
    assert report.refused == {}
    bench.keep(wanted("1", "news"))
    assert len(bench.on("1")) == 1


def test_a_withdrawal_changes_the_note_that_stands_once_and_makes_none(bench: Bench) -> None:
    bench.keep(wanted("1", "mail", "draft"))
    (note_id,) = bench.hubspot.notes
    bench.keep(withdrawal("1"), withdrawal("2"))
    assert bench.hubspot.calls == ["update_notes"]
    assert list(bench.hubspot.notes) == [note_id]
    assert "withdrawn" in bench.on("1")[0]
    bench.keep(withdrawal("1"), withdrawal("2"))
    assert bench.hubspot.calls == []
    bench.keep(wanted("1", "mail", "draft"))
    assert list(bench.hubspot.notes) == [note_id]
    assert "mail" in bench.on("1")[0]


def test_a_withdrawn_note_that_a_person_deleted_is_looked_for_once_and_forgotten(bench: Bench) -> None:
    bench.keep(wanted("1", "mail", "draft"))
    bench.hubspot.notes.clear()
    for calls in (["update_notes"], ["notes_of"], []):
        assert bench.keep(withdrawal("1")).refused == {}
        assert bench.hubspot.calls == calls
    assert bench.on("1") == []


@pytest.mark.parametrize("after", [False, True])
def test_a_draft_note_whose_answer_was_lost_is_withdrawn_where_it_came_to_stand(bench: Bench, after: bool) -> None:
    bench.hubspot.faults.append(Fault("create_notes", Unavailable("cut", system="hubspot"), after=after))
    with pytest.raises(Unavailable):
        bench.keep(wanted("1", "mail", "draft"))
    bench.keep(withdrawal("1"))
    assert bench.hubspot.calls == (["notes_of", "update_notes"] if after else ["notes_of"])
    assert ["withdrawn" in body for body in bench.on("1")] == [True] * after
    bench.keep(withdrawal("1"))
    assert bench.hubspot.calls == []


class MuteHubSpot(FakeHubSpot):
    """Writes the notes and says nothing about them."""

    def create_notes(self, notes: list[NewNote]) -> NoteOutcome:  # type: ignore[override]
        super().create_notes(notes)
        return NoteOutcome({}, {note.marker: WriteFailure("UNANSWERED", "") for note in notes})


class UnwillingHubSpot(FakeHubSpot):
    def create_notes(self, notes: list[NewNote]) -> NoteOutcome:  # type: ignore[override]
        return NoteOutcome({}, {note.marker: WriteFailure("VALIDATION_ERROR", "No notes here") for note in notes})


def test_a_note_without_a_clear_answer_is_looked_at_again_and_not_doubled(bench: Bench) -> None:
    bench.hubspot = MuteHubSpot()
    assert bench.keep(wanted("1", "hello")).unanswered == {"1"}
    bench.keep(wanted("1", "hello"))
    assert bench.hubspot.calls == ["notes_of"]
    assert len(bench.on("1")) == 1


def test_a_refused_note_is_told_in_words(bench: Bench) -> None:
    bench.hubspot = UnwillingHubSpot()
    assert bench.keep(wanted("1", "hello")).refused == {"1": "HubSpot refused the change: No notes here"}


def test_more_than_a_hundred_notes_go_in_several_calls(bench: Bench) -> None:
    bench.keep(*(wanted(str(number), "hello") for number in range(230)))
    assert bench.hubspot.calls == ["create_notes"] * 3


class NotesUnderCrashes(RuleBasedStateMachine):
    """Any order of passes, each of which may be cut off at any call, before or after its effect."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        with self.database.begin() as connection:
            connection.exec_driver_sql("TRUNCATE note")
        self.bench = Bench(self.database)

    @rule(
        words=st.dictionaries(
            st.tuples(st.sampled_from("12"), st.sampled_from(["brief", "draft"])),
            st.sampled_from(["a", "b", WITHDRAWN]),
            min_size=1,
        ),
        operation=st.sampled_from(["none", "create_notes", "update_notes", "notes_of"]),
        after=st.booleans(),
        killed=st.booleans(),
    )
    def run_a_pass(self, words: dict[tuple[str, str], str], operation: str, after: bool, killed: bool) -> None:
        error = ProcessKilled() if killed else Unavailable("cut", system="hubspot")
        self.bench.hubspot.faults = [Fault(operation, error, after=after)]
        make = {WITHDRAWN: withdrawal}
        notes = [make.get(text, wanted)(object_id, text, purpose) for (object_id, purpose), text in words.items()]
        before = {one: self._standing(*one) for one in words}
        try:
            self.bench.keep(*notes)
        except (ProcessKilled, Unavailable):
            return
        for one, text in words.items():
            marker = marker_for(PORTAL, CONTACTS, *one)  # type: ignore[arg-type]
            expected = [] if text == WITHDRAWN and not before[one] else [f"<p>{text}</p><p>{marker}</p>"]
            assert self._standing(*one) == expected

    def _standing(self, object_id: str, purpose: str) -> list[str]:
        marker = marker_for(PORTAL, CONTACTS, object_id, purpose)  # type: ignore[arg-type]
        return [body for body in self.bench.on(object_id) if marker in body]

    @invariant()
    def no_note_stands_twice(self) -> None:
        for object_id in "12":
            assert len(self.bench.on(object_id)) <= 2
            for purpose in ("brief", "draft"):
                marker = marker_for(PORTAL, CONTACTS, object_id, purpose)
                assert sum(marker in body for body in self.bench.on(object_id)) <= 1


def test_notes_survive_any_sequence_of_crashes(database: Database) -> None:
    machine = type("Machine", (NotesUnderCrashes,), {"database": database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), database=None
        ),
    )
