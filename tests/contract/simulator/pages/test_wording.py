"""Values are shown as a person would say them, and never lost when they are not what was expected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.crm.changes import Source
from simulator.crm.definitions import Option, PropertyDefinition
from simulator.pages.wording import parse_moment, word_code, word_moment, word_source, word_value


def definition(kind: str, options: tuple[Option, ...] = ()) -> PropertyDefinition:
    return PropertyDefinition("x", "X", kind, "text", "g", options=options)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("number", "2200000", "2,200,000"), ("number", "1984", "1984"), ("number", "-12345.5", "-12,345.5"), ("number", "1e5", "1e5"),
        ("number", "٣٣٣٣٣٣", "٣٣٣٣٣٣"), ("bool", "true", "Yes"), ("bool", "false", "No"), ("bool", "maybe", "maybe"),
        ("date", "2026-11-21", "21 Nov 2026"), ("date", "soon", "soon"),
        ("datetime", "2026-11-21T09:05:00Z", "21 Nov 2026, 09:05"), ("datetime", "1795251900000", "21 Nov 2026, 09:05"),
        ("string", "12345", "12345"),
    ],
)  # fmt: skip
def test_values_are_worded_by_their_type(kind, value, shown):
    assert word_value(value, definition(kind)) == shown


def test_choices_are_shown_by_label():
    options = (Option("Ready to send", "ready"), Option("Refused", "refused"))
    assert word_value("ready;refused;gone", definition("enumeration", options)) == "Ready to send, Refused, gone"


@given(kind=st.sampled_from(["number", "bool", "date", "datetime", "string", "enumeration"]), value=st.text(max_size=40))
def test_no_value_is_a_problem(kind, value):
    assert isinstance(word_value(value, definition(kind)), str)


@given(st.text(max_size=30))
def test_moments_parse_or_are_none(text):
    moment = parse_moment(text)
    assert moment is None or moment.tzinfo is not None


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Source("INTEGRATION", "99"), "App 99"), (Source("INTEGRATION", "99", "Leadlight"), "Leadlight"),
        (Source("CRM_UI", "userId:7"), "A person in the portal (userId:7)"), (Source("CALCULATED", ""), "Calculated"),
        (Source("CRM_UI", ""), "A person in the portal"), (Source("MERGE_OBJECTS", "5"), "Merge objects 5"),
    ],
)  # fmt: skip
def test_sources_are_named(source, words):
    assert word_source(source) == words


def test_an_app_whose_name_is_known_is_called_by_it():
    names = {"31337": "Leadlight"}
    assert word_source(Source("INTEGRATION", "31337"), names) == "Leadlight"
    assert word_source(Source("INTEGRATION", "99"), names) == "App 99"
    assert word_source(Source("IMPORT", "31337"), names) == "Import 31337"


def test_codes_read_as_words_and_no_moment_is_empty():
    assert word_code("NOT_STARTED") == "Not started"
    assert word_moment(None) == ""
