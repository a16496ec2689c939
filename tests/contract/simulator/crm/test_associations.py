"""Links: directional ids, primary rules, labels, batches, paging."""

from typing import Any

import pytest

from tests.contract.simulator.conftest import HubSpotSession
from tests.contract.simulator.crm.test_records import create

V4 = "/crm/v4/objects"
BATCH = "/crm/associations/2026-09"


def types(hubspot: HubSpotSession, start: str, start_id: str, end: str) -> dict[str, set[int]]:
    """{record id: type ids} as the API lists them."""
    body = hubspot.get(f"{V4}/{start}/{start_id}/associations/{end}").json()
    return {str(each["toObjectId"]): {kind["typeId"] for kind in each["associationTypes"]} for each in body["results"]}


def spec(type_id: int, category: str = "HUBSPOT_DEFINED") -> list[dict[str, Any]]:
    return [{"associationCategory": category, "associationTypeId": type_id}]


def link(hubspot: HubSpotSession, start: str, start_id: str, end: str, end_id: str, type_id: int | None = None) -> Any:
    if type_id is None:
        return hubspot.put(f"/crm/objects/2026-09/{start}/{start_id}/associations/default/{end}/{end_id}")
    return hubspot.put(f"/crm/objects/2026-09/{start}/{start_id}/associations/{end}/{end_id}", spec(type_id))


@pytest.mark.parametrize(
    ("start", "end", "there", "back"),
    [
        ("contacts", "deals", 4, 3),
        ("companies", "deals", 342, 341),
        ("notes", "contacts", 202, 201),
        ("notes", "companies", 190, 189),
        ("tasks", "deals", 216, 215),
    ],
)
def test_default_link_has_its_own_id_in_each_direction(hubspot: HubSpotSession, start: str, end: str, there: int, back: int):
    one = create(hubspot, start, hs_timestamp="0") if start in ("notes", "tasks") else create(hubspot, start)
    other = create(hubspot, end)
    answer = link(hubspot, start, one, end, other)
    assert answer.status_code == 200
    assert {each["associationSpec"]["associationTypeId"] for each in answer.json()["results"]} == {there, back}
    assert there in types(hubspot, start, one, end)[other]
    assert back in types(hubspot, end, other, start)[one]


def test_first_company_becomes_primary_and_a_new_primary_replaces_it(hubspot: HubSpotSession):
    contact, first, second = create(hubspot), create(hubspot, "companies"), create(hubspot, "companies")
    link(hubspot, "contacts", contact, "companies", first)
    link(hubspot, "contacts", contact, "companies", second)
    assert types(hubspot, "contacts", contact, "companies") == {first: {279, 1}, second: {279}}
    assert types(hubspot, "companies", first, "contacts") == {contact: {280, 2}}
    assert link(hubspot, "contacts", contact, "companies", second, 1).status_code == 201
    assert types(hubspot, "contacts", contact, "companies") == {first: {279}, second: {279, 1}}
    shown = hubspot.get(f"/crm/v3/objects/contacts/{contact}?properties=associatedcompanyid&associations=companies").json()
    assert shown["properties"]["associatedcompanyid"] == second
    assert {(each["id"], each["type"]) for each in shown["associations"]["companies"]["results"]} == {
        (first, "contact_to_company_unlabeled"),
        (second, "contact_to_company_unlabeled"),
        (second, "contact_to_company"),
    }


def test_company_may_be_primary_for_many_contacts(hubspot: HubSpotSession):
    company, contacts = create(hubspot, "companies"), [create(hubspot), create(hubspot)]
    for contact in contacts:
        link(hubspot, "companies", company, "contacts", contact, 2)
    assert types(hubspot, "companies", company, "contacts") == {contact: {280, 2} for contact in contacts}
    shown = hubspot.get(f"/crm/v3/objects/companies/{company}?properties=num_associated_contacts").json()
    assert shown["properties"]["num_associated_contacts"] == "2"


def test_parent_company_sees_child_company(hubspot: HubSpotSession):
    parent, child = create(hubspot, "companies"), create(hubspot, "companies")
    link(hubspot, "companies", parent, "companies", child, 13)
    assert types(hubspot, "companies", child, "companies") == {parent: {450, 14}}


def test_delete_removes_every_link_of_the_pair_and_no_other(hubspot: HubSpotSession):
    contact, first, second = create(hubspot), create(hubspot, "companies"), create(hubspot, "companies")
    for company in (first, second):
        link(hubspot, "contacts", contact, "companies", company)
    for _ in range(2):
        assert hubspot.delete(f"{V4}/contacts/{contact}/associations/companies/{first}").status_code == 204
    assert types(hubspot, "contacts", contact, "companies") == {second: {279}}
    assert types(hubspot, "companies", first, "contacts") == {}


def test_link_with_an_id_that_does_not_fit_or_to_nothing_is_refused(hubspot: HubSpotSession):
    contact, company = create(hubspot), create(hubspot, "companies")
    assert link(hubspot, "contacts", contact, "companies", company, 280).status_code == 400
    assert link(hubspot, "contacts", contact, "companies", "999").status_code == 404
    made = hubspot.post(
        "/crm/v3/objects/notes", {"properties": {"hs_timestamp": "0"}, "associations": [{"to": {"id": "999"}, "types": spec(202)}]}
    )
    assert made.status_code == 400
    assert hubspot.get("/crm/v3/objects/notes").json()["results"] == []


def test_batch_read_gives_targets_and_names_records_without_any(hubspot: HubSpotSession):
    contact, lonely, company = create(hubspot), create(hubspot), create(hubspot, "companies")
    link(hubspot, "contacts", contact, "companies", company)
    answer = hubspot.post(f"{BATCH}/contacts/companies/batch/read", {"inputs": [{"id": contact}, {"id": lonely}]})
    body = answer.json()
    assert (answer.status_code, body["numErrors"]) == (207, 1)
    (found,) = body["results"]
    assert (found["from"], found["to"][0]["toObjectId"]) == ({"id": contact}, int(company))
    assert {(each["typeId"], each["label"]) for each in found["to"][0]["associationTypes"]} == {(279, None), (1, "Primary")}
    assert body["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert body["errors"][0]["context"]["fromObjectId"] == [lonely]


def test_batches_create_and_remove(hubspot: HubSpotSession):
    contacts, company = [create(hubspot) for _ in range(3)], create(hubspot, "companies")
    pairs = [{"from": {"id": each}, "to": {"id": company}} for each in contacts]
    assert hubspot.post(f"{BATCH}/contacts/companies/batch/associate/default", {"inputs": pairs}).status_code == 200
    typed = [{**pair, "types": spec(931)} for pair in pairs]
    made = hubspot.post("/crm/v4/associations/contacts/companies/batch/create", {"inputs": typed})
    assert (made.status_code, len(made.json()["results"])) == (201, 3)
    hubspot.post(f"{BATCH}/contacts/companies/batch/labels/archive", {"inputs": typed[:1]})
    hubspot.post(f"{BATCH}/contacts/companies/batch/archive", {"inputs": [{"from": {"id": contacts[1]}, "to": [{"id": company}]}]})
    assert types(hubspot, "companies", company, "contacts") == {contacts[0]: {280, 2}, contacts[2]: {280, 2, 930}}


@pytest.mark.parametrize(("operation", "maximum"), [("read", 1000), ("create", 2000), ("associate/default", 2000)])
def test_batches_have_their_own_limits(hubspot: HubSpotSession, operation: str, maximum: int):
    inputs = [{"id": "1", "from": {"id": "1"}, "to": {"id": "2"}, "types": spec(279)}] * (maximum + 1)
    answer = hubspot.post(f"{BATCH}/contacts/companies/batch/{operation}", {"inputs": inputs})
    assert (answer.status_code, str(maximum) in answer.json()["message"]) == (400, True)


def test_long_lists_are_paged(hubspot: HubSpotSession):
    company, contacts = create(hubspot, "companies"), [create(hubspot) for _ in range(5)]
    for contact in contacts:
        link(hubspot, "contacts", contact, "companies", company)
    seen: list[str] = []
    after = "0"
    while after:
        body = hubspot.get(f"{V4}/companies/{company}/associations/contacts?limit=2&after={after}").json()
        seen += [str(each["toObjectId"]) for each in body["results"]]
        after = body.get("paging", {}).get("next", {}).get("after", "")
    assert seen == contacts


def test_label_is_made_used_renamed_and_forgotten(hubspot: HubSpotSession):
    path = f"{BATCH}/contacts/companies/labels"
    there, back = hubspot.post(path, {"label": "Advisor", "name": "advisor", "inverseLabel": "Advised by"}).json()["results"]
    contact, company = create(hubspot), create(hubspot, "companies")
    url = f"/crm/objects/2026-09/contacts/{contact}/associations/companies/{company}"
    made = hubspot.put(url, spec(there["typeId"], "USER_DEFINED"))
    assert made.json()["labels"] == ["Advisor"]
    assert types(hubspot, "companies", company, "contacts")[contact] == {280, 2, back["typeId"]}
    hubspot.put(path, {"associationTypeId": there["typeId"], "label": "Mentor"})
    assert "Mentor" in {each["label"] for each in hubspot.get(path).json()["results"]}
    assert hubspot.delete(f"{path}/{there['typeId']}").status_code == 204
    assert types(hubspot, "contacts", contact, "companies")[company] == {279, 1}


def test_eleventh_label_of_a_pair_is_refused(hubspot: HubSpotSession):
    path = f"{BATCH}/contacts/deals/labels"
    answers = [hubspot.post(path, {"label": f"Label {number}"}).status_code for number in range(11)]
    assert answers == [200] * 10 + [400]


def test_archived_record_loses_its_links_and_gets_them_back(hubspot: HubSpotSession):
    contact, company = create(hubspot), create(hubspot, "companies")
    link(hubspot, "contacts", contact, "companies", company)
    hubspot.delete(f"/crm/v3/objects/contacts/{contact}")
    assert types(hubspot, "companies", company, "contacts") == {}
    restore = {"action": "restore", "object_type": "contacts", "object_id": contact}
    assert hubspot.control("POST", f"/portals/{hubspot.portal_id}/actor", restore).status_code == 200
    assert types(hubspot, "companies", company, "contacts") == {contact: {280, 2}}
