"""The state machine of drafts, walked at random: what was refused changed nothing, and nobody's words were lost or approved unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from integration.core.errors import BadInput, NotAllowed
from integration.pipeline.drafts import states
from integration.pipeline.drafts.states import APPROVED, DRAFTED, REFUSED, REJECTED, Deed, KeptDraft, Step, VersionConflict

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
PEOPLE = st.sampled_from(["sample.rep@example.com", "sample.lead@example.com"])
BEHIND = st.sampled_from([0, 0, 0, 0, 1])
"""Versions since the person looked: mostly none."""
WORDS = st.text(min_size=1, max_size=20)


def steps(*bodies: str) -> tuple[Step, ...]:
    return tuple(Step(number, number * 2, "email", f"Subject {number}", body) for number, body in enumerate(bodies, 1))


def draft(**changes: Any) -> KeptDraft:
    return replace(KeptDraft(DRAFTED, None, steps("Hello", "Again"), "print-1", START), **changes)


class Machine(RuleBasedStateMachine):
    """People and the pipeline at one draft, beside a model of what must be true."""

    @initialize()
    def begin(self) -> None:
        self.draft = draft()
        self.now = START
        self.typed: tuple[str, ...] | None = None
        self.approved: tuple[str, ...] | None = None
        self.prints = 1

    @rule(refuses=st.booleans())
    def facts_change(self, refuses: bool) -> None:
        """What the pipeline does: new steps of ours, the judgement and the edit stay."""
        self.prints += 1
        refusal = "the e-mail address is invalid" if refuses else None
        waiting = self.draft.state in (DRAFTED, REFUSED)
        state = (REFUSED if refuses else DRAFTED) if waiting else self.draft.state
        ours = () if refuses else steps(f"Newer {self.prints}")
        self.draft = replace(self.draft, state=state, refusal=refusal, steps=ours, fingerprint=f"print-{self.prints}")

    @rule(behind=BEHIND, by=PEOPLE, words=WORDS)
    def edit(self, behind: int, by: str, words: str) -> None:
        new = tuple(replace(step, body=words) for step in self.draft.shown_steps)
        if self._do(behind, by, self.draft.state == DRAFTED, lambda deed: states.edit(self.draft, deed, new)):
            self.typed = tuple(step.body for step in new)

    @rule(behind=BEHIND, by=PEOPLE)
    def reset(self, behind: int, by: str) -> None:
        may = self.draft.state in (DRAFTED, REFUSED)
        if self._do(behind, by, may, lambda deed: states.reset(self.draft, deed), may_stay=not self.draft.is_edited):
            self.typed = None

    @rule(behind=BEHIND, by=PEOPLE)
    def approve(self, behind: int, by: str) -> None:
        shown = tuple(step.body for step in self.draft.shown_steps)
        if self._do(behind, by, self.draft.state == DRAFTED, lambda deed: states.approve(self.draft, deed, "run")):
            self.approved = shown

    @rule(behind=BEHIND, by=PEOPLE, reason=st.sampled_from(["", "Wrong person"]))
    def reject(self, behind: int, by: str, reason: str) -> None:
        self._do(behind, by, self.draft.state == DRAFTED, lambda deed: states.reject(self.draft, deed, reason))

    @rule(behind=BEHIND, by=PEOPLE)
    def reopen(self, behind: int, by: str) -> None:
        if self._do(behind, by, self.draft.state in (APPROVED, REJECTED), lambda deed: states.reopen(self.draft, deed)):
            self.approved = None

    @invariant()
    def nothing_typed_is_lost(self) -> None:
        kept = None if self.draft.edited_steps is None else tuple(step.body for step in self.draft.edited_steps)
        assert kept == self.typed

    @invariant()
    def what_was_approved_stands_as_it_was_seen(self) -> None:
        if self.draft.state == APPROVED:
            assert tuple(step.body for step in self.draft.shown_steps) == self.approved
            assert self.draft.approval_run_id
        else:
            assert self.draft.approved_steps is None
            assert self.draft.approval_run_id is None

    @invariant()
    def a_refused_draft_is_never_waiting(self) -> None:
        assert not (self.draft.state == DRAFTED and self.draft.refusal is not None)

    def _do(self, behind: int, by: str, may: bool, deed: object, *, may_stay: bool = False) -> bool:
        """Whether it was done; what was refused left the very same draft."""
        self.now += timedelta(minutes=1)
        before = self.draft
        version = before.version - behind
        try:
            after = deed(Deed(by, self.now, version))  # type: ignore[operator]
        except BadInput as error:
            assert isinstance(error, VersionConflict) == (version != before.version)
            assert version != before.version or not may
            return False
        assert version == before.version
        assert may
        assert after.version == before.version + 1 or (may_stay and after is before)
        assert after.steps is before.steps, "our own steps are never a person's to change"
        self.draft = after
        return True


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_a_conflict_says_who_changed_the_draft_and_when() -> None:
    changed = states.edit(draft(), Deed("sample.lead@example.com", START + timedelta(minutes=5), 1), steps("Mine", "Too"))
    with pytest.raises(VersionConflict, match=r"sample\.lead@example\.com changed this draft on 2026-12-01 at 09:05 UTC") as caught:
        states.approve(changed, Deed("sample.rep@example.com", START + timedelta(minutes=6), 1), "run")
    assert caught.value.reason == "version_conflict"


def test_a_conflict_with_newer_facts_names_leadlight() -> None:
    newer = draft(version=2, built_at=START + timedelta(hours=1))
    with pytest.raises(VersionConflict, match="Leadlight changed this draft on 2026-12-01 at 10:00"):
        states.edit(newer, Deed("sample.rep@example.com", START, 1), steps("Mine", "Too"))


def test_an_edit_of_an_edit_stays_based_on_what_the_first_was_made_from() -> None:
    first = states.edit(draft(), Deed("sample.rep@example.com", START, 1), steps("Mine", "Too"))
    newer = replace(first, fingerprint="print-2", steps=steps("Newer"))
    second = states.edit(newer, Deed("sample.rep@example.com", START, 2), steps("Mine again", "Too"))
    assert second.is_edited
    assert second.edited_from != second.fingerprint
    assert second.edited_from == "print-1"


def test_what_the_newest_facts_refuse_is_not_approved_even_when_it_was_edited() -> None:
    edited = states.edit(draft(), Deed("sample.rep@example.com", START, 1), steps("Mine", "Too"))
    refused = replace(edited, state=REFUSED, refusal="the e-mail address is invalid")
    with pytest.raises(NotAllowed, match="the e-mail address is invalid") as caught:
        states.approve(refused, Deed("sample.rep@example.com", START, 2), "run")
    assert caught.value.reason == "not_allowed"


def test_what_is_decided_says_that_it_must_be_reopened_first() -> None:
    rejected = states.reject(draft(), Deed("sample.rep@example.com", START, 1), "Wrong person")
    assert rejected.decision_note == "Wrong person"
    with pytest.raises(NotAllowed, match=r"rejected already\. Reopen it first"):
        states.approve(rejected, Deed("sample.rep@example.com", START, 2), "run")


def test_reopening_what_is_refused_meanwhile_shows_the_refusal() -> None:
    rejected = states.reject(draft(), Deed("sample.rep@example.com", START, 1), "")
    again = states.reopen(replace(rejected, refusal="the record lacks an e-mail address"), Deed("sample.rep@example.com", START, 2))
    assert again.state == REFUSED
