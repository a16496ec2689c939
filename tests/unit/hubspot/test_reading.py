"""Parsers of HubSpot's JSON: the documented shapes become values, anything else is named, nothing else is raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.core.errors import UnexpectedReply
from integration.hubspot import reading
from integration.hubspot.objects import CONTACTS

NAMES = (
    "id", "properties", "results", "paging", "next", "after", "from", "to", "toObjectId", "associationTypes", "typeId", "name", "options",
    "value", "portalId", "timestamp", "propertiesWithHistory", "email", "total", "updatedAt",
)  # fmt: skip
scalars = st.none() | st.booleans() | st.integers(-5, 10**12) | st.floats() | st.text(max_size=6)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=20,
)
PARSERS: dict[str, Callable[[Any], object]] = {
    "page": lambda value: reading.read_page(CONTACTS, value),
    "record": lambda value: reading.read_record(CONTACTS, reading.object_of(value, "x")),
    "history": lambda value: reading.read_history(reading.object_of(value, "x")),
    "associated": lambda value: reading.read_associated(reading.object_of(value, "x")),
    "definition": lambda value: reading.read_definition(reading.object_of(value, "x")),
    "owner": lambda value: reading.read_owner(reading.object_of(value, "x")),
    "account": reading.read_account,
    "results": lambda value: list(reading.results_of(value)),
}


@pytest.mark.parametrize("name", PARSERS)
@given(value=json_values)
def test_any_json_is_read_or_refused_by_name(name: str, value: object) -> None:
    try:
        PARSERS[name](value)
    except UnexpectedReply as refused:
        assert refused.system == "hubspot"


def test_a_record_keeps_empty_apart_from_absent() -> None:
    record = reading.read_record(
        CONTACTS,
        {
            "id": 17,
            "properties": {"email": "", "city": None, "name": "Sample"},
            "updatedAt": "2026-11-21T10:00:00.123Z",
            "archived": True,
        },
    )

    assert (record.object_id, record.archived) == ("17", True)
    assert record.properties == {"email": "", "city": None, "name": "Sample"}
    assert record.updated_at is not None
    assert record.updated_at.isoformat() == "2026-11-21T10:00:00.123000+00:00"


def test_a_primary_association_is_told_from_a_plain_one() -> None:
    tie = {"toObjectId": 9, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 279}, {"typeId": 1, "label": "Primary"}]}
    plain = {"toObjectId": 10, "associationTypes": [{"typeId": 279}]}

    source, others, after = reading.read_associated({"from": {"id": "5"}, "to": [tie, plain], "paging": {"next": {"after": "500"}}})

    assert (source, after) == ("5", "500")
    assert [(other.object_id, other.is_primary) for other in others] == [("9", True), ("10", False)]


@pytest.mark.parametrize("paging", [None, {}, {"next": None}, {"next": {}}])
def test_the_last_page_has_no_cursor(paging: object) -> None:
    assert reading.read_page(CONTACTS, {"results": [], "paging": paging}).next_after is None


def test_a_time_without_zone_is_not_believed() -> None:
    assert reading.moment_of("2026-11-21T10:00:00") is None
    assert reading.moment_of("yesterday") is None
