"""The stand-in of RDAP over HTTP: the list of registries, and the registry at its own host name on the stand-in of the web."""

import pytest

from simulator.data.demo import load_companies
from simulator.neighbours.rdap.registry import RDAP, REGISTRY_HOST
from simulator.neighbours.rdap.routes import UNLISTED
from tests.contract.neighbours.asking import Asker


def domain_of(*, known: bool) -> str:
    return next(one.domain for one in load_companies() if RDAP.knows(one.domain) is known and one.domain.endswith(".com"))


def test_list_names_a_registry_for_most_endings_and_leaves_some_out(rdap: Asker):
    services = rdap.get("/dns.json").json()["services"]
    listed = {ending: address for endings, (address,) in services for ending in endings}
    assert listed["com"] == f"https://{REGISTRY_HOST}/com/"
    assert not UNLISTED & listed.keys()
    assert listed["plaintext-only"].startswith("http://")


def test_registry_answers_with_its_own_media_type_and_no_people(sites: Asker):
    name = domain_of(known=True)
    answer = sites.visit(REGISTRY_HOST, f"/com/domain/{name}")
    body = answer.json()
    assert (answer.status, answer.headers["content-type"], body["ldhName"]) == (200, "application/rdap+json", name.upper())
    assert [event["eventAction"] for event in body["events"]] == ["last changed", "registration", "expiration"]
    assert [entity["roles"] for entity in body["entities"] if "vcardArray" in entity] == [["registrar"]]


def test_unknown_name_and_wrong_ending_are_404_with_an_rdap_error(sites: Asker):
    for path in (f"/com/domain/{domain_of(known=False)}", f"/net/domain/{domain_of(known=True)}", "/com/domain/nobody-sample.com"):
        answer = sites.visit(REGISTRY_HOST, path)
        assert (answer.status, answer.json()["errorCode"]) == (404, 404)


@pytest.mark.parametrize(
    ("name", "status"), [("rdap-busy-1", 429), ("rdap-forbidden-1", 403), ("rdap-down-1", 503), ("rdap-inside-1", 302)]
)
def test_names_ask_for_trouble(sites: Asker, name: str, status: int):
    assert sites.visit(REGISTRY_HOST, f"/example/domain/{name}-made.example").status == status


def test_list_can_be_made_to_fail(rdap: Asker):
    answer = rdap.pool.request("GET", f"{rdap.base_url}/dns.json", headers={"X-Simulator-Key": "key-down"})
    assert answer.status == 503
