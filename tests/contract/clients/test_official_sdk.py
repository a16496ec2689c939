"""HubSpot's own Python client, with its own models, unmodified but for the host."""

import hubspot as sdk
import pytest
from hubspot.crm import associations, companies, contacts, objects, properties
from hubspot.crm.associations.v4 import AssociationSpec
from hubspot.utils.objects import fetch_all

from simulator.families.owners.state import Owner
from simulator.running import RunningSimulator
from tests.contract.simulator.conftest import APP, HubSpotSession

# The client calls accessors of urllib3 that urllib3 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Client:
    """The client's api objects, each sent to the simulator."""

    def __init__(self, base_url: str, token: str | None) -> None:
        self._client = sdk.HubSpot(access_token=token) if token else sdk.HubSpot()
        self._base_url = base_url

    def api(self, path: str):
        found = self._client
        for part in path.split("."):
            found = getattr(found, part)
        found.api_client.configuration.host = self._base_url
        return found


@pytest.fixture
def client(simulator: RunningSimulator, hubspot: HubSpotSession) -> Client:
    return Client(simulator.base_url, hubspot.token)


def test_contact_is_created_read_changed_and_archived(client: Client):
    api = client.api("crm.contacts.basic_api")
    made = api.create(
        contacts.SimplePublicObjectInputForCreate(
            properties={"email": "sample@example.com", "firstname": "Sample"}, associations=[]
        )
    )
    read = api.get_by_id(made.id, properties=["email", "city"], properties_with_history=["email"])
    assert (read.properties["email"], read.properties["city"]) == ("sample@example.com", None)
    assert read.properties_with_history["email"][0].source_type == "INTEGRATION"
    changed = api.update(made.id, contacts.SimplePublicObjectInput(properties={"city": "Berlin"}))
    assert changed.properties["city"] == "Berlin"
    assert changed.updated_at >= changed.created_at
    api.archive(made.id)
    with pytest.raises(contacts.ApiException) as refused:
        api.get_by_id(made.id)
    assert refused.value.status == 404


def test_conflict_reaches_the_caller_with_the_existing_id(client: Client):
    api = client.api("crm.contacts.basic_api")
    wanted = contacts.SimplePublicObjectInputForCreate(properties={"email": "sample@example.com"}, associations=[])
    made = api.create(wanted)
    with pytest.raises(contacts.ApiException) as refused:
        api.create(wanted)
    assert (refused.value.status, f"Existing ID: {made.id}" in refused.value.body) == (409, True)


def test_batches_give_the_models_of_success_and_of_partial_failure(client: Client):
    api = client.api("crm.companies.batch_api")
    made = api.create(
        companies.BatchInputSimplePublicObjectBatchInputForCreate(
            inputs=[
                companies.SimplePublicObjectBatchInputForCreate(properties={"name": f"Example {n}"}, associations=[])
                for n in range(3)
            ]
        )
    )
    ids = [each.id for each in made.results]
    assert (made.status, len(ids)) == ("COMPLETE", 3)
    wanted = [companies.SimplePublicObjectId(id=each) for each in [*ids, "999"]]
    read = api.read(companies.BatchReadInputSimplePublicObjectId(inputs=wanted, properties=["name"], properties_with_history=[]))
    assert isinstance(read, companies.BatchResponseSimplePublicObjectWithErrors)
    assert (read.num_errors, read.errors[0].context) == (1, {"ids": ["999"]})
    changed = api.update(
        companies.BatchInputSimplePublicObjectBatchInput(
            inputs=[
                companies.SimplePublicObjectBatchInput(id=each, properties={"city": city}, object_write_trace_id=each)
                for each, city in zip([*ids, "999"], ["A", "B", "C", "D"], strict=True)
            ]
        )
    )
    assert sorted(each.properties["city"] for each in changed.results) == ["A", "B", "C"]
    assert changed.errors[0].context["objectWriteTraceId"] == ["999"]
    api.archive(companies.BatchInputSimplePublicObjectId(inputs=[companies.SimplePublicObjectId(id=ids[0])]))
    assert len(client.api("crm.companies.basic_api").get_page(limit=10).results) == 2


def test_upsert_by_address_and_search(client: Client):
    api = client.api("crm.contacts.batch_api")
    inputs = [
        contacts.SimplePublicObjectBatchInputUpsert(
            id=f"sample.{n}@example.com", id_property="email", properties={"firstname": f"Sample {n}"}
        )
        for n in range(4)
    ]
    for is_new in (True, False):
        done = api.upsert(contacts.BatchInputSimplePublicObjectBatchInputUpsert(inputs=inputs))
        assert {each.new for each in done.results} == {is_new}
    condition = contacts.Filter(property_name="email", operator="CONTAINS_TOKEN", value="*@example.com")
    found = client.api("crm.contacts.search_api").do_search(
        contacts.PublicObjectSearchRequest(
            filter_groups=[contacts.FilterGroup(filters=[condition])], properties=["email"], limit=3, sorts=[], after="0"
        )
    )
    assert (found.total, len(found.results), found.paging.next.after) == (4, 3, "3")
    assert len(fetch_all(client.api("crm.contacts.basic_api"), properties=["email"])) == 4


def test_note_is_linked_and_read_back_through_associations(client: Client):
    contact = client.api("crm.contacts.basic_api").create(
        contacts.SimplePublicObjectInputForCreate(properties={"firstname": "Sample"}, associations=[])
    )
    note = client.api("crm.objects.notes.basic_api").create(
        objects.notes.SimplePublicObjectInputForCreate(
            properties={"hs_note_body": "Hello", "hs_timestamp": "2026-09-21T10:00:00Z"},
            associations=[
                objects.notes.PublicAssociationsForObject(
                    to=objects.notes.PublicObjectId(id=contact.id),
                    types=[objects.notes.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=202)],
                )
            ],
        )
    )
    api = client.api("crm.associations.v4.basic_api")
    found = api.get_page("contacts", contact.id, "notes").results
    assert [(str(each.to_object_id), each.association_types[0].type_id) for each in found] == [(note.id, 201)]
    company = client.api("crm.companies.basic_api").create(
        companies.SimplePublicObjectInputForCreate(properties={"name": "Example"}, associations=[])
    )
    spec = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=279)
    made = api.create("contacts", contact.id, "companies", company.id, [spec])
    assert (made.from_object_type_id, str(made.to_object_id)) == ("0-1", company.id)
    batch = client.api("crm.associations.v4.batch_api").get_page(
        "contacts",
        "companies",
        associations.v4.BatchInputPublicFetchAssociationsBatchRequest(
            inputs=[associations.v4.PublicFetchAssociationsBatchRequest(id=contact.id)]
        ),
    )
    assert {each.type_id for each in batch.results[0].to[0].association_types} == {1, 279}


def test_property_and_group_are_defined(client: Client):
    client.api("crm.properties.groups_api").create(
        "companies", properties.PropertyGroupCreate(name="leadlight", label="Leadlight", display_order=-1)
    )
    api = client.api("crm.properties.core_api")
    made = api.create(
        "companies",
        properties.PropertyCreate(
            name="leadlight_tier",
            label="Tier",
            type="enumeration",
            field_type="select",
            group_name="leadlight",
            options=[properties.OptionInput(label="One", value="1", hidden=False, display_order=0)],
        ),
    )
    assert (made.name, made.options[0].value, made.modification_metadata.read_only_value) == ("leadlight_tier", "1", False)
    names = {each.name for each in api.get_all("companies").results}
    assert {"leadlight_tier", "industry", "domain"} <= names
    assert api.get_by_name("companies", "industry").hubspot_defined is True


def test_owners_pipelines_and_token(client: Client, simulator: RunningSimulator, hubspot: HubSpotSession):
    owner = Owner("777", 9002, "rep@example.com", "Sample", "Rep", simulator.world.clock.now())
    simulator.world.owners[hubspot.portal_id].put(owner)
    assert "rep@example.com" in {each.email for each in client.api("crm.owners.owners_api").get_page().results}
    stages = client.api("crm.pipelines.pipelines_api").get_all("deals").results[0].stages
    assert {"appointmentscheduled", "closedwon", "closedlost"} <= {each.id for each in stages}
    pair = (
        Client(simulator.base_url, None)
        .api("oauth.tokens_api")
        .create(
            grant_type="refresh_token",
            client_id=APP.client_id,
            client_secret=APP.client_secret,
            refresh_token=hubspot.refresh_token,
            redirect_uri=APP.redirect_urls[0],
        )
    )
    assert (pair.expires_in, pair.token_type) == (1800, "bearer")
    assert Client(simulator.base_url, pair.access_token).api("crm.contacts.basic_api").get_page().results == []
