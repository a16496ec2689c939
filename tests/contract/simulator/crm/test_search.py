"""Search: operators, case, limits, order, paging, lag."""

from typing import Any

import pytest

from simulator.running import RunningSimulator
from tests.contract.simulator.conftest import HubSpotSession
from tests.contract.simulator.crm.test_records import create

PATH = "/crm/objects/2026-09/{}/search"


def condition(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    given = {} if value is None else {"values" if isinstance(value, list) else "value": value}
    return {"propertyName": name, "operator": operator, **given, **more}


def search(hubspot: HubSpotSession, *conditions: dict[str, Any], kind: str = "companies", **more: Any) -> Any:
    groups = [{"filters": list(conditions)}] if conditions else []
    return hubspot.post(PATH.format(kind), {"filterGroups": groups, **more})


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["properties"]["name"] for each in answer.json()["results"]]


@pytest.fixture
def companies(hubspot: HubSpotSession) -> dict[str, str]:
    rows = [
        {"name": "Alpha Tools", "numberofemployees": "9", "industry": "COMPUTER_SOFTWARE", "domain": "alpha.example.com"},
        {"name": "beta works", "numberofemployees": "100", "industry": "BANKING", "is_public": "true"},
        {"name": "Gamma Data Sync", "numberofemployees": "1000", "phone": "+49 30 1234"},
        {"name": "Delta", "website": "https://delta.example.com"},
    ]
    return {row["name"]: create(hubspot, "companies", **row) for row in rows}


ALPHA, BETA, GAMMA, DELTA = "Alpha Tools", "beta works", "Gamma Data Sync", "Delta"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([condition("name", "EQ", "ALPHA tools")], [ALPHA]),
        ([condition("name", "NEQ", "alpha tools")], [BETA, GAMMA, DELTA]),
        ([condition("numberofemployees", "GT", "9")], [BETA, GAMMA]),
        ([condition("numberofemployees", "GTE", 9)], [ALPHA, BETA, GAMMA]),
        ([condition("numberofemployees", "LT", "100")], [ALPHA]),
        ([condition("numberofemployees", "LTE", "100")], [ALPHA, BETA]),
        ([condition("numberofemployees", "BETWEEN", "50", highValue="1000")], [BETA, GAMMA]),
        ([condition("numberofemployees", "NOT_HAS_PROPERTY")], [DELTA]),
        ([condition("industry", "HAS_PROPERTY")], [ALPHA, BETA]),
        ([condition("industry", "EQ", "BANKING")], [BETA]),
        ([condition("industry", "EQ", "banking")], []),
        ([condition("industry", "IN", ["BANKING", "COMPUTER_SOFTWARE"])], [ALPHA, BETA]),
        ([condition("name", "IN", ["delta"])], [DELTA]),
        ([condition("name", "IN", ["Delta"])], []),
        ([condition("name", "NOT_IN", ["delta", "beta works"])], [ALPHA, GAMMA]),
        ([condition("name", "CONTAINS_TOKEN", "data")], [GAMMA]),
        ([condition("name", "CONTAINS_TOKEN", "sync data")], [GAMMA]),
        ([condition("name", "CONTAINS_TOKEN", "a*")], [ALPHA]),
        ([condition("name", "CONTAINS_TOKEN", "dat")], []),
        ([condition("name", "NOT_CONTAINS_TOKEN", "*l*")], [BETA, GAMMA]),
        ([condition("domain", "CONTAINS_TOKEN", "*.example.com")], [ALPHA]),
        ([condition("is_public", "EQ", "true")], [BETA]),
        ([condition("numberofemployees", "GT", "5"), condition("name", "EQ", "beta works")], [BETA]),
    ],
)
def test_operators(hubspot: HubSpotSession, companies: dict[str, str], filters: list[Any], expected: list[str]):
    answer = search(hubspot, *filters, properties=["name"])
    assert names(answer) == expected
    assert answer.json()["total"] == len(expected)


def test_groups_are_alternatives_and_a_bare_filter_list_is_one_group(hubspot: HubSpotSession, companies: dict[str, str]):
    groups = [{"filters": [condition("name", "EQ", each)]} for each in (DELTA, ALPHA)]
    assert names(hubspot.post(PATH.format("companies"), {"filterGroups": groups})) == [ALPHA, DELTA]
    bare = {"filters": [condition("name", "EQ", BETA)]}
    assert names(hubspot.post("/crm/v3/objects/companies/search", bare)) == [BETA]


def test_query_looks_into_the_default_text_properties(hubspot: HubSpotSession, companies: dict[str, str]):
    assert names(search(hubspot, query="DATA gamma")) == [GAMMA]
    assert names(search(hubspot, query="example.com")) == [ALPHA, DELTA]
    assert names(search(hubspot, query="banking")) == []


def test_default_properties_of_the_type_are_shown(hubspot: HubSpotSession, companies: dict[str, str]):
    shown = search(hubspot, condition("name", "EQ", DELTA)).json()["results"][0]["properties"]
    assert set(shown) == {"name", "domain", "createdate", "hs_lastmodifieddate", "hs_object_id"}


def test_sorts_by_number_and_by_time_with_unset_values_last(hubspot: HubSpotSession, companies: dict[str, str]):
    def by(name: str, direction: str) -> list[str]:
        return names(search(hubspot, sorts=[{"propertyName": name, "direction": direction}]))

    assert by("numberofemployees", "DESCENDING") == [GAMMA, BETA, ALPHA, DELTA]
    assert by("numberofemployees", "ASCENDING") == [ALPHA, BETA, GAMMA, DELTA]
    assert by("hs_object_id", "DESCENDING") == [DELTA, GAMMA, BETA, ALPHA]
    hubspot.patch(f"/crm/v3/objects/companies/{companies[ALPHA]}", {"properties": {"city": "Berlin"}})
    assert by("hs_lastmodifieddate", "DESCENDING")[0] == ALPHA


def test_pages_by_mark_and_by_id(hubspot: HubSpotSession, companies: dict[str, str]):
    first = search(hubspot, limit=3)
    assert (first.json()["total"], first.json()["paging"]) == (4, {"next": {"after": "3"}})
    rest = search(hubspot, limit=3, after="3")
    assert (names(rest), "paging" in rest.json()) == ([DELTA], False)
    seen, last = [], "0"
    while last:
        page = search(hubspot, condition("hs_object_id", "GT", last), limit=1, sorts=[{"propertyName": "hs_object_id"}]).json()
        seen += [each["properties"]["name"] for each in page["results"]]
        last = page["results"][-1]["id"] if page["results"] else ""
    assert seen == [ALPHA, BETA, GAMMA, DELTA]


def test_changed_since_takes_milliseconds_and_iso(hubspot: HubSpotSession, simulator: RunningSimulator, companies: dict[str, str]):
    simulator.world.clock.advance(60)
    at_ms = simulator.world.clock.now_ms()
    hubspot.patch(f"/crm/v3/objects/companies/{companies[BETA]}", {"properties": {"city": "Berlin"}})
    iso = simulator.world.clock.now().isoformat()[:16] + ":00Z"
    assert names(search(hubspot, condition("hs_lastmodifieddate", "GTE", str(at_ms)))) == [BETA]
    assert BETA in names(search(hubspot, condition("hs_lastmodifieddate", "GTE", iso)))
    assert BETA not in names(search(hubspot, condition("hs_lastmodifieddate", "LT", str(at_ms))))


def test_pseudo_property_finds_by_association(hubspot: HubSpotSession, companies: dict[str, str]):
    contact = create(hubspot, email="a@example.com")
    hubspot.put(f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{companies[GAMMA]}")
    assert names(search(hubspot, condition("associations.contact", "EQ", contact))) == [GAMMA]
    assert names(search(hubspot, condition("associations.contacts", "NOT_HAS_PROPERTY"))) == [ALPHA, BETA, DELTA]


def test_limits_are_refused_with_400(hubspot: HubSpotSession):
    one = condition("name", "EQ", "x")
    bodies: list[dict[str, Any]] = [
        {"filterGroups": [{"filters": [one]}] * 6},
        {"filterGroups": [{"filters": [one] * 7}]},
        {"filterGroups": [{"filters": [one] * 5}] * 4},
        {"limit": 201},
        {"after": "x"},
        {"after": "9900", "limit": 101},
        {"query": "x" * 3001},
        {"sorts": [{"propertyName": "name"}, {"propertyName": "domain"}]},
        {"filterGroups": [{"filters": [condition("no_such_thing", "EQ", "1")]}]},
        {"filterGroups": [{"filters": [condition("name", "LIKE", "1")]}]},
        {"filterGroups": [{"filters": [condition("numberofemployees", "GT", "many")]}]},
        {"filterGroups": [{"filters": [condition("name", "EQ")]}]},
    ]
    for body in bodies:
        answer = hubspot.post(PATH.format("companies"), body)
        assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR"), body
    within = {"filterGroups": [{"filters": [one] * 6}] * 3, "after": "9800", "limit": 200}
    assert hubspot.post(PATH.format("companies"), within).status_code == 200


def test_index_runs_behind_by_the_accounts_lag_but_deletions_do_not(hubspot: HubSpotSession, simulator: RunningSimulator):
    simulator.world.portals[hubspot.portal_id].change_settings(index_lag_s=30.0)
    company = create(hubspot, "companies", name="Old name")
    by_old, by_new = condition("name", "EQ", "old name"), condition("name", "EQ", "new name")
    assert names(search(hubspot, by_old)) == []
    simulator.world.clock.advance(31)
    assert names(search(hubspot, by_old)) == ["Old name"]
    hubspot.patch(f"/crm/v3/objects/companies/{company}", {"properties": {"name": "New name"}})
    assert (names(search(hubspot, by_old)), names(search(hubspot, by_new))) == (["Old name"], [])
    recent = condition("hs_lastmodifieddate", "GTE", str(simulator.world.clock.now_ms() - 10_000))
    assert names(search(hubspot, recent)) == []
    simulator.world.clock.advance(31)
    assert (names(search(hubspot, by_old)), names(search(hubspot, by_new))) == ([], ["New name"])
    hubspot.delete(f"/crm/v3/objects/companies/{company}")
    assert names(search(hubspot, by_new)) == []
