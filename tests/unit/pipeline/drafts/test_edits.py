"""What a rep may type into a draft, and that it is kept as typed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import BadPayload
from integration.pipeline.drafts.edits import BODY_LIMIT, SUBJECT_LIMIT, NewWording, checked_note, edited_steps
from integration.pipeline.drafts.states import KeptDraft, Step

STEPS = (Step(1, 0, "email", "Hello", "First", ("industry",)), Step(2, 3, "linkedin", "", "Second"))
DRAFT = KeptDraft("drafted", None, STEPS, "print", datetime(2026, 12, 1, tzinfo=UTC))
TYPED = st.text(st.characters(categories=["L", "N", "P", "S", "Zs", "M"]), max_size=SUBJECT_LIMIT)


def wordings(subject: str = "Hi", body: str = "Words") -> list[NewWording]:
    return [NewWording(1, subject, body), NewWording(2, "", "Words too")]


@given(TYPED, st.lists(TYPED, min_size=1).map("\n".join).filter(lambda text: text.strip() and len(text) <= BODY_LIMIT))
def test_what_was_typed_is_kept_to_the_letter(subject: str, body: str) -> None:
    first, second = edited_steps(DRAFT, wordings(subject, body))
    assert (first.subject, first.body) == (subject, body)
    assert (first.position, first.day_offset, first.channel, first.rests_on) == (1, 0, "email", ("industry",))
    assert (second.channel, second.day_offset) == ("linkedin", 3)


@pytest.mark.parametrize(
    "body", ["<script>alert(1)</script>", "{{contact.firstname}}", "a\r\nb\tc", "naïve 👩‍💻 שלום", "no-break\u00a0space"]
)
def test_markup_is_text_like_any_other(body: str) -> None:
    assert edited_steps(DRAFT, wordings(body=body))[0].body == body


@pytest.mark.parametrize(
    ("subject", "body", "place"),
    [
        ("x" * (SUBJECT_LIMIT + 1), "Words", "steps[0].subject"),
        ("two\nlines", "Words", "steps[0].subject"),
        ("two\u2028lines", "Words", "steps[0].subject"),
        ("bell\a", "Words", "steps[0].subject"),
        ("turned \u202e around", "Words", "steps[0].subject"),
        ("Hi", "x" * (BODY_LIMIT + 1), "steps[0].body"),
        ("Hi", "", "steps[0].body"),
        ("Hi", " \n\t ", "steps[0].body"),
        ("Hi", "escape \x1b[31m", "steps[0].body"),
        ("Hi", "turned \u2066 around", "steps[0].body"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_place(subject: str, body: str, place: str) -> None:
    with pytest.raises(BadPayload) as caught:
        edited_steps(DRAFT, wordings(subject, body))
    assert caught.value.path == place


@given(st.lists(st.integers(-1, 4), max_size=4).filter(lambda given: sorted(given) != [1, 2]))
def test_steps_must_be_those_of_the_draft(positions: list[int]) -> None:
    with pytest.raises(BadPayload):
        edited_steps(DRAFT, [NewWording(position, "Hi", "Words") for position in positions])


def test_steps_may_come_in_any_order_and_stay_in_that_of_the_draft() -> None:
    assert [step.position for step in edited_steps(DRAFT, wordings()[::-1])] == [1, 2]


def test_a_note_is_short_and_can_be_shown() -> None:
    assert checked_note("  Wrong person\nreally ") == "Wrong person\nreally"
    for bad in ("x" * 501, "bell\a"):
        with pytest.raises(BadPayload):
            checked_note(bad)
