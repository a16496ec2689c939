"""Crunchbase's stand-in over HTTP: search by domain, fields by package, absent means unknown, refusals in its shapes."""

import pytest

from tests.contract.neighbours.asking import Asker, known_domain, unknown_domain


def search(crunchbase: Asker, domain: str, *field_ids: str, key: str | None = "key-demo"):
    predicate = {"type": "predicate", "field_id": "website_url", "operator_id": "domain_eq", "values": [domain]}
    body = {"field_ids": list(field_ids) or ["identifier", "website_url"], "query": [predicate], "limit": 5}
    return crunchbase.ask("POST", "/searches/organizations", key=key, body=body)


def test_search_by_domain_finds_the_firm_with_the_fields_asked_for(crunchbase: Asker):
    answer = search(crunchbase, known_domain("crunchbase"), "identifier", "website_url", "location_identifiers")
    (entity,) = answer.json()["entities"]
    assert set(entity["properties"]) <= {"identifier", "website_url", "location_identifiers"}
    assert entity["properties"]["website_url"] == f"https://www.{known_domain('crunchbase')}"
    assert {one["location_type"] for one in entity["properties"]["location_identifiers"]} <= {"city", "region", "country"}
    assert answer.headers["X-Cb-Engine-Total-Count"] == "1"


def test_an_unknown_domain_is_an_empty_list(crunchbase: Asker):
    assert search(crunchbase, unknown_domain("crunchbase")).json() == {"count": 0, "entities": []}


def test_what_is_not_known_is_left_out(crunchbase: Asker):
    fields = ("legal_name", "founded_on", "num_employees_enum", "linkedin", "short_description")
    seen = [search(crunchbase, f"absent-{number}-made.example", *fields).json()["entities"] for number in range(30)]
    properties = [found[0]["properties"] for found in seen if found]
    assert any(len(one) < len(fields) for one in properties)
    assert all(value is not None for one in properties for value in one.values())


@pytest.mark.parametrize(
    ("key", "field", "status"),
    [("key-demo", "name", 200), ("key-demo", "last_funding_type", 400), ("key-demo-core", "last_funding_type", 200),
     ("key-demo-core", "funding_total", 400), ("key-demo-advanced-2", "funding_total", 200)],
)  # fmt: skip
def test_the_package_of_the_key_decides_the_fields(crunchbase: Asker, key: str, field: str, status: int):
    answer = search(crunchbase, known_domain("crunchbase"), field, key=key)
    assert answer.status == status
    assert status == 200 or answer.json()[0]["code"] == "MD101"


def test_one_organisation_is_found_by_its_id_or_404(crunchbase: Asker):
    (entity,) = search(crunchbase, known_domain("crunchbase")).json()["entities"]
    found = crunchbase.get(f"/entities/organizations/{entity['uuid']}", field_ids="name")
    missing = crunchbase.get("/entities/organizations/nobody")
    assert (found.status, list(found.json()["properties"])) == (200, ["name"])
    assert (missing.status, missing.json()["code"]) == (404, "CS404")


def test_type_ahead_gives_identifiers(crunchbase: Asker):
    name = search(crunchbase, known_domain("crunchbase"), "name").json()["entities"][0]["properties"]["name"]
    body = crunchbase.get("/autocompletes", query=name[:5], collection_ids="organizations").json()
    assert name in [one["identifier"]["value"] for one in body["entities"]]


def test_refusals_have_the_shape_of_a_list_and_no_rate_headers(crunchbase: Asker):
    bad = search(crunchbase, "x.example", key="key-bad")
    fast = [search(crunchbase, "x.example", key="key-throttled") for _ in range(3)][-1]
    assert (bad.status, bad.json()[0]["code"]) == (401, "LA401")
    assert (fast.status, fast.json()[0]["code"]) == (429, "LA429")
    assert not [name for name in fast.headers if "rate" in name.lower() or name.lower() == "retry-after"]


@pytest.mark.parametrize(
    "body", [None, {}, {"field_ids": ["name"]}, {"field_ids": ["name"], "query": [{"field_id": "x", "values": []}]}]
)
def test_a_query_it_cannot_take_is_400(crunchbase: Asker, body: object):
    assert crunchbase.ask("POST", "/searches/organizations", body=body or {}).status == 400


def test_calls_are_counted_and_nothing_is_charged(crunchbase: Asker):
    search(crunchbase, known_domain("crunchbase"))
    assert crunchbase.ledger()["key-demo"] == {"calls": {"search_organizations": 1}, "credits": {}, "credits_total": 0}
