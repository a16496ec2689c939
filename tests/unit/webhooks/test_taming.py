"""Wild JSON: what is accepted, and that a refusal names the path and never the value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import BadPayload
from integration.core.taming import storable, tame

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("value", "number"), [(5, 5), ("5", 5), ("-12", -12), (0, 0), (2**63 - 1, 2**63 - 1)])
def test_numbers_and_their_digits_are_whole_numbers(value: object, number: int) -> None:
    assert tame({"a": value}).at("a").whole() == number


@pytest.mark.parametrize("value", [None, True, 1.5, 1.0, "", "1.0", "٣", "1e3", " 1", "--1", [], {}, 2**63, "9" * 30])
def test_anything_else_is_no_whole_number(value: object) -> None:
    with pytest.raises(BadPayload) as refused:
        tame({"a": value}).at("a").whole()
    assert refused.value.path == "a"


def test_the_path_leads_through_objects_and_arrays() -> None:
    wild = tame({"events": [{"ids": [1, "two"]}]}).at("events").items()[0].at("ids").items()[1]
    with pytest.raises(BadPayload, match=r"events\[0\]\.ids\[1\]"):
        wild.whole()


def test_missing_and_null_are_told_apart_in_the_message() -> None:
    with pytest.raises(BadPayload, match="found: missing"):
        tame({}).at("a").text()
    with pytest.raises(BadPayload, match="found: NoneType"):
        tame({"a": None}).at("a").text()


def test_a_refusal_never_quotes_the_value() -> None:
    with pytest.raises(BadPayload) as refused:
        tame({"email": "sample.person@example.com"}).at("email").whole()
    assert "sample" not in str(refused.value)


@pytest.mark.parametrize("text", ["a\0b", "half \ud800 pair"])
def test_text_that_no_store_can_hold_is_refused_or_cleaned(text: str) -> None:
    with pytest.raises(BadPayload):
        tame(text).text()
    assert tame(text).loose_text() == storable(text)
    tame(text).loose_text().encode()


@pytest.mark.parametrize(("value", "flag"), [(True, True), (False, False), (None, False)])
def test_flags_default_to_false(value: object, flag: bool) -> None:
    assert tame({"a": value}).at("a").flag() is flag
    assert tame({}).at("a").flag() is False


@given(JSON_VALUES)
def test_every_checker_gives_its_type_or_refuses(value: object) -> None:
    wild = tame(json.loads(json.dumps({"a": value}))).at("a")
    for checker, kind in ((wild.whole, int), (wild.text, str), (wild.flag, bool), (wild.items, list), (wild.positive, int)):
        try:
            assert isinstance(checker(), kind)
        except BadPayload as refused:
            assert refused.path == "a"
    assert "\0" not in wild.loose_text()
