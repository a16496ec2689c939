"""Events about an erased record leave the raw deliveries; everything else stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.hubspot.objects import COMPANIES, CONTACTS
from integration.pipeline.redaction import without_records

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
    body = without_records(json.dumps(events).encode(), portal_id=1, object_type=CONTACTS, object_ids=["7"])
    assert body is not None
    assert json.loads(body) == [event for event in events if event in OF_OTHERS]


@pytest.mark.parametrize("body", [b"", b"\xff", b"{}", b'"7"', json.dumps([*OF_OTHERS]).encode()])
def test_a_body_without_such_events_stays_as_it_is(body: bytes) -> None:
    assert without_records(body, portal_id=1, object_type=CONTACTS, object_ids=["7"]) is None


def test_an_id_is_only_looked_for_under_its_own_type() -> None:
    body = without_records(json.dumps([*ABOUT_HER, *OF_OTHERS]).encode(), portal_id=1, object_type=COMPANIES, object_ids=["7"])
    assert body is not None
    assert len(json.loads(body)) == 4


def test_a_delivery_that_names_several_portals_loses_only_what_one_of_them_erased() -> None:
    """Ids are only unique within a portal."""
    events = [{**ABOUT_HER[0], "portalId": 1}, {**ABOUT_HER[0], "portalId": 2}]
    body = without_records(json.dumps(events).encode(), portal_id=2, object_type=CONTACTS, object_ids=["7"])
    assert body is not None
    assert json.loads(body) == events[:1]
