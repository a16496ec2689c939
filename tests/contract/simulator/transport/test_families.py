"""Account details, owners and pipelines on every version of their paths."""

import pytest

from simulator.families.owners.state import Owner
from simulator.running import RunningSimulator
from tests.contract.simulator.conftest import PORTAL_ID, HubSpotSession


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_account_details_describe_the_callers_account(hubspot: HubSpotSession, version: str) -> None:
    details = hubspot.get(f"/account-info/{version}/details").json()
    assert details["portalId"] == PORTAL_ID
    assert details["accountType"] == "STANDARD"
    assert details["utcOffset"] in ("+01:00", "+02:00")
    assert details["utcOffsetMilliseconds"] in (3_600_000, 7_200_000)
    assert set(details) == {
        "portalId",
        "accountType",
        "timeZone",
        "companyCurrency",
        "additionalCurrencies",
        "utcOffset",
        "utcOffsetMilliseconds",
        "uiDomain",
        "dataHostingLocation",
    }


@pytest.fixture
def owners(simulator: RunningSimulator) -> None:
    directory = simulator.world.owners[PORTAL_ID]
    for number in range(601, 606):
        archived = number == 605
        directory.put(
            Owner(
                str(number),
                number + 1000,
                f"sample.{number}@acme.example",
                "Sample",
                str(number),
                simulator.world.clock.now(),
                archived=archived,
            )
        )


@pytest.mark.usefixtures("owners")
@pytest.mark.parametrize("path", ["/crm/v3/owners", "/crm/v3/owners/", "/crm/owners/2026-03", "/crm/owners/2026-09"])
def test_owners_are_paged_without_the_archived(hubspot: HubSpotSession, path: str) -> None:
    first = hubspot.get(path, params={"limit": 3}).json()
    second = hubspot.get(path, params={"limit": 3, "after": first["paging"]["next"]["after"]}).json()
    assert [owner["id"] for owner in first["results"] + second["results"]] == ["501", "601", "602", "603", "604"]
    assert "paging" not in second


@pytest.mark.usefixtures("owners")
def test_an_archived_owner_shows_no_user_id(hubspot: HubSpotSession) -> None:
    (owner,) = hubspot.get("/crm/owners/2026-09", params={"archived": "true"}).json()["results"]
    assert (owner["userId"], owner["userIdIncludingInactive"], owner["archived"]) == (None, 1605, True)
    assert hubspot.get("/crm/owners/2026-09/605").status_code == 404
    assert hubspot.get("/crm/owners/2026-09/605", params={"archived": "true"}).status_code == 200


@pytest.mark.usefixtures("owners")
def test_an_owner_is_found_by_id_user_id_or_address(hubspot: HubSpotSession) -> None:
    assert hubspot.get("/crm/owners/2026-09/602").json()["userId"] == 1602
    assert hubspot.get("/crm/owners/2026-09/1602", params={"idProperty": "userId"}).json()["id"] == "602"
    assert hubspot.get("/crm/owners/2026-09/1602").status_code == 404
    (found,) = hubspot.get("/crm/owners/2026-09", params={"email": "sample.603@acme.example"}).json()["results"]
    assert found["id"] == "603"


@pytest.mark.usefixtures("owners")
def test_records_are_assigned_by_owner_id_alone(hubspot: HubSpotSession) -> None:
    def assign(owner_id: str) -> int:
        return hubspot.post("/crm/objects/2026-09/companies", {"properties": {"hubspot_owner_id": owner_id}}).status_code

    assert assign("602") == 201
    assert assign("1602") == 400
    assert assign("605") == 400


@pytest.mark.parametrize("params", [{"limit": "0"}, {"limit": "501"}, {"limit": "x"}, {"after": "x"}])
def test_bad_owner_paging_is_refused(hubspot: HubSpotSession, params: dict[str, str]) -> None:
    assert hubspot.get("/crm/owners/2026-09", params=params).status_code == 400


@pytest.mark.parametrize("base", ["/crm/v3/pipelines", "/crm/pipelines/2026-03", "/crm/pipelines/2026-09"])
def test_deals_have_the_default_pipeline(hubspot: HubSpotSession, base: str) -> None:
    (pipeline,) = hubspot.get(f"{base}/deals").json()["results"]
    assert pipeline["id"] == "default"
    won = next(stage for stage in pipeline["stages"] if stage["id"] == "closedwon")
    assert won["metadata"] == {"isClosed": "true", "probability": "1.0"}
    assert hubspot.get(f"{base}/0-3/default/stages/qualifiedtobuy").json()["metadata"]["isClosed"] == "false"


def test_a_pipeline_can_be_made_changed_and_deleted(hubspot: HubSpotSession) -> None:
    base = "/crm/pipelines/2026-09/deals"
    stage = {"label": "Won", "displayOrder": 0, "metadata": {"probability": "1.0"}}
    made = hubspot.post(base, {"label": "Partners", "displayOrder": 1, "stages": [stage]})
    assert made.status_code == 201
    one = f"{base}/{made.json()['id']}"
    assert made.json()["stages"][0]["metadata"] == {"probability": "1.0", "isClosed": "true"}
    added = hubspot.post(f"{one}/stages", {"label": "Open", "displayOrder": -1, "metadata": {"probability": 0.5}}).json()
    assert [each["label"] for each in hubspot.get(f"{one}/stages").json()["results"]] == ["Open", "Won"]
    changed = hubspot.patch(f"{one}/stages/{added['id']}", {"label": "Started"}).json()
    assert (changed["label"], changed["metadata"]["probability"]) == ("Started", "0.5")
    assert hubspot.patch(one, {"label": "Resellers"}).json()["label"] == "Resellers"
    assert hubspot.delete(f"{one}/stages/{added['id']}").status_code == 204
    assert hubspot.delete(one).status_code == 204
    assert hubspot.get(one).status_code == 404


@pytest.mark.parametrize(
    "body", [[], {"label": "x"}, {"label": "x", "displayOrder": 0, "stages": {}}, {"label": "", "displayOrder": 0}]
)
def test_a_pipeline_body_that_is_not_right_is_refused(hubspot: HubSpotSession, body: object) -> None:
    assert hubspot.post("/crm/pipelines/2026-09/deals", body).status_code == 400


def test_a_stage_probability_outside_its_range_is_refused(hubspot: HubSpotSession) -> None:
    for probability in ("2.0", "many"):
        stage = {"label": "Odd", "displayOrder": 0, "metadata": {"probability": probability}}
        assert hubspot.post("/crm/pipelines/2026-09/deals/default/stages", stage).status_code == 400
