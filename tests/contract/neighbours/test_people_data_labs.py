"""The People Data Labs stand-in over HTTP: small letters, likelihoods, headers in JSON, and free misses."""

import json

import pytest

from tests.contract.neighbours.asking import Asker, known_domain, known_email, unknown_domain

SOURCE = "people_data_labs"


def likely(pdl: Asker) -> str:
    """A domain with a match of at least 8."""
    domains = (f"likely-{number}-made.example" for number in range(60))
    return next(one for one in domains if pdl.get("/company/enrich", website=one, min_likelihood=8).status == 200)


def test_a_company_is_written_small_and_says_how_likely_it_is(pdl: Asker):
    body = pdl.get("/company/enrich", website=known_domain(SOURCE), min_likelihood=1).json()
    assert body["status"] == 200
    assert body["name"] == body["name"].lower()
    assert body["website"] == known_domain(SOURCE)
    assert 1 <= body["likelihood"] <= 10
    assert body["location"]["country"] == body["location"]["country"].lower()


def test_a_person_stands_under_data_and_has_capitals_on_request(pdl: Asker):
    email = known_email(SOURCE)
    small = pdl.get("/person/enrich", email=email, min_likelihood=1).json()
    titled = pdl.get("/person/enrich", email=email, min_likelihood=1, titlecase="true").json()
    assert (small["data"]["first_name"], titled["data"]["first_name"]) == ("sample", "Sample")
    assert small["likelihood"] == titled["likelihood"]


def test_headers_tell_pace_as_json_and_what_a_match_cost(pdl: Asker):
    answer = pdl.get("/company/enrich", website=likely(pdl))
    assert set(json.loads(answer.headers["x-ratelimit-remaining"])) == {"minute", "day", "month"}
    assert answer.headers["x-call-credits-spent"] == "1"
    assert answer.headers["x-call-credits-type"] == "enrich_company"
    assert answer.headers["x-ratelimit-reset"].endswith("Z")


def test_no_match_is_a_free_404(pdl: Asker):
    pdl.control("POST", "reset")
    answer = pdl.get("/company/enrich", website=unknown_domain(SOURCE))
    assert (answer.status, answer.json()["error"]["type"]) == (404, "not_found")
    assert "x-call-credits-spent" not in answer.headers
    assert pdl.ledger()["key-demo"]["credits_total"] == 0


def test_a_match_less_likely_than_asked_for_is_none(pdl: Asker):
    statuses = [pdl.get("/company/enrich", website=f"sure-{n}-made.example", min_likelihood=10).status for n in range(30)]
    lenient = [pdl.get("/company/enrich", website=f"sure-{n}-made.example", min_likelihood=1).status for n in range(30)]
    assert statuses.count(200) < lenient.count(200)


@pytest.mark.parametrize(
    "query", [{}, {"website": "x.com", "min_likelihood": "11"}, {"website": "x.com", "min_likelihood": "many"}]
)
def test_a_question_without_its_parts_is_refused(pdl: Asker, query: dict[str, str]):
    answer = pdl.get("/company/enrich", **query)
    assert (answer.status, answer.json()["status"]) == (400, 400)


def test_a_name_alone_identifies_nobody(pdl: Asker):
    assert pdl.get("/person/enrich", first_name="Sample", last_name="Contact 001").status == 400


@pytest.mark.parametrize(
    ("key", "status", "kind"),
    [("key-bad", 401, "authentication_error"), ("key-quota", 402, "payment_required"), (None, 401, "authentication_error")],
)
def test_refusals_have_their_own_kinds(pdl: Asker, key: str | None, status: int, kind: str):
    answer = pdl.get("/company/enrich", key=key, website="x.com")
    assert (answer.status, answer.json()["error"]["type"]) == (status, kind)


def test_too_many_calls_are_refused_with_the_headers(pdl: Asker):
    answers = [pdl.get("/company/enrich", key="key-throttled", website="x.com") for _ in range(3)]
    assert [one.status for one in answers] == [404, 404, 429]
    assert json.loads(answers[-1].headers["x-ratelimit-remaining"])["minute"] == 0
