"""Single records: create, read, list, change, archive, under every spelling of their path."""

import pytest

from tests.contract.simulator.conftest import HubSpotSession

CONTACTS = "/crm/objects/2026-09/contacts"


def create(hubspot: HubSpotSession, kind: str = "contacts", **properties: str) -> str:
    answer = hubspot.post(f"/crm/objects/2026-09/{kind}", {"properties": properties})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_created_contact_has_the_keys_of_a_real_answer(hubspot: HubSpotSession):
    answer = hubspot.post(CONTACTS, {"properties": {"email": "Sample.One@Example.com", "phone": "+1 555-1234"}})
    body = answer.json()
    assert answer.status_code == 201
    assert set(body) == {"id", "properties", "createdAt", "updatedAt", "archived", "url"}
    assert body["url"].endswith(f"/contacts/{hubspot.portal_id}/record/0-1/{body['id']}")
    expected = {
        "email": "sample.one@example.com",
        "hs_email_domain": "example.com",
        "hs_object_source": "INTEGRATION",
        "hs_object_source_id": str(hubspot.app_id),
        "hs_searchable_calculated_phone_number": "15551234",
        "lifecyclestage": "lead",
        "hs_object_id": body["id"],
        "createdate": body["createdAt"],
        "lastmodifieddate": body["updatedAt"],
    }
    assert expected.items() <= body["properties"].items()


@pytest.mark.parametrize("version", ["/crm/v3/objects/{}", "/crm/objects/2026-03/{}", "/crm/objects/2026-09/{}"])
@pytest.mark.parametrize("spelling", ["contacts", "contact", "0-1"])
def test_one_record_answers_under_every_spelling(hubspot: HubSpotSession, version: str, spelling: str):
    contact_id = create(hubspot, email="sample@example.com")
    answer = hubspot.get(f"{version.format(spelling)}/{contact_id}")
    assert answer.json()["properties"]["email"] == "sample@example.com"


def test_unknown_kind_of_record_is_refused(hubspot: HubSpotSession):
    answer = hubspot.get("/crm/objects/2026-09/spaceships/1")
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_missing_record_is_404(hubspot: HubSpotSession):
    answer = hubspot.get(f"{CONTACTS}/999")
    assert (answer.status_code, answer.json()["category"]) == (404, "OBJECT_NOT_FOUND")


def test_asked_properties_come_with_the_three_that_always_come_and_undefined_ones_stay_out(hubspot: HubSpotSession):
    contact_id = create(hubspot, email="sample@example.com")
    shown = hubspot.get(f"{CONTACTS}/{contact_id}?properties=city,no_such_thing").json()["properties"]
    assert shown == {
        "city": None,
        "createdate": shown["createdate"],
        "hs_object_id": contact_id,
        "lastmodifieddate": shown["lastmodifieddate"],
    }


def test_record_is_found_by_address_and_by_additional_address(hubspot: HubSpotSession):
    contact_id = create(hubspot, email="a@example.com", hs_additional_emails="b@example.com;c@example.com")
    for address in ("a@example.com", "C@example.com"):
        assert hubspot.get(f"{CONTACTS}/{address}?idProperty=email").json()["id"] == contact_id


def test_same_address_is_409_with_the_id_in_the_text(hubspot: HubSpotSession):
    contact_id = create(hubspot, email="a@example.com", hs_additional_emails="b@example.com")
    for address in ("A@example.com", "b@example.com"):
        answer = hubspot.post(CONTACTS, {"properties": {"email": address}})
        assert answer.status_code == 409
        assert answer.json()["message"] == f"Contact already exists. Existing ID: {contact_id}"
        assert answer.json()["category"] == "CONFLICT"


def test_two_companies_may_share_a_domain(hubspot: HubSpotSession):
    assert create(hubspot, "companies", domain="example.com") != create(hubspot, "companies", domain="example.com")


def test_patch_changes_clears_and_keeps_the_rest(hubspot: HubSpotSession):
    contact_id = create(hubspot, email="a@example.com", city="Berlin", company="Example")
    answer = hubspot.patch(f"{CONTACTS}/{contact_id}", {"properties": {"city": "", "jobtitle": "CEO"}})
    values = answer.json()["properties"]
    assert (values.get("city"), values["jobtitle"], values["company"]) == (None, "CEO", "Example")


def test_writing_the_same_value_again_is_no_change(hubspot: HubSpotSession):
    contact_id = create(hubspot, city="Berlin")
    before = hubspot.get(f"{CONTACTS}/{contact_id}").json()["updatedAt"]
    hubspot.patch(f"{CONTACTS}/{contact_id}", {"properties": {"city": "Berlin"}})
    assert hubspot.get(f"{CONTACTS}/{contact_id}").json()["updatedAt"] == before


def test_numbers_and_truth_values_are_stored_as_text(hubspot: HubSpotSession):
    answer = hubspot.post(
        "/crm/objects/2026-09/companies", {"properties": {"numberofemployees": 250, "is_public": True, "name": None}}
    )
    values = answer.json()["properties"]
    assert (values["numberofemployees"], values["is_public"]) == ("250", "true")
    assert "name" not in values


def test_list_pages_in_the_order_of_ids_to_the_end(hubspot: HubSpotSession):
    ids = [create(hubspot, firstname=f"Sample {number}") for number in range(7)]
    seen: list[str] = []
    path = f"{CONTACTS}?limit=3"
    while path:
        body = hubspot.get(path).json()
        seen += [each["id"] for each in body["results"]]
        link = body.get("paging", {}).get("next", {}).get("link", "")
        path = link.removeprefix(hubspot.base_url)
    assert seen == ids


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_list_refuses_a_limit_out_of_range(hubspot: HubSpotSession, limit: str):
    assert hubspot.get(f"{CONTACTS}?limit={limit}").status_code == 400


def test_archived_record_is_gone_until_asked_for_and_archiving_again_is_harmless(hubspot: HubSpotSession):
    contact_id = create(hubspot, email="a@example.com")
    for _ in range(2):
        assert hubspot.delete(f"{CONTACTS}/{contact_id}").status_code == 204
    assert hubspot.get(f"{CONTACTS}/{contact_id}").status_code == 404
    archived = hubspot.get(f"{CONTACTS}/{contact_id}?archived=true").json()
    assert archived["archived"] is True
    assert archived["archivedAt"]
    assert [each["id"] for each in hubspot.get(f"{CONTACTS}?archived=true").json()["results"]] == [contact_id]


def test_archived_contact_frees_its_address(hubspot: HubSpotSession):
    hubspot.delete(f"{CONTACTS}/{create(hubspot, email='a@example.com')}")
    assert create(hubspot, email="a@example.com")


def test_history_tells_value_source_and_time_newest_first(hubspot: HubSpotSession):
    contact_id = create(hubspot, city="Berlin")
    hubspot.patch(f"{CONTACTS}/{contact_id}", {"properties": {"city": "Hamburg"}})
    control = {"action": "update", "object_type": "contacts", "object_id": contact_id, "properties": {"city": "Bremen"}}
    assert hubspot.control("POST", f"/portals/{hubspot.portal_id}/actor", {**control, "user_id": 77}).status_code == 200
    entries = hubspot.get(f"{CONTACTS}/{contact_id}?propertiesWithHistory=city").json()["propertiesWithHistory"]["city"]
    assert [entry["value"] for entry in entries] == ["Bremen", "Hamburg", "Berlin"]
    assert [entry["sourceType"] for entry in entries] == ["CRM_UI", "INTEGRATION", "INTEGRATION"]
    assert [entry["sourceId"] for entry in entries] == ["userId:77", str(hubspot.app_id), str(hubspot.app_id)]
    assert entries[0]["updatedByUserId"] == 77


def test_history_keeps_the_last_twenty_values(hubspot: HubSpotSession):
    contact_id = create(hubspot, city="0")
    for number in range(1, 25):
        hubspot.patch(f"{CONTACTS}/{contact_id}", {"properties": {"city": str(number)}})
    entries = hubspot.get(f"{CONTACTS}/{contact_id}?propertiesWithHistory=city").json()["propertiesWithHistory"]["city"]
    assert [entry["value"] for entry in entries] == [str(number) for number in range(24, 4, -1)]


def test_note_needs_its_timestamp_and_drops_what_it_does_not_know(hubspot: HubSpotSession):
    path = "/crm/objects/2026-09/notes"
    refused = hubspot.post(path, {"properties": {"hs_note_body": "Hello"}})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["context"] == {"properties": ["hs_timestamp"]}
    made = hubspot.post(
        path, {"properties": {"hs_note_body": "<b>Hello</b>", "hs_timestamp": "1790000000000", "no_such_thing": "x"}}
    )
    assert made.status_code == 201
    assert made.json()["properties"]["hs_timestamp"] == "2026-09-21T14:13:20.000Z"
    assert made.json()["properties"]["hs_body_preview"] == "Hello"


@pytest.mark.parametrize("body", ["[1, 2", '"text"', '{"properties": []}', '{"properties": {"city": {"x": 1}}}'])
def test_unreadable_bodies_are_400(hubspot: HubSpotSession, body: str):
    answer = hubspot.call("POST", CONTACTS, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_scope_of_the_type_is_needed(hubspot: HubSpotSession, simulator):
    pair = simulator.world.install(hubspot.app_id, hubspot.portal_id, scopes=["oauth", "crm.objects.contacts.read"])
    hubspot.token = pair.access.token
    assert hubspot.get(CONTACTS).status_code == 200
    assert hubspot.get("/crm/v3/objects/notes").status_code == 200
    for answer in (hubspot.post(CONTACTS, {"properties": {}}), hubspot.get("/crm/v3/objects/0-2")):
        assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
