"""The stand-ins of Companies House and GLEIF over HTTP: shapes, paging, headers, refusals."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator.neighbours.running import RunningNeighbours
from tests.contract.neighbours.asking import Asker

Ask = Callable[..., Any]


@pytest.fixture
def ask(neighbours: RunningNeighbours) -> Iterator[Ask]:
    askers = {name: Asker("", neighbours.servers[name].base_url) for name in ("companies_house", "gleif")}
    for asker in askers.values():
        asker.control("POST", "reset")

    def call(name: str, path: str, key: str = "key-demo") -> Any:
        basic = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        headers = {"Authorization": basic, "X-Simulator-Key": key}
        return askers[name].pool.request("GET", neighbours.addresses[name] + path, headers=headers)

    yield call
    for asker in askers.values():
        asker.close()


def test_profile_leaves_out_what_it_does_not_know_and_tells_the_rate(ask: Ask) -> None:
    answer = ask("companies_house", "/company/01234567")
    assert (answer.status, answer.json()["company_name"]) == (200, "AURORA PAYROLL LTD")
    assert None not in answer.json().values()
    assert {"X-Ratelimit-Limit", "X-Ratelimit-Remain", "X-Ratelimit-Reset", "X-Ratelimit-Window"} <= set(answer.headers)


def test_search_answers_with_everything_similar_in_pages(ask: Ask) -> None:
    first = ask("companies_house", "/search/companies?q=namesakes+sample+ltd&items_per_page=2").json()
    rest = ask("companies_house", "/search/companies?q=namesakes+sample+ltd&items_per_page=2&start_index=2").json()
    assert (first["total_results"], len(first["items"])) == (rest["total_results"], 2)
    assert first["total_results"] > 3
    assert ask("companies_house", "/search/companies?q=zzzzz").json()["items"] == []


def test_companies_house_refuses_in_its_own_words(ask: Ask) -> None:
    missing, bad = ask("companies_house", "/company/99999999"), ask("companies_house", "/company/01234567", "key-bad")
    assert (missing.status, missing.json()["errors"][0]["error"]) == (404, "company-profile-not-found")
    assert (bad.status, bad.json()) == (401, {"error": "Invalid Authorization", "type": "ch:service"})
    throttled = [ask("companies_house", "/company/01234567", "key-throttled") for _ in range(3)][-1]
    assert (throttled.status, throttled.data, throttled.headers.get("Retry-After")) == (429, b"", None)


def test_advanced_search_and_officers_have_their_shapes(ask: Ask) -> None:
    found = ask("companies_house", "/advanced-search/companies?company_name_includes=aurora&company_status=active").json()
    assert (found["hits"], found["top_hit"]["company_number"]) == (1, "01234567")
    assert ask("companies_house", "/company/01234567/officers").json()["items"][0]["name"] == "CONTACT, Sample"


def test_lei_records_are_json_api_and_filtered(ask: Ask) -> None:
    answer = ask("gleif", "/lei-records?filter%5Bentity.legalName%5D=aurora+payroll&filter%5Bentity.legalAddress.country%5D=GB")
    assert answer.headers["content-type"] == "application/vnd.api+json"
    assert [one["id"] for one in answer.json()["data"]] == ["9845000EXAMPLE000048"]
    assert (
        ask("gleif", "/lei-records?filter%5Bentity.legalName%5D=aurora+payroll&filter%5Bentity.jurisdiction%5D=US").json()["data"]
        == []
    )
    assert ask("gleif", "/lei-records?page%5Bsize%5D=201").status == 400


def test_a_parent_is_a_link_and_its_absence_a_reason(ask: Ask) -> None:
    links = [
        ask("gleif", f"/lei-records/9845000EXAMPLE{number}").json()["data"]["relationships"]["direct-parent"]["links"]
        for number in ("000242", "000048")
    ]
    assert [sorted(one) for one in links] == [["lei-record", "relationship-record"], ["reporting-exception"]]
    assert ask("gleif", "/lei-records/9845000EXAMPLE000242/direct-parent").json()["data"]["id"] == "9845000EXAMPLE000145"
    assert ask("gleif", "/lei-records/9845000EXAMPLE000048/direct-parent").status == 404
    assert ask("gleif", "/fuzzycompletions?field=entity.legalName&q=borealis").json()["data"][0]["attributes"]["value"]


def test_gleif_refuses_as_json_api(ask: Ask) -> None:
    assert ask("gleif", "/lei-records/UNKNOWN").json()["errors"][0]["status"] == "404"
    assert [ask("gleif", "/fuzzycompletions?q=x", "key-throttled").status for _ in range(3)] == [200, 200, 429]
