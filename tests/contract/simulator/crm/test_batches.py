"""Batches: what is partial, what is refused as a whole, and their limits."""

from typing import Any

import pytest

from tests.contract.simulator.conftest import HubSpotSession
from tests.contract.simulator.crm.test_records import create

BATCH = "/crm/objects/2026-09/contacts/batch"


def inputs(*properties: dict[str, str], traced: bool = False) -> dict[str, Any]:
    found: list[dict[str, Any]] = [{"properties": each} for each in properties]
    if traced:
        for number, each in enumerate(found):
            each["objectWriteTraceId"] = f"trace-{number}"
    return {"inputs": found}


def count(hubspot: HubSpotSession) -> int:
    return len(hubspot.get("/crm/v3/objects/contacts?limit=100").json()["results"])


def test_batch_create_without_fault_is_201(hubspot: HubSpotSession):
    answer = hubspot.post(f"{BATCH}/create", inputs({"email": "a@example.com"}, {"email": "b@example.com"}))
    body = answer.json()
    assert (answer.status_code, body["status"], len(body["results"])) == (201, "COMPLETE", 2)
    assert {"startedAt", "completedAt"} <= set(body)
    assert "numErrors" not in body


def test_without_trace_ids_one_bad_input_refuses_all_and_names_the_first_culprit(hubspot: HubSpotSession):
    answer = hubspot.post(
        f"{BATCH}/create",
        inputs({"email": "a@example.com"}, {"no_such_thing": "1"}, {"other_missing": "2"}),
    )
    assert answer.status_code == 400
    assert "no_such_thing" in answer.json()["message"]
    assert "other_missing" not in answer.json()["message"]
    assert count(hubspot) == 0


def test_with_trace_ids_the_good_inputs_are_written_and_the_bad_ones_listed(hubspot: HubSpotSession):
    taken = create(hubspot, email="taken@example.com")
    answer = hubspot.post(
        f"{BATCH}/create",
        inputs({"email": "a@example.com"}, {"no_such_thing": "1"}, {"email": "taken@example.com"}, traced=True),
    )
    body = answer.json()
    assert (answer.status_code, body["numErrors"], len(body["results"])) == (207, 2, 1)
    assert body["results"][0]["objectWriteTraceId"] == "trace-0"
    first, second = body["errors"]
    assert first["context"]["objectWriteTraceId"] == ["trace-1"]
    assert (first["status"], first["category"]) == ("error", "VALIDATION_ERROR")
    assert (second["category"], second["context"]["objectWriteTraceId"]) == ("CONFLICT", ["trace-2"])
    assert taken in second["message"]


def test_same_address_twice_in_one_batch_is_a_conflict(hubspot: HubSpotSession):
    for traced, status in ((False, 409), (True, 207)):
        address = f"same-{traced}@example.com"
        answer = hubspot.post(f"{BATCH}/create", inputs({"email": address}, {"email": address}, traced=traced))
        assert answer.status_code == status


@pytest.mark.parametrize("operation", ["create", "read", "update", "upsert", "archive"])
def test_more_than_100_inputs_are_refused(hubspot: HubSpotSession, operation: str):
    body = {"inputs": [{"id": str(number), "properties": {}} for number in range(101)]}
    assert hubspot.post(f"{BATCH}/{operation}", body).status_code == 400


def test_batch_read_with_history_takes_50(hubspot: HubSpotSession):
    ids = [{"id": create(hubspot, city=str(number))} for number in range(51)]
    asked = {"propertiesWithHistory": ["city"], "properties": ["city"]}
    assert hubspot.post(f"{BATCH}/read", {**asked, "inputs": ids}).status_code == 400
    body = hubspot.post(f"{BATCH}/read", {**asked, "inputs": ids[:50]}).json()
    assert body["results"][7]["propertiesWithHistory"]["city"][0]["value"] == "7"


def test_batch_read_lists_missing_ids_in_one_error_of_a_207(hubspot: HubSpotSession):
    contact_id = create(hubspot, city="Berlin")
    answer = hubspot.post(f"{BATCH}/read", {"inputs": [{"id": contact_id}, {"id": "8"}, {"id": "9"}], "properties": ["city"]})
    body = answer.json()
    assert (answer.status_code, body["numErrors"]) == (207, 1)
    assert body["results"][0]["properties"]["city"] == "Berlin"
    assert body["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert body["errors"][0]["context"] == {"ids": ["8", "9"]}


def test_batch_read_by_address(hubspot: HubSpotSession):
    contact_id = create(hubspot, email="a@example.com")
    body = hubspot.post(f"{BATCH}/read", {"idProperty": "email", "inputs": [{"id": "A@example.com"}]}).json()
    assert [each["id"] for each in body["results"]] == [contact_id]


def test_batch_update_is_partial_only_with_trace_ids(hubspot: HubSpotSession):
    first, second = create(hubspot, city="A"), create(hubspot, city="B")
    changes: list[dict[str, Any]] = [
        {"id": first, "properties": {"city": "New"}},
        {"id": second, "properties": {"hs_object_source": "x"}},
        {"id": "999", "properties": {"city": "New"}},
    ]
    assert hubspot.post(f"{BATCH}/update", {"inputs": changes}).status_code == 400
    assert hubspot.get(f"/crm/v3/objects/contacts/{first}?properties=city").json()["properties"]["city"] == "A"
    for number, each in enumerate(changes):
        each["objectWriteTraceId"] = str(number)
    answer = hubspot.post(f"{BATCH}/update", {"inputs": changes})
    assert answer.status_code == 207
    assert [each["id"] for each in answer.json()["results"]] == [first]
    assert [each["context"].get("ids") for each in answer.json()["errors"]] == [None, ["999"]]


def test_contact_batch_update_refuses_the_address_as_id(hubspot: HubSpotSession):
    create(hubspot, email="a@example.com")
    answer = hubspot.post(
        f"{BATCH}/update", {"inputs": [{"id": "a@example.com", "idProperty": "email", "properties": {"city": "x"}}]}
    )
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Unable to perform update/upsert by non-unique 0-1 property")


def test_one_id_twice_in_a_batch_is_refused(hubspot: HubSpotSession):
    contact_id = create(hubspot, city="A")
    answer = hubspot.post(f"{BATCH}/update", {"inputs": [{"id": contact_id, "properties": {"city": str(n)}} for n in (1, 2)]})
    assert (answer.status_code, contact_id in answer.json()["message"]) == (400, True)


def test_upsert_by_address_tells_new_from_changed_and_is_never_partial(hubspot: HubSpotSession):
    known = create(hubspot, email="known@example.com")

    def upsert(*addresses: str, **extra: str) -> Any:
        found = [
            {"id": each, "idProperty": "email", "objectWriteTraceId": each, "properties": {"city": "Bonn", **extra}}
            for each in addresses
        ]
        return hubspot.post(f"{BATCH}/upsert", {"inputs": found})

    body = upsert("known@example.com", "new@example.com").json()
    assert [(each["new"], each["properties"]["email"]) for each in body["results"]] == [
        (False, "known@example.com"),
        (True, "new@example.com"),
    ]
    assert body["results"][0]["id"] == known
    refused = upsert("third@example.com", no_such_thing="x")
    assert (refused.status_code, count(hubspot)) == (400, 2)


def test_company_upsert_needs_a_property_with_unique_values(hubspot: HubSpotSession):
    path = "/crm/objects/2026-09/companies/batch/upsert"
    body = {"inputs": [{"id": "example.com", "idProperty": "domain", "properties": {"name": "Example"}}]}
    assert "non-unique 0-2 property domain" in hubspot.post(path, body).json()["message"]
    definition = {
        "name": "outside_id",
        "label": "Outside id",
        "type": "string",
        "fieldType": "text",
        "groupName": "companyinformation",
        "hasUniqueValue": True,
    }
    assert hubspot.post("/crm/properties/2026-09/companies", definition).status_code == 201
    body = {"inputs": [{"id": "X-1", "idProperty": "outside_id", "properties": {"name": "Example"}}]}
    first, second = hubspot.post(path, body).json()["results"][0], hubspot.post(path, body).json()["results"][0]
    assert (first["new"], second["new"], first["id"]) == (True, False, second["id"])
    taken = hubspot.post("/crm/v3/objects/companies", {"properties": {"outside_id": "X-1"}})
    assert taken.json()["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE"


def test_batch_archive_passes_over_what_is_not_there(hubspot: HubSpotSession):
    ids = [create(hubspot), create(hubspot), "999"]
    assert hubspot.post(f"{BATCH}/archive", {"inputs": [{"id": each} for each in ids]}).status_code == 204
    assert count(hubspot) == 0
