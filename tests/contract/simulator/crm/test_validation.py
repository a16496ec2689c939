"""What values are taken, and what the refusals look like, by API version and account settings."""

import json
from typing import Any

import pytest

from simulator.portal import ConditionalRule
from simulator.running import RunningSimulator
from tests.contract.simulator.conftest import HubSpotSession
from tests.contract.simulator.crm.test_records import create

NEW, OLD = "/crm/objects/2026-09", "/crm/v3/objects"


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.text
    assert answer.json()["category"] == "VALIDATION_ERROR"
    return [each["code"] for each in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("kind", "name", "value", "code"),
    [
        ("contacts", "no_such_thing", "x", "PROPERTY_DOESNT_EXIST"),
        ("companies", "numberofemployees", "many", "INVALID_INTEGER"),
        ("companies", "numberofemployees", "NaN", "INVALID_INTEGER"),
        ("companies", "numberofemployees", " 5", "INVALID_WHITESPACE"),
        ("companies", "industry", "Software", "INVALID_OPTION"),
        ("companies", "is_public", "maybe", "INVALID_OPTION"),
        ("contacts", "hs_buying_role", "CHAMPION;KING", "INVALID_OPTION"),
        ("contacts", "createdate", "2026-01-01", "READ_ONLY_VALUE"),
        ("contacts", "email", "not an address", "INVALID_EMAIL"),
        ("deals", "closedate", "soon", "INVALID_DATE"),
        ("contacts", "jobtitle", "x" * 65_537, "INVALID_LENGTH"),
    ],
)
def test_bad_value_is_refused_with_hubspots_code_and_list(hubspot: HubSpotSession, kind: str, name: str, value: str, code: str):
    answer = hubspot.post(f"{NEW}/{kind}", {"properties": {name: value}})
    assert codes(answer) == [code]
    listed = json.loads(answer.json()["message"].removeprefix("Property values were not valid: "))
    assert (listed[0]["isValid"], listed[0]["error"], listed[0]["name"]) == (False, code, name)
    assert answer.json()["errors"][0]["context"] == {"propertyName": [name]}


def test_every_bad_value_of_a_record_is_listed(hubspot: HubSpotSession):
    answer = hubspot.post(f"{NEW}/companies", {"properties": {"nothing": "1", "industry": "x", "name": "Example"}})
    assert sorted(codes(answer)) == ["INVALID_OPTION", "PROPERTY_DOESNT_EXIST"]


def test_text_of_65536_characters_is_taken(hubspot: HubSpotSession):
    assert create(hubspot, jobtitle="x" * 65_536)


def test_leading_semicolon_adds_to_a_choice_of_many(hubspot: HubSpotSession):
    contact_id = create(hubspot, hs_buying_role="CHAMPION")
    for value, expected in ((";END_USER;CHAMPION", "CHAMPION;END_USER"), ("OTHER", "OTHER"), ("", None)):
        answer = hubspot.patch(f"{NEW}/contacts/{contact_id}", {"properties": {"hs_buying_role": value}})
        assert answer.json()["properties"].get("hs_buying_role") == expected


def test_lifecycle_stage_moves_only_forward_until_it_is_cleared(hubspot: HubSpotSession):
    contact_id = create(hubspot, lifecyclestage="customer")
    expected = [("lead", "customer"), ("evangelist", "evangelist"), ("", None), ("lead", "lead"), ("99112", "99112")]
    for value, after in expected:
        answer = hubspot.patch(f"{NEW}/contacts/{contact_id}", {"properties": {"lifecyclestage": value}})
        assert (answer.status_code, answer.json()["properties"].get("lifecyclestage")) == (200, after)


def test_dates_off_midnight_are_refused_before_2026_09_and_normalised_with_a_warning_from_then_on(hubspot: HubSpotSession):
    definition = {"name": "renewal", "label": "Renewal", "type": "date", "fieldType": "date", "groupName": "companyinformation"}
    hubspot.post("/crm/properties/2026-09/companies", definition)
    body = {"properties": {"renewal": "2026-09-21T14:13:20Z"}}
    assert codes(hubspot.post(f"{OLD}/companies", body)) == ["INVALID_DATE"]
    assert codes(hubspot.post("/crm/objects/2026-03/companies", body)) == ["INVALID_DATE"]
    made = hubspot.post(f"{NEW}/companies", body).json()
    assert made["properties"]["renewal"] == "2026-09-21"
    assert made["warnings"] == [
        {
            "category": "PROPERTY_VALUE_NORMALIZED",
            "context": {"propertyName": "renewal", "rawValue": "2026-09-21T14:13:20Z", "normalizedValue": "2026-09-21"},
        }
    ]
    midnight = hubspot.post(f"{OLD}/companies", {"properties": {"renewal": "1789948800000"}}).json()
    assert (midnight["properties"]["renewal"], "warnings" in midnight) == ("2026-09-21", False)


def test_required_properties_bind_from_2026_09_on_creation(hubspot: HubSpotSession, simulator: RunningSimulator):
    simulator.world.portals[hubspot.portal_id].change_settings(required_properties={"contacts": ["email", "city"]})
    body = {"properties": {"email": "a@example.com"}}
    refused = hubspot.post(f"{NEW}/contacts", body)
    assert codes(refused) == ["MISSING_REQUIRED_PROPERTY"]
    assert refused.json()["errors"][0]["context"] == {"propertyName": ["city"]}
    made = hubspot.post(f"{OLD}/contacts", body)
    assert made.status_code == 201
    assert hubspot.patch(f"{NEW}/contacts/{made.json()['id']}", {"properties": {"jobtitle": "x"}}).status_code == 200


def test_conditional_rules_bind_from_2026_09_also_on_changes(hubspot: HubSpotSession, simulator: RunningSimulator):
    rule = ConditionalRule("contacts", "hs_lead_status", ("UNQUALIFIED",), ("message",))
    simulator.world.portals[hubspot.portal_id].change_settings(conditional_rules=(rule,))
    contact_id = create(hubspot, email="a@example.com")
    body = {"properties": {"hs_lead_status": "UNQUALIFIED"}}
    assert codes(hubspot.patch(f"{NEW}/contacts/{contact_id}", body)) == ["MISSING_CONDITIONAL_REQUIRED_PROPERTY"]
    assert hubspot.patch(f"{OLD}/contacts/{contact_id}", body).status_code == 200
    body["properties"]["message"] = "too small"
    assert hubspot.patch(f"{NEW}/contacts/{contact_id}", body).status_code == 200


def test_only_known_owners_may_own(hubspot: HubSpotSession, simulator: RunningSimulator):
    simulator.world.portals[hubspot.portal_id].check_owners_with(lambda owner_id: owner_id == "501")
    assert create(hubspot, hubspot_owner_id="501")
    refused = hubspot.post(f"{NEW}/contacts", {"properties": {"hubspot_owner_id": "9001"}})
    assert codes(refused) == ["INVALID_OWNER_ID"]


def test_automatic_company_association_is_a_switch_of_the_account(hubspot: HubSpotSession, simulator: RunningSimulator):
    assert (
        hubspot.get(f"{OLD}/contacts/{create(hubspot, email='a@example.com')}?associations=companies").json().get("associations")
        is None
    )
    simulator.world.portals[hubspot.portal_id].change_settings(auto_associate_company=True)
    company = create(hubspot, "companies", domain="known.example.com")
    known = create(hubspot, email="a@known.example.com")
    fresh = create(hubspot, email="b@fresh.example.com")
    private = create(hubspot, email="c@gmail.com")
    shown = [
        hubspot.get(f"{OLD}/contacts/{each}?properties=associatedcompanyid").json()["properties"]["associatedcompanyid"]
        for each in (known, fresh, private)
    ]
    assert (shown[0], shown[2]) == (company, None)
    made = hubspot.get(f"{OLD}/companies/{shown[1]}").json()["properties"]
    assert made["domain"] == "fresh.example.com"
