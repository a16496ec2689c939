"""What shall be undone: said, checked, written down and read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import BadInput
from integration.pipeline.undo.reasons import REASONS, reason_in_words
from integration.pipeline.undo.request import (
    UndoScope,
    checked_scope,
    read_moment,
    read_record,
    scope_as_json,
    scope_from_json,
)
from tests.factories import NOW

MOMENTS = st.integers(1, 80 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes))
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
SCOPES = st.one_of(
    st.builds(UndoScope, st.just("run"), run_id=NAMES),
    st.builds(UndoScope, st.just("time"), since=MOMENTS),
    st.builds(UndoScope, st.just("provider"), provider=NAMES, since=st.none() | MOMENTS),
    st.builds(UndoScope, st.just("record"), object_type=NAMES, object_id=NAMES, property_name=st.just("") | NAMES),
)


@given(SCOPES)
def test_a_scope_survives_the_runs_json(scope: UndoScope) -> None:
    checked = checked_scope(scope, now=NOW)
    assert checked.before == NOW
    assert scope_from_json(json.loads(json.dumps(scope_as_json(checked)))) == checked


@given(SCOPES)
def test_every_scope_has_words(scope: UndoScope) -> None:
    assert scope.in_words.strip()


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (UndoScope("run"), "Say a run"),
        (UndoScope("time", until=NOW), "Say since when"),
        (UndoScope("provider"), "Say a provider"),
        (UndoScope("record", object_type="contacts"), "Say the record's id"),
        (UndoScope("run", run_id="a", property_name="city"), "only on a single record"),
        (UndoScope("time", since=NOW - timedelta(days=91)), "kept for 90 days"),
        (UndoScope("time", since=NOW - timedelta(days=1), until=NOW - timedelta(days=2)), "after its beginning"),
    ],
)
def test_what_cannot_be_undone_is_refused(scope: UndoScope, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        checked_scope(scope, now=NOW)


def test_a_run_that_is_no_undo_is_refused() -> None:
    with pytest.raises(BadInput, match="not an undo"):
        scope_from_json({})


def test_moments_without_a_zone_are_in_the_one_given() -> None:
    east = timezone(timedelta(hours=3))
    assert read_moment("2026-11-21T10:00", "it") == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert read_moment("2026-11-21T10:00", "it", east) == datetime(2026, 11, 21, 7, tzinfo=UTC)
    assert read_moment("2026-11-21T10:00Z", "it", east) == datetime(2026, 11, 21, 10, tzinfo=UTC)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_record(text: str) -> None:
    try:
        object_type, object_id = read_record(text)
    except BadInput:
        return
    assert object_type in ("contacts", "companies", "deals")
    assert object_id.isdecimal()


def test_every_reason_is_said_in_words_and_an_unknown_one_as_it_is() -> None:
    assert all(reason_in_words(reason) == words for reason, words in REASONS.items())
    assert reason_in_words("something_new") == "something new"
