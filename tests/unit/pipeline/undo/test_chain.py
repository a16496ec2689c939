"""What undoing means for one field: single cases, and any interleaving of writes, people and undos against a naive model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.pipeline.policy import Origin
from integration.pipeline.undo.chain import OwnWrite, Verdict, Version, judge_field


def wrote(row_id: int, before: str | None, after: str | None, *, selected: bool = True, certain: bool = True) -> OwnWrite:
    return OwnWrite(row_id, before, after, is_selected=selected, is_certain=certain)


def history(*newest_first: tuple[str, str]) -> list[Version]:
    return [Version(value, Origin(origin)) for value, origin in newest_first]


def judged(writes: Sequence[OwnWrite], *newest_first: tuple[str, str], kind: str = "string") -> tuple[str, str]:
    verdict = judge_field(writes, history(*newest_first), kind=kind)
    return (verdict.reason, verdict.value) if verdict.action == "restore" else (verdict.reason, "(kept)")


def test_a_value_that_filled_a_blank_is_cleared() -> None:
    assert judged([wrote(1, None, "x")], ("x", "ours")) == ("undone", "")


def test_several_selected_writes_go_back_to_the_first_value_before() -> None:
    writes = [wrote(3, "y", "z"), wrote(2, "x", "y"), wrote(1, "Acme", "x")]
    assert judged(writes, ("z", "ours"), ("y", "ours"), ("x", "ours"), ("Acme", "person")) == ("undone", "Acme")


def test_the_history_need_not_reach_as_deep_as_the_ledger() -> None:
    assert judged([wrote(2, "x", "y"), wrote(1, "Acme", "x")], ("y", "ours")) == ("undone", "Acme")


def test_a_later_write_that_is_not_selected_keeps_the_field() -> None:
    assert judged([wrote(2, "x", "y", selected=False), wrote(1, None, "x")], ("y", "ours"), ("x", "ours")) == (
        "written_again_later",
        "(kept)",
    )


def test_what_was_undone_already_says_so() -> None:
    undo = OwnWrite(2, "x", "", is_selected=False, reason="undone")
    assert judged([undo, wrote(1, None, "x")], ("", "ours"), ("x", "ours")) == ("already_undone", "(kept)")


def test_a_write_beneath_that_is_not_selected_is_what_goes_back() -> None:
    verdict = judge_field(
        [wrote(3, "y", "z"), wrote(2, "x", "y", selected=False), wrote(1, None, "x")],
        history(("z", "ours"), ("y", "ours"), ("x", "ours")),
    )
    assert verdict == Verdict("restore", "undone", "y", "z", (3,), source_id=2)


@pytest.mark.parametrize(
    ("origin", "reason"),
    [
        ("person", "changed_by_person"),
        ("import", "changed_by_import"),
        ("other_app", "changed_by_other_app"),
        ("hubspot", "changed_by_hubspot"),
        ("unknown", "changed_by_someone"),
    ],
)
def test_what_somebody_else_set_since_is_kept(origin: str, reason: str) -> None:
    assert judged([wrote(1, None, "x")], ("y", origin), ("x", "ours")) == (reason, "(kept)")
    assert judged([wrote(1, None, "x")], ("x", origin), ("x", "ours")) == (reason, "(kept)")


def test_a_persons_value_between_two_of_ours_goes_back() -> None:
    writes = [wrote(2, "y", "z"), wrote(1, None, "x")]
    assert judged(writes, ("z", "ours"), ("y", "person"), ("x", "ours")) == ("undone", "y")


def test_a_person_who_returned_to_our_value_is_seen_only_in_the_history() -> None:
    writes = [wrote(2, "x", "z"), wrote(1, None, "x")]
    assert judged(writes, ("z", "ours"), ("x", "person"), ("w", "person"), ("x", "ours")) == ("undone", "x")


def test_a_change_between_our_reading_and_our_writing_is_not_lost() -> None:
    assert judged([wrote(1, None, "x")], ("x", "ours"), ("typed meanwhile", "person")) == ("undone", "typed meanwhile")


def test_hubspots_spelling_is_recognised_and_ours_goes_back() -> None:
    writes = [wrote(1, "2026-01-02T03:04:05Z", "2026-11-21T10:00:00.000Z")]
    found = judged(writes, ("1795255200000", "ours"), ("1767323045000", "person"), kind="datetime")
    assert found == ("undone", "2026-01-02T03:04:05Z")
    assert judged([wrote(1, "5", "7.0")], ("7", "ours"), kind="number") == ("undone", "5")
    assert judged([wrote(1, "5", "7.0")], ("7", "ours"), kind="string") == ("not_standing", "(kept)")


def test_a_write_that_never_arrived_leaves_the_field_alone() -> None:
    assert judged([wrote(1, "a", "x", certain=False)], ("a", "person")) == ("not_standing", "(kept)")
    assert judged([wrote(1, None, "x", certain=False)]) == ("not_standing", "(kept)")


def test_a_write_without_an_answer_that_did_arrive_goes_back() -> None:
    assert judged([wrote(1, "a", "x", certain=False)], ("x", "ours"), ("a", "person")) == ("undone", "a")


def test_a_lost_write_on_top_or_between_does_not_break_the_chain() -> None:
    lost, below = wrote(2, "x", "lost", selected=False, certain=False), wrote(1, "a", "x")
    assert judged([lost, below], ("x", "ours"), ("a", "person")) == ("undone", "a")
    assert judged([wrote(3, "x", "z"), lost, below], ("z", "ours"), ("x", "ours"), ("a", "person")) == ("undone", "a")


def test_after_a_merge_the_other_records_write_is_passed_over() -> None:
    survivor, merged_in = wrote(1, None, "b"), wrote(2, None, "a")
    assert judged([merged_in, survivor], ("b", "ours")) == ("undone", "")


def test_erased_values_say_so() -> None:
    assert judged([wrote(1, None, None)], ("x", "ours")) == ("erased", "(kept)")


def test_an_undo_that_is_repeated_finds_its_own_work() -> None:
    own = OwnWrite(2, "x", "Acme", is_selected=True, reason="undone")
    found = judge_field([own, wrote(1, "Acme", "x")], history(("Acme", "ours"), ("x", "ours"), ("Acme", "person")))
    assert (found.action, found.reason) == ("keep", "already_back")
    halfway = OwnWrite(2, "x", "Acme", is_selected=True, is_certain=False, reason="undone")
    assert judged([halfway, wrote(1, "Acme", "x")], ("x", "ours"), ("Acme", "person")) == ("undone", "Acme")


def test_our_own_repetition_in_the_history_counts_once() -> None:
    writes = [wrote(2, "x", "y"), wrote(1, "Acme", "x")]
    assert judged(writes, ("y", "ours"), ("y", "ours"), ("x", "ours"), ("Acme", "person")) == ("undone", "Acme")


@dataclass
class Field:
    """One field of a portal, its full timeline, and the ledger as the product keeps it. Runs are numbered."""

    timeline: list[tuple[str, str, int]] = field(default_factory=list)
    ledger: list[tuple[int, str | None, str]] = field(default_factory=list)

    @property
    def value(self) -> str:
        return self.timeline[-1][0] if self.timeline else ""

    def put(self, value: str, setter: str, run: int = 0) -> None:
        if value == self.value:
            return
        if setter == "ours":
            self.ledger.append((run, self.value or None, value))
        self.timeline.append((value, setter, run))

    def expected(self, runs: frozenset[int]) -> str:
        """Take the selected writes of ours off the end of the timeline: what is then on top stands."""
        rest = list(self.timeline)
        while rest and rest[-1][1] == "ours" and rest[-1][2] in runs:
            rest.pop()
        return rest[-1][0] if rest else ""

    def undo(self, runs: frozenset[int], run: int, *, history_length: int) -> Verdict:
        writes = [
            OwnWrite(number, before, after, is_selected=by in runs)
            for number, (by, before, after) in reversed(list(enumerate(self.ledger)))
        ]
        versions = [Version(value, Origin(setter)) for value, setter, _ in reversed(self.timeline)][:history_length]
        verdict = judge_field(writes, versions)
        if verdict.action == "restore":
            self.put(verdict.value, "ours", run)
        return verdict


VALUES = st.sampled_from(["", "a", "b", "c", "d"])
STEPS = st.one_of(
    st.tuples(st.just("ours"), VALUES),
    st.tuples(st.sampled_from(["person", "import", "other_app", "hubspot"]), VALUES),
    st.tuples(st.just("undo"), st.frozensets(st.integers(1, 12), min_size=1, max_size=5)),
)


@given(st.lists(STEPS, max_size=12))
def test_any_interleaving_ends_where_the_timeline_says(steps: list[tuple[str, str | frozenset[int]]]) -> None:
    one = Field()
    for run, (who, what) in enumerate(steps, start=1):
        if isinstance(what, frozenset):
            expected = one.expected(what)
            one.undo(what, run, history_length=100)
            assert one.value == expected
        else:
            one.put(what, who, run)


@given(st.lists(VALUES, min_size=1, max_size=8), st.integers(1, 3))
def test_undoing_an_undo_gives_the_value_back_at_any_depth(values: list[str], depth: int) -> None:
    one = Field()
    one.put("typed", "person")
    for run, value in enumerate(values, start=1):
        one.put(value, "ours", run)
    states, runs = [one.value], frozenset(range(1, len(values) + 1))
    for level in range(depth):
        number = 100 + level
        one.undo(runs, number, history_length=20)
        states.append(one.value)
        runs = frozenset({number})
    assert states == [states[0], "typed", states[0], "typed"][: depth + 1]


@given(st.lists(VALUES, min_size=1, max_size=30))
def test_a_short_history_does_not_change_what_goes_back(values: list[str]) -> None:
    one = Field()
    for run, value in enumerate(values, start=1):
        one.put(value, "ours", run)
    one.undo(frozenset(range(1, 31)), 99, history_length=2)
    assert one.value == ""


def test_an_undo_that_is_repeated_still_knows_whose_value_it_put_back() -> None:
    own = OwnWrite(3, "y", "x", is_selected=True, reason="undone")
    writes = [own, wrote(2, "x", "y"), wrote(1, None, "x", selected=False)]
    found = judge_field(writes, history(("x", "ours"), ("y", "ours"), ("x", "ours")))
    assert (found.reason, found.source_id) == ("already_back", 1)
