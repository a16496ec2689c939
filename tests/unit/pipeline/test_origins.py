"""Whose value it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.objects import PropertyVersion
from integration.pipeline.policies.origins import ORIGIN_BY_SOURCE, origin_of
from integration.pipeline.policy import PROTECTED, Origin
from tests.factories import NOW

APP = "39522895"


def version(value: str, source: str, source_id: str | None = None) -> PropertyVersion:
    return PropertyVersion(value, NOW, source, source_id, None, None)


@pytest.mark.parametrize(
    ("source", "source_id", "origin"),
    [
        ("INTEGRATION", APP, Origin.OURS),
        ("INTEGRATION", f"{APP}:something", Origin.OURS),
        ("INTEGRATION", "777", Origin.OTHER_APP),
        ("INTEGRATION", None, Origin.OTHER_APP),
        ("API", APP, Origin.OTHER_APP),
        ("CRM_UI", "userId:7", Origin.PERSON),
        ("CRM_UI_BULK_ACTION", "userId:7", Origin.PERSON),
        ("MOBILE_IOS", "userId:7", Origin.PERSON),
        ("FORM", "a form", Origin.PERSON),
        ("IMPORT", "1", Origin.IMPORT),
        ("AUTOMATION_PLATFORM", "workflow", Origin.HUBSPOT),
        ("CALCULATED", "", Origin.HUBSPOT),
        ("A_WORD_OF_NEXT_YEAR", "", Origin.UNKNOWN),
        ("", None, Origin.UNKNOWN),
    ],
)
def test_the_newest_version_tells_whose_value_it_is(source: str, source_id: str | None, origin: Origin) -> None:
    versions = [version("x", source, source_id), version("y", "CRM_UI", "userId:1")]
    assert origin_of(versions, app_id=APP) is origin


@given(st.text(max_size=30))
def test_a_source_that_nobody_told_us_about_is_protected(source: str) -> None:
    if source not in ORIGIN_BY_SOURCE:
        assert origin_of([version("x", source)], app_id=APP) in PROTECTED


def test_a_property_without_history_was_set_by_nobody() -> None:
    assert origin_of([], app_id=APP) is None


def test_a_merge_carries_a_value_and_does_not_make_it_anybody_elses() -> None:
    moved = version("x", "MERGE_CONTACTS")
    assert origin_of([moved, version("x", "INTEGRATION", APP)], app_id=APP) is Origin.OURS
    assert origin_of([moved, version("x", "CRM_UI"), version("x", "INTEGRATION", APP)], app_id=APP) is Origin.PERSON
    assert origin_of([moved, version("other", "INTEGRATION", APP)], app_id=APP) is Origin.UNKNOWN
    assert origin_of([moved], app_id=APP, last_written="x") is Origin.OURS
    assert origin_of([moved], app_id=APP, last_written="y") is Origin.UNKNOWN


def test_without_knowing_our_own_id_we_know_ourselves_by_what_we_wrote() -> None:
    ours = [version("7.0", "INTEGRATION", APP)]
    assert origin_of(ours, app_id="", last_written="7", kind="number") is Origin.OURS
    assert origin_of(ours, app_id="", last_written="8", kind="number") is Origin.OTHER_APP
    assert origin_of([version("7", "CRM_UI")], app_id="", last_written="7") is Origin.PERSON
