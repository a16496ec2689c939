"""What undoing means for a note: it goes, comes back, or stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from integration.pipeline.undo.chain import OwnWrite
from integration.pipeline.undo.note_chain import judge_note

CREATED, CHANGED, FOUND, UNDONE = "note_created", "note_changed", "note_found", "undone"


def row(reason: str, before: str | None, after: str | None, *, selected: bool = True, fingerprint: str = "f") -> OwnWrite:
    return OwnWrite(1, before, after, is_selected=selected, reason=reason, fingerprint=fingerprint)


def verdict(*newest_first: OwnWrite) -> tuple[str, str, str]:
    found = judge_note(newest_first)
    return found.action, found.reason, found.text


def test_a_note_that_was_created_or_found_again_goes() -> None:
    assert verdict(row(CREATED, None, "a")) == ("archive", "undone", "")
    assert verdict(row(FOUND, None, "a")) == ("archive", "undone", "")
    assert verdict(row(CHANGED, "a", "b"), row(CREATED, None, "a")) == ("archive", "undone", "")


def test_a_note_that_was_only_updated_stays() -> None:
    assert verdict(row(CHANGED, "a", "b"), row(CREATED, None, "a", selected=False))[1] == "note_only_updated"
    assert verdict(row(CHANGED, None, "b"))[1] == "note_only_updated"


def test_a_note_that_was_touched_later_stays() -> None:
    assert verdict(row(CHANGED, "a", "b", selected=False), row(CREATED, None, "a"))[1] == "written_again_later"
    assert verdict(row(UNDONE, "a", "", selected=False), row(CREATED, None, "a"))[1] == "already_undone"


def test_a_note_that_an_undo_took_away_comes_back_with_its_text_and_fingerprint() -> None:
    taken = row(UNDONE, "a", "", fingerprint="of a")
    found = judge_note([taken, row(CREATED, None, "a", selected=False)])
    assert (found.action, found.text, found.fingerprint) == ("create", "a", "of a")


def test_an_update_and_the_undo_of_its_creation_leave_the_older_text() -> None:
    rows = [row(UNDONE, "b", ""), row(CHANGED, "a", "b"), row(CREATED, None, "a", selected=False)]
    found = judge_note(rows)
    assert (found.action, found.text, found.fingerprint) == ("create", "a", "")


def test_an_erased_note_says_so() -> None:
    assert verdict(row(CREATED, None, None))[1] == "erased"


@given(st.integers(0, 8))
def test_notes_alternate_between_there_and_gone(depth: int) -> None:
    """Undo takes a note away, undoing that brings it back, at any depth."""
    rows = [row(CREATED, None, "a", selected=False)]
    for _ in range(depth):
        newest = rows[0]
        selected = [OwnWrite(1, newest.value_before, newest.value_after, is_selected=True, reason=newest.reason), *rows[1:]]
        found = judge_note(selected)
        if newest.value_after:
            assert found.action == "archive"
            rows = [row(UNDONE, "a", "", selected=False), *rows]
        else:
            assert (found.action, found.text) == ("create", "a")
            rows = [row(CREATED, None, "a", selected=False), *rows]
