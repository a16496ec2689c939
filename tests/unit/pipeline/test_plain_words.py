"""HubSpot's refusals in words for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.objects import WriteFailure
from integration.pipeline.plain_words import means_gone, refusal_in_words


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (WriteFailure("MISSING_REQUIRED_PROPERTY", "", ("phone", "city")), 'This account requires "phone" and "city" to be filled'),
        (
            WriteFailure("VALIDATION_ERROR", "x MISSING_CONDITIONAL_REQUIRED_PROPERTY y", ("phone",)),
            "A rule of this account requires",
        ),
        (
            WriteFailure("VALIDATION_ERROR", "Some required properties were not set: phone", ("phone",)),
            'This account requires "phone"',
        ),
        (
            WriteFailure("VALIDATION_ERROR", 'Property "leadlight_x" does not exist', ("leadlight_x",)),
            '"leadlight_x" does not exist',
        ),
        (WriteFailure("VALIDATION_ERROR", '[{"error":"INVALID_OPTION"}]', ("industry",)), "not among the options"),
        (WriteFailure("VALIDATION_ERROR", '[{"error":"READ_ONLY_VALUE"}]'), "A property cannot be changed by apps"),
        (WriteFailure("VALIDATION_ERROR", "No luck", ("industry",), ("INVALID_OPTION",)), "not among the options"),
        (WriteFailure("SOMETHING_NEW", "  The moon \n is full "), "HubSpot refused the change: The moon is full"),
        (WriteFailure("", ""), "gave no reason"),
    ],
)
def test_each_known_refusal_says_what_to_do(failure: WriteFailure, words: str) -> None:
    assert words in refusal_in_words(failure)


@given(st.text(), st.text(), st.lists(st.text(min_size=1)).map(tuple))
def test_any_refusal_has_words(category: str, message: str, names: tuple[str, ...]) -> None:
    assert refusal_in_words(WriteFailure(category, message, names))


def test_a_record_that_is_not_there_is_told_apart() -> None:
    assert means_gone(WriteFailure("OBJECT_NOT_FOUND", ""))
    assert not means_gone(WriteFailure("VALIDATION_ERROR", "INVALID_OPTION"))
