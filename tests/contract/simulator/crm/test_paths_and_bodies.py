"""Where operations answer, and how untrusted input is read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from simulator.crm.object_types import object_types
from simulator.crm.settings import BEFORE_2026_09, FROM_2026_09
from simulator.errors import ErrorDetail, HubSpotError, validation_error
from simulator.families.reading import Body, Query
from simulator.families.versions import spellings, write_rules
from tests.contract.simulator.conftest import HubSpotSession
from tests.contract.simulator.crm.test_records import create

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["inputs", "id", "properties", "x"]), inner),
    max_leaves=8,
)
REQUIRED = {"hs_timestamp": "0", "hs_lead_name": "Sample", "hs_pipeline_stage": "1"}


def test_every_version_has_its_path_in_its_place():
    assert set(spellings("/crm/objects/{version}/{objectType}")) == {
        "/crm/objects/2026-03/<object_type>",
        "/crm/objects/2026-09/<object_type>",
        "/crm/objects/2026-09-beta/<object_type>",
        "/crm/v3/objects/<object_type>",
        "/crm/objects/v3/<object_type>",
        "/crm/v4/objects/<object_type>",
        "/crm/objects/v4/<object_type>",
    }


def test_a_family_outside_crm_has_its_version_in_one_place_only():
    assert not [path for path in spellings("/crm-object-schemas/{version}/schemas") if "{" in path]


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        ("/crm/v3/objects/contacts", BEFORE_2026_09),
        ("/crm/objects/2026-03/contacts", BEFORE_2026_09),
        ("/crm/objects/2026-09/contacts", FROM_2026_09),
        ("/crm/objects/2026-09-beta/contacts/1", FROM_2026_09),
    ],
)
def test_the_version_of_the_path_brings_its_write_rules(path: str, rules: Any):
    assert write_rules(path) == rules


@pytest.mark.parametrize("kind", [kind.name for kind in object_types()])
def test_every_kind_of_record_goes_through_its_whole_life(hubspot: HubSpotSession, kind: str):
    needed = next(each.required_properties for each in object_types() if each.name == kind)
    record_id = create(hubspot, kind, **{name: REQUIRED[name] for name in needed})
    path = f"/crm/objects/2026-09/{kind}"
    shown = hubspot.get(f"{path}/{record_id}").json()
    defaults = {each.name: set(each.default_properties) for each in object_types()}[kind]
    assert set(shown["properties"]) >= defaults
    assert hubspot.post(f"{path}/search", {}).json()["total"] == 1
    assert hubspot.patch(f"{path}/{record_id}", {"properties": {}}).status_code == 200
    assert hubspot.delete(f"{path}/{record_id}").status_code == 204
    assert hubspot.get(path).json()["results"] == []
    assert hubspot.get(f"/crm/properties/2026-09/{kind}").json()["results"]


def test_version_3_batch_read_of_associations_names_the_types(hubspot: HubSpotSession):
    company, contact = create(hubspot, "companies"), create(hubspot)
    hubspot.put(f"/crm/v4/objects/companies/{company}/associations/default/contacts/{contact}")
    body = hubspot.post("/crm/v3/associations/company/contact/batch/read", {"inputs": [{"id": company}]}).json()
    assert body["results"] == [
        {
            "from": {"id": company},
            "to": [
                {"id": contact, "type": "company_to_contact_unlabeled"},
                {"id": contact, "type": "company_to_contact"},
            ],
        }
    ]
    unnamed = {"inputs": [{"from": {"id": company}, "to": {"id": contact}, "type": "company_to_contact"}]}
    assert hubspot.post("/crm/v3/associations/company/contact/batch/create", unnamed).status_code == 400


def test_records_are_not_found_by_a_property_that_is_not_unique(hubspot: HubSpotSession):
    create(hubspot, city="Berlin")
    single = hubspot.get("/crm/v3/objects/contacts/Berlin?idProperty=city")
    batch = hubspot.post("/crm/v3/objects/contacts/batch/read", {"idProperty": "city", "inputs": [{"id": "Berlin"}]})
    assert (single.status_code, batch.status_code) == (400, 400)


def test_accounts_have_no_custom_objects(hubspot: HubSpotSession):
    for path in ("/crm/v3/schemas", "/crm-object-schemas/2026-09/schemas"):
        assert hubspot.get(path).json() == {"results": []}


def test_error_body_has_every_part_it_was_given_and_no_empty_one():
    plain = HubSpotError(404, "OBJECT_NOT_FOUND", "gone").body("c-1")
    assert plain == {"status": "error", "message": "gone", "correlationId": "c-1", "category": "OBJECT_NOT_FOUND"}
    full = validation_error("bad", errors=[ErrorDetail("worse", "CODE", {"propertyName": ["x"]})], context={"id": ["1"]})
    assert full.body("c-2")["errors"] == [{"message": "worse", "code": "CODE", "context": {"propertyName": ["x"]}}]
    assert full.entry("t-1")["context"] == {"id": ["1"], "objectWriteTraceId": ["t-1"]}


@given(JSON)
def test_any_body_is_read_or_refused_with_400(value: object):
    try:
        body = Body(value)
        for each in body.objects("inputs"):
            each.need_text("id")
            each.values("properties")
            each.texts("x")
    except HubSpotError as refused:
        assert (refused.status, refused.category) == (400, "VALIDATION_ERROR")


@given(st.lists(st.text("abc,", max_size=6), max_size=4))
def test_lists_in_a_query_may_be_repeated_or_joined_by_commas(values: list[str]):
    query = Query(MultiDict([("properties", value) for value in values]))
    expected = [part for value in values for part in value.split(",") if part]
    assert query.names("properties") == (expected if values else None)
