"""Hunter's stand-in over HTTP: shapes, prices, the two refusals the wrong way round, pending verifications."""

from typing import Any

import pytest

from simulator.neighbours.chance import draw
from simulator.neighbours.hunter import build_app
from simulator.neighbours.hunter.state import PENDING_SHARE
from simulator.neighbours.settings import NeighbourSettings
from simulator.server import serve
from tests.contract.neighbours.asking import Asker, known_domain, known_email, unknown_domain


def slow_address(*, slow: bool) -> str:
    domain = known_domain("hunter")
    addresses = (f"sample.contact.{number:03d}@{domain}" for number in range(1, 200))
    return next(address for address in addresses if (draw("hunter pending", address) < PENDING_SHARE) is slow)


def test_domain_search_pages_through_its_addresses(hunter: Asker):
    first = hunter.get("/domain-search", domain=known_domain("hunter"), limit=3).json()
    rest = hunter.get("/domain-search", domain=known_domain("hunter"), limit=3, offset=3).json()
    assert (first["meta"]["results"], len(first["data"]["emails"]), len(rest["data"]["emails"])) == (4, 3, 1)
    assert first["data"]["country"].isupper()
    assert {"value", "type", "confidence", "sources", "position", "verification"} <= set(first["data"]["emails"][0])
    assert hunter.ledger()["key-demo"]["credits"] == {"domain_search": 2}


def test_domain_search_filters_by_type(hunter: Asker):
    generic = hunter.get("/domain-search", domain=known_domain("hunter"), type="generic").json()
    assert [email["type"] for email in generic["data"]["emails"]] == ["generic"]


def test_domain_nobody_knows_is_an_empty_200_and_free(hunter: Asker):
    body = hunter.get("/domain-search", domain=unknown_domain("hunter")).json()
    assert (body["data"]["emails"], body["data"]["organization"], body["meta"]["results"]) == ([], None, 0)
    assert hunter.ledger()["key-demo"]["credits_total"] == 0


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"offset": -1}])
def test_a_page_out_of_range_is_refused(hunter: Asker, query: dict[str, Any]):
    assert hunter.get("/domain-search", domain="x.example", **query).status == 400


def test_finder_finds_a_person_by_either_writing_of_the_name(hunter: Asker):
    email = known_email("hunter")
    number, domain = email.split("@")[0].rpartition(".")[2], email.split("@")[1]
    split = hunter.get("/email-finder", domain=domain, first_name="Sample", last_name=f"Contact {number}").json()["data"]
    whole = hunter.get("/email-finder", domain=domain, full_name=f"Sample Contact {number}").json()["data"]
    assert split["email"] == whole["email"] == email
    assert split["verification"]["status"]


def test_finder_answers_an_unknown_person_with_nulls_for_free(hunter: Asker):
    answer = hunter.get("/email-finder", domain=known_domain("hunter"), first_name="Zed", last_name="Nobody")
    assert answer.status == 200
    assert (answer.json()["data"]["email"], answer.json()["data"]["score"]) == (None, None)
    assert hunter.ledger()["key-demo"]["credits_total"] == 0


def test_verifier_says_202_first_and_then_200_and_charges_once(hunter: Asker):
    address = slow_address(slow=True)
    answers = [hunter.get("/email-verifier", email=address) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 200]
    assert answers[0].json()["data"]["status"] is None
    assert answers[1].json()["data"]["status"] in {"valid", "accept_all", "unknown", "invalid"}
    assert hunter.ledger()["key-demo"]["credits"] == {"email_verifier": 1}


@pytest.mark.parametrize(
    ("email", "status"),
    [("nobody@nobody.example", "invalid"), ("a@gmail.com", "webmail"), ("a@mailinator.com", "disposable")],
)
def test_verifier_tells_addresses_apart(hunter: Asker, email: str, status: str):
    answers = [hunter.get("/email-verifier", email=email) for _ in range(2)]
    assert answers[1].json()["data"]["status"] == status


def test_company_is_found_or_404(hunter: Asker):
    found = hunter.get("/companies/find", domain=known_domain("hunter"))
    missing = hunter.get("/companies/find", domain=unknown_domain("hunter"))
    assert (found.status, found.json()["data"]["domain"]) == (200, known_domain("hunter"))
    assert (missing.status, missing.json()["errors"][0]["id"]) == (404, "not_found")


def test_count_is_free_and_needs_no_key(hunter: Asker):
    data = hunter.get("/email-count", key=None, domain=known_domain("hunter")).json()["data"]
    assert data["total"] == data["personal_emails"] + data["generic_emails"]
    assert hunter.get("/email-count", key=None, domain="nobody.example").json()["data"]["total"] == 0


def test_account_reports_searches_and_verifications_apart(hunter: Asker):
    hunter.get("/companies/find", domain=known_domain("hunter"))
    hunter.get("/email-verifier", email=slow_address(slow=False))
    requests = hunter.get("/account").json()["data"]["requests"]
    assert (requests["searches"]["used"], requests["verifications"]["used"], requests["credits"]["used"]) == (1, 1, 2)


@pytest.mark.parametrize("key", [None, "key-bad", "whatever", "key-scope", "key-plan"])
def test_bad_key_is_401(hunter: Asker, key: str | None):
    answer = hunter.get("/account", key=key)
    assert (answer.status, answer.json()["errors"][0]["id"]) == (401, "authentication_failed")


def test_key_is_read_from_bearer_and_query_too(hunter: Asker):
    bearer = hunter.pool.request("GET", f"{hunter.base_url}/account", headers={"Authorization": "Bearer key-demo-2"})
    assert bearer.status == 200
    assert hunter.get("/account", key=None, api_key="key-demo-2").status == 200


def test_too_fast_is_403_and_used_up_is_429(hunter: Asker):
    fast = [hunter.get("/companies/find", key="key-throttled", domain="x.example") for _ in range(3)][-1]
    used_up = hunter.get("/companies/find", key="key-quota", domain="x.example")
    assert (fast.status, fast.json()["errors"][0]["id"]) == (403, "rate_limit_reached")
    assert (used_up.status, used_up.json()["errors"][0]["id"]) == (429, "usage_exceeded")
    assert not [name for name in fast.headers if "rate" in name.lower() or name.lower() == "retry-after"]


def test_legal_block_is_451_for_every_address_and_charges_nothing(hunter: Asker):
    asked = [
        hunter.get("/email-verifier", key="key-legal", email="sample.contact.001@x.example"),
        hunter.get("/email-finder", key="key-legal", domain="x.example", full_name="Sample Contact 001"),
    ]
    assert [(answer.status, answer.json()["errors"][0]["id"]) for answer in asked] == [(451, "claimed_email")] * 2
    assert hunter.ledger()["key-legal"]["credits_total"] == 0


@pytest.mark.parametrize(
    ("path", "query"),
    [("/domain-search", {}), ("/email-finder", {"domain": "x.example"}), ("/email-verifier", {}), ("/companies/find", {}),
     ("/email-verifier", {"email": "no-at-sign"})],
)  # fmt: skip
def test_missing_or_bad_parameters_are_400(hunter: Asker, path: str, query: dict[str, Any]):
    answer = hunter.get(path, **query)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (400, 400)


def test_verifier_is_limited_harder_than_the_rest():
    with serve(build_app(NeighbourSettings(clock_s=lambda: 5.0))) as server:
        asker = Asker(f"{server.base_url}/v2", server.base_url)
        verified = [asker.get("/email-verifier", email="a@gmail.com").status for _ in range(11)]
        searched = [asker.get("/domain-search", domain="x.example").status for _ in range(16)]
        asker.close()
    assert (verified[9] in {200, 202}, verified[10]) == (True, 403)
    assert searched == [200] * 15 + [403]
