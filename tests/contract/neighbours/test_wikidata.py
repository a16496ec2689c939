"""The stand-in of Wikidata over HTTP: one spelling of each web site, programs that are no companies, refusals with status 200."""

from typing import Any

import pytest
import urllib3

from simulator.data.demo import load_companies
from simulator.neighbours.facts import CompanyFacts, FactBook
from simulator.neighbours.wikidata.items import WIKIDATA, has_program, site_of
from tests.contract.neighbours.asking import Asker, known_domain

AGENT = {"User-Agent": "Leadlight/1.0 (+https://example.com/bot)"}
BOOK = FactBook(load_companies())


def read(asker: Asker, path: str, headers: dict[str, str] | None = None, **query: Any) -> urllib3.BaseHTTPResponse:
    return asker.pool.request("GET", asker.root_url + path, fields=query, headers={**AGENT, **(headers or {})})


def api(asker: Asker, action: str, **query: Any) -> Any:
    return read(asker, "/wikidata/w/api.php", action=action, format="json", **query).json()


def items_of(asker: Asker, url: str) -> list[str]:
    query = f"SELECT ?item WHERE {{ VALUES ?site {{ <{url}> }} ?item wdt:P856 ?site }}"
    rows = read(asker, "/query/sparql", query=query, format="json").json()["results"]["bindings"]
    return [row["item"]["value"].rpartition("/")[2] for row in rows]


def facts_with_program(*, program: bool) -> CompanyFacts:
    known = (facts for domain in BOOK.domains() if WIKIDATA.knows(domain) and (facts := BOOK.find_domain(domain)))
    return next(facts for facts in known if has_program(facts) is program)


def test_web_site_is_found_in_its_own_spelling_only(wikidata: Asker):
    facts = facts_with_program(program=False)
    (qid,) = items_of(wikidata, site_of(facts))
    other = "http://unlike." + facts.domain
    assert items_of(wikidata, other) == []
    entity = api(wikidata, "wbgetentities", ids=qid)["entities"][qid]
    assert entity["labels"]["en"]["value"] == facts.company.name
    assert entity["claims"]["P856"][0]["mainsnak"]["datavalue"]["value"] == site_of(facts)


def test_some_web_sites_belong_to_a_program_too(wikidata: Asker):
    facts = facts_with_program(program=True)
    program, company = items_of(wikidata, site_of(facts))
    entities = api(wikidata, "wbgetentities", ids=f"{program}|{company}", props="claims")["entities"]
    assert set(entities[program]["claims"]) == {"P856", "P31"}
    assert "P4264" in entities[company]["claims"] or "P452" in entities[company]["claims"]


def test_entity_file_and_api_tell_the_same(wikidata: Asker):
    (qid,) = api(wikidata, "wbsearchentities", search=facts_with_program(program=False).company.name, language="en", limit=1)[
        "search"
    ][:1]
    file = read(wikidata, f"/wikidata/wiki/Special:EntityData/{qid['id']}.json").json()["entities"]
    assert file[qid["id"]]["claims"] == api(wikidata, "wbgetentities", ids=qid["id"])["entities"][qid["id"]]["claims"]
    assert read(wikidata, "/wikidata/wiki/Special:EntityData/Q1.json").status == 404


def test_namesakes_are_several_hits(wikidata: Asker):
    hits = api(wikidata, "wbsearchentities", search="Namesakes Sample", language="en")["search"]
    assert len(hits) >= 2
    assert len({hit["id"] for hit in hits}) == len(hits)


@pytest.mark.parametrize(
    ("query", "code"),
    [({"action": "x"}, "badvalue"), ({"action": "wbgetentities"}, "param-missing"), ({"action": "wbsearchentities"}, "missingparam"),
     ({"action": "wbgetentities", "ids": "nonsense"}, "no-such-entity")],
)  # fmt: skip
def test_refusals_of_the_api_come_with_200(wikidata: Asker, query: dict[str, Any], code: str):
    answer = read(wikidata, "/wikidata/w/api.php", **query)
    assert (answer.status, answer.json()["error"]["code"], answer.headers["MediaWiki-API-Error"]) == (200, code, code)


def test_lag_is_told_with_200_and_a_wait_and_haste_of_queries_with_429(wikidata: Asker):
    hasty = {"X-Simulator-Key": "key-throttled"}
    lagged = [read(wikidata, "/wikidata/w/api.php", hasty, action="wbgetentities", ids="Q1") for _ in range(3)][-1]
    assert (lagged.status, lagged.json()["error"]["code"], lagged.headers["Retry-After"]) == (200, "maxlag", "5")
    asked = [read(wikidata, "/query/sparql", hasty, query="x") for _ in range(3)][-1]
    assert (asked.status, asked.headers["Retry-After"]) == (429, "5")


def test_query_that_is_not_understood_is_400_and_a_caller_without_a_name_403(wikidata: Asker):
    assert read(wikidata, "/query/sparql", query="SELECT ?x WHERE { ?x ?y ?z }").status == 400
    assert read(wikidata, "/query/sparql", {"User-Agent": "curl/8.0"}, query="x").status == 403


def test_companies_wikidata_does_not_know_have_no_item(wikidata: Asker):
    assert known_domain("wikidata")
    unknown = next(facts for domain in BOOK.domains() if not WIKIDATA.knows(domain) and (facts := BOOK.find_domain(domain)))
    assert items_of(wikidata, site_of(unknown)) == []
