"""Events about an erased record leave the raw deliveries; everything else stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.redaction import without_record

ABOUT_HER = (
    {"subscriptionType": "contact.propertyChange", "objectId": 7, "propertyValue": "sample@example.com"},
    {"subscriptionType": "object.propertyChange", "objectTypeId": "0-1", "objectId": 7, "propertyValue": "Sample"},
)
OF_OTHERS = (
    {"subscriptionType": "contact.creation", "objectId": 8},
    {"subscriptionType": "company.creation", "objectId": 7},
    {"subscriptionType": "object.creation", "objectTypeId": "0-2", "objectId": 7},
    "not even an object",
)


@given(st.permutations([*ABOUT_HER, *OF_OTHERS]))
def test_only_the_events_about_the_record_go(events: list[object]) -> None:
    body = without_record(json.dumps(events).encode(), object_type=CONTACTS, object_id="7")
    assert body is not None
    assert json.loads(body) == [event for event in events if event in OF_OTHERS]


@pytest.mark.parametrize("body", [b"", b"\xff", b"{}", b'"7"', json.dumps([*OF_OTHERS]).encode()])
def test_a_body_without_such_events_stays_as_it_is(body: bytes) -> None:
    assert without_record(body, object_type=CONTACTS, object_id="7") is None


def test_an_id_is_only_looked_for_under_its_own_type() -> None:
    body = without_record(json.dumps([*ABOUT_HER, *OF_OTHERS]).encode(), object_type=COMPANIES, object_id="7")
    assert body is not None
    assert len(json.loads(body)) == 4
