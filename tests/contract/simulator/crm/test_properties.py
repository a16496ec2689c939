"""Property definitions and groups: rules, errors, batches, deletion and return."""

from typing import Any

import pytest

from tests.contract.simulator.conftest import HubSpotSession
from tests.contract.simulator.crm.test_records import create

PATH = "/crm/properties/2026-09/contacts"


def definition(name: str = "leadlight_score", **changes: Any) -> dict[str, Any]:
    base = {"label": "Score", "type": "number", "fieldType": "number", "groupName": "contactinformation"}
    return {"name": name, **base, **changes}


def test_property_is_made_used_changed_and_deleted(hubspot: HubSpotSession):
    made = hubspot.post(PATH, definition())
    body = made.json()
    assert (made.status_code, body["archived"], body["hasUniqueValue"]) == (201, False, False)
    assert body["modificationMetadata"] == {
        "archivable": True,
        "readOnlyDefinition": False,
        "readOnlyOptions": False,
        "readOnlyValue": False,
    }
    contact_id = create(hubspot, leadlight_score="7")
    changed = hubspot.patch(f"{PATH}/leadlight_score", {"label": "Heat", "displayOrder": 3}).json()
    assert (changed["label"], changed["displayOrder"], changed["type"]) == ("Heat", 3, "number")
    assert hubspot.delete(f"{PATH}/leadlight_score").status_code == 204
    assert hubspot.get(f"{PATH}/leadlight_score").status_code == 404
    shown = hubspot.get(f"/crm/v3/objects/contacts/{contact_id}?properties=leadlight_score").json()
    assert "leadlight_score" not in shown["properties"]


def test_deleted_name_is_listed_as_archived_and_comes_back_with_its_values(hubspot: HubSpotSession):
    hubspot.post(PATH, definition())
    contact_id = create(hubspot, leadlight_score="7")
    hubspot.delete(f"{PATH}/leadlight_score")
    assert [each["name"] for each in hubspot.get(f"{PATH}?archived=true").json()["results"]] == ["leadlight_score"]
    assert hubspot.post(PATH, definition(label="Again")).status_code == 201
    assert hubspot.get(f"{PATH}/leadlight_score").json()["label"] == "Again"
    shown = hubspot.get(f"/crm/v3/objects/contacts/{contact_id}?properties=leadlight_score").json()
    assert shown["properties"]["leadlight_score"] == "7"


def test_existing_name_is_409(hubspot: HubSpotSession):
    hubspot.post(PATH, definition())
    for name in ("leadlight_score", "email"):
        answer = hubspot.post(PATH, definition(name))
        assert answer.status_code == 409
        assert answer.json()["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Upper"},
        {"name": "1st"},
        {"name": "with space"},
        {"type": "number", "fieldType": "text"},
        {"type": "json"},
        {"groupName": "no_such_group"},
        {"label": ""},
        {"options": [{"label": "A", "value": "a"}, {"label": "B", "value": "a"}]},
    ],
)
def test_definitions_against_the_rules_are_400(hubspot: HubSpotSession, changes: dict[str, Any]):
    assert hubspot.post(PATH, {**definition(), **changes}).status_code == 400


def test_options_are_replaced_as_a_whole(hubspot: HubSpotSession):
    options = [{"label": each, "value": each} for each in "ab"]
    hubspot.post(PATH, definition(type="enumeration", fieldType="select", options=options))
    hubspot.patch(f"{PATH}/leadlight_score", {"options": [{"label": "c", "value": "c"}]})
    assert [each["value"] for each in hubspot.get(f"{PATH}/leadlight_score").json()["options"]] == ["c"]
    refused = hubspot.post("/crm/v3/objects/contacts", {"properties": {"leadlight_score": "a"}})
    assert refused.json()["errors"][0]["code"] == "INVALID_OPTION"


def test_hubspots_own_properties_cannot_be_deleted_and_say_so(hubspot: HubSpotSession):
    assert hubspot.delete(f"{PATH}/email").status_code == 400
    own = hubspot.get(f"{PATH}/email").json()
    assert (own["hubspotDefined"], own["modificationMetadata"]["archivable"]) == (True, False)
    assert "createdAt" not in own


def test_property_in_use_cannot_be_deleted(hubspot: HubSpotSession, simulator):
    hubspot.post(PATH, definition())
    simulator.world.portals[hubspot.portal_id].schema("contacts").held.add("leadlight_score")
    answer = hubspot.delete(f"{PATH}/leadlight_score")
    assert (answer.status_code, answer.json()["subCategory"]) == (
        400,
        "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE",
    )


def test_ten_properties_with_unique_values_are_the_most(hubspot: HubSpotSession):
    wanted = [definition(f"key_{n}", type="string", fieldType="text", hasUniqueValue=True) for n in range(11)]
    assert [hubspot.post(PATH, each).status_code for each in wanted] == [201] * 10 + [400]


def test_batches_make_read_and_delete(hubspot: HubSpotSession):
    wanted = [definition("one"), definition("email"), definition("two")]
    made = hubspot.post(f"{PATH}/batch/create", {"inputs": wanted})
    assert made.status_code == 207
    assert [each["name"] for each in made.json()["results"]] == ["one", "two"]
    assert made.json()["errors"][0]["context"] == {"name": ["email"]}
    names = {"inputs": [{"name": "one"}, {"name": "three"}], "archived": False}
    read = hubspot.post(f"{PATH}/batch/read", names)
    assert (read.status_code, [each["name"] for each in read.json()["results"]]) == (207, ["one"])
    assert hubspot.post(f"{PATH}/batch/archive", names).status_code == 204
    assert hubspot.get(f"{PATH}/one").status_code == 404
    assert hubspot.post(f"{PATH}/batch/create", {"inputs": [definition("fresh")]}).status_code == 201


def test_group_is_made_renamed_guarded_and_deleted(hubspot: HubSpotSession):
    groups = f"{PATH}/groups"
    assert hubspot.post(groups, {"name": "leadlight", "label": "Leadlight"}).status_code == 201
    assert hubspot.post(groups, {"name": "leadlight", "label": "Leadlight"}).status_code == 409
    assert hubspot.patch(f"{groups}/leadlight", {"label": "Light"}).json()["label"] == "Light"
    hubspot.post(PATH, definition(groupName="leadlight"))
    refused = hubspot.delete(f"{groups}/leadlight")
    assert refused.json()["subCategory"] == "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES"
    hubspot.delete(f"{PATH}/leadlight_score")
    assert hubspot.delete(f"{groups}/leadlight").status_code == 204
    assert hubspot.get(f"{groups}/leadlight").status_code == 404
    assert "leadlight" not in {each["name"] for each in hubspot.get(groups).json()["results"]}


def test_industry_has_hubspots_own_options(hubspot: HubSpotSession):
    options = {each["value"]: each["label"] for each in hubspot.get("/crm/v3/properties/companies/industry").json()["options"]}
    assert options["COMPUTER_SOFTWARE"] == "Computer Software"
    assert len(options) > 140


def test_sensitive_properties_are_listed_only_when_asked_for(hubspot: HubSpotSession):
    hubspot.post(PATH, definition("secret", dataSensitivity="sensitive"))
    plain = {each["name"] for each in hubspot.get(PATH).json()["results"]}
    sensitive = {each["name"] for each in hubspot.get(f"{PATH}?dataSensitivity=sensitive").json()["results"]}
    assert ("secret" in plain, sensitive) == (False, {"secret"})
