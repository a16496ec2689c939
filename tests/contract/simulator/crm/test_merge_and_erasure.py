"""Merge, deletion on request, bin and return."""

from typing import Any

import pytest

from simulator.running import RunningSimulator
from tests.contract.simulator.conftest import HubSpotSession
from tests.contract.simulator.crm.test_associations import link, types
from tests.contract.simulator.crm.test_records import create

CONTACTS = "/crm/objects/2026-09/contacts"


def merge(hubspot: HubSpotSession, primary: str, other: str) -> Any:
    return hubspot.post(f"{CONTACTS}/merge", {"primaryObjectId": primary, "objectIdToMerge": other})


def test_survivor_keeps_its_values_and_takes_what_it_lacked(hubspot: HubSpotSession):
    primary = create(hubspot, email="a@example.com", city="Berlin")
    other = create(hubspot, email="b@example.com", city="Bonn", jobtitle="CEO")
    answer = merge(hubspot, primary, other)
    values = answer.json()["properties"]
    assert (answer.status_code, answer.json()["id"]) == (200, primary)
    assert (values["email"], values["city"], values["jobtitle"]) == ("a@example.com", "Berlin", "CEO")
    assert (values["hs_additional_emails"], values["hs_merged_object_ids"]) == ("b@example.com", other)
    assert hubspot.post(CONTACTS, {"properties": {"email": "b@example.com"}}).status_code == 409


def test_old_id_leads_to_the_survivor_in_single_calls_but_not_in_batch_update(hubspot: HubSpotSession):
    first, second, third = (create(hubspot, firstname=str(number)) for number in range(3))
    merge(hubspot, second, third)
    merge(hubspot, first, second)
    for old in (second, third):
        assert hubspot.get(f"{CONTACTS}/{old}").json()["id"] == first
        assert hubspot.patch(f"{CONTACTS}/{old}", {"properties": {"city": old}}).json()["id"] == first
        change = {"id": old, "properties": {"city": "x"}}
        assert hubspot.post(f"{CONTACTS}/batch/update", {"inputs": [change]}).status_code == 404
        traced = hubspot.post(f"{CONTACTS}/batch/update", {"inputs": [{**change, "objectWriteTraceId": "t"}]})
        assert (traced.status_code, traced.json()["results"]) == (207, [])
    survivor = hubspot.get(f"{CONTACTS}/{first}?properties=hs_merged_object_ids").json()
    assert set(survivor["properties"]["hs_merged_object_ids"].split(";")) == {second, third}


def test_links_move_to_the_survivor_which_keeps_its_own_primary(hubspot: HubSpotSession):
    primary, other = create(hubspot), create(hubspot)
    first, second = create(hubspot, "companies"), create(hubspot, "companies")
    note = create(hubspot, "notes", hs_timestamp="0")
    link(hubspot, "contacts", primary, "companies", first)
    link(hubspot, "contacts", other, "companies", second)
    link(hubspot, "contacts", other, "notes", note)
    merge(hubspot, primary, other)
    assert types(hubspot, "contacts", primary, "companies") == {first: {279, 1}, second: {279}}
    assert types(hubspot, "contacts", primary, "notes") == {note: {201}}


@pytest.mark.parametrize(("primary", "other", "status"), [("same", "same", 400), ("same", "999", 404)])
def test_merge_with_itself_or_with_nothing_is_refused(hubspot: HubSpotSession, primary: str, other: str, status: int):
    ids = {"same": create(hubspot), "999": "999"}
    assert merge(hubspot, ids[primary], ids[other]).status_code == status


def test_account_may_give_the_survivor_a_new_id(hubspot: HubSpotSession, simulator: RunningSimulator):
    simulator.world.portals[hubspot.portal_id].change_settings(merge_creates_new_id=True)
    primary, other = create(hubspot, email="a@example.com"), create(hubspot, email="b@example.com")
    company = create(hubspot, "companies")
    link(hubspot, "contacts", primary, "companies", company)
    survivor = merge(hubspot, primary, other).json()
    assert survivor["id"] not in (primary, other)
    assert survivor["properties"]["email"] == "a@example.com"
    for old in (primary, other):
        assert hubspot.get(f"{CONTACTS}/{old}").json()["id"] == survivor["id"]
    assert types(hubspot, "contacts", survivor["id"], "companies") == {company: {279, 1}}


def test_erasure_takes_the_contact_and_the_notes_that_hang_on_it_alone(hubspot: HubSpotSession):
    contact, friend = create(hubspot, email="a@example.com"), create(hubspot)
    own, shared = (create(hubspot, "notes", hs_timestamp="0") for _ in range(2))
    link(hubspot, "notes", own, "contacts", contact)
    for each in (contact, friend):
        link(hubspot, "notes", shared, "contacts", each)
    assert hubspot.post(f"{CONTACTS}/gdpr-delete", {"objectId": contact}).status_code == 204
    assert hubspot.get(f"{CONTACTS}/{contact}?archived=true").status_code == 404
    assert hubspot.get(f"/crm/v3/objects/notes/{own}").status_code == 404
    assert hubspot.get(f"/crm/v3/objects/notes/{shared}").status_code == 200
    assert create(hubspot, email="a@example.com")


def test_erasure_by_an_unknown_address_blocks_it_for_good(hubspot: HubSpotSession):
    known = create(hubspot, email="known@example.com")
    for address in ("Known@example.com", "unknown@example.com"):
        body = {"objectId": address, "idProperty": "email"}
        assert hubspot.post("/crm/v3/objects/contacts/gdpr-delete", body).status_code == 204
    assert hubspot.get(f"{CONTACTS}/{known}").status_code == 404
    refused = hubspot.post(CONTACTS, {"properties": {"email": "UNKNOWN@example.com"}})
    assert refused.json()["errors"][0]["code"] == "INVALID_EMAIL"


def test_archived_contact_can_be_erased_and_unknown_ids_are_404(hubspot: HubSpotSession):
    contact = create(hubspot)
    hubspot.delete(f"{CONTACTS}/{contact}")
    assert hubspot.post(f"{CONTACTS}/gdpr-delete", {"objectId": contact}).status_code == 204
    assert hubspot.get(f"{CONTACTS}/{contact}?archived=true").status_code == 404
    assert hubspot.post(f"{CONTACTS}/gdpr-delete", {"objectId": contact}).status_code == 404


def test_companies_are_erased_only_on_dated_paths(hubspot: HubSpotSession):
    company = create(hubspot, "companies")
    assert hubspot.post("/crm/v3/objects/companies/gdpr-delete", {"objectId": company}).status_code == 404
    assert hubspot.post("/crm/objects/2026-09/companies/gdpr-delete", {"objectId": company}).status_code == 204
